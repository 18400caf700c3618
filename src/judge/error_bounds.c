// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/error_bounds.h"

#include "judge/witness.h"
#include "page/time.h"

bool error_bound_of_page(const struct page_in_force *line, const struct event *event,
			 struct ns_interval *bound)
{
	const struct event_ticks *ticks = &event->sample.ticks;
	struct page_time time;

	return !line->reference_is_stale && event->page_state == EVENT_PAGE_STABLE &&
	       event_ticks_fit(ticks, &event->page) &&
	       !page_time_at(&event->page, ticks->after, &time) && time.has_max_error &&
	       !interval_widen(interval_of(0), time.max_error_ns, bound);
}

int error_by_page_in_force(const struct page_in_force *line, const struct event *event,
			   struct clock_error *error, struct ns_interval *bounded)
{
	int result = clock_error_bounded(event, error, bounded);

	return !result && line->reference_is_stale ? -(int)ERROR_OLD_LINE - 1 : result;
}

bool error_bounds_of_clock(const struct page_in_force *line, const struct event *event,
			   struct ns_interval *error)
{
	struct clock_error own;

	return !error_by_page_in_force(line, event, &own, error);
}

bool error_bounds_by_witness(const struct page_in_force *line, const struct event *event,
			     struct ns_interval *error)
{
	const struct event_clock *reading = &event->clock;

	return line->is_by_witness && !witness_realtime_error(reading, error) &&
	       !interval_widen(*error, reading->has_claim ? reading->max_error_ns : 0, error) &&
	       reference_moves_widen(&line->moves, error);
}
