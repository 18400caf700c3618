// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/incident.h: how wrong each read was, or why that is not known. */
#include <errno.h>

#include "incident_make.h"

static void reads_are_held_against_the_page_afterwards(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page(), old;
	const struct incident_reader *reader;

	(void)state;
	see(watch, &page);
	give(watch, make_read(&page, TICKS(10), 1, 0, true));
	go_on(watch, &page, 1); /* 11 s, good: nobody asks for that read any more */
	give(watch, make_read(&page, TICKS(11) + 1000, 2, 0, true));
	give(watch, make_read(&page, TICKS(11) + TICKS(1) / 2, 3, 0, false));
	/* The host steps forwards by 2 ms: those who read before were behind. */
	old = page;
	make_shift(&page, 2000000);
	make_next_seq(&page);
	go_on(watch, &page, 1);
	assert_int_equal(watch->last.count[FINDING_HOST_STEP], 1);
	give(watch, make_read(&page, watch->counter + 10, 2, 0, true));
	give(watch, make_read(&old, watch->counter + 20, 4, 0, false));
	go_on(watch, &page, 6);
	assert_int_equal(watch->closed, 1);
	assert_int_equal(watch->last.readers, 3);
	assert_null(reader_of(&watch->last, 1));

	reader = reader_of(&watch->last, 2);
	assert_int_equal(reader->path, PATH_SYS_OFFSET_PRECISE);
	assert_int_equal(reader->reads, 2);
	assert_int_equal(reader->errors.known, 2);
	/* One of the pages was wrong, and it is not known which: a hull of both. */
	assert_int_equal(reader->errors.wrong, 0);
	assert_true(interval_has(reader->errors.all, -2000000));
	assert_true(interval_has(reader->errors.all, 0));
	assert_true(interval_has(reader->errors.all, 2000000));
	/* 1000 ns of the page either side, and at most 2 for what was rounded. */
	assert_true(interval_width_ns(reader->errors.all) <= 4000000 + 2004);

	/* Without its counter, by CLOCK_MONOTONIC: half a second at 1000 ppm. */
	reader = reader_of(&watch->last, 3);
	assert_int_equal(reader->errors.wrong, 0);
	assert_true(interval_has(reader->errors.worst, -2000000));
	assert_true(interval_width_ns(reader->errors.worst) >= 3000000 + 2000);
	assert_true(interval_width_ns(reader->errors.worst) <= 3000000 + 2100);
	reader = reader_of(&watch->last, 4);
	assert_int_equal(reader->errors.known, 1);
	assert_true(interval_has(reader->errors.worst, -2000000));
	watch_free(watch);
}

/* A step of an hour: what was read is near neither scale of the new page, yet its own is known. */
static void a_read_keeps_the_scale_that_its_own_page_gave(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();
	const int64_t hour_ns = 3600 * (int64_t)SECOND, tai_ns = 37 * (int64_t)SECOND;

	(void)state;
	see(watch, &page);
	/* Before anything is known of the clock, then on TAI, then the same by another path. */
	give(watch, make_read(&page, TICKS(10) + 1, 1, tai_ns, false));
	give(watch, make_read(&page, TICKS(10) + 2, 2, tai_ns, true));
	give(watch, make_read(&page, TICKS(10) + 3, 3, tai_ns, false));
	make_shift(&page, hour_ns);
	make_next_seq(&page);
	go_on(watch, &page, 6);
	assert_int_equal(reader_of(&watch->last, 1)->errors.unknown[ERROR_NO_SCALE], 1);
	assert_true(interval_has(reader_of(&watch->last, 2)->errors.worst, -hour_ns));
	assert_true(interval_has(reader_of(&watch->last, 3)->errors.worst, -hour_ns));
	watch_free(watch);
}

static uint64_t unknown_of(const struct incident *incident, uint32_t pid, enum error_unknown why)
{
	const struct incident_reader *reader = reader_of(incident, pid);

	assert_non_null(reader);
	assert_int_equal(reader->reads, 1);
	assert_int_equal(reader->errors.known, 0);
	return reader->errors.unknown[why];
}

static void what_cannot_be_known_says_why(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();
	struct event event;

	(void)state;
	see(watch, &page);
	/* On the other side of the disruption the counter was another one. */
	give(watch, make_read(&page, TICKS(10) + 5, 1, 0, true));
	event = make_read(&page, TICKS(10) + 5, 2, 0, false);
	event.page_state = EVENT_PAGE_ABSENT;
	give(watch, event);
	page = disrupted(page, 5);
	go_on(watch, &page, 1);
	event = make_read(&page, watch->counter + 1, 3, 0, true);
	event.result = -ETIMEDOUT;
	give(watch, event);
	event = make_event(EVENT_CALL, watch->counter + 1);
	event.path = PATH_DEV_MMAP;
	event.who.pid = 4;
	give(watch, event);
	go_on(watch, &page, 1);
	give(watch, make_read(&page, watch->counter + 1, 5, 0, true));
	judge_finish(watch->judge);
	assert_int_equal(unknown_of(&watch->last, 1, ERROR_DISRUPTED), 1);
	assert_int_equal(unknown_of(&watch->last, 2, ERROR_DISRUPTED), 1);
	assert_int_equal(unknown_of(&watch->last, 3, ERROR_FAILED), 1);
	assert_int_equal(unknown_of(&watch->last, 4, ERROR_NOT_SEEN), 1);
	assert_int_equal(unknown_of(&watch->last, 5, ERROR_NEVER_AFTER), 1);
	for (int i = 0; i < ERROR_UNKNOWNS; i++) {
		assert_non_null(error_unknown_name((enum error_unknown)i));
		assert_non_null(error_unknown_means((enum error_unknown)i));
	}
	watch_free(watch);
}

/*
 * The marker first, the line of time three samples later, and the counter had jumped by 2.3 s: what
 * the old line says meanwhile is no truth to judge by. The new one holds since the marker moved.
 */
static void the_line_from_before_the_marker_judges_nobody(void **state)
{
	const int64_t jump_ns = 2300000000;
	struct watch *watch = watch_new();
	struct page page = make_full_page();

	(void)state;
	give(watch, make_clock(&page, watch->counter, 300));
	page = marked(page, 5);
	go_on(watch, &page, 1);
	give(watch, make_read(&page, watch->counter + 10, 2, 0, true));
	give(watch, make_clock(&page, watch->counter + 20, (int64_t)SECOND));
	go_on(watch, &page, 7);
	give(watch, make_read(&page, watch->counter + 10, 3, 0, false));
	go_on(watch, &page, 1);
	/* Well for longer than it takes to settle, by that line; and nobody is judged by it. */
	assert_int_equal(watch->closed, 0);
	assert_int_equal(judge_open_incident(watch->judge)->page_good_ns, 0);
	assert_int_equal(judge_open_incident(watch->judge)->readers, 0);
	make_shift(&page, -jump_ns);
	make_next_seq(&page);
	go_on(watch, &page, 1);
	give(watch, make_clock(&page, watch->counter + 20, 200));
	go_on(watch, &page, 6);
	assert_int_equal(watch->closed, 1);
	assert_int_equal(watch->last.count[FINDING_HOST_STEP], 0);
	assert_int_equal(watch->last.count[FINDING_WRONG_BOUND], 0);
	assert_int_equal(watch->last.to_ns, 20 * SECOND);
	assert_int_equal(reader_of(&watch->last, 2)->errors.wrong, 1);
	assert_true(interval_has(reader_of(&watch->last, 2)->errors.worst, jump_ns));
	assert_int_equal(reader_of(&watch->last, 3)->errors.wrong, 1);
	assert_true(interval_has(reader_of(&watch->last, 3)->errors.worst, jump_ns));
	assert_int_equal(watch->last.clock[OBSERVED_REALTIME].errors.unknown[ERROR_OLD_LINE], 1);
	assert_int_equal(watch->last.clock[OBSERVED_REALTIME].errors.known, 2);
	assert_int_equal(watch->last.clock[OBSERVED_REALTIME].errors.wrong, 0);
	watch_free(watch);
}

/* It never comes: then nobody knows. */
static void a_line_that_is_never_renewed_leaves_it_unknown(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();

	(void)state;
	see(watch, &page);
	page = marked(page, 5);
	go_on(watch, &page, 1);
	give(watch, make_read(&page, watch->counter + 10, 2, 0, true));
	go_on(watch, &page, 20);
	judge_finish(watch->judge);
	assert_false(watch->last.recovered);
	assert_int_equal(reader_of(&watch->last, 2)->errors.known, 0);
	assert_int_equal(unknown_of(&watch->last, 2, ERROR_NEVER_AFTER), 1);
	watch_free(watch);
}

static void a_page_without_a_clock_tells_nobody_how_wrong_he_was(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_marker_page(), full = make_full_page();
	struct event clock = make_clock(&full, TICKS(12), 0);

	(void)state;
	see(watch, &page);
	page = disrupted(page, 5);
	go_on(watch, &page, 1);
	clock.page = page;
	give(watch, clock);
	go_on(watch, &page, 7);
	assert_int_equal(watch->closed, 1);
	/* The page is good, and what the clocks are nobody has seen. */
	assert_false(watch->last.recovered);
	assert_int_equal(watch->last.recovery.state, CLAIM_UNKNOWN);
	assert_int_equal(watch->last.recovery.why, CLAIM_NO_CLOCK);
	assert_int_equal(watch->last.clock[OBSERVED_REALTIME].points, 0);
	assert_int_equal(watch->last.clock[OBSERVED_REALTIME].errors.unknown[ERROR_NO_CLOCK], 1);
	watch_free(watch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_are_held_against_the_page_afterwards),
		cmocka_unit_test(a_read_keeps_the_scale_that_its_own_page_gave),
		cmocka_unit_test(what_cannot_be_known_says_why),
		cmocka_unit_test(the_line_from_before_the_marker_judges_nobody),
		cmocka_unit_test(a_line_that_is_never_renewed_leaves_it_unknown),
		cmocka_unit_test(a_page_without_a_clock_tells_nobody_how_wrong_he_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
