// SPDX-License-Identifier: GPL-2.0-or-later
/* host_slew: to the unit at the bound, and nothing inside it. */
#include "judge_make.h"

/* However late the sample is, a slew at its own reference is not taken for a step. */
static void a_slew_is_no_step(void **state)
{
	struct page page = make_bounded_page();
	struct judged *judged = judged_watching(&page);

	(void)state;
	later(judged, 1);
	make_refresh(&page, judged->counter);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, (1ull << 34) + (1ull << 24));
	later(judged, 10);
	sample_page(judged, &page);
	the_finding(judged, FINDING_HOST_SLEW);
	judged_free(judged);
}

/* Both pages claim 2^14: a change of 2^15 is inside of both, one unit more is not. */
static void rates_to_the_unit(void **state)
{
	const uint64_t p = 1ull << 34, e = 1ull << 14;
	const struct {
		uint64_t period;
		bool found;
	} rates[] = {{p, false},
		     {p + 2 * e, false},
		     {p - 2 * e, false},
		     {p + 2 * e + 1, true},
		     {p - 2 * e - 1, true},
		     {2 * p, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct page page = make_bounded_page();
		struct judged *judged = judged_watching(&page);
		struct finding finding;

		make_field(&page, PAGE_PERIOD_FRAC_SEC, rates[i].period);
		later(judged, 1);
		make_field(&page, PAGE_COUNTER_VALUE, judged->counter);
		make_field(&page, PAGE_TIME_SEC, 1800000011);
		make_next_seq(&page);
		sample_page(judged, &page);
		if (rates[i].found) {
			finding = the_finding(judged, FINDING_HOST_SLEW);
			assert_true(finding.slew.has_bound);
			assert_int_equal(finding.slew.old_ppt, 0);
			assert_int_equal(finding.slew.new_ppt, finding.slew.change_ppt);
			assert_int_equal(finding.slew.change_ppt > 0, rates[i].period > p);
			/* 2^-19, rounded up. */
			assert_int_equal(finding.slew.bound_ppt, 1907349);
		}
		no_finding(judged);
		judged_free(judged);
	}
}

static void rates_are_told_against_the_first_page(void **state)
{
	const uint64_t p = 1ull << 34;
	struct page page = make_bounded_page();
	struct judged *judged = judged_watching(&page);
	struct finding finding;

	(void)state;
	make_field(&page, PAGE_PERIOD_FRAC_SEC, p + p / 1024);
	later(judged, 1);
	make_field(&page, PAGE_COUNTER_VALUE, judged->counter);
	make_field(&page, PAGE_TIME_SEC, 1800000011);
	make_next_seq(&page);
	sample_page(judged, &page);
	assert_int_equal(the_finding(judged, FINDING_HOST_SLEW).slew.new_ppt, 976562500);
	/* The same rate in another unit is the same. */
	make_field(&page, PAGE_PERIOD_FRAC_SEC, (p + p / 1024) << 3);
	make_field(&page, PAGE_PERIOD_MAXERROR_RATE, 1ull << 17);
	make_field(&page, PAGE_PERIOD_SHIFT, 3);
	make_next_seq(&page);
	sample_page(judged, &page);
	no_finding(judged);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, p << 3);
	make_next_seq(&page);
	sample_page(judged, &page);
	finding = the_finding(judged, FINDING_HOST_SLEW);
	assert_int_equal(finding.slew.old_ppt, 976562500);
	assert_int_equal(finding.slew.new_ppt, 0);
	assert_int_equal(finding.slew.change_ppt, -975609756);
	/* After a disruption the first page is another one. */
	make_field(&page, PAGE_DISRUPTION_MARKER, 1);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, p << 4);
	make_next_seq(&page);
	sample_page(judged, &page);
	the_finding(judged, FINDING_DISRUPTION);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, (p + p / 1024) << 4);
	make_next_seq(&page);
	sample_page(judged, &page);
	finding = the_finding(judged, FINDING_HOST_SLEW);
	assert_int_equal(finding.slew.old_ppt, 0);
	assert_int_equal(finding.slew.new_ppt, 976562500);
	judged_free(judged);
}

static void rates_without_bounds_and_too_small_to_matter(void **state)
{
	const uint64_t p = 1ull << 40; /* shift 6: units of less than 1 ppt */
	struct page page = make_full_page();
	struct judged *judged = judged_new(NULL);

	(void)state;
	make_field(&page, PAGE_PERIOD_SHIFT, 6);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, p);
	sample_page(judged, &page); /* claims that its rate has no error at all */
	make_field(&page, PAGE_PERIOD_FRAC_SEC, p + 10995); /* 9999.9 ppt */
	judged_update(judged, &page, 0.1, 0);
	no_finding(judged);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, p);
	judged_update(judged, &page, 0.1, 0);
	no_finding(judged);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, p + 10996); /* 10000.8 ppt */
	judged_update(judged, &page, 0.1, 0);
	the_finding(judged, FINDING_HOST_SLEW);

	make_field(&page, PAGE_FLAGS, 0);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, p);
	judged_update(judged, &page, 0.1, 0);
	the_finding(judged, FINDING_TAI_OFFSET_CHANGE);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, p + 1099511); /* 999999.5 ppt */
	judged_update(judged, &page, 0.1, 0);
	no_finding(judged);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, p - 1);
	judged_update(judged, &page, 0.1, 0);
	no_finding(judged);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, p + 1099511);
	judged_update(judged, &page, 0.1, 0);
	assert_false(the_finding(judged, FINDING_HOST_SLEW).slew.has_bound);
	judged_free(judged);
}

/* With an update missed, the new reference alone may show a slew that came with that one. */
static void a_missed_slew_is_no_step(void **state)
{
	struct page page = make_bounded_page();
	struct judged *judged = judged_watching(&page);

	(void)state;
	later(judged, 0.1);
	/* Nobody looks at this one: 100 ppm faster from here on. */
	make_refresh(&page, judged->counter);
	make_field(&page, PAGE_PERIOD_FRAC_SEC,
		   page_get(&page, PAGE_PERIOD_FRAC_SEC) / 10000 * 10001);
	later(judged, 0.9);
	make_refresh(&page, judged->counter);
	sample_page(judged, &page);
	the_finding(judged, FINDING_HOST_SLEW);
	no_finding(judged);
	judged_free(judged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slew_is_no_step),
		cmocka_unit_test(rates_to_the_unit),
		cmocka_unit_test(rates_are_told_against_the_first_page),
		cmocka_unit_test(rates_without_bounds_and_too_small_to_matter),
		cmocka_unit_test(a_missed_slew_is_no_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
