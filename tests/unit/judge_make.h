/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events for tests of the judge, made by hand, and the findings that came of them.
 *
 * The counter of make_full_page() counts 2^30 a second, so TICKS(s) are s seconds exactly, and the
 * tests let CLOCK_MONOTONIC run with it: AT_NS() is the time at a counter value.
 */
#ifndef VMCLOCK_TRACE_TESTS_JUDGE_MAKE_H
#define VMCLOCK_TRACE_TESTS_JUDGE_MAKE_H

#include <stdlib.h>

#include "judge/detector.h"
#include "page/time.h"
#include "page_make.h"

#define SECOND	   1000000000ull
#define MS	   1000000ull
#define TICKS(s)   ((uint64_t)(s) << 30)
#define AT_NS(t)   ((uint64_t)(((unsigned __int128)(t)*SECOND) >> 30))
#define MAKE_FOUND 64

/* A detector with what it found; findings beyond the room are counted only. */
struct judged {
	struct detector *detector;
	struct finding found[MAKE_FOUND];
	size_t count;
	uint64_t counter; /* ticks now */
};

static inline void make_found(const struct finding *finding, void *arg)
{
	struct judged *judged = arg;

	if (judged->count < MAKE_FOUND)
		judged->found[judged->count] = *finding;
	judged->count++;
}

static inline struct judged *judged_new(const struct detector_options *options)
{
	struct judged *judged = calloc(1, sizeof(*judged));

	assert_non_null(judged);
	judged->detector = detector_new(options, make_found, judged);
	assert_non_null(judged->detector);
	judged->counter = TICKS(10);
	return judged;
}

static inline void judged_free(struct judged *judged)
{
	detector_free(judged->detector);
	free(judged);
}

static inline struct event_ticks make_ticks(uint64_t counter)
{
	return (struct event_ticks){
		.counter_id = COUNTER_NATIVE_ID, .before = counter, .after = counter};
}

static inline struct event make_event(enum event_type type, uint64_t counter)
{
	return (struct event){.type = type, .time_ns = AT_NS(counter), .device = 0};
}

static inline struct event make_sample(const struct page *page, uint64_t counter)
{
	struct event event = make_event(EVENT_PAGE, counter);

	event.page_state = EVENT_PAGE_STABLE;
	event.page = *page;
	event.sample.ticks = make_ticks(counter);
	return event;
}

/* Look at @page at judged->counter. */
static inline void sample_page(struct judged *judged, const struct page *page)
{
	struct event event = make_sample(page, judged->counter);

	detector_event(judged->detector, &event);
}

/* @seconds later. */
static inline void later(struct judged *judged, double seconds)
{
	judged->counter += (uint64_t)(seconds * (double)TICKS(1));
}

/* One more whole update. */
static inline void make_next_seq(struct page *page)
{
	make_field(page, PAGE_SEQ_COUNT, page_get(page, PAGE_SEQ_COUNT) + 2);
}

/* Move the reference to @counter without changing what the clock says, and count one update. */
static inline void make_refresh(struct page *page, uint64_t counter)
{
	struct page_time time;

	assert_int_equal(page_time_at(page, counter, &time), 0);
	make_field(page, PAGE_COUNTER_VALUE, counter);
	make_field(page, PAGE_TIME_SEC, (uint64_t)time.at.sec);
	make_field(page, PAGE_TIME_FRAC_SEC, time.at.frac);
	make_next_seq(page);
}

/* Set the page's clock forwards by @ns. */
static inline void make_shift(struct page *page, int64_t ns)
{
	struct instant at = {.sec = (int64_t)page_get(page, PAGE_TIME_SEC),
			     .frac = page_get(page, PAGE_TIME_FRAC_SEC)};

	assert_int_equal(instant_add_ns(at, ns, &at), 0);
	make_field(page, PAGE_TIME_SEC, (uint64_t)at.sec);
	make_field(page, PAGE_TIME_FRAC_SEC, at.frac);
}

/* Exactly one finding since the last question, of @kind. Starts anew. */
static inline struct finding the_finding(struct judged *judged, enum finding_kind kind)
{
	struct finding finding = judged->found[0];

	assert_int_equal(judged->count, 1);
	assert_string_equal(finding_name(finding.kind), finding_name(kind));
	judged->count = 0;
	return finding;
}

static inline void no_finding(const struct judged *judged)
{
	if (judged->count)
		fail_msg("found %s", finding_name(judged->found[0].kind));
}

/* A clock with 1000 ns and 2^-20 (0.95 ppm) of error, refreshed once. */
static inline struct page make_bounded_page(void)
{
	struct page page = make_full_page();

	make_field(&page, PAGE_PERIOD_MAXERROR_RATE, 1ull << 14);
	return page;
}

static inline struct judged *judged_watching(struct page *page)
{
	struct judged *judged = judged_new(NULL);

	make_refresh(page, judged->counter);
	sample_page(judged, page);
	no_finding(judged);
	return judged;
}

/* One update @seconds later that sets the clock forwards by @ns at the new reference. */
static inline void judged_update(struct judged *judged, struct page *page, double seconds,
				 int64_t ns)
{
	later(judged, seconds);
	make_refresh(page, judged->counter);
	make_shift(page, ns);
	sample_page(judged, page);
}

#endif
