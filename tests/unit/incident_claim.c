// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/incident.h: what is not claimed, since it was not seen, or not by a page that holds. */
#include "incident_make.h"

/* The page jumps, is believed for a second, and is refuted: CLOCK_REALTIME was right throughout. */
static void a_page_that_is_refuted_proves_nobody_wrong(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();
	const struct incident_clock *clock = &watch->last.clock[OBSERVED_REALTIME];
	uint64_t then;

	(void)state;
	give(watch, make_clock(&page, watch->counter, 0));
	make_shift(&page, 30000000);
	make_next_seq(&page);
	go_on(watch, &page, 1);
	then = watch->counter;
	give(watch, make_clock(&page, then, -30000000));
	give(watch, make_read(&page, then + 1000, 2, 0, true));
	make_shift(&page, -30000000);
	make_next_seq(&page);
	go_on(watch, &page, 1);
	give(watch, make_clock(&page, watch->counter, 0));
	give(watch, make_read(&page, watch->counter + 1000, 2, 0, true));
	go_on(watch, &page, 3);
	give(watch, make_clock(&page, watch->counter, 0));
	go_on(watch, &page, 3);
	assert_int_equal(watch->last.count[FINDING_HOST_STEP], 2);
	assert_true(watch->closed == 1 && watch->last.recovered);
	assert_int_equal(clock->errors.wrong, 0);
	assert_true(interval_has(clock->errors.all, 0));
	assert_true(interval_has(clock->errors.all, -30000000));
	assert_int_equal(reader_of(&watch->last, 2)->errors.wrong, 0);
	assert_true(interval_has(reader_of(&watch->last, 2)->errors.all, 30000000));
	watch_free(watch);
}

/* Good at the last sample, but for how long nobody knows; and what is bad has not recovered. */
static void an_end_that_comes_early_leaves_it_unknown(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();

	(void)state;
	see(watch, &page);
	page = disrupted(page, 5);
	go_on(watch, &page, 2);
	judge_finish(watch->judge);
	assert_int_equal(watch->last.recovery.state, CLAIM_UNKNOWN);
	assert_int_equal(watch->last.recovery.why, CLAIM_ENDED_EARLY);
	page = disrupted(page, 6);
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_INITIALIZING);
	go_on(watch, &page, 2);
	judge_finish(watch->judge);
	assert_int_equal(watch->last.recovery.state, CLAIM_FAILS);
	page = disrupted(page, 7);
	go_on(watch, &page, 2);
	judge_resume(watch->judge, &(struct event_gap){0});
	assert_int_equal(watch->last.recovery.why, CLAIM_GAP);
	watch_free(watch);
}

/* The page is well again, and nobody has read the clock since: that it is too would be a guess. */
static void a_clock_that_is_not_read_again_leaves_it_unknown(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();

	(void)state;
	give(watch, make_clock(&page, watch->counter, 0));
	page = disrupted(page, 5);
	go_on(watch, &page, 15);
	assert_int_equal(watch->closed, 0);
	go_on(watch, &page, 2);
	assert_int_equal(watch->closed, 1);
	assert_int_equal(watch->last.recovery.state, CLAIM_UNKNOWN);
	assert_int_equal(watch->last.recovery.why, CLAIM_CLOCK_UNKNOWN);
	watch_free(watch);
}

/* The same reading, with another claim; 0: none. */
static struct event claiming(struct event event, uint64_t max_error_ns)
{
	event.clock.has_claim = max_error_ns;
	event.clock.max_error_ns = max_error_ns;
	return event;
}

/* What CLOCK_REALTIME claims holds by the page before the step as by that after it. */
static void a_clock_that_is_good_by_both_pages_shows_neither(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();

	(void)state;
	give(watch, claiming(make_clock(&page, watch->counter, 0), 1000000));
	make_shift(&page, 500000);
	make_next_seq(&page);
	go_on(watch, &page, 1);
	give(watch, claiming(make_clock(&page, watch->counter, 0), 1000000));
	go_on(watch, &page, 3);
	give(watch, claiming(make_clock(&page, watch->counter, 0), 1000000));
	go_on(watch, &page, 3);
	assert_int_equal(watch->last.count[FINDING_HOST_STEP], 1);
	assert_int_equal(watch->closed, 1);
	assert_int_equal(watch->last.recovery.state, CLAIM_UNKNOWN);
	assert_int_equal(watch->last.recovery.why, CLAIM_REFUTED);
	watch_free(watch);
}

/* It claims nothing, so that it is off is no finding; but nor does it show that all is well. */
static void a_clock_that_was_bad_before_leaves_it_unknown(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();

	(void)state;
	give(watch, claiming(make_clock(&page, watch->counter, -5000000000), 0));
	page = disrupted(page, 5);
	go_on(watch, &page, 1);
	give(watch, claiming(make_clock(&page, watch->counter, -5000000000), 0));
	go_on(watch, &page, 8);
	assert_int_equal(watch->closed, 1);
	assert_int_equal(watch->last.recovery.state, CLAIM_UNKNOWN);
	assert_int_equal(watch->last.recovery.why, CLAIM_BAD_BEFORE);
	watch_free(watch);
}

/* The page is there again; that the marker moved before, and CLOCK_REALTIME with it, stays so. */
static void what_no_clock_shows_stays_unknown(void **state)
{
	struct watch *watch = watch_new();
	struct page page = make_marker_page();
	struct event lost = make_event(EVENT_DEVICE, TICKS(20));

	(void)state;
	go_on(watch, &page, 1);
	page = marked(page, 5);
	go_on(watch, &page, 8);
	assert_int_equal(watch->closed, 1);
	assert_int_equal(watch->last.recovery.why, CLAIM_NO_CLOCK);
	lost.device_state = DEVICE_LOST;
	give(watch, lost);
	watch->counter = TICKS(20);
	go_on(watch, &page, 8);
	assert_int_equal(watch->closed, 2);
	assert_int_equal(watch->last.recovery.state, CLAIM_UNKNOWN);
	assert_int_equal(watch->last.recovery.why, CLAIM_NO_CLOCK);
	watch_free(watch);
}

/*
 * CLOCK_REALTIME keeps its time while the page's offset of UTC goes from -37 to @offset_sec: how
 * wrong was it, in an incident that is open?
 */
static struct error_range over_an_offset(int64_t offset_sec, uint64_t leap)
{
	struct watch *watch = watch_new();
	struct page page = make_full_page();
	struct error_range errors;

	make_field(&page, PAGE_TIME_TYPE, VMCLOCK_TIME_TAI);
	make_field(&page, PAGE_LEAP_INDICATOR, leap);
	see(watch, &page);
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_FREERUNNING);
	make_next_seq(&page);
	go_on(watch, &page, 1);
	give(watch, make_clock(&page, watch->counter, 0));
	make_field(&page, PAGE_TAI_OFFSET_SEC, (uint64_t)offset_sec);
	make_next_seq(&page);
	go_on(watch, &page, 1);
	give(watch, make_clock(&page, watch->counter, (-37 - offset_sec) * 1000000000));
	judge_finish(watch->judge);
	errors = watch->last.clock[OBSERVED_REALTIME].errors;
	assert_int_equal(watch->last.count[FINDING_TAI_OFFSET_CHANGE], 1);
	assert_int_equal(errors.known, 2);
	watch_free(watch);
	return errors;
}

/* Of two offsets of UTC one is wrong, unless a leap second is between them. */
static void an_offset_that_no_leap_second_explains_proves_nobody_wrong(void **state)
{
	struct error_range errors = over_an_offset(-39, VMCLOCK_LEAP_NONE);

	(void)state;
	assert_int_equal(errors.wrong, 0);
	assert_true(interval_has(errors.all, 0) && interval_has(errors.all, 2000000000));
	errors = over_an_offset(-36, VMCLOCK_LEAP_PRE_POS);
	assert_int_equal(errors.wrong, 0);
	assert_true(interval_has(errors.all, 0) && interval_has(errors.all, -1000000000));
	/* CLOCK_REALTIME did not insert it. */
	errors = over_an_offset(-38, VMCLOCK_LEAP_PRE_POS);
	assert_int_equal(errors.wrong, 1);
	assert_true(interval_has(errors.all, 1000000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_that_is_refuted_proves_nobody_wrong),
		cmocka_unit_test(an_end_that_comes_early_leaves_it_unknown),
		cmocka_unit_test(a_clock_that_is_not_read_again_leaves_it_unknown),
		cmocka_unit_test(a_clock_that_is_good_by_both_pages_shows_neither),
		cmocka_unit_test(a_clock_that_was_bad_before_leaves_it_unknown),
		cmocka_unit_test(what_no_clock_shows_stays_unknown),
		cmocka_unit_test(an_offset_that_no_leap_second_explains_proves_nobody_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
