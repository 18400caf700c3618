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

#define LEAP_MIDNIGHT 1801440000 /* the end of January 2027 */
#define CLAIM_NS      10000

/* A page whose reference, at tick 0, is @before_sec before a second more, with that hint. */
static struct page make_leap_page(int64_t before_sec, uint64_t hint)
{
	struct page page = make_full_page();

	make_field(&page, PAGE_TIME_SEC, (uint64_t)(LEAP_MIDNIGHT - before_sec));
	make_field(&page, PAGE_LEAP_INDICATOR, VMCLOCK_LEAP_PRE_POS);
	make_field(&page, PAGE_SMEARING_HINT, hint);
	return page;
}

/* Is a clock that is @off_ns ahead of that page's UTC @at_sec after its reference blamed? */
static bool is_blamed(const struct page *page, int64_t at_sec, int64_t off_ns,
		      enum clock_scale scale)
{
	struct judged *judged = judged_new(NULL);
	struct event event = make_clock(page, TICKS(at_sec), off_ns, CLAIM_NS);
	bool blamed = false;

	if (scale == SCALE_TAI)
		event.clock.at.tv_sec += 37;
	event.clock.scale = scale;
	see(judged, event);
	for (size_t i = 0; i < judged->count; i++)
		blamed |= judged->found[i].kind == FINDING_WRONG_BOUND;
	judged_free(judged);
	return blamed;
}

static void a_leap_second_explains_a_whole_second(void **state)
{
	struct page page = make_leap_page(60, VMCLOCK_SMEARING_STRICT);
	const int64_t second = SECOND;

	(void)state;
	/* Before it nothing has moved. */
	assert_true(is_blamed(&page, 10, -second, SCALE_UTC));
	assert_true(is_blamed(&page, 10, 900000, SCALE_UTC));
	assert_true(is_blamed(&page, 10, -500000000, SCALE_UTC));
	/* Who is early or late, or has it still to come. */
	assert_false(is_blamed(&page, 59, -second, SCALE_UTC));
	assert_false(is_blamed(&page, 61, -second - CLAIM_NS, SCALE_UTC));
	assert_false(is_blamed(&page, 61, 0, SCALE_UTC));
	assert_true(is_blamed(&page, 61, -900000, SCALE_UTC));
	assert_true(is_blamed(&page, 61, -500000000, SCALE_UTC));
	/* The page's reference is from before it, the clock is not. */
	assert_false(is_blamed(&page, 70, -second, SCALE_UTC));
	assert_true(is_blamed(&page, 70, -second + 900000, SCALE_UTC));
	/* TAI has none. */
	assert_true(is_blamed(&page, 61, -second, SCALE_TAI));
}

static void a_leap_second_explains_its_smear(void **state)
{
	struct page page = make_leap_page(43200, VMCLOCK_SMEARING_NOON_LINEAR);
	struct page strict = make_leap_page(43200, VMCLOCK_SMEARING_STRICT);
	struct page undefined = make_leap_page(43200, 99);

	(void)state;
	/* After a quarter of the 86401 s, a quarter of a second less 2.9 us. */
	assert_false(is_blamed(&page, 21600, -249997107, SCALE_UTC));
	assert_false(is_blamed(&page, 21600, 0, SCALE_UTC));
	assert_true(is_blamed(&page, 21600, -250900000, SCALE_UTC));
	assert_true(is_blamed(&page, 21600, 900000, SCALE_UTC));
	assert_true(is_blamed(&strict, 21600, -249997107, SCALE_UTC));
	/* How it is smeared is not known, but not by more than all of it. */
	assert_false(is_blamed(&undefined, 21600, -900000, SCALE_UTC));
	assert_true(is_blamed(&undefined, 21600, -1000900000, SCALE_UTC));
}

/* It counts TAI from the second on, the page when it is updated. */
static void the_kernels_offset_in_a_leap_second(void **state)
{
	struct page page = make_leap_page(60, VMCLOCK_SMEARING_STRICT);
	struct judged *judged = judged_new(NULL);
	struct event event = make_clock(&page, TICKS(10), 0, CLAIM_NS);

	(void)state;
	event.clock.kernel_tai_offset_sec = 37;
	see(judged, event);
	the_finding(judged, FINDING_LEAP_ANNOUNCED);
	event = make_clock(&page, TICKS(70), -(int64_t)SECOND, CLAIM_NS);
	event.clock.kernel_tai_offset_sec = 38;
	see(judged, event);
	no_finding(judged);
	event.clock.kernel_tai_offset_sec = 37;
	see(judged, event);
	assert_int_equal(the_finding(judged, FINDING_SCALE_MISMATCH).scale.page_offset_sec, -38);
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
		cmocka_unit_test(a_leap_second_explains_a_whole_second),
		cmocka_unit_test(a_leap_second_explains_its_smear),
		cmocka_unit_test(the_kernels_offset_in_a_leap_second),
		cmocka_unit_test(a_leap_second_far_away_allows_nothing),
		cmocka_unit_test(a_clock_on_tai_that_is_taken_for_utc),
		cmocka_unit_test(the_kernels_offset_is_another),
		cmocka_unit_test(who_sets_the_system_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
