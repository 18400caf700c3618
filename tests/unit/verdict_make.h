/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests: the verdict of a scenario as text. */
#ifndef VMCLOCK_TRACE_TESTS_VERDICT_MAKE_H
#define VMCLOCK_TRACE_TESTS_VERDICT_MAKE_H

#include "analysis_make.h"
#include "report/verdict.h"
#include "show/incident_view.h"

static const struct simulation_options options; /* the scenario's own */
static struct fact_list facts;

/* As report/report_source.h makes it. */
static inline struct report report_of(struct analysis *analysis)
{
	struct report report = {.file = "x.sqlite", .facts = &facts, .until_ns = UINT64_MAX};

	analysis_finish(analysis);
	report.analysis = analysis;
	report.utc = &analysis->utc;
	report.doubt = judge_page_doubt(analysis->judge);
	report.clock_doubts = judge_clock_doubts(analysis->judge);
	report.start_ns = analysis->first_ns;
	report.span.events = analysis->events;
	report.span.ended = true;
	judge_add_doubt(analysis->judge, &report.span);
	return report;
}

/* How the worst incident of the last story ended; "": there was none. */
static char recovery[RECOVERY_BYTES];
static size_t incidents; /* and how many it had */

static inline void of_one(const char *text, struct verdict *verdict)
{
	char room[RECOVERY_BYTES];
	struct analysis *analysis = analysis_of(text, &options);
	struct report report = report_of(analysis);

	verdict_of(&report, verdict);
	*recovery = '\0';
	if (verdict->incidents)
		snprintf(recovery, sizeof(recovery), "%s",
			 incident_recovery(verdict->incident[0], room));
	incidents = verdict->incidents;
	verdict->incidents = 0; /* they are the analysis's */
	analysis_free(analysis);
}

#endif
