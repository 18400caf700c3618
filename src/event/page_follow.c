// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/page_follow.h"

#include "page/diff.h"
#include "page/sequence.h"

static void fill(const struct page_follow *follow, const struct event *event,
		 struct page_change *change)
{
	*change = (struct page_change){
		.time_ns = event->time_ns,
		.last_same_ns = follow->newest_ns,
		.before = follow->newest,
		.after = event->page,
		.updates = 1,
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
		/* No page, or a seq_count that does not count: it did change, once or more. */
		if (page_mode(&event->page) != PAGE_INVALID &&
		    page_mode(&follow->newest) != PAGE_INVALID)
			page_updates_between(&follow->newest, &event->page,
					     event->time_ns - follow->newest_ns, &change->updates);
		change->updates += !change->updates;
		follow->updates += change->updates;
		follow->missed += change->updates > 1 ? change->updates - 1 : 0;
	}
	follow->seen = true;
	follow->newest = event->page;
	follow->newest_ns = event->time_ns;
	return differs;
}
