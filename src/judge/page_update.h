/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page against a later state of itself. An update may refine the clock, but only within the bound
 * that the earlier page guaranteed; one that goes further is a step of the host's clock, for which
 * the disruption marker does not move.
 */
#ifndef VMCLOCK_TRACE_JUDGE_PAGE_UPDATE_H
#define VMCLOCK_TRACE_JUDGE_PAGE_UPDATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "page/page.h"
#include "page/time.h"

struct page_update {
	uint32_t updates;    /* by seq_count; above 1, those in between were not seen */
	bool marker_changed; /* the counter was disrupted: old and new cannot be compared */
	uint64_t old_marker;
	uint64_t new_marker;
	bool is_measured;	  /* do both pages have a time on one scale? */
	uint64_t counter;	  /* the new page's reference, where both were asked */
	struct ns_interval moved; /* the new page's time less the old one's; valid if is_measured */
	bool has_bound;	   /* did the old page guarantee one, and do both vouch for their time? */
	uint64_t bound_ns; /* one way, valid if has_bound */
	bool is_step;	   /* measured, and no time is within the bounds of both */
};

/* Does the hypervisor vouch for the clock: is its status SYNCHRONIZED or FREERUNNING? */
bool page_is_vouched_for(const struct page *page);

/* What became of @before in @after, both whole copies. False if seq_count says: nothing. */
bool page_update_between(const struct page *before, const struct page *after,
			 struct page_update *update);

#endif
