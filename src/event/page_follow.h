/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From looks at a page to what changed from one to the next. Pure. */
#ifndef VMCLOCK_TRACE_EVENT_PAGE_FOLLOW_H
#define VMCLOCK_TRACE_EVENT_PAGE_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "event/page_change.h"

/* All zero at first. */
struct page_follow {
	bool seen;
	struct page newest; /* the last sample of a whole page */
	uint64_t newest_ns; /* and when that was */
	uint64_t updates;   /* by seq_count, all */
	uint64_t missed;    /* of them, between two samples */
};

/*
 * Take an EVENT_PAGE; others, and torn samples, are passed over. True if it differs from the one
 * before: @change is filled.
 */
bool page_follow(struct page_follow *follow, const struct event *event, struct page_change *change);

#endif
