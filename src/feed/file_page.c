// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/file_page.h"

#include <stddef.h>

#include "judge/health.h"
#include "observe/clock_event.h"
#include "observe/host_clock.h"
#include "page/counter.h"
#include "page/time.h"

const char *page_distance_now(const struct page *page, struct ns_interval *distance)
{
	struct counter_bracket bracket = host_clock_by_counter(CLOCK_REALTIME);
	struct instant realtime = instant_from_timespec(bracket.inner);
	/* clock_gettime() drops what is below a nanosecond. */
	const struct ns_interval dropped = {.lo_ns = 0, .hi_ns = 1};
	struct page_time before, after;
	struct ns_interval most, least;

	if (page_time_at(page, bracket.before, &before) || !before.has_utc ||
	    page_time_at(page, bracket.after, &after) || !after.has_utc)
		return "the page does not tell UTC";
	if (instant_distance(realtime, before.utc, &most) ||
	    instant_distance(realtime, after.utc, &least) || interval_add(most, dropped, &most))
		return "the two are more than 292 years apart";
	*distance = (struct ns_interval){.lo_ns = least.lo_ns, .hi_ns = most.hi_ns};
	return NULL;
}

static struct claim claim_of(const struct event *event)
{
	struct clock_error own;
	struct ns_interval error;

	if (clock_error_bounded(event, &own, &error))
		return claim_unknown(CLAIM_NOT_COMPARED);
	return health_of_reading(event, &own, error, NULL) ? claim_seen(true)
							   : claim_unknown(CLAIM_OTHER_MACHINE);
}

struct claim file_page_claim(const struct page *page)
{
	struct event event;

	clock_event_realtime_beside(page, &event);
	return claim_of(&event);
}

bool file_page_reading(bool *was_of_here, struct event *event)
{
	bool is_of_here = claim_of(event).state == CLAIM_HOLDS;

	*was_of_here |= is_of_here;
	if (!is_of_here)
		event->clock.ticks = (struct event_ticks){.counter_id = VMCLOCK_COUNTER_INVALID};
	return *was_of_here;
}
