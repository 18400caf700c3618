/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Did the host set its clock between two states of a page, or change its rate? */
#ifndef VMCLOCK_TRACE_JUDGE_PAGE_STEP_H
#define VMCLOCK_TRACE_JUDGE_PAGE_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "judge/finding.h"
#include "page/page.h"

/*
 * Do two states of a page let a difference be called a fault: are marker and counter the same, and
 * does the hypervisor vouch for both, or is it one that never tells (UNKNOWN in both)?
 */
bool page_may_be_compared(const struct page *before, const struct page *after);

/* The update came while the counter went from `first` to `last`. */
struct counter_range {
	uint64_t first;
	uint64_t last;
};

/*
 * Is @after a step from @before, as judge/detector.h defines host_step? @range is NULL where it is
 * not known. @missed: were there updates in between that were not sampled? @threshold_ns counts
 * where there are no bounds. Fills @step only if so.
 */
bool page_step_between(const struct page *before, const struct page *after,
		       const struct counter_range *range, bool missed, uint64_t threshold_ns,
		       struct finding_step *step);

/* How much a rate may change. */
struct slew_limits {
	uint64_t unbounded_ppt; /* where the pages guarantee no rates: at least this is a slew */
	uint64_t least_ppt;	/* where they do: less is none, whatever they guarantee */
};

/* Is @after a host_slew from @before? @first: the clock's first page. Fills @slew only if so. */
bool page_slew_between(const struct page *first, const struct page *before,
		       const struct page *after, struct slew_limits limits,
		       struct finding_slew *slew);

#endif
