// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * judge/downtime.h: the interval holds the true downtime, is no wider than it must be, and else
 * null.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "judge/downtime.h"
#include "judge_make.h"
#include "scenario/scenario.h"
#include "scenario/random.h"
#include "scenario/scenario_source.h"
#include "show/downtime_words.h"

#define SEEDS 400

static struct downtimes downtimes;

static void give(const struct page *page, uint64_t counter, uint64_t time_ns)
{
	struct event event = make_sample(page, counter);

	event.time_ns = time_ns;
	downtimes_event(&downtimes, &event);
}

/* The page of another host: at @counter it tells @ns more than @page did at @then. */
static struct page moved_page(const struct page *page, uint64_t then, uint64_t counter, int64_t ns)
{
	struct page moved = *page;

	make_refresh(&moved, then);
	make_shift(&moved, ns);
	make_field(&moved, PAGE_COUNTER_VALUE, counter);
	make_field(&moved, PAGE_DISRUPTION_MARKER, page_get(page, PAGE_DISRUPTION_MARKER) + 1);
	return moved;
}

/*
 * 100 ms of true time between the samples, of which CLOCK_MONOTONIC counted 20; each page within 1
 * us.
 */
static void to_the_nanosecond(void **state)
{
	struct page page = make_full_page(), moved;

	(void)state;
	downtimes = (struct downtimes){0};
	give(&page, TICKS(10), 10 * SECOND);
	moved = moved_page(&page, TICKS(10), 77, 100 * MS);
	give(&moved, 77, 10 * SECOND + 20 * MS);
	assert_int_equal(downtimes.count, 1);
	assert_int_equal(downtimes.downtime[0].unknown, DOWNTIME_KNOWN);
	assert_true(downtimes.downtime[0].is_bounded);
	/* 1000 ppm of 20 ms and 1 ns for CLOCK_MONOTONIC, 2 us for the pages, 1 ns for rounding. */
	assert_in_range(downtimes.downtime[0].length.lo_ns, 80 * MS - 20000 - 2000 - 3,
			80 * MS - 20000 - 2000 - 1);
	assert_in_range(downtimes.downtime[0].length.hi_ns, 100 * MS + 1999, 100 * MS + 2001);
	assert_int_equal(downtimes.downtime[0].not_before_ns, 10 * SECOND);
	assert_int_equal(downtimes.downtime[0].found_ns, 10 * SECOND + 20 * MS);
}

/* CLOCK_MONOTONIC went on, and so did the counter: only the heartbeat shows that nothing ran. */
static void a_late_heartbeat_counts(void **state)
{
	struct page page = make_full_page(), moved;
	struct event tick = {.type = EVENT_TICK, .time_ns = 13 * SECOND};

	(void)state;
	tick.tick.due_ns = 10 * SECOND + 50 * MS;
	for (uint64_t waited = 0; waited <= 2800 * MS; waited += 1400 * MS) {
		downtimes = (struct downtimes){0};
		give(&page, TICKS(10), 10 * SECOND);
		moved = moved_page(&page, TICKS(10), TICKS(13), 3 * SECOND);
		give(&moved, TICKS(13), 13 * SECOND);
		assert_int_equal(downtimes.downtime[0].length.lo_ns, 0);
		tick.tick.waited_ns = waited;
		downtimes_event(&downtimes, &tick);
		downtimes_event(&downtimes, &tick); /* only the first is of that sample */
		if (waited < 2800 * MS)
			assert_in_range(downtimes.downtime[0].length.lo_ns, 2945 * MS - waited,
					2950 * MS - waited);
		else /* 150 ms may be the program's own doing */
			assert_int_equal(downtimes.downtime[0].length.lo_ns, 0);
		assert_in_range(downtimes.downtime[0].length.hi_ns, 3 * SECOND, 3 * SECOND + 3000);
	}
}

/*
 * The page that tells comes later, and of a rate that is its own; the marker has not moved again.
 */
static void a_later_page_tells(void **state)
{
	struct page page = make_full_page(), moved, vouched;

	(void)state;
	downtimes = (struct downtimes){0};
	give(&page, TICKS(10), 10 * SECOND);
	moved = moved_page(&page, TICKS(10), TICKS(5), 100 * MS);
	make_field(&moved, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_INITIALIZING);
	give(&moved, TICKS(5), 10 * SECOND + 20 * MS);
	assert_int_equal(downtimes.downtime[0].unknown, DOWNTIME_NEVER_AFTER);
	vouched = moved;
	make_field(&vouched, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_SYNCHRONIZED);
	make_refresh(&vouched, TICKS(7));
	make_shift(&vouched, 5 * MS); /* the one before was wrong by so much */
	give(&vouched, TICKS(7), 12 * SECOND + 20 * MS);
	assert_int_equal(downtimes.downtime[0].unknown, DOWNTIME_KNOWN);
	assert_in_range(downtimes.downtime[0].length.hi_ns, 105 * MS, 105 * MS + 2001);
	assert_int_equal(downtimes.count, 1);
}

/* QEMU moves the marker, whoever tells the time comes a moment later: the old line says nothing. */
static void a_line_from_before_is_void(void **state)
{
	struct page page = make_full_page(), moved = page;

	(void)state;
	downtimes = (struct downtimes){0};
	give(&page, TICKS(10), 10 * SECOND);
	make_field(&moved, PAGE_DISRUPTION_MARKER, 1);
	give(&moved, TICKS(10) + 1000, 10 * SECOND + 1000);
	assert_int_equal(downtimes.downtime[0].unknown, DOWNTIME_NEVER_AFTER);
	make_refresh(&moved, TICKS(11));
	make_shift(&moved, 2 * SECOND);
	give(&moved, TICKS(11), 11 * SECOND);
	assert_int_equal(downtimes.downtime[0].unknown, DOWNTIME_KNOWN);
	assert_in_range(downtimes.downtime[0].length.lo_ns, 2 * SECOND - 6000, 2 * SECOND);
}

static enum downtime_unknown unknown_of(struct page before, struct page after)
{
	downtimes = (struct downtimes){0};
	make_field(&after, PAGE_DISRUPTION_MARKER, 1);
	if (page_mode(&after) == PAGE_FULL)
		make_refresh(&after, TICKS(11));
	give(&before, TICKS(10), 10 * SECOND);
	give(&after, TICKS(11), 11 * SECOND);
	assert_int_equal(downtimes.count, 1);
	return downtimes.downtime[0].unknown;
}

static void what_is_not_known_says_why(void **state)
{
	struct page full = make_full_page(), page;

	(void)state;
	assert_int_equal(unknown_of(full, full), DOWNTIME_KNOWN);
	assert_int_equal(unknown_of(make_marker_page(), full), DOWNTIME_NO_CLOCK);
	assert_int_equal(unknown_of(full, make_marker_page()), DOWNTIME_NEVER_AFTER);
	page = full;
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_UNRELIABLE);
	assert_int_equal(unknown_of(page, full), DOWNTIME_NOT_VOUCHED);
	assert_int_equal(unknown_of(full, page), DOWNTIME_NEVER_AFTER);
	page = full;
	make_shift(&page, -5 * (int64_t)SECOND); /* time does not go backwards */
	assert_int_equal(unknown_of(full, page), DOWNTIME_NO_TIME);
	page = full;
	make_field(&page, PAGE_TIME_TYPE, VMCLOCK_TIME_TAI);
	make_field(&page, PAGE_FLAGS, VMCLOCK_FLAG_TIME_MAXERROR_VALID);
	make_field(&full, PAGE_FLAGS, VMCLOCK_FLAG_TIME_MAXERROR_VALID);
	assert_int_equal(unknown_of(full, page), DOWNTIME_NO_TIME);
	for (int why = DOWNTIME_KNOWN + 1; why < DOWNTIME_UNKNOWNS; why++) {
		assert_non_null(downtime_unknown_name((enum downtime_unknown)why));
		assert_non_null(downtime_unknown_means((enum downtime_unknown)why));
	}
	assert_null(downtime_unknown_name(DOWNTIME_KNOWN));
}

static void no_more_than_there_is_room_for(void **state)
{
	struct page page = make_full_page();

	(void)state;
	downtimes = (struct downtimes){0};
	for (uint64_t i = 0; i < DOWNTIMES + 10; i++) {
		make_field(&page, PAGE_DISRUPTION_MARKER, i);
		give(&page, TICKS(10 + i), (10 + i) * SECOND);
	}
	assert_int_equal(downtimes.count, DOWNTIMES);
	assert_int_equal(downtimes.unlisted, 9);
}

/* A random migration; what the judge says of it. */
static const struct downtime *play(uint64_t seed, int64_t *true_ns)
{
	struct random_source random = {seed};
	struct simulation_options options = {.has_seed = false};
	struct error error = {.cause = ""};
	struct scenario_source *source;
	struct scenario scenario;
	struct event event;
	char text[256];

	*true_ns = (int64_t)(random_u64(&random) % 2000) * 1000000;
	snprintf(text, sizeof(text),
		 "end 20s\nsample %" PRIu64 "ms\nat 7.%03" PRIu64 "s migrate downtime %" PRId64
		 "ns value %+" PRId64 "ns rate %+" PRId64 " resync %" PRIu64 "ms\n",
		 5 + random_u64(&random) % 95, random_u64(&random) % 1000, *true_ns,
		 (int64_t)(random_u64(&random) % 1000000000), random_within(&random, 50),
		 1 + random_u64(&random) % 3000);
	if (scenario_parse("random", text, strlen(text), &scenario, &error))
		fail_msg("%s (%s)\n%s", error.cause, error.hint, text);
	downtimes = (struct downtimes){0};
	assert_int_equal(scenario_source_new(&scenario, &options, 0, &source), 0);
	while (scenario_source_next(source, &event, NULL))
		downtimes_event(&downtimes, &event);
	scenario_source_free(source);
	scenario_free(&scenario);
	assert_int_equal(downtimes.count, 1);
	return &downtimes.downtime[0];
}

static void the_truth_is_inside(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		int64_t true_ns;
		const struct downtime *downtime = play(seed, &true_ns);
		uint64_t samples_ns = downtime->found_ns - downtime->not_before_ns;

		assert_int_equal(downtime->unknown, DOWNTIME_KNOWN);
		if (!interval_has(downtime->length, true_ns))
			fail_msg("seed %" PRIu64 ": %" PRId64 " ns are not in %" PRId64
				 " .. %" PRId64,
				 seed, true_ns, downtime->length.lo_ns, downtime->length.hi_ns);
		/* No wider than the time between two samples, and the pages' bounds. */
		assert_true(interval_width_ns(downtime->length) < samples_ns + 5 * MS);
	}
}

static void a_stun_without_a_proven_end_is_at_least_so_long(void **state)
{
	static struct incident incident;
	static struct downtimes none;
	char text[512];

	(void)state;
	incident.findings = 1;
	incident.finding[0].kind = FINDING_STUN;
	incident.finding[0].stun.length = (struct ns_interval){259 * MS, 356 * MS};
	downtime_sentence(&none, &incident, text, sizeof(text));
	assert_non_null(strstr(text, "for 259.000 ms .. 356.000 ms ("));
	incident.finding[0].stun.at_least = true;
	downtime_sentence(&none, &incident, text, sizeof(text));
	assert_non_null(strstr(text, "for at least 259.000 ms ("));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_the_nanosecond),
		cmocka_unit_test(a_late_heartbeat_counts),
		cmocka_unit_test(a_later_page_tells),
		cmocka_unit_test(a_line_from_before_is_void),
		cmocka_unit_test(what_is_not_known_says_why),
		cmocka_unit_test(no_more_than_there_is_room_for),
		cmocka_unit_test(the_truth_is_inside),
		cmocka_unit_test(a_stun_without_a_proven_end_is_at_least_so_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
