// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/page_follow.h"

#include "page/diff.h"

/* Whole updates from one seq to the next: each adds 2, and the 32 bits may wrap. */
static uint32_t updates_between(const struct page *before, const struct page *after)
{
	uint32_t steps =
		(uint32_t)(page_get(after, PAGE_SEQ_COUNT) - page_get(before, PAGE_SEQ_COUNT));

	return steps / 2;
}

static void fill(const struct page_follow *follow, const struct event *event,
		 struct page_change *change)
{
	*change = (struct page_change){
		.time_ns = event->time_ns,
		.last_same_ns = follow->newest_ns,
		.before = follow->newest,
		.after = event->page,
		.updates = updates_between(&follow->newest, &event->page),
	};
}

bool page_follow(struct page_follow *follow, const struct event *event, struct page_change *change)
{
	bool differs;

	if (event->type != EVENT_PAGE || event->page_state != EVENT_PAGE_STABLE)
		return false;
	differs = follow->seen && page_diff(&follow->newest, &event->page);
	if (differs) {
		fill(follow, event, change);
		/*
		 * A counter that went back, or no page any more: that many updates there were not.
		 */
		if (page_mode(&event->page) == PAGE_INVALID || change->updates > INT32_MAX / 2)
			change->updates = 1;
		follow->updates += change->updates;
		follow->missed += change->updates > 1 ? change->updates - 1 : 0;
	}
	follow->seen = true;
	follow->newest = event->page;
	follow->newest_ns = event->time_ns;
	return differs;
}
