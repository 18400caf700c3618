// SPDX-License-Identifier: GPL-2.0-or-later
/* base/text.h and base/error.h: whatever bytes come in, what goes out is valid and harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/text.h"

#define BAD "\xef\xbf\xbd"

static void scrub(const char *in, size_t bytes, const char *expected)
{
	char out[64];

	assert_int_equal(text_utf8(in, bytes, out, sizeof(out)), strlen(expected));
	assert_string_equal(out, expected);
}

static void good_text_is_kept(void **state)
{
	static const char good[] =
		"a\x7f \xc2\xa9 \xe2\x82\xac \xed\x9f\xbf \xf0\x9f\x95\xb0 \xf4\x8f\xbf\xbf";

	(void)state;
	assert_true(text_is_utf8(good, strlen(good)));
	scrub(good, strlen(good), good);
	scrub("", 0, "");
}

static void bad_bytes_are_replaced_one_by_one(void **state)
{
	(void)state;
	scrub("a\x80z", 3, "a" BAD "z");	       /* stray continuation */
	scrub("\xc0\xaf", 2, BAD BAD);		       /* overlong '/' */
	scrub("\xe0\x80\xaf", 3, BAD BAD BAD);	       /* the same in three */
	scrub("\xed\xa0\x80", 3, BAD BAD BAD);	       /* surrogate */
	scrub("\xf4\x90\x80\x80", 4, BAD BAD BAD BAD); /* past U+10FFFF */
	scrub("\xff\xfe", 2, BAD BAD);		       /* never in UTF-8 */
	scrub("\xe2\x82", 2, BAD BAD);		       /* cut off at the end */
	scrub("\xe2\x82z", 3, BAD BAD "z");	       /* cut off in the middle */
	assert_false(text_is_utf8("\xed\xa0\x80", 3));
}

static void too_small_keeps_whole_characters(void **state)
{
	char out[4] = "xyz";

	(void)state;
	assert_int_equal(text_utf8("a\xe2\x82\xac", 4, out, 4), 1);
	assert_string_equal(out, "a");
	assert_int_equal(text_utf8("\xff", 1, out, 3), 0);
	assert_int_equal(text_utf8("abc", 3, out, 0), 0);
	assert_int_equal(text_utf8("abc", 3, out, 1), 0);
	assert_string_equal(out, "");
}

static void random_bytes_become_utf8(void **state)
{
	char in[40], out[TEXT_UTF8_BYTES(sizeof(in))], shown[TEXT_DISPLAY_BYTES(sizeof(in))];
	unsigned int seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t n = (size_t)rand_r(&seed) % sizeof(in);

		for (size_t k = 0; k < n; k++)
			in[k] = (char)(rand_r(&seed) >> 7);
		assert_true(text_is_utf8(out, text_utf8(in, n, out, sizeof(out))));
		n = text_display(in, n, shown, sizeof(shown));
		assert_true(text_is_utf8(shown, n));
		for (size_t k = 0; k < n; k++)
			assert_false((uint8_t)shown[k] < 0x20 || shown[k] == 0x7f);
	}
}

static void display_shows_what_could_harm(void **state)
{
	char out[64];

	(void)state;
	text_display("\x1b[31m\n\xc2\x9b\xff\xc3\xa4", 11, out, sizeof(out));
	assert_string_equal(out, "\\x1b[31m\\x0a\\xc2\\x9b\\xff\xc3\xa4");
	/* Turned around, without width, and on another line: all of it invisible itself. */
	text_display("\xe2\x80\xaegpj.exe", 10, out, sizeof(out));
	assert_string_equal(out, "\\xe2\\x80\\xaegpj.exe");
	text_display("\xe2\x80\xa8\xd8\x9c\xe2\x81\xa6\xef\xbb\xbf", 11, out, sizeof(out));
	assert_string_equal(out, "\\xe2\\x80\\xa8\\xd8\\x9c\\xe2\\x81\\xa6\\xef\\xbb\\xbf");
	text_display("\xd8\x9b\xe2\x80\x93\xf0\x9f\x98\x80", 9, out, sizeof(out));
	assert_string_equal(out, "\xd8\x9b\xe2\x80\x93\xf0\x9f\x98\x80");
	assert_int_equal(text_display("\n", 1, out, 4), 0);
	assert_string_equal(out, "");
}

static void shown_ns(int64_t ns, const char *expected)
{
	char out[TEXT_NS_BYTES];

	text_ns(ns, true, out, sizeof(out));
	assert_string_equal(out, expected);
}

static void nanoseconds_for_people(void **state)
{
	(void)state;
	shown_ns(0, "0 ns");
	shown_ns(-17, "-17 ns");
	shown_ns(1250, "+1.250 us");
	shown_ns(12345000, "+12.345 ms");
	shown_ns(-3217000000, "-3.217 s");
	shown_ns(300000000000, "+5.0 min");
	shown_ns(86400000000000, "+24.0 h");
	shown_ns(INT64_MIN, "-106752.0 days");
}

static void errors_are_cut_and_harmless(void **state)
{
	struct error error;
	char *long_name = malloc(5000);

	(void)state;
	memset(long_name, 'x', 4999);
	long_name[4999] = '\0';
	error_hint(&error, "old");
	error_cause(&error, "cannot open %s\x1b[2J", "a\nb");
	assert_string_equal(error.cause, "cannot open a\\x0ab\\x1b[2J");
	assert_string_equal(error.hint, "");
	error_cause(&error, "%s", long_name);
	assert_true(strlen(error.cause) < ERROR_CAUSE_BYTES);
	error_cause(NULL, "nobody asks");
	error_hint(NULL, "nobody asks");
	error_clear(&error);
	assert_string_equal(error.cause, "");
	free(long_name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_text_is_kept),
		cmocka_unit_test(bad_bytes_are_replaced_one_by_one),
		cmocka_unit_test(too_small_keeps_whole_characters),
		cmocka_unit_test(random_bytes_become_utf8),
		cmocka_unit_test(display_shows_what_could_harm),
		cmocka_unit_test(nanoseconds_for_people),
		cmocka_unit_test(errors_are_cut_and_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
