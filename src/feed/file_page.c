// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/file_page.h"

#include "judge/health.h"
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

struct claim file_page_claim(const struct page *page)
{
	struct ns_interval distance;
	struct page_time time;

	if (page_get(page, PAGE_COUNTER_ID) != COUNTER_NATIVE_ID ||
	    page_distance_now(page, &distance) || page_time_at(page, counter_read_ordered(), &time))
		return claim_unknown(CLAIM_NOT_COMPARED);
	if (health_is_far(distance, time.has_max_error ? time.max_error_ns : 0))
		return claim_unknown(CLAIM_OTHER_MACHINE);
	return claim_seen(true);
}
