// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/clock_error.h"

#include "judge/page_update.h"
#include "judge/scale_inference.h"
#include "page/smear.h"

static const struct {
	const char *name;
	const char *means;
} reasons[ERROR_UNKNOWNS] = {
	[ERROR_NO_CLOCK] = {"no_clock", "the page carries no clock"},
	[ERROR_NOT_VOUCHED] = {"not_vouched", "the hypervisor did not vouch for the page's clock"},
	[ERROR_NO_COUNTER] = {"no_counter", "not read by the page's counter, or a page in a file "
					    "that may be another machine's"},
	[ERROR_DISRUPTED] = {"disrupted", "the counter was disrupted before a page could tell"},
	[ERROR_NO_SCALE] = {"no_scale", "the page does not tell the scale of that clock"},
	[ERROR_OUT_OF_RANGE] = {"out_of_range", "the page's numbers give no time within 292 years"},
	[ERROR_NOT_SEEN] = {"not_seen", "the program computes the time itself, unseen"},
	[ERROR_TORN] = {"torn", "the page was being updated"},
	[ERROR_FAILED] = {"failed", "the read returned no time"},
	[ERROR_NEVER_AFTER] = {"never_after", "no page that could tell was seen afterwards"},
	[ERROR_OLD_LINE] = {"old_line",
			    "the page still held the time from before its marker moved"},
	[ERROR_COUNTED] = {"counted", "counted, not seen one by one, perhaps just before"},
	[ERROR_NO_PAGE] = {"no_page", "there was no valid page to compare it with"},
	[ERROR_REFUTED] = {"refuted",
			   "two states of the page contradict each other, and which is right "
			   "is not known"},
	[ERROR_WITNESSES] = {"witnesses", "clocks that claim a bound contradict each other"},
};

const char *error_unknown_name(enum error_unknown why)
{
	return (unsigned int)why < ERROR_UNKNOWNS ? reasons[why].name : "unknown";
}

const char *error_unknown_means(enum error_unknown why)
{
	return (unsigned int)why < ERROR_UNKNOWNS ? reasons[why].means : "unknown";
}

bool event_ticks_known(const struct event_ticks *ticks)
{
	return ticks->counter_id != VMCLOCK_COUNTER_INVALID && (ticks->before || ticks->after) &&
	       (int64_t)(ticks->after - ticks->before) >= 0;
}

bool event_ticks_fit(const struct event_ticks *ticks, const struct page *page)
{
	return event_ticks_known(ticks) && page_mode(page) == PAGE_FULL &&
	       page_get(page, PAGE_COUNTER_ID) == ticks->counter_id;
}

static int unknown(enum error_unknown why)
{
	return -(int)why - 1;
}

static bool on_scale(const struct page_time *time, enum clock_scale scale, struct instant *out)
{
	*out = scale == SCALE_UTC ? time->utc : time->tai;
	return scale == SCALE_UTC ? time->has_utc : scale == SCALE_TAI && time->has_tai;
}

/* From @at less the page's latest to @at less its earliest, and what is below @at's nanosecond. */
static int offset_on(enum clock_scale scale, struct timespec at, const struct page_time *first,
		     const struct page_time *last, struct ns_interval *out)
{
	struct instant clock = instant_from_timespec(at);
	struct ns_interval lo, hi;
	struct instant page;

	if (!on_scale(last, scale, &page))
		return unknown(ERROR_NO_SCALE);
	if (instant_distance(clock, page, &lo))
		return unknown(ERROR_OUT_OF_RANGE);
	if (!on_scale(first, scale, &page))
		return unknown(ERROR_NO_SCALE);
	if (instant_distance(clock, page, &hi) || hi.hi_ns == INT64_MAX)
		return unknown(ERROR_OUT_OF_RANGE);
	*out = (struct ns_interval){.lo_ns = lo.lo_ns, .hi_ns = hi.hi_ns + 1};
	return 0;
}

static int page_at_ticks(const struct event *event, struct page_time *first, struct page_time *last)
{
	const struct event_ticks *ticks = &event->clock.ticks;

	if (event->page_state == EVENT_PAGE_TORN || event->page_state == EVENT_PAGE_MOVED)
		return unknown(ERROR_TORN);
	if (event->page_state == EVENT_PAGE_ABSENT)
		return unknown(ERROR_NO_PAGE);
	if (event->page_state == EVENT_PAGE_STABLE && page_mode(&event->page) == PAGE_INVALID)
		return unknown(ERROR_NO_PAGE);
	if (event->page_state != EVENT_PAGE_STABLE || page_mode(&event->page) != PAGE_FULL)
		return unknown(ERROR_NO_CLOCK);
	if (!event_ticks_fit(ticks, &event->page))
		return unknown(ERROR_NO_COUNTER);
	if (page_time_at(&event->page, ticks->before, first) ||
	    page_time_at(&event->page, ticks->after, last))
		return unknown(ERROR_OUT_OF_RANGE);
	return page_is_vouched_for(&event->page) ? 0 : unknown(ERROR_NOT_VOUCHED);
}

int clock_error_bounded(const struct event *event, struct clock_error *error,
			struct ns_interval *bounded)
{
	int why = clock_error_of(event, error);

	if (!why && interval_widen(error->offset, error->page_claim_ns, bounded))
		why = unknown(ERROR_OUT_OF_RANGE);
	return why;
}

int clock_error_of(const struct event *event, struct clock_error *out)
{
	const struct event_clock *clock = &event->clock;
	struct clock_error error = {.scale = clock->scale};
	struct page_time first, last;
	int result;

	if ((uint64_t)clock->at.tv_nsec >= NSEC_PER_SEC)
		return unknown(ERROR_OUT_OF_RANGE);
	result = page_at_ticks(event, &first, &last);
	if (result)
		return result;
	if (error.scale == SCALE_UNKNOWN)
		error.scale = clock_scale_by_page(instant_from_timespec(clock->at), &last);
	result = offset_on(error.scale, clock->at, &first, &last, &error.offset);
	if (result)
		return result;
	error.has_other = !offset_on(error.scale == SCALE_UTC ? SCALE_TAI : SCALE_UTC, clock->at,
				     &first, &last, &error.other);
	error.has_page_claim = first.has_max_error && last.has_max_error;
	error.page_claim_ns =
		first.max_error_ns > last.max_error_ns ? first.max_error_ns : last.max_error_ns;
	*out = error;
	return 0;
}

bool clock_error_is_leap(const struct event *event, const struct clock_error *error,
			 struct ns_interval bounded, bool may_turn)
{
	const struct event_ticks *ticks = &event->clock.ticks;

	return error->scale == SCALE_UTC &&
	       leap_second_explains(&event->page, ticks->before, ticks->after, bounded, may_turn);
}
