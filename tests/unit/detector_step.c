// SPDX-License-Identifier: GPL-2.0-or-later
/* host_step: to the nanosecond at the bound, and nothing inside it. */
#include "judge_make.h"

/* After 1 s the bound is 1000 ns + 2^-20 s = 953.67 ns, rounded up; the new page's is 1000 ns. */
#define BOUND_NS 1954
#define BOTH_NS	 (BOUND_NS + 1000)

static void inside_the_bound_is_nothing_outside_is_a_step(void **state)
{
	const struct {
		int64_t ns;
		bool found;
	} moves[] = {
		{0, false},	      {BOUND_NS + 2, false}, /* noise that both pages admit */
		{BOTH_NS, false},     {-BOTH_NS, false},     {BOTH_NS + 2, true},
		{-BOTH_NS - 2, true}, {SECOND, true},	     {-(int64_t)SECOND, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		struct page page = make_bounded_page();
		struct judged *judged = judged_watching(&page);
		struct finding finding;

		judged_update(judged, &page, 1, moves[i].ns);
		if (moves[i].found) {
			finding = the_finding(judged, FINDING_HOST_STEP);
			assert_true(finding.step.has_bound);
			assert_int_equal(finding.step.bound_ns, BOUND_NS);
			assert_int_equal(finding.step.counter, judged->counter);
			assert_true(interval_has(finding.step.moved, moves[i].ns));
			assert_true(interval_width_ns(finding.step.moved) <= 1);
			assert_true(interval_has(finding.step.beyond,
						 moves[i].ns +
							 (moves[i].ns > 0 ? -BOUND_NS : BOUND_NS)));
		}
		no_finding(judged);
		/* The next one is held against the new clock. */
		judged_update(judged, &page, 1, 0);
		no_finding(judged);
		judged_free(judged);
	}
}

/* A host that is honest: each update is off by up to what it admits, either way. */
static void honest_noise_is_no_step(void **state)
{
	struct page page = make_bounded_page();
	struct judged *judged = judged_watching(&page);

	(void)state;
	for (int i = 0; i < 100; i++)
		judged_update(judged, &page, 0.02, i % 2 ? -2000 : 2000);
	no_finding(judged);
	judged_free(judged);
}

/* A page that gives its bound up is not refuted by the one before, but it did step. */
static void severity_by_whether_both_can_be_true(void **state)
{
	struct page page = make_bounded_page();
	struct judged *judged = judged_watching(&page);

	(void)state;
	judged_update(judged, &page, 1, BOTH_NS + 2);
	assert_true(judged->found[0].step.bounds_disjoint);
	assert_int_equal(the_finding(judged, FINDING_HOST_STEP).severity, FINDING_CRITICAL);
	make_field(&page, PAGE_FLAGS, VMCLOCK_FLAG_TAI_OFFSET_VALID);
	judged_update(judged, &page, 1, BOUND_NS + 2);
	assert_false(judged->found[0].step.bounds_disjoint);
	assert_int_equal(the_finding(judged, FINDING_HOST_STEP).severity, FINDING_WARNING);
	judged_free(judged);
}

static void without_bounds_a_threshold(void **state)
{
	struct detector_options options = {.step_ns = 500};
	struct page page = make_full_page();
	struct judged *judged = judged_new(&options);

	(void)state;
	make_field(&page, PAGE_FLAGS, 0);
	sample_page(judged, &page);
	judged_update(judged, &page, 1, 499);
	judged_update(judged, &page, 1, -499);
	no_finding(judged);
	judged_update(judged, &page, 1, 502);
	assert_false(judged->found[0].step.has_bound);
	assert_int_equal(the_finding(judged, FINDING_HOST_STEP).step.bound_ns, 500);
	judged_free(judged);
}

static void a_clock_that_is_not_vouched_for_may_move(void **state)
{
	const uint64_t silent[][2] = {
		{VMCLOCK_STATUS_INITIALIZING, VMCLOCK_STATUS_INITIALIZING},
		{VMCLOCK_STATUS_INITIALIZING, VMCLOCK_STATUS_SYNCHRONIZED},
		{VMCLOCK_STATUS_SYNCHRONIZED, VMCLOCK_STATUS_UNRELIABLE},
		{VMCLOCK_STATUS_UNKNOWN, VMCLOCK_STATUS_SYNCHRONIZED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		struct page page = make_bounded_page();
		struct judged *judged;

		make_field(&page, PAGE_CLOCK_STATUS, silent[i][0]);
		judged = judged_watching(&page);
		make_field(&page, PAGE_CLOCK_STATUS, silent[i][1]);
		make_field(&page, PAGE_PERIOD_FRAC_SEC, (1ull << 34) + (1ull << 20));
		judged_update(judged, &page, 1, SECOND);
		assert_int_equal(detector_counts(judged->detector)->finding[FINDING_HOST_STEP], 0);
		assert_int_equal(detector_counts(judged->detector)->finding[FINDING_HOST_SLEW], 0);
		judged_free(judged);
	}
}

static void a_host_that_never_tells_its_status_is_judged_by_the_threshold(void **state)
{
	struct page page = make_bounded_page();
	struct judged *judged;

	(void)state;
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_UNKNOWN);
	judged = judged_watching(&page);
	judged_update(judged, &page, 1, 1000000 - 2);
	no_finding(judged);
	judged_update(judged, &page, 1, 1000000 + 2);
	assert_false(the_finding(judged, FINDING_HOST_STEP).step.has_bound);
	judged_free(judged);
}

/* 2027-02-01T00:00:00Z at the first sample, counter TICKS(10). */
#define MONTH_END (1801440000 - 10)

static void a_leap_second_is_no_step(void **state)
{
	struct page page = make_bounded_page();
	struct judged *judged;

	(void)state;
	/* On UTC with TAI known: UTC is set back, TAI goes on. */
	make_field(&page, PAGE_TIME_SEC, MONTH_END);
	make_field(&page, PAGE_LEAP_INDICATOR, VMCLOCK_LEAP_PRE_POS);
	judged = judged_new(NULL);
	sample_page(judged, &page);
	the_finding(judged, FINDING_LEAP_ANNOUNCED);
	make_field(&page, PAGE_LEAP_INDICATOR, VMCLOCK_LEAP_POST_POS);
	make_field(&page, PAGE_TAI_OFFSET_SEC, (uint64_t)-38);
	judged_update(judged, &page, 1, -(int64_t)SECOND);
	assert_int_equal(judged->count, 2);
	assert_int_equal(judged->found[0].kind, FINDING_LEAP_CHANGE);
	assert_int_equal(judged->found[1].kind, FINDING_TAI_OFFSET_CHANGE);
	assert_int_equal(judged->found[1].severity, FINDING_INFO);
	judged_free(judged);
}

/* UTC alone: the indicator explains the second, and no more than that. */
static void leap_on_utc_alone(uint64_t before, uint64_t after, int64_t ns, bool step)
{
	struct page page = make_bounded_page();
	struct judged *judged = judged_new(NULL);

	make_field(&page, PAGE_FLAGS,
		   VMCLOCK_FLAG_PERIOD_MAXERROR_VALID | VMCLOCK_FLAG_TIME_MAXERROR_VALID);
	make_field(&page, PAGE_TIME_SEC, MONTH_END);
	make_field(&page, PAGE_LEAP_INDICATOR, before);
	make_refresh(&page, judged->counter);
	sample_page(judged, &page);
	judged->count = 0;
	make_field(&page, PAGE_LEAP_INDICATOR, after);
	judged_update(judged, &page, 1, ns);
	assert_int_equal(detector_counts(judged->detector)->finding[FINDING_HOST_STEP], step);
	judged_free(judged);
}

static void a_leap_second_on_utc_alone(void **state)
{
	const int64_t second = SECOND;

	(void)state;
	leap_on_utc_alone(VMCLOCK_LEAP_PRE_POS, VMCLOCK_LEAP_POS, -second, false);
	leap_on_utc_alone(VMCLOCK_LEAP_POS, VMCLOCK_LEAP_POST_POS, -second + BOTH_NS, false);
	leap_on_utc_alone(VMCLOCK_LEAP_PRE_POS, VMCLOCK_LEAP_POST_POS, 0, false);
	leap_on_utc_alone(VMCLOCK_LEAP_PRE_POS, VMCLOCK_LEAP_POST_POS, -second - BOTH_NS - 2, true);
	leap_on_utc_alone(VMCLOCK_LEAP_PRE_POS, VMCLOCK_LEAP_POST_POS, second, true);
	leap_on_utc_alone(VMCLOCK_LEAP_PRE_NEG, VMCLOCK_LEAP_POST_NEG, second, false);
	leap_on_utc_alone(VMCLOCK_LEAP_PRE_NEG, VMCLOCK_LEAP_POST_NEG, -second, true);
	leap_on_utc_alone(VMCLOCK_LEAP_NONE, VMCLOCK_LEAP_NONE, -second, true);
	leap_on_utc_alone(VMCLOCK_LEAP_PRE_POS, VMCLOCK_LEAP_PRE_POS, -second, true);
}

/* An announcement that is far away or withdrawn explains nothing, where TAI is told or not. */
static void a_leap_second_hides_no_step(void **state)
{
	static const struct {
		uint64_t flags, time_sec, before, after;
		int64_t tai_offset, ns;
	} steps[] = {
		{VMCLOCK_FLAG_TAI_OFFSET_VALID, MONTH_END, VMCLOCK_LEAP_PRE_POS, VMCLOCK_LEAP_NONE,
		 -37, -1000000000},
		{VMCLOCK_FLAG_TAI_OFFSET_VALID, MONTH_END, VMCLOCK_LEAP_PRE_NEG, VMCLOCK_LEAP_NONE,
		 -37, 1250000000},
		{VMCLOCK_FLAG_TAI_OFFSET_VALID, 1800000000, VMCLOCK_LEAP_PRE_POS,
		 VMCLOCK_LEAP_POST_POS, -37, -1000000000},
		{VMCLOCK_FLAG_TAI_OFFSET_VALID, 1800000000, VMCLOCK_LEAP_PRE_POS,
		 VMCLOCK_LEAP_POST_POS, -38, -1000000000},
		{0, 1800000000, VMCLOCK_LEAP_PRE_POS, VMCLOCK_LEAP_POST_POS, 0, -1000000000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct page page = make_bounded_page();
		struct judged *judged = judged_new(NULL);
		struct finding finding;

		make_field(&page, PAGE_FLAGS,
			   steps[i].flags | VMCLOCK_FLAG_PERIOD_MAXERROR_VALID |
				   VMCLOCK_FLAG_TIME_MAXERROR_VALID);
		make_field(&page, PAGE_TIME_SEC, steps[i].time_sec);
		make_field(&page, PAGE_LEAP_INDICATOR, steps[i].before);
		sample_page(judged, &page);
		judged->count = 0;
		make_field(&page, PAGE_LEAP_INDICATOR, steps[i].after);
		make_field(&page, PAGE_TAI_OFFSET_SEC, (uint64_t)steps[i].tai_offset);
		judged_update(judged, &page, 1, steps[i].ns);
		finding = judged->found[0];
		assert_string_equal(finding_name(finding.kind), "host_step");
		assert_int_equal(finding.severity, FINDING_CRITICAL);
		assert_true(interval_has(finding.step.moved, steps[i].ns));
		judged_free(judged);
	}
}

static void a_corrected_offset_or_scale_is_no_step(void **state)
{
	struct page page = make_bounded_page();
	struct judged *judged = judged_watching(&page);

	(void)state;
	make_field(&page, PAGE_TAI_OFFSET_SEC, (uint64_t)-36);
	judged_update(judged, &page, 1, 0);
	the_finding(judged, FINDING_TAI_OFFSET_CHANGE);
	/* From UTC to TAI: the same moment, 36 s more. */
	make_field(&page, PAGE_TIME_TYPE, VMCLOCK_TIME_TAI);
	judged_update(judged, &page, 1, 36 * (int64_t)SECOND);
	no_finding(judged);
	judged_free(judged);
}

/* The producer leaves the reference far behind and changes only the time there. */
static void a_step_with_an_old_reference(void **state)
{
	struct page page = make_bounded_page();
	struct judged *judged = judged_watching(&page);

	(void)state;
	later(judged, 100);
	sample_page(judged, &page);
	later(judged, 0.01);
	make_next_seq(&page);
	make_shift(&page, 2002); /* 1000 of each page */
	sample_page(judged, &page);
	assert_int_equal(the_finding(judged, FINDING_HOST_STEP).step.bound_ns, 1000);
	judged_free(judged);
}

/* A rate that changes at an old reference moves the time now: a step, seen at both ends. */
static void a_rate_changed_at_an_old_reference_is_a_step_too(void **state)
{
	struct page page = make_bounded_page();
	struct judged *judged = judged_watching(&page);

	(void)state;
	later(judged, 100);
	sample_page(judged, &page);
	later(judged, 0.01);
	make_next_seq(&page);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, (1ull << 34) + (1ull << 20));
	sample_page(judged, &page);
	assert_int_equal(judged->count, 2);
	assert_int_equal(judged->found[0].kind, FINDING_HOST_STEP);
	/* 2^-14 of 100 s, less 1000 ns and 2^-20 of 100 s. */
	assert_int_equal(judged->found[0].step.moved.lo_ns / 1000, 6103);
	assert_int_equal(judged->found[0].step.beyond.lo_ns / 1000, 6007);
	assert_int_equal(judged->found[1].kind, FINDING_HOST_SLEW);
	judged_free(judged);
}

static void a_step_past_292_years_is_told_as_at_least_that(void **state)
{
	struct page page = make_bounded_page();
	struct judged *judged = judged_watching(&page);
	struct finding finding;

	(void)state;
	later(judged, 1);
	make_refresh(&page, judged->counter);
	make_field(&page, PAGE_TIME_SEC, 1ull << 40);
	sample_page(judged, &page);
	finding = the_finding(judged, FINDING_HOST_STEP);
	assert_true(finding.step.out_of_range);
	assert_true(finding.step.moved.lo_ns == INT64_MAX);
	make_refresh(&page, judged->counter);
	make_field(&page, PAGE_TIME_SEC, 0);
	sample_page(judged, &page);
	finding = the_finding(judged, FINDING_HOST_STEP);
	assert_true(finding.step.out_of_range);
	assert_true(finding.step.moved.hi_ns == -INT64_MAX);
	judged_free(judged);
}

static void another_counter_is_not_compared(void **state)
{
	struct page page = make_bounded_page();
	struct judged *judged = judged_watching(&page);

	(void)state;
	make_field(&page, PAGE_COUNTER_ID, !COUNTER_NATIVE_ID);
	judged_update(judged, &page, 1, SECOND);
	no_finding(judged);
	judged_free(judged);
}

/* As QEMU migrates: the marker first, with the clock from before beside it for a while. */
static void the_first_clock_after_a_disruption_is_no_step(void **state)
{
	struct page page = make_bounded_page();
	struct judged *judged = judged_watching(&page);

	(void)state;
	later(judged, 1);
	make_field(&page, PAGE_DISRUPTION_MARKER, 77);
	make_next_seq(&page);
	sample_page(judged, &page);
	the_finding(judged, FINDING_DISRUPTION);
	/* Another update of the old clock's other fields: still no new clock. */
	make_field(&page, PAGE_TIME_MAXERROR_NS, 1001);
	make_next_seq(&page);
	sample_page(judged, &page);
	no_finding(judged);
	judged_update(judged, &page, 1, 66600000);
	no_finding(judged);
	/* From there on it is judged as ever. */
	judged_update(judged, &page, 1, 5000000);
	the_finding(judged, FINDING_HOST_STEP);
	judged_free(judged);
}

/* What nobody vouches for is no promise, but a wide bound excuses what it says. */
static void an_unvouched_bound_excuses(void **state)
{
	struct page page = make_bounded_page();
	struct judged *judged;

	(void)state;
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_UNKNOWN);
	make_field(&page, PAGE_TIME_MAXERROR_NS, 10000000);
	judged = judged_watching(&page);
	judged_update(judged, &page, 1, 9000000);
	no_finding(judged);
	judged_update(judged, &page, 1, 11000000);
	the_finding(judged, FINDING_HOST_STEP);
	judged_free(judged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inside_the_bound_is_nothing_outside_is_a_step),
		cmocka_unit_test(honest_noise_is_no_step),
		cmocka_unit_test(severity_by_whether_both_can_be_true),
		cmocka_unit_test(without_bounds_a_threshold),
		cmocka_unit_test(a_clock_that_is_not_vouched_for_may_move),
		cmocka_unit_test(a_host_that_never_tells_its_status_is_judged_by_the_threshold),
		cmocka_unit_test(a_leap_second_is_no_step),
		cmocka_unit_test(a_leap_second_on_utc_alone),
		cmocka_unit_test(a_leap_second_hides_no_step),
		cmocka_unit_test(a_corrected_offset_or_scale_is_no_step),
		cmocka_unit_test(a_step_with_an_old_reference),
		cmocka_unit_test(a_rate_changed_at_an_old_reference_is_a_step_too),
		cmocka_unit_test(a_step_past_292_years_is_told_as_at_least_that),
		cmocka_unit_test(the_first_clock_after_a_disruption_is_no_step),
		cmocka_unit_test(an_unvouched_bound_excuses),
		cmocka_unit_test(another_counter_is_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
