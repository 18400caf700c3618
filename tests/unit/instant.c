// SPDX-License-Identifier: GPL-2.0-or-later
/* base/instant.h: exactness, and that what does not fit is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/instant.h"

#define HALF (1ull << 63)

static void nsec_rounds_down(void **state)
{
	(void)state;
	assert_int_equal(instant_nsec((struct instant){0, 0}), 0);
	assert_int_equal(instant_nsec((struct instant){0, HALF}), 500000000);
	assert_int_equal(instant_nsec((struct instant){0, UINT64_MAX}), 999999999);
}

static void timespec_and_ns_come_back_exactly(void **state)
{
	(void)state;
	for (long nsec = 0; nsec < NSEC_PER_SEC; nsec += nsec < 2000 ? 1 : 7919) {
		struct timespec ts = {.tv_sec = -2, .tv_nsec = nsec};
		struct timespec back = instant_to_timespec(instant_from_timespec(ts));
		int64_t ns;

		assert_int_equal(back.tv_sec, -2);
		assert_int_equal(back.tv_nsec, nsec);
		assert_int_equal(instant_to_ns(instant_from_ns(nsec - 5), &ns), 0);
		assert_int_equal(ns, nsec - 5);
	}
}

static void ns_both_ways_and_limits(void **state)
{
	int64_t ns = 77;

	(void)state;
	assert_int_equal(instant_from_ns(-1).sec, -1);
	assert_int_equal(instant_from_ns(-500000000).frac, HALF);
	assert_int_equal(instant_to_ns((struct instant){-1, HALF}, &ns), 0);
	assert_int_equal(ns, -500000000);
	assert_int_equal(instant_to_ns((struct instant){9223372037, 0}, &ns), -ERANGE);
	assert_int_equal(instant_to_ns((struct instant){INT64_MIN, 0}, &ns), -ERANGE);
	assert_int_equal(ns, -500000000);
	assert_int_equal(instant_to_ns((struct instant){9223372036, 0}, &ns), 0);
	assert_int_equal(ns, 9223372036000000000);
}

static void compare(void **state)
{
	(void)state;
	assert_true(instant_compare((struct instant){-1, UINT64_MAX}, (struct instant){0, 0}) < 0);
	assert_true(instant_compare((struct instant){5, 2}, (struct instant){5, 1}) > 0);
	assert_int_equal(instant_compare((struct instant){5, 2}, (struct instant){5, 2}), 0);
}

static void adding_stays_on_the_scale(void **state)
{
	struct instant at = {7, 8};

	(void)state;
	assert_int_equal(instant_add_sec((struct instant){INT64_MAX, 0}, 1, &at), -ERANGE);
	assert_int_equal(instant_add_ns((struct instant){INT64_MAX, HALF}, 600000000, &at),
			 -ERANGE);
	assert_int_equal(instant_add_ns((struct instant){INT64_MIN, 0}, -1, &at), -ERANGE);
	assert_int_equal(at.sec, 7);
	assert_int_equal(at.frac, 8);
	assert_int_equal(instant_add_ns((struct instant){3, HALF}, -500000000, &at), 0);
	assert_int_equal(at.sec, 3);
	assert_int_equal(at.frac, 0);
	assert_int_equal(instant_add_ns((struct instant){3, HALF}, 500000000, &at), 0);
	assert_int_equal(at.sec, 4);
}

static void distance_rounds_outwards(void **state)
{
	struct ns_interval d = {1, 2};

	(void)state;
	assert_int_equal(instant_distance((struct instant){1, 0}, (struct instant){1, 1}, &d), 0);
	assert_int_equal(d.lo_ns, -1);
	assert_int_equal(d.hi_ns, 0);
	assert_int_equal(instant_distance((struct instant){1, 1}, (struct instant){1, 0}, &d), 0);
	assert_int_equal(d.lo_ns, 0);
	assert_int_equal(d.hi_ns, 1);
	assert_int_equal(instant_distance((struct instant){3, HALF}, (struct instant){1, 0}, &d),
			 0);
	assert_int_equal(d.lo_ns, 2500000000);
	assert_int_equal(d.hi_ns, 2500000000);
	assert_int_equal(instant_distance((struct instant){INT64_MAX, 0},
					  (struct instant){INT64_MIN, 0}, &d),
			 -ERANGE);
	assert_int_equal(d.lo_ns, 2500000000);
}

static void iso(const char *expected, int64_t sec, uint64_t frac)
{
	char text[INSTANT_ISO_BYTES];

	instant_format_utc((struct instant){sec, frac}, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void iso_dates(void **state)
{
	(void)state;
	iso("1970-01-01T00:00:00.000000000Z", 0, 0);
	iso("1969-12-31T23:59:59.500000000Z", -1, HALF);
	iso("2000-02-29T12:00:00.000000000Z", 951825600, 0);
	iso("2024-12-31T23:59:59.999999999Z", 1735689599, UINT64_MAX);
	iso("9999-12-31T23:59:59.000000000Z", 253402300799, 0);
	iso("+10000-01-01T00:00:00.000000000Z", 253402300800, 0);
	iso("0000-01-01T00:00:00.000000000Z", -62167219200, 0);
	iso("-0001-12-31T23:59:59.000000000Z", -62167219201, 0);
	iso("+292277026596-12-04T15:30:07.000000000Z", INT64_MAX, 0);
	iso("-292277022657-01-27T08:29:52.000000000Z", INT64_MIN, 0);
}

/* Every day of 800 years against the C library. */
static void iso_agrees_with_gmtime(void **state)
{
	(void)state;
	for (int64_t day = -150000; day < 150000; day++) {
		time_t sec = day * 86400 + 3661;
		char theirs[INSTANT_ISO_BYTES];
		struct tm tm;

		gmtime_r(&sec, &tm);
		strftime(theirs, sizeof(theirs), "%Y-%m-%dT%H:%M:%S.000000000Z", &tm);
		iso(theirs, sec, 0);
	}
}

static void intervals(void **state)
{
	struct ns_interval a = {-5, 10}, b = {1, 2}, out = {7, 7};

	(void)state;
	assert_int_equal(interval_add(a, b, &out), 0);
	assert_true(out.lo_ns == -4 && out.hi_ns == 12);
	assert_int_equal(interval_sub(a, b, &out), 0);
	assert_true(out.lo_ns == -7 && out.hi_ns == 9);
	assert_int_equal(interval_widen(b, 3, &out), 0);
	assert_true(out.lo_ns == -2 && out.hi_ns == 5);
	assert_int_equal(interval_width_ns((struct ns_interval){INT64_MIN, INT64_MAX}), UINT64_MAX);
	assert_true(interval_has(a, -5) && interval_has(a, 10) && !interval_has(a, 11));
	assert_true(interval_overlap(a, b) && interval_overlap(a, (struct ns_interval){10, 20}));
	assert_false(interval_overlap(a, (struct ns_interval){11, 20}));
}

static void intervals_refuse_overflow(void **state)
{
	struct ns_interval max = interval_of(INT64_MAX), min = interval_of(INT64_MIN);
	struct ns_interval out = {7, 7};

	(void)state;
	assert_int_equal(interval_add(max, interval_of(1), &out), -ERANGE);
	assert_int_equal(interval_sub(min, interval_of(1), &out), -ERANGE);
	assert_int_equal(interval_widen(interval_of(0), UINT64_MAX, &out), -ERANGE);
	assert_int_equal(interval_widen(interval_of(0), 1ull << 63, &out), -ERANGE);
	assert_true(out.lo_ns == 7 && out.hi_ns == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nsec_rounds_down),
		cmocka_unit_test(timespec_and_ns_come_back_exactly),
		cmocka_unit_test(ns_both_ways_and_limits),
		cmocka_unit_test(compare),
		cmocka_unit_test(adding_stays_on_the_scale),
		cmocka_unit_test(distance_rounds_outwards),
		cmocka_unit_test(iso_dates),
		cmocka_unit_test(iso_agrees_with_gmtime),
		cmocka_unit_test(intervals),
		cmocka_unit_test(intervals_refuse_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
