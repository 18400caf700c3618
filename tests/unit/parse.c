// SPDX-License-Identifier: GPL-2.0-or-later
/* base/parse.h: all of the text is the value, or it is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/parse.h"

static void number(const char *text, int result, uint64_t expected)
{
	uint64_t value = 4711;

	assert_int_equal(parse_u64(text, &value), result);
	assert_int_equal(value, result ? 4711 : expected);
}

static void numbers(void **state)
{
	(void)state;
	number("0", 0, 0);
	number("010", 0, 10);
	number("0x1f", 0, 31);
	number("0XfF", 0, 255);
	number("18446744073709551615", 0, UINT64_MAX);
	number("0xffffffffffffffff", 0, UINT64_MAX);
	number("18446744073709551616", -ERANGE, 0);
	number("0x10000000000000000", -ERANGE, 0);
	number("99999999999999999999x", -EINVAL, 0);
}

static void no_numbers(void **state)
{
	static const char *const texts[] = {"",	  " 1",	 "1 ",	"+1",	"-1",	    "0x", "x1",
					    "1f", "1.0", "1e3", "0x-1", "\xd9\xa1", "1\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		number(texts[i], -EINVAL, 0);
}

static void within(void **state)
{
	uint64_t value = 4711;

	(void)state;
	assert_int_equal(parse_u64_within("5", 5, 6, &value), 0);
	assert_int_equal(value, 5);
	assert_int_equal(parse_u64_within("4", 5, 6, &value), -ERANGE);
	assert_int_equal(parse_u64_within("7", 5, 6, &value), -ERANGE);
	assert_int_equal(parse_u64_within("x", 5, 6, &value), -EINVAL);
	assert_int_equal(value, 5);
}

static void duration(const char *text, int result, int64_t expected)
{
	int64_t value = 4711;

	assert_int_equal(parse_duration_ns(text, &value), result);
	assert_int_equal(value, result ? 4711 : expected);
}

static void durations(void **state)
{
	(void)state;
	duration("0", 0, 0);
	duration("10", 0, 10000000000);
	duration("2.5s", 0, 2500000000);
	duration("250ms", 0, 250000000);
	duration("1.5us", 0, 1500);
	duration("7ns", 0, 7);
	duration("1.5m", 0, 90000000000);
	duration("3min", 0, 180000000000);
	duration("1h", 0, 3600000000000);
	duration("2d", 0, 172800000000000);
	duration("0.000000001", 0, 1);
	duration("1.000000000000000000000s", 0, 1000000000);
	duration("9223372036.854775807s", 0, INT64_MAX);
}

static void no_durations(void **state)
{
	static const char *const texts[] = {"",
					    "s",
					    "-1s",
					    "+1s",
					    "1 s",
					    "1s ",
					    "1.s",
					    ".5s",
					    "1,5s",
					    "1e3",
					    "1x",
					    "1S",
					    "0x1",
					    "1.5ns",
					    "0.0000000001",
					    "1.2.3",
					    "0.1234567890123456789s"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		duration(texts[i], -EINVAL, 0);
	duration("9223372036.854775808s", -ERANGE, 0);
	duration("99999999999999999999", -ERANGE, 0);
	duration("106752d", -ERANGE, 0);
}

static void size(const char *text, int result, uint64_t expected)
{
	uint64_t value = 4711;

	assert_int_equal(parse_bytes(text, &value), result);
	assert_int_equal(value, result ? 4711 : expected);
}

static void sizes(void **state)
{
	(void)state;
	size("4096", 0, 4096);
	size("1k", 0, 1024);
	size("50M", 0, 50ull << 20);
	size("2G", 0, 2ull << 30);
	size("16777215T", 0, 16777215ull << 40);
	size("16777216T", -ERANGE, 0);
	size("99999999999999999999999999G", -ERANGE, 0);
	size("", -EINVAL, 0);
	size("M", -EINVAL, 0);
	size("5K", -EINVAL, 0);
	size("5MB", -EINVAL, 0);
	size("-1k", -EINVAL, 0);
	size("1.5G", -EINVAL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),      cmocka_unit_test(numbers),
		cmocka_unit_test(no_numbers), cmocka_unit_test(within),
		cmocka_unit_test(durations),  cmocka_unit_test(no_durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
