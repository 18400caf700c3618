// SPDX-License-Identifier: GPL-2.0-or-later
/* page/time.h at its limits: every line of tests/data/time-cases.txt, which exact integers made. */
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>

#include "page/time.h"
#include "page_make.h"

static int expected_error(const char *answer)
{
	if (strncmp(answer, "ERANGE", 6) == 0)
		return -ERANGE;
	return strncmp(answer, "EDOM", 4) == 0 ? -EDOM : 0;
}

static bool check_moment(const char *line, const char *answer)
{
	struct instant at = {-7, 7}, want = {-7, 7};
	struct page_reference ref;
	uint64_t counter;
	int err = expected_error(answer);

	assert_int_equal(sscanf(line,
				"T %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu8 " %" SCNu64
				" %" SCNu64,
				&counter, &ref.counter_value, &ref.period_frac_sec, &ref.shift,
				&ref.time_sec, &ref.time_frac_sec),
			 6);
	if (!err)
		assert_int_equal(sscanf(answer, "%" SCNd64 " %" SCNu64, &want.sec, &want.frac), 2);
	return page_reference_at(&ref, counter, &at) == err && at.sec == want.sec &&
	       at.frac == want.frac;
}

static bool check_error(const char *line, const char *answer)
{
	uint64_t time_error, rate, ns = 7, want = 7;
	int err = expected_error(answer);
	int64_t delta;
	uint8_t shift;

	assert_int_equal(sscanf(line, "E %" SCNu64 " %" SCNu64 " %" SCNu8 " %" SCNd64, &time_error,
				&rate, &shift, &delta),
			 4);
	if (!err)
		assert_int_equal(sscanf(answer, "%" SCNu64, &want), 1);
	return page_error_at(time_error, rate, shift, delta, &ns) == err && ns == want;
}

static void all_cases(void **state)
{
	char source[] = __FILE__, path[512], line[256];
	size_t lines = 0, failed = 0;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/../data/time-cases.txt", dirname(source));
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		const char *answer = strstr(line, ": ") + 2;
		bool good = line[0] == 'T' ? check_moment(line, answer) : check_error(line, answer);

		if (!good)
			printf("wrong: %s", line);
		failed += !good;
		lines++;
	}
	fclose(file);
	assert_int_equal(lines, 2500);
	assert_int_equal(failed, 0);
}

static void the_scales(void **state)
{
	struct page page = make_full_page();
	struct page_time time;

	(void)state;
	/* 2^31 ticks of 2^-30 s. */
	assert_int_equal(page_time_at(&page, 1ull << 31, &time), 0);
	assert_true(time.has_utc && time.has_tai);
	assert_int_equal(time.utc.sec, 1800000002);
	assert_int_equal(time.tai.sec, 1800000039);
	assert_true(time.has_max_error && !time.has_est_error);
	assert_int_equal(time.max_error_ns, 1000);

	make_field(&page, PAGE_TIME_TYPE, VMCLOCK_TIME_TAI);
	make_field(&page, PAGE_TAI_OFFSET_SEC, 37); /* the wrong sign, which some write */
	assert_int_equal(page_time_at(&page, 1ull << 31, &time), 0);
	assert_int_equal(time.utc.sec, 1799999965);
	assert_int_equal(time.tai.sec, 1800000002);

	make_field(&page, PAGE_TIME_TYPE, VMCLOCK_TIME_MONOTONIC);
	assert_int_equal(page_time_at(&page, 1ull << 31, &time), 0);
	assert_false(time.has_utc || time.has_tai);
}

/* The ABI's promise: an update answers for an old counter value within the old bound. */
static void an_honest_update_is_within_the_bound(void **state)
{
	struct page before = make_full_page(), after;
	struct page_time old, new;
	struct ns_interval moved, bound;

	(void)state;
	after = before;
	/* One second later, the period 1 ppm shorter and the time 900 ns back: within 1000 ns. */
	make_field(&after, PAGE_COUNTER_VALUE, 1ull << 30);
	make_field(&after, PAGE_PERIOD_FRAC_SEC, (1ull << 34) - (1ull << 34) / 1000000);
	make_field(&after, PAGE_TIME_SEC, 1800000000);
	make_field(&after, PAGE_TIME_FRAC_SEC, UINT64_MAX / 1000000000 * 999999100);
	assert_int_equal(page_time_at(&before, 1ull << 30, &old), 0);
	assert_int_equal(page_time_at(&after, 1ull << 30, &new), 0);
	assert_int_equal(instant_distance(new.utc, old.utc, &moved), 0);
	assert_int_equal(interval_widen(interval_of(0), old.max_error_ns, &bound), 0);
	assert_true(interval_overlap(moved, bound));
	assert_true(moved.hi_ns < -890);
}

static void no_time(void **state)
{
	struct page page = make_marker_page();
	struct page_time time;

	(void)state;
	assert_int_equal(page_time_at(&page, 0, &time), -ENODATA);
	page = make_full_page();
	make_field(&page, PAGE_SIZE_BYTES, 0x57);
	assert_int_equal(page_time_at(&page, 0, &time), -ENODATA);
	page = make_full_page();
	make_field(&page, PAGE_PERIOD_SHIFT, 128);
	assert_int_equal(page_time_at(&page, 0, &time), -EDOM);
	page = make_full_page();
	make_field(&page, PAGE_TIME_SEC, UINT64_MAX);
	assert_int_equal(page_time_at(&page, 0, &time), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_cases),
		cmocka_unit_test(the_scales),
		cmocka_unit_test(an_honest_update_is_within_the_bound),
		cmocka_unit_test(no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
