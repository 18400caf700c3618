// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/incident.h: the bad window, how wrong each clock was in it, and who read one. */
#include <errno.h>

#include "incident_make.h"

static void a_disruption_that_is_over_at_once(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();

	(void)state;
	see(watch, &page);
	watch->counter += TICKS(1);
	page = disrupted(page, 5);
	see(watch, &page);
	assert_int_equal(watch->opened, 1);
	assert_non_null(incidents_open(watch->incidents));
	go_on(watch, &page, 4);
	assert_int_equal(watch->closed, 0);
	go_on(watch, &page, 1); /* 5 s of good */
	assert_int_equal(watch->closed, 1);
	assert_null(incidents_open(watch->incidents));
	assert_true(watch->last.recovered && watch->last.closed);
	assert_int_equal(watch->last.from_ns, 10 * SECOND);
	assert_int_equal(watch->last.to_ns, 11 * SECOND);
	assert_int_equal(watch->last.page_good_ns, 11 * SECOND);
	assert_int_equal(watch->last.findings, 1);
	assert_int_equal(watch->last.severity, FINDING_CRITICAL);
	go_on(watch, &page, 20);
	assert_int_equal(watch->opened, 1);
	watch_free(watch);
}

/* Marker and status change; then the page synchronizes; then the system clock is back. */
static void a_migration_until_all_is_good(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();
	const struct incident_clock *clock;

	(void)state;
	give(watch, make_clock(&page, watch->counter, 300)); /* 10 s: good */
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_INITIALIZING);
	page = disrupted(page, 5);
	go_on(watch, &page, 3); /* 11..13 s */
	give(watch, make_clock(&page, watch->counter, 5000000));
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_SYNCHRONIZED);
	make_next_seq(&page);
	go_on(watch, &page, 1); /* 14 s: the page is good */
	give(watch, make_clock(&page, watch->counter, 5000000));
	go_on(watch, &page, 30);
	assert_int_equal(watch->closed, 0);
	watch->counter += TICKS(1); /* 45 s */
	give(watch, make_clock(&page, watch->counter, -200));
	go_on(watch, &page, 5);
	assert_int_equal(watch->closed, 1);
	assert_int_equal(watch->last.from_ns, 10 * SECOND);
	assert_int_equal(watch->last.page_good_ns, 14 * SECOND);
	assert_int_equal(watch->last.to_ns, 45 * SECOND);
	assert_int_equal(watch->last.count[FINDING_DISRUPTION], 1);
	assert_int_equal(watch->last.count[FINDING_STATUS_CHANGE], 2);
	assert_int_equal(watch->last.count[FINDING_WRONG_BOUND], 1);
	assert_int_equal(watch->last.findings, 4);

	clock = &watch->last.clock[OBSERVED_REALTIME];
	assert_true(clock->seen && clock->is_good && !clock->was_bad);
	assert_int_equal(clock->good_ns, 45 * SECOND);
	assert_int_equal(clock->points, 3);
	assert_int_equal(clock->point[0].from_ns, 10 * SECOND); /* the last good one */
	assert_int_equal(clock->errors.known, 3);
	assert_int_equal(clock->errors.wrong, 1);
	assert_int_equal(clock->errors.unknown[ERROR_NOT_VOUCHED], 1);
	/* 5 ms ahead, and the page knows to within 1000 ns. */
	assert_in_range(clock->errors.worst.lo_ns, 4998999, 4999000);
	assert_int_equal(clock->errors.worst_ns, 14 * SECOND);
	assert_false(watch->last.clock[OBSERVED_PHC].seen);
	watch_free(watch);
}

static void a_new_finding_starts_the_wait_anew(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();

	(void)state;
	see(watch, &page);
	page = disrupted(page, 5);
	go_on(watch, &page, 5);
	page = disrupted(page, 6);
	go_on(watch, &page, 5);
	assert_int_equal(watch->closed, 0);
	go_on(watch, &page, 1);
	assert_int_equal(watch->opened, 1);
	assert_int_equal(watch->closed, 1);
	assert_int_equal(watch->last.findings, 2);
	assert_int_equal(watch->last.to_ns, 16 * SECOND);
	/* Later, it is another one. */
	page = disrupted(page, 7);
	go_on(watch, &page, 1);
	assert_int_equal(watch->opened, 2);
	assert_int_equal(watch->last.number, 2);
	assert_int_equal(watch->last.findings, 1);
	incidents_finish(watch->incidents);
	assert_int_equal(watch->closed, 2);
	assert_false(watch->last.recovered);
	watch_free(watch);
}

static void news_alone_is_no_incident(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();

	(void)state;
	see(watch, &page);
	make_field(&page, PAGE_LEAP_INDICATOR, VMCLOCK_LEAP_PRE_POS);
	make_field(&page, PAGE_SMEARING_HINT, 1);
	make_field(&page, PAGE_TAI_OFFSET_SEC, 37);
	make_field(&page, PAGE_FLAGS,
		   page_get(&page, PAGE_FLAGS) | VMCLOCK_FLAG_DISRUPTION_IMMINENT);
	make_next_seq(&page);
	go_on(watch, &page, 10);
	assert_int_equal(detector_counts(watch->detector)->finding[FINDING_LEAP_ANNOUNCED], 1);
	assert_int_equal(watch->opened, 0);
	watch_free(watch);
}

static void a_clock_that_was_bad_before_is_not_waited_for(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();
	struct event clock = make_clock(&page, TICKS(10), 50000000);

	(void)state;
	clock.clock.has_claim = false;
	give(watch, clock);
	page = disrupted(page, 5);
	go_on(watch, &page, 1);
	clock = make_clock(&page, watch->counter, 50000000);
	clock.clock.has_claim = false;
	give(watch, clock);
	go_on(watch, &page, 6);
	assert_int_equal(watch->closed, 1);
	assert_true(watch->last.clock[OBSERVED_REALTIME].was_bad);
	watch_free(watch);
}

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
	incidents_finish(watch->incidents);
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
	assert_int_equal(incidents_open(watch->incidents)->page_good_ns, 0);
	assert_int_equal(incidents_open(watch->incidents)->readers, 0);
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
	incidents_finish(watch->incidents);
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

/* However many samples there are, the curve keeps its first point, its extremes and its count. */
static void a_long_curve_is_thinned(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();
	const struct incident_clock *clock = &watch->last.clock[OBSERVED_REALTIME];
	uint64_t samples = 0;
	int64_t least = 0;

	(void)state;
	give(watch, make_clock(&page, TICKS(10), 0));
	page = disrupted(page, 5);
	for (int i = 0; i < 5000; i++) {
		watch->counter += TICKS(1);
		give(watch,
		     make_clock(&page, watch->counter, i == 3333 ? -(int64_t)SECOND : 5000000));
	}
	incidents_finish(watch->incidents);
	assert_true(clock->points > INCIDENT_POINTS / 2 && clock->points <= INCIDENT_POINTS);
	for (size_t i = 0; i < clock->points; i++) {
		samples += clock->point[i].samples;
		assert_true(clock->point[i].from_ns <= clock->point[i].to_ns);
		assert_true(!i || clock->point[i - 1].to_ns < clock->point[i].from_ns);
		if (clock->point[i].error.lo_ns < least)
			least = clock->point[i].error.lo_ns;
	}
	assert_int_equal(samples, 5001);
	assert_int_equal(clock->point[0].samples, 1);
	assert_int_equal(clock->point[0].from_ns, 10 * SECOND);
	assert_true(least <= -(int64_t)SECOND);
	assert_true(interval_has(clock->errors.worst, -(int64_t)SECOND));
	assert_int_equal(clock->errors.wrong, 5000);
	watch_free(watch);
}

static void more_than_fits_is_counted(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();

	(void)state;
	see(watch, &page);
	for (uint64_t i = 1; i <= 100; i++) {
		page = disrupted(page, i);
		go_on(watch, &page, 1);
	}
	for (uint32_t i = 0; i < 400; i++)
		give(watch, make_read(&page, watch->counter + i, i, 0, true));
	go_on(watch, &page, 1);
	for (uint32_t i = 0; i < 2000; i++)
		give(watch, make_read(&page, watch->counter + i, 1, 0, true));
	incidents_finish(watch->incidents);
	assert_int_equal(watch->last.findings, INCIDENT_FINDINGS);
	assert_int_equal(watch->last.findings_unlisted, 100 - INCIDENT_FINDINGS);
	assert_int_equal(watch->last.count[FINDING_DISRUPTION], 100);
	assert_int_equal(watch->last.readers, INCIDENT_READERS);
	assert_int_equal(watch->last.reads_unlisted, 400 - INCIDENT_READERS);
	assert_int_equal(watch->last.reads_unjudged + reader_of(&watch->last, 1)->reads, 2001);
	assert_true(watch->last.reads_unjudged > 1000);
	watch_free(watch);
}

static void a_stuck_writer_and_a_lost_device_keep_it_open(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page(), garbage = {.length = 4};
	struct event torn;

	(void)state;
	see(watch, &page);
	for (int i = 1; i <= 20; i++) {
		torn = make_sample(&page, TICKS(10 + i));
		torn.page_state = EVENT_PAGE_TORN;
		make_field(&torn.page, PAGE_SEQ_COUNT, 1);
		give(watch, torn);
	}
	watch->counter = TICKS(30);
	see(watch, &garbage);
	go_on(watch, &garbage, 20);
	assert_int_equal(watch->opened, 1);
	assert_int_equal(watch->closed, 0);
	make_next_seq(&page);
	go_on(watch, &page, 6); /* 51..56 s */
	assert_int_equal(watch->closed, 1);
	assert_int_equal(watch->last.count[FINDING_WRITER_STUCK], 1);
	assert_int_equal(watch->last.count[FINDING_DEVICE_LOST], 1);
	assert_int_equal(watch->last.from_ns, 10 * SECOND);
	assert_int_equal(watch->last.to_ns, 51 * SECOND);
	watch_free(watch);
}

static void a_stun_without_any_page(void **state)
{
	struct watch *watch = watch_new();
	struct event tick = make_event(EVENT_TICK, TICKS(20));

	(void)state;
	tick.tick.ticks.counter_id = VMCLOCK_COUNTER_INVALID;
	tick.tick.last_ns = 11 * SECOND;
	tick.tick.due_ns = 12 * SECOND;
	give(watch, tick);
	assert_int_equal(watch->opened, 1);
	tick.time_ns = tick.tick.due_ns = 25 * SECOND;
	tick.tick.last_ns = 24 * SECOND;
	give(watch, tick);
	assert_int_equal(watch->closed, 1);
	assert_int_equal(watch->last.from_ns, 11 * SECOND);
	assert_int_equal(watch->last.to_ns, 20 * SECOND);
	assert_int_equal(watch->last.page_good_ns, 0);
	watch_free(watch);
}

/* Behind a gap nothing follows from what was before it: neither a change nor a recovery. */
static void behind_a_gap_all_begins_anew(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();

	(void)state;
	see(watch, &page);
	watch->counter += TICKS(1);
	page = disrupted(page, 5);
	see(watch, &page);
	assert_int_equal(watch->last.number, 1);
	incidents_forget(watch->incidents, 7);
	detector_forget(watch->detector, 9);
	assert_int_equal(watch->closed, 1);
	assert_false(watch->last.recovered);
	assert_null(incidents_open(watch->incidents));
	/* Another marker, but no change that was seen. */
	watch->counter += TICKS(1000);
	page = disrupted(page, 6);
	go_on(watch, &page, 20);
	assert_int_equal(watch->opened, 1);
	watch->counter += TICKS(1);
	page = disrupted(page, 7);
	see(watch, &page);
	assert_int_equal(watch->opened, 2);
	assert_int_equal(watch->last.number, 8);
	assert_int_equal(watch->last.finding[0].number, 10);
	assert_int_equal(detector_counts(watch->detector)->finding[FINDING_DISRUPTION], 2);
	watch_free(watch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disruption_that_is_over_at_once),
		cmocka_unit_test(a_migration_until_all_is_good),
		cmocka_unit_test(a_new_finding_starts_the_wait_anew),
		cmocka_unit_test(news_alone_is_no_incident),
		cmocka_unit_test(a_clock_that_was_bad_before_is_not_waited_for),
		cmocka_unit_test(reads_are_held_against_the_page_afterwards),
		cmocka_unit_test(a_read_keeps_the_scale_that_its_own_page_gave),
		cmocka_unit_test(what_cannot_be_known_says_why),
		cmocka_unit_test(the_line_from_before_the_marker_judges_nobody),
		cmocka_unit_test(a_line_that_is_never_renewed_leaves_it_unknown),
		cmocka_unit_test(a_page_without_a_clock_tells_nobody_how_wrong_he_was),
		cmocka_unit_test(a_long_curve_is_thinned),
		cmocka_unit_test(more_than_fits_is_counted),
		cmocka_unit_test(a_stuck_writer_and_a_lost_device_keep_it_open),
		cmocka_unit_test(a_stun_without_any_page),
		cmocka_unit_test(behind_a_gap_all_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
