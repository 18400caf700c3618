/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a watch is shown: lines for people, and lines for programs. */
#ifndef VMCLOCK_TRACE_WATCH_WATCH_VIEW_H
#define VMCLOCK_TRACE_WATCH_WATCH_VIEW_H

#include <stdint.h>
#include <stdio.h>

#include "event/page_change.h"
#include "judge/detector.h"
#include "judge/incident.h"
#include "judge/finding.h"
#include "judge/outcome.h"
#include "judge/utc_track.h"
#include "page/page.h"
#include "show/recorded_view.h"

/* What is watched and how. Pointers are borrowed for the life of the view. */
struct watch_context {
	uint64_t start_ns;	     /* CLOCK_MONOTONIC */
	int64_t start_realtime_ns;   /* CLOCK_REALTIME at the same moment, to within microseconds */
	const struct utc_track *utc; /* UTC as far as a clock told it until now */
	const char *device;	     /* path of the page; NULL: none */
	const struct page *page;     /* first sample; NULL: not known */
	const char *no_notice;	  /* why only a timer makes it sample; NULL: notifications do too */
	uint64_t period_ns;	  /* of the timer */
	uint64_t sample_cost_ns;  /* what a sample costs */
	uint64_t wake_ns;	  /* how late the timer may be */
	uint64_t stopped_ns;	  /* how long this program was stopped until now */
	uint64_t clock_period_ns; /* how often other clocks are read; 0: they are not */
	const char *phc;	  /* the PTP clock that is read too; NULL: none */

	/*
	 * What is shown instead of the live machine, or NULL: how it is watched is then not known.
	 */
	const struct record_context *recorded;
};

/* The longest that a change may go unseen, as far as this machine runs: 0 with notifications. */
static inline uint64_t watch_latency_ns(const struct watch_context *context)
{
	uint64_t late_ns = context->wake_ns + context->sample_cost_ns;

	return context->no_notice ? context->period_ns + late_ns : late_ns;
}

/* What it adds up to. */
struct watch_result {
	uint64_t duration_ns;
	uint64_t samples;
	uint64_t notices;
	uint64_t worst_gap_ns; /* between two samples */
	uint64_t updates;      /* of the page, by seq_count */
	uint64_t missed;       /* of them, between two samples */
	const struct detector_counts *counts;
	struct outcome outcome;
	const struct page *page; /* newest sample; NULL: none */

	/* What became of the context's recording: samples and gap are then not known; or NULL. */
	const struct recorded_result *recorded;
	const struct claim_span *span; /* of that; or NULL */
};

/* Each function writes whole lines to @out; output errors are left in ferror(@out). */
struct watch_view {
	void (*begin)(FILE *out, const struct watch_context *context);
	/* From @time_ns on it finds out in another way, which the context says. */
	void (*detection)(FILE *out, const struct watch_context *context, uint64_t time_ns);
	void (*update)(FILE *out, const struct watch_context *context,
		       const struct page_change *change);
	void (*finding)(FILE *out, const struct watch_context *context,
			const struct finding *finding);
	/* An incident that is over. */
	void (*incident)(FILE *out, const struct watch_context *context,
			 const struct incident *incident);
	/*
	 * Updates came and went between two samples: @missed of them since the last report, since
	 * when this program was stopped for @stopped_ns.
	 */
	void (*missed)(FILE *out, const struct watch_context *context, uint64_t time_ns,
		       uint64_t missed, uint64_t stopped_ns);
	void (*end)(FILE *out, const struct watch_context *context,
		    const struct watch_result *result);
};

extern const struct watch_view watch_view_text;
extern const struct watch_view watch_view_json;

extern const struct json_schema watch_schema;

#endif
