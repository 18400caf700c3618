// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/driver_answer.h"

#include "page/time.h"

/* The driver's answer less @at rounded down to 1 ns, as the driver rounds; clamped with a mark. */
static int64_t distance_ns(const struct event_read *read, struct instant at, bool *clamped)
{
	__int128 ns = (__int128)read->sec * NSEC_PER_SEC + read->nsec;

	ns -= (__int128)at.sec * NSEC_PER_SEC + instant_nsec(at);
	*clamped = ns != (int64_t)ns;
	if (*clamped)
		return ns < 0 ? INT64_MIN : INT64_MAX;
	return (int64_t)ns;
}

static uint64_t magnitude(int64_t ns)
{
	return ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
}

/* Of the scales that the page gives, the one nearest to the driver's answer. */
static void hold_against(const struct event_read *read, const struct page_time *page,
			 struct driver_answer *answer)
{
	const struct {
		bool has;
		struct instant at;
		enum clock_scale scale;
	} scales[] = {
		{page->has_utc, page->utc, SCALE_UTC},
		{page->has_tai, page->tai, SCALE_TAI},
	};

	for (size_t i = 0; i < 2; i++) {
		bool clamped;
		int64_t apart;

		if (!scales[i].has)
			continue;
		apart = distance_ns(read, scales[i].at, &clamped);
		if (answer->scale && magnitude(apart) >= magnitude(answer->minus_page_ns))
			continue;
		answer->scale = scales[i].scale;
		answer->minus_page_ns = apart;
		answer->out_of_range = clamped;
	}
}

static const char *why_apart(const struct event *event, const struct page_time *page)
{
	if (event->page_state == EVENT_PAGE_TORN)
		return "the page was being updated";
	if (event->page_state == EVENT_PAGE_MOVED)
		return "the page was updated during the read";
	if (page->delta_ticks < 0)
		return "the counter is before the page's reference, and the driver's difference is "
		       "unsigned";
	return NULL;
}

static struct driver_answer not_comparable(const char *why)
{
	return (struct driver_answer){.verdict = DRIVER_NOT_COMPARABLE, .why = why};
}

struct driver_answer driver_answer_of(const struct event *event)
{
	struct driver_answer answer = {0};
	struct page_time page;

	if (event->type != EVENT_READ || event->result)
		return not_comparable("the driver returned no time");
	if (event->read.counter_source == COUNTER_NONE)
		return not_comparable("the kernel does not expose the counter on this path");
	if (event->page_state == EVENT_PAGE_ABSENT)
		return not_comparable("the page could not be read in the kernel");
	if (page_time_at(&event->page, event->read.counter, &page))
		return not_comparable("no time can be computed from the page");
	hold_against(&event->read, &page, &answer);
	if (!answer.scale)
		return not_comparable("the page tells neither UTC nor TAI");
	answer.verdict = answer.minus_page_ns ? DRIVER_DIFFERS : DRIVER_EQUAL;
	/*
	 * A torn copy that happens to agree proves nothing; one that does not is no fault either.
	 */
	if (answer.verdict == DRIVER_DIFFERS)
		answer.why = why_apart(event, &page);
	return answer;
}

void answer_tally_add(struct answer_tally *tally, const struct event *event,
		      const struct driver_answer *answer)
{
	if (answer->verdict == DRIVER_EQUAL)
		tally->equal++;
	else if (answer->verdict == DRIVER_NOT_COMPARABLE)
		tally->unknown++;
	else if (event->page_state == EVENT_PAGE_STABLE)
		tally->apart++;
	else
		tally->apart_moved++;
}
