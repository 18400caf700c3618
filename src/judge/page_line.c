// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/page_line.h"

#include "page/diff.h"

bool page_line_is_renewed(const struct page *before, const struct page *after)
{
	return page_diff(before, after) &
	       (PAGE_FIELD_BIT(PAGE_COUNTER_VALUE) | PAGE_FIELD_BIT(PAGE_TIME_SEC) |
		PAGE_FIELD_BIT(PAGE_TIME_FRAC_SEC));
}

static bool has_moved(const struct page *before, const struct page *after)
{
	return page_get(before, PAGE_DISRUPTION_MARKER) != page_get(after, PAGE_DISRUPTION_MARKER);
}

void page_line_event(struct page_line *line, const struct event *event)
{
	const struct page *page = &event->page;

	if ((event->type != EVENT_PAGE && event->type != EVENT_CLOCK) ||
	    event->page_state != EVENT_PAGE_STABLE || page_mode(page) == PAGE_INVALID)
		return;
	if (line->known && page_line_is_renewed(&line->page, page))
		line->reference_is_stale = false;
	else if (line->known && has_moved(&line->page, page))
		line->reference_is_stale = page_mode(page) == PAGE_FULL;
	line->known = true;
	line->page = *page;
}
