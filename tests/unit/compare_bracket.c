// SPDX-License-Identifier: GPL-2.0-or-later
/* event/bracket.h and judge/elapsed.h: the truth is always inside, and the interval is no wider. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "event/bracket.h"
#include "judge/elapsed.h"

#define PS_PER_NS 1000
#define RUNS	  100000

static uint64_t random_below(uint64_t limit)
{
	static uint64_t state = 88172645463325252ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % limit;
}

/* A moment in picoseconds as a clock tells it: rounded down to a nanosecond. */
static struct timespec told(__int128 ps)
{
	__int128 ns = ps >= 0 ? ps / PS_PER_NS : -((-ps + PS_PER_NS - 1) / PS_PER_NS);
	int64_t sec = (int64_t)(ns / NSEC_PER_SEC), rest = (int64_t)(ns % NSEC_PER_SEC);

	if (rest < 0) {
		rest += NSEC_PER_SEC;
		sec--;
	}
	return (struct timespec){.tv_sec = sec, .tv_nsec = rest};
}

static void offset_of_plain_brackets(void **state)
{
	struct bracket bracket = {{10, 999999900}, {11, 50}, {11, 100}};
	struct ns_interval offset = {7, 7};

	(void)state;
	assert_int_equal(bracket_offset(&bracket, &offset), 0);
	assert_int_equal(offset.lo_ns, -51);
	assert_int_equal(offset.hi_ns, 151);
	assert_int_equal(bracket_width_ns(&bracket), 200);

	/* One counter value for both: rounding is all that is not known. */
	bracket.before = bracket.after = bracket.inner;
	assert_int_equal(bracket_offset(&bracket, &offset), 0);
	assert_int_equal(offset.lo_ns, -1);
	assert_int_equal(offset.hi_ns, 1);
}

static void a_clock_set_back_gives_no_offset(void **state)
{
	struct bracket bracket = {{11, 0}, {11, 50}, {10, 999999999}};
	struct ns_interval offset = {7, 8};

	(void)state;
	assert_int_equal(bracket_offset(&bracket, &offset), -EINVAL);
	assert_true(bracket_width_ns(&bracket) == UINT64_MAX);
	assert_int_equal(offset.lo_ns, 7);
	assert_int_equal(offset.hi_ns, 8);
}

static void centuries_do_not_fit(void **state)
{
	struct bracket bracket = {{0, 0}, {INT64_MAX, 0}, {0, 0}};
	struct ns_interval offset = {7, 8};
	int64_t ns = 9;

	(void)state;
	assert_int_equal(bracket_offset(&bracket, &offset), -ERANGE);
	bracket.inner.tv_sec = INT64_MIN;
	assert_int_equal(bracket_offset(&bracket, &offset), -ERANGE);
	assert_int_equal(timespec_distance_ns(bracket.inner, bracket.after, &ns), -ERANGE);
	assert_int_equal(offset.lo_ns, 7);
	assert_int_equal(ns, 9);
	bracket = (struct bracket){{INT64_MIN, 0}, {0, 0}, {INT64_MAX, 0}};
	assert_int_equal(bracket_offset(&bracket, &offset), -ERANGE);
	assert_true(bracket_width_ns(&bracket) == UINT64_MAX);
}

static void true_offset_is_inside(void **state)
{
	(void)state;
	for (int i = 0; i < RUNS; i++) {
		__int128 before = (__int128)random_below(1ull << 62);
		__int128 read = before + (__int128)random_below(2000000);
		__int128 after = read + (__int128)random_below(2000000);
		int64_t offset_ps = (int64_t)random_below(1ull << 40) - (1ll << 39);
		struct bracket bracket = {told(before), told(read + offset_ps), told(after)};
		struct ns_interval offset;

		assert_int_equal(bracket_offset(&bracket, &offset), 0);
		assert_true((__int128)offset.lo_ns * PS_PER_NS <= offset_ps);
		assert_true((__int128)offset.hi_ns * PS_PER_NS >= offset_ps);
		assert_int_equal(interval_width_ns(offset), bracket_width_ns(&bracket) + 2);
	}
}

static void width_of_counters_wraps(void **state)
{
	struct counter_bracket over = {.before = UINT64_MAX - 4, .after = 5};
	struct counter_bracket back = {.before = 5, .after = 4};

	(void)state;
	assert_int_equal(counter_bracket_width(&over), 10);
	assert_true(counter_bracket_width(&back) == UINT64_MAX);
}

static void elapsed_of_plain_numbers(void **state)
{
	struct ns_interval then = {-10, 10}, now = {90, 110};
	struct elapsed elapsed;

	(void)state;
	assert_int_equal(elapsed_between(then, (struct timespec){5, 0}, now,
					 (struct timespec){6, 0}, &elapsed),
			 0);
	assert_int_equal(elapsed.since.lo_ns, 999999999);
	assert_int_equal(elapsed.since.hi_ns, 1000000001);
	assert_int_equal(elapsed.difference.lo_ns, 80);
	assert_int_equal(elapsed.difference.hi_ns, 120);
	assert_true(elapsed.has_rate);
	assert_int_equal(elapsed.rate.lo_ppt, 79999); /* 0.08 ppm, rounded outwards */
	assert_int_equal(elapsed.rate.hi_ppt, 120001);
}

static void elapsed_needs_time(void **state)
{
	struct ns_interval any = {-1, 1};
	struct elapsed elapsed = {.has_rate = true};

	(void)state;
	assert_int_equal(elapsed_between(any, (struct timespec){5, 0}, any, (struct timespec){5, 0},
					 &elapsed),
			 -EINVAL);
	assert_int_equal(elapsed_between(any, (struct timespec){5, 0}, any, (struct timespec){4, 0},
					 &elapsed),
			 -EINVAL);
	assert_int_equal(elapsed_between(any, (struct timespec){0, 0}, any,
					 (struct timespec){INT64_MAX, 0}, &elapsed),
			 -ERANGE);
	assert_int_equal(elapsed_between((struct ns_interval){INT64_MIN, 0},
					 (struct timespec){0, 0},
					 (struct ns_interval){0, INT64_MAX},
					 (struct timespec){1, 0}, &elapsed),
			 -ERANGE);
	assert_true(elapsed.has_rate);
	/* A nanosecond has passed, or none: no rate can be told. */
	assert_int_equal(elapsed_between(any, (struct timespec){5, 0}, any, (struct timespec){5, 1},
					 &elapsed),
			 0);
	assert_false(elapsed.has_rate);
}

/* Two clocks of different epochs and rates, looked at twice. */
static void true_rate_is_inside(void **state)
{
	(void)state;
	for (int i = 0; i < RUNS; i++) {
		int64_t ppb = (int64_t)random_below(2000001) - 1000000;
		__int128 epoch = (__int128)random_below(1ull << 62);
		__int128 b[2], lost;
		struct ns_interval offset[2];
		struct elapsed elapsed;

		b[0] = (__int128)random_below(1ull << 50);
		b[1] = b[0] + 1000000 + (__int128)random_below(1ull << 50);
		for (int k = 0; k < 2; k++) {
			/* a ran at (1 + ppb) since b was 0; read in a bracket of up to 2 us. */
			__int128 a = epoch + b[k] + b[k] * ppb / NSEC_PER_SEC;
			struct bracket bracket = {told(a - (__int128)random_below(1000000)),
						  told(b[k]),
						  told(a + (__int128)random_below(1000000))};

			assert_int_equal(bracket_offset(&bracket, &offset[k]), 0);
			assert_int_equal(interval_sub(interval_of(0), offset[k], &offset[k]), 0);
		}
		assert_int_equal(
			elapsed_between(offset[0], told(b[0]), offset[1], told(b[1]), &elapsed), 0);
		lost = b[1] * ppb / NSEC_PER_SEC - b[0] * ppb / NSEC_PER_SEC;
		assert_true((__int128)elapsed.difference.lo_ns * PS_PER_NS <= lost);
		assert_true((__int128)elapsed.difference.hi_ns * PS_PER_NS >= lost);
		assert_true(elapsed.has_rate);
		assert_true(elapsed.rate.lo_ppt <= ppb * 1000);
		assert_true(elapsed.rate.hi_ppt >= ppb * 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offset_of_plain_brackets),
		cmocka_unit_test(a_clock_set_back_gives_no_offset),
		cmocka_unit_test(centuries_do_not_fit),
		cmocka_unit_test(true_offset_is_inside),
		cmocka_unit_test(width_of_counters_wraps),
		cmocka_unit_test(elapsed_of_plain_numbers),
		cmocka_unit_test(elapsed_needs_time),
		cmocka_unit_test(true_rate_is_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
