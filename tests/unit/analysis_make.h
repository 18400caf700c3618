/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests: a scenario as text, played into an analysis. */
#ifndef VMCLOCK_TRACE_TESTS_ANALYSIS_MAKE_H
#define VMCLOCK_TRACE_TESTS_ANALYSIS_MAKE_H

#include "judge/analysis.h"
#include "play_make.h"

/* What came of @text until its last event; analysis_free() is due. */
static inline struct analysis *analysis_of(const char *text,
					   const struct simulation_options *options)
{
	struct analysis *analysis = analysis_new();
	struct scenario_source *source;
	struct scenario scenario;
	struct error error = {.cause = ""};
	struct event event;

	assert_non_null(analysis);
	if (scenario_parse("test", text, strlen(text), &scenario, &error))
		fail_msg("%s (%s)", error.cause, error.hint);
	assert_int_equal(scenario_source_new(&scenario, options, 0, &source), 0);
	while (scenario_source_next(source, &event, NULL))
		analysis_event(analysis, &event);
	scenario_source_free(source);
	scenario_free(&scenario);
	return analysis;
}

#endif
