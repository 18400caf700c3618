// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/incident.h: the bad window, and how wrong each clock was in it. */
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
	give(watch, make_clock(&page, watch->counter, 0));
	assert_int_equal(watch->opened, 1);
	assert_non_null(judge_open_incident(watch->judge));
	go_on(watch, &page, 4);
	assert_int_equal(watch->closed, 0);
	go_on(watch, &page, 1); /* 5 s of good */
	assert_int_equal(watch->closed, 1);
	assert_null(judge_open_incident(watch->judge));
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
	go_on(watch, &page, 1);
	give(watch, make_clock(&page, watch->counter, 0));
	go_on(watch, &page, 4);
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
	judge_finish(watch->judge);
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
	assert_int_equal(judge_counts(watch->judge)->finding[FINDING_LEAP_ANNOUNCED], 1);
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
	judge_finish(watch->judge);
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
	judge_finish(watch->judge);
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
	judge_resume(watch->judge, &(struct event_gap){.incident = 7, .finding = 9});
	assert_int_equal(watch->closed, 1);
	assert_false(watch->last.recovered);
	assert_null(judge_open_incident(watch->judge));
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
	assert_int_equal(judge_counts(watch->judge)->finding[FINDING_DISRUPTION], 2);
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
		cmocka_unit_test(a_long_curve_is_thinned),
		cmocka_unit_test(more_than_fits_is_counted),
		cmocka_unit_test(a_stuck_writer_and_a_lost_device_keep_it_open),
		cmocka_unit_test(a_stun_without_any_page),
		cmocka_unit_test(behind_a_gap_all_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
