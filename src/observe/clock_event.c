// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/clock_event.h"

#include "base/clock_now.h"
#include "observe/clockbound.h"
#include "observe/host_clock.h"
#include "page/counter.h"
#include "page/seqlock.h"

/* Readings of the PTP clock for one bracket: each a system call. */
#define PHC_TRIES 3

/* An update comes once a second or so: a second try nearly always has none. */
#define STABLE_TRIES 3

/* Read @event's clock from @source, which is the clock's own. 0 or -errno. */
typedef int (*read_fn)(void *source, struct event *event);

static void take(struct event *event, const struct counter_bracket *bracket)
{
	event->clock.ticks.counter_id = COUNTER_NATIVE_ID;
	event->clock.ticks.before = bracket->before;
	event->clock.ticks.after = bracket->after;
	event->clock.at = bracket->inner;
}

static int read_realtime(void *source, struct event *event)
{
	struct counter_bracket bracket = host_clock_by_counter(CLOCK_REALTIME);
	struct realtime_claim claim = host_clock_claim();

	(void)source;
	take(event, &bracket);
	event->clock.clock = OBSERVED_REALTIME;
	event->clock.scale = SCALE_UTC;
	event->clock.has_claim = !claim.result && claim.claims;
	event->clock.max_error_ns = event->clock.has_claim ? claim.max_error_ns : 0;
	event->clock.kernel_tai_offset_sec = claim.result ? 0 : claim.tai_offset_sec;
	return 0;
}

/* From protocol 3 on ClockBound tells UTC by the counter, without CLOCK_REALTIME. */
static void take_clockbound_time(struct event *event, const struct clockbound *claim)
{
	struct clockbound_time time;
	struct counter_bracket bracket = {0};
	uint64_t counter;

	clock_gettime(CLOCK_REALTIME, &event->clock.realtime_before);
	counter = counter_read_ordered();
	clock_gettime(CLOCK_REALTIME, &event->clock.realtime_after);
	bracket.before = bracket.after = counter;
	event->clock.has_claim =
		clockbound_at(claim, counter, (int64_t)clock_now_ns(CLOCK_MONOTONIC),
			      page_get(&event->page, PAGE_DISRUPTION_MARKER), &time);
	if (event->clock.has_claim) {
		bracket.inner.tv_sec = time.utc_ns / NSEC_PER_SEC;
		bracket.inner.tv_nsec = time.utc_ns % NSEC_PER_SEC;
		event->clock.max_error_ns = time.bound_ns;
	} else {
		bracket = host_clock_by_counter(CLOCK_REALTIME);
	}
	take(event, &bracket);
}

/* To protocol 2 the clock is CLOCK_REALTIME again: what differs is who vouches for it. */
static int read_clockbound(void *source, struct event *event)
{
	struct counter_bracket bracket;
	struct clockbound claim;
	int result = clockbound_read(NULL, &claim);

	(void)source;
	if (result)
		return result;
	event->clock.clock = OBSERVED_CLOCKBOUND;
	event->clock.scale = SCALE_UTC;
	if (claim.version == 3) {
		take_clockbound_time(event, &claim);
		return 0;
	}
	bracket = host_clock_by_counter(CLOCK_REALTIME);
	take(event, &bracket);
	event->clock.has_claim = clockbound_claims(&claim, (int64_t)clock_now_ns(CLOCK_MONOTONIC),
						   page_get(&event->page, PAGE_DISRUPTION_MARKER),
						   &event->clock.max_error_ns);
	return 0;
}

static int read_phc(void *source, struct event *event)
{
	const struct phc *phc = *(const struct phc **)source;
	struct counter_bracket best = {0};

	for (unsigned int i = 0; i < PHC_TRIES; i++) {
		struct counter_bracket one;
		int err;

		one.before = counter_read_ordered();
		err = phc_read(phc, &one.inner);
		one.after = counter_read_ordered();
		if (err)
			return err;
		if (i == 0 || counter_bracket_width(&one) < counter_bracket_width(&best))
			best = one;
	}
	take(event, &best);
	event->clock.clock = OBSERVED_PHC;
	event->clock.scale = SCALE_UNKNOWN;
	return 0;
}

static int read_reference(void *source, struct event *event)
{
	return reference_clock_read(source, &event->clock);
}

/* One copy, no wait: who reads clocks second by second can leave one out. */
static int copy_page(struct page_reader *reader, struct page *page)
{
	const struct page_wait once = {.tries = 1};
	struct page_copy copy;
	int err = page_reader_copy(reader, once, &copy, NULL);

	if (!err)
		*page = copy.page;
	return err;
}

static int read_between(struct page_reader *reader, void *source, read_fn read_clock,
			struct event *event)
{
	for (unsigned int i = 0; i < STABLE_TRIES; i++) {
		struct event work = {.type = EVENT_CLOCK};
		struct page after;
		int err = copy_page(reader, &work.page);

		work.time_ns = clock_now_ns(CLOCK_MONOTONIC);
		if (!err)
			err = read_clock(source, &work);
		if (!err)
			err = copy_page(reader, &after);
		if (err)
			return err;
		work.latency_ns = clock_now_ns(CLOCK_MONOTONIC) - work.time_ns;
		work.page_state = EVENT_PAGE_MOVED;
		if (page_get(&after, PAGE_SEQ_COUNT) == page_get(&work.page, PAGE_SEQ_COUNT))
			work.page_state = EVENT_PAGE_STABLE;
		*event = work;
		if (work.page_state == EVENT_PAGE_STABLE)
			break;
	}
	return 0;
}

int clock_event_realtime(struct page_reader *reader, struct event *event)
{
	return read_between(reader, NULL, read_realtime, event);
}

void clock_event_realtime_beside(const struct page *page, struct event *event)
{
	*event = (struct event){.type = EVENT_CLOCK,
				.time_ns = clock_now_ns(CLOCK_MONOTONIC),
				.page_state = EVENT_PAGE_STABLE,
				.page = *page};
	read_realtime(NULL, event);
}

int clock_event_clockbound(struct page_reader *reader, struct event *event)
{
	return read_between(reader, NULL, read_clockbound, event);
}

int clock_event_phc(struct page_reader *reader, const struct phc *phc, struct event *event)
{
	return read_between(reader, &phc, read_phc, event);
}

int clock_event_reference(struct page_reader *reader, struct reference_clock *clock,
			  struct event *event)
{
	return read_between(reader, clock, read_reference, event);
}
