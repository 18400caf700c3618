/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the page still hold the line of time from before its marker moved? Pure.
 *
 * Some hypervisors move the marker first, and renew the reference a moment later. Until then the
 * page tells, perhaps vouched for and with a bound, a time that belongs to another counter: nothing
 * may be held against it. It holds for all counter values since the marker moved, once it is
 * renewed.
 */
#ifndef VMCLOCK_TRACE_JUDGE_PAGE_LINE_H
#define VMCLOCK_TRACE_JUDGE_PAGE_LINE_H

#include <stdbool.h>

#include "event/event.h"
#include "page/page.h"

/* All zero at first, and where what happened meanwhile is not known. */
struct page_line {
	bool known;
	/* the newest page's marker moved, and its reference has not been renewed */
	bool reference_is_stale;
	struct page page; /* the newest whole and valid one */
};

/* Has @after another reference, counter value or time, than @before? */
bool page_line_is_renewed(const struct page *before, const struct page *after);

/* Take an event; what is no observer's own sample of a whole page changes nothing. */
void page_line_event(struct page_line *line, const struct event *event);

#endif
