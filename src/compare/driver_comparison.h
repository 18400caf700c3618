/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the driver returned for a number of reads, against the page at the same counter values. */
#ifndef VMCLOCK_TRACE_COMPARE_DRIVER_COMPARISON_H
#define VMCLOCK_TRACE_COMPARE_DRIVER_COMPARISON_H

#include "event/event.h"
#include "judge/driver_answer.h"

/* Zero it before first use. */
struct driver_comparison {
	struct answer_tally tally;
	enum clock_scale scale; /* of the answers that were nearest to one */
	bool has_worst;		/* did any differ? */
	bool worst_is_stable;	/* and that with a page that stood still? */
	struct driver_answer worst;
	uint64_t worst_counter;
	struct timespec worst_returned;
	uint64_t path[EVENT_PATHS]; /* reads that could be held against the page */
};

/*
 * Count one event; all but reads whose counter is known are passed over. @snapshots_count: are
 * the counters of system_time_snapshot (PTP_SYS_OFFSET_EXTENDED) the page's? They are those of
 * whatever clocksource the system runs on.
 */
void driver_comparison_add(struct driver_comparison *comparison, const struct event *event,
			   bool snapshots_count);

/* Add what @more holds to @total. */
void driver_comparison_merge(struct driver_comparison *total, const struct driver_comparison *more);

/* Reads held against the page. */
uint64_t driver_comparison_reads(const struct driver_comparison *comparison);

#endif
