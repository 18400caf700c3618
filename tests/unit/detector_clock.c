// SPDX-License-Identifier: GPL-2.0-or-later
/* wrong_bound, scale_mismatch, clock_set: other clocks against the page. */
#include "judge_make.h"

/* CLOCK_REALTIME @off_ns ahead of the page's UTC, read in no time at all. */
static struct event make_clock(const struct page *page, uint64_t counter, int64_t off_ns,
			       uint64_t claim_ns)
{
	struct event event = make_event(EVENT_CLOCK, counter);
	struct page_time time;
	struct instant at;

	assert_int_equal(page_time_at(page, counter, &time), 0);
	assert_int_equal(instant_add_ns(time.utc, off_ns, &at), 0);
	event.page_state = EVENT_PAGE_STABLE;
	event.page = *page;
	event.clock.ticks = make_ticks(counter);
	event.clock.scale = SCALE_UTC;
	event.clock.at = instant_to_timespec(at);
	event.clock.has_claim = true;
	event.clock.max_error_ns = claim_ns;
	return event;
}

static void see(struct judged *judged, struct event event)
{
	detector_event(judged->detector, &event);
}

/* The page's own bound is 1000 ns. At a whole second nothing is rounded. */
static void a_claim_to_the_nanosecond(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = make_full_page();
	struct finding finding;

	(void)state;
	see(judged, make_clock(&page, TICKS(10), 6000, 5000));
	/* What was read as -6001 may have been anything below -6000, and 1 ns is for rounding. */
	see(judged, make_clock(&page, TICKS(11), -6001, 5000));
	no_finding(judged);
	see(judged, make_clock(&page, TICKS(12), 6001, 5000));
	see(judged, make_clock(&page, TICKS(13), 9000, 5000));
	finding = the_finding(judged, FINDING_WRONG_BOUND);
	assert_int_equal(finding.clock.clock, OBSERVED_REALTIME);
	assert_int_equal(finding.clock.offset.lo_ns, 6001);
	assert_true(finding.clock.offset.hi_ns >= 6002 && finding.clock.offset.hi_ns <= 6003);
	assert_int_equal(finding.clock.claim_ns, 5000);
	assert_int_equal(finding.clock.page_claim_ns, 1000);
	assert_int_equal(finding.clock.beyond.lo_ns, 1);
	/* It agrees again, and is wrong again on the other side. */
	see(judged, make_clock(&page, TICKS(14), 0, 5000));
	see(judged, make_clock(&page, TICKS(15), -6003, 5000));
	assert_int_equal(the_finding(judged, FINDING_WRONG_BOUND).clock.beyond.hi_ns, -1);
	judged_free(judged);
}

static void each_clock_by_itself(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = make_full_page();

	(void)state;
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		struct event event = make_clock(&page, TICKS(10), 50000, 100);

		event.clock.clock = (enum observed_clock)i;
		see(judged, event);
		see(judged, event);
		assert_int_equal(the_finding(judged, FINDING_WRONG_BOUND).clock.clock, i);
	}
	judged_free(judged);
}

static void who_claims_nothing_cannot_be_wrong(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = make_full_page();
	struct event event = make_clock(&page, TICKS(10), SECOND, 0);

	(void)state;
	event.clock.has_claim = false;
	see(judged, event);
	event = make_clock(&page, TICKS(10), SECOND, UINT64_MAX);
	see(judged, event);
	event = make_clock(&page, TICKS(10), SECOND, 0);
	event.page_state = EVENT_PAGE_MOVED;
	see(judged, event);
	event = make_clock(&page, TICKS(10), SECOND, 0);
	event.clock.ticks.counter_id = !COUNTER_NATIVE_ID;
	see(judged, event);
	event = make_clock(&page, TICKS(10), SECOND, 0);
	event.clock.clock = OBSERVED_CLOCKS;
	see(judged, event);
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_INITIALIZING);
	make_next_seq(&page);
	see(judged, make_clock(&page, TICKS(10), SECOND, 0));
	the_finding(judged, FINDING_STATUS_CHANGE);
	judged_free(judged);
}

static void a_wide_reading_is_given_the_benefit(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = make_full_page();
	struct event event = make_clock(&page, TICKS(10), 1000000, 0);

	(void)state;
	event.clock.ticks.after += TICKS(1);
	see(judged, event);
	no_finding(judged);
	event.clock.ticks.after = event.clock.ticks.before + 1;
	see(judged, event);
	the_finding(judged, FINDING_WRONG_BOUND);
	judged_free(judged);
}

static void around_a_leap_second_a_second_is_allowed(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = make_full_page();

	(void)state;
	/* 12 h before the end of January 2027. */
	make_field(&page, PAGE_TIME_SEC, 1801440000 - 43200);
	make_field(&page, PAGE_LEAP_INDICATOR, VMCLOCK_LEAP_PRE_POS);
	see(judged, make_clock(&page, TICKS(10), SECOND + 1000, 0));
	the_finding(judged, FINDING_LEAP_ANNOUNCED);
	see(judged, make_clock(&page, TICKS(10), SECOND + 1002, 0));
	the_finding(judged, FINDING_WRONG_BOUND);
	judged_free(judged);
}

/* Announced for the end of the month, or undefined: today nobody smears. */
static void a_leap_second_far_away_allows_nothing(void **state)
{
	static const uint64_t indicators[] = {VMCLOCK_LEAP_PRE_POS, VMCLOCK_LEAP_POST_NEG, 77};

	(void)state;
	for (size_t i = 0; i < sizeof(indicators) / sizeof(indicators[0]); i++) {
		struct judged *judged = judged_new(NULL);
		struct page page = make_full_page();

		make_field(&page, PAGE_LEAP_INDICATOR, indicators[i]);
		see(judged, make_clock(&page, TICKS(10), 0, 100000));
		judged->count = 0;
		see(judged, make_clock(&page, TICKS(11), 285000000, 100000));
		the_finding(judged, FINDING_WRONG_BOUND);
		judged_free(judged);
	}
}

static void a_clock_on_tai_that_is_taken_for_utc(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = make_full_page();
	struct event event = make_clock(&page, TICKS(10), 37 * (int64_t)SECOND + 5000, 1);
	struct finding finding;

	(void)state;
	see(judged, event);
	see(judged, event);
	finding = the_finding(judged, FINDING_SCALE_MISMATCH);
	assert_int_equal(finding.scale.cause, SCALE_CAUSE_CLOCK);
	assert_int_equal(finding.scale.clock.clock, OBSERVED_REALTIME);
	assert_int_equal(finding.scale.clock.offset.lo_ns, 37 * (int64_t)SECOND + 5000);
	/* Stated as TAI it is only a little off. */
	event.clock.clock = OBSERVED_PHC;
	event.clock.scale = SCALE_TAI;
	see(judged, event);
	the_finding(judged, FINDING_WRONG_BOUND);
	/* Unstated: no scale to be wrong about. */
	event.clock.clock = OBSERVED_OTHER;
	event.clock.scale = SCALE_UNKNOWN;
	event.clock.has_claim = false;
	see(judged, event);
	no_finding(judged);
	/* Far off both is wrong, but not the other scale. */
	see(judged, make_clock(&page, TICKS(10), 20 * (int64_t)SECOND, 1));
	the_finding(judged, FINDING_WRONG_BOUND);
	judged_free(judged);
}

static void the_kernels_offset_is_another(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = make_full_page();
	struct event event = make_clock(&page, TICKS(10), 0, 1);
	struct finding finding;

	(void)state;
	see(judged, event);
	event.clock.kernel_tai_offset_sec = 37;
	see(judged, event);
	no_finding(judged);
	event.clock.kernel_tai_offset_sec = 36;
	see(judged, event);
	see(judged, event);
	finding = the_finding(judged, FINDING_SCALE_MISMATCH);
	assert_int_equal(finding.scale.cause, SCALE_CAUSE_KERNEL_OFFSET);
	assert_int_equal(finding.scale.kernel_offset_sec, 36);
	assert_int_equal(finding.scale.page_offset_sec, -37);
	judged_free(judged);
}

static struct event make_change(enum clock_change_how how)
{
	struct event event = make_event(EVENT_CLOCK_CHANGE, TICKS(10));

	event.who.pid = 7;
	event.change.how = how;
	return event;
}

static void who_sets_the_system_clock(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct event event = make_change(CLOCK_STEPPED);
	struct finding finding;

	(void)state;
	see(judged, event); /* to where it was */
	no_finding(judged);
	event.change.step = (struct ns_interval){.lo_ns = 999999, .hi_ns = 1000000};
	see(judged, event);
	finding = the_finding(judged, FINDING_CLOCK_SET);
	assert_int_equal(finding.severity, FINDING_WARNING);
	assert_int_equal(finding.event.who.pid, 7);
	event.change.step = (struct ns_interval){.lo_ns = -1000001, .hi_ns = -1000000};
	see(judged, event);
	assert_int_equal(the_finding(judged, FINDING_CLOCK_SET).severity, FINDING_CRITICAL);
	event.result = -1;
	see(judged, event);
	no_finding(judged);

	event = make_change(CLOCK_SLEWED);
	event.change.old_ppt = -50000000;
	event.change.new_ppt = 49999999;
	see(judged, event);
	no_finding(judged);
	event.change.new_ppt = 50000000;
	see(judged, event);
	the_finding(judged, FINDING_CLOCK_SET);
	event.change.old_ppt = INT64_MIN;
	event.change.new_ppt = INT64_MAX;
	see(judged, event);
	the_finding(judged, FINDING_CLOCK_SET);
	see(judged, make_change(CLOCK_NEW_SOURCE));
	the_finding(judged, FINDING_CLOCK_SET);
	judged_free(judged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_claim_to_the_nanosecond),
		cmocka_unit_test(each_clock_by_itself),
		cmocka_unit_test(who_claims_nothing_cannot_be_wrong),
		cmocka_unit_test(a_wide_reading_is_given_the_benefit),
		cmocka_unit_test(around_a_leap_second_a_second_is_allowed),
		cmocka_unit_test(a_leap_second_far_away_allows_nothing),
		cmocka_unit_test(a_clock_on_tai_that_is_taken_for_utc),
		cmocka_unit_test(the_kernels_offset_is_another),
		cmocka_unit_test(who_sets_the_system_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
