// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/health.h"

#include "judge/clock_error.h"
#include "judge/page_update.h"

static bool is_good_page(const struct page_line *line, const struct event *event)
{
	const struct page *page = &event->page;

	if (event->page_state != EVENT_PAGE_STABLE || page_mode(page) == PAGE_INVALID)
		return false;
	if (page_mode(page) == PAGE_MARKER_ONLY)
		return true;
	if (event_ticks_fit(&event->sample.ticks, page) &&
	    (int64_t)(event->sample.ticks.after - page_get(page, PAGE_COUNTER_VALUE)) < 0)
		return false;
	return page_is_vouched_for(page) && !line->reference_is_stale;
}

/* Surely further from the page's time than both allow? */
static bool is_wrong(const struct page_line *line, const struct event *event)
{
	struct clock_error error;
	struct ns_interval offset;
	uint64_t allowed_ns;

	if (line->reference_is_stale || clock_error_of(event, &error))
		return false;
	allowed_ns = event->clock.has_claim ? event->clock.max_error_ns : HEALTH_BACK_NS;
	if (error.has_page_claim &&
	    __builtin_add_overflow(allowed_ns, error.page_claim_ns, &allowed_ns))
		return false;
	return !interval_widen(error.offset, allowed_ns, &offset) && !interval_has(offset, 0);
}

void health_event(struct health *good, const struct event *event)
{
	page_line_event(&good->line, event);
	switch (event->type) {
	case EVENT_PAGE:
		good->page = is_good_page(&good->line, event);
		good->clock_seen &= good->page;
		break;
	case EVENT_DEVICE:
		good->page = false;
		break;
	case EVENT_CLOCK:
		good->clock_seen |= good->page;
		good->clock_wrong[event->clock.clock] = is_wrong(&good->line, event);
		break;
	default:
		break;
	}
}

bool health_now(const struct health *good, bool clocks)
{
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (good->clock_wrong[i])
			return false;
	}
	return good->page && (good->clock_seen || !clocks);
}
