// SPDX-License-Identifier: GPL-2.0-or-later
/* show/text_fit.h, show/text_wrap.h, show/level.h: nothing is too wide, nothing is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "show/level.h"
#include "show/text_fit.h"
#include "show/text_wrap.h"

static void fits(const char *line, int columns, const char *expected)
{
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	text_fit(out, line, strlen(line), columns);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void what_fits_stays_as_it_is(void **state)
{
	(void)state;
	fits("", 20, "");
	fits("  a  b   c ", 20, "  a  b   c ");
	fits("12345678901234567890", 20, "12345678901234567890");
	fits("\xc2\xb1"
	     "2345678901234567890",
	     20,
	     "\xc2\xb1"
	     "2345678901234567890");
}

static void a_long_line_goes_on_further_in(void **state)
{
	(void)state;
	fits("one two three four five", 20, "one two three four\n    five");
	fits("  one two three four five", 20, "  one two three four\n      five");
}

static void behind_a_label_the_text_stays_in_its_column(void **state)
{
	(void)state;
	fits("page    one two three four", 20, "page    one two\n        three four");
	/* Not where it would have the smaller half. */
	fits("a long label    one two", 20, "a long label    one\n    two");
}

static void a_word_that_is_too_long_is_parted(void **state)
{
	(void)state;
	fits("a 123456789012345678901234567890", 20, "a\n    1234567890123456\n    78901234567890");
}

/* So that a time can be read and copied. */
static void a_word_that_fits_a_line_stays_whole(void **state)
{
	(void)state;
	fits("label     2026-01-01T00:00Z to then", 20,
	     "label\n   2026-01-01T00:00Z\n          to then");
	fits("          2026-01-01T00:00Z", 20, "   2026-01-01T00:00Z");
	fits("label     one 12345678901234567890", 20, "label     one\n12345678901234567890");
}

static void colour_has_no_width_and_wide_letters_two(void **state)
{
	(void)state;
	fits("\033[1;31m12345678901234567890\033[0m", 20, "\033[1;31m12345678901234567890\033[0m");
	fits("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 4, "\xe6\x97\xa5\xe6\x9c\xac\n  \xe8\xaa\x9e");
	assert_int_equal(text_columns("\033[0m\xe6\x97\xa5x", 8), 3);
}

static void shortened(const char *text, int columns, const char *expected)
{
	char out[64];

	assert_string_equal(text_shorten(text, columns, out, sizeof(out)), expected);
	assert_true(text_columns(out, strlen(out)) <= columns);
}

static void the_middle_of_a_long_name_is_left_out(void **state)
{
	(void)state;
	shortened("web1", 24, "web1");
	shortened("ip-10-20-30-40.eu-west-1.compute.internal", 24, "ip-10-20-30...e.internal");
	shortened("\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5", 7,
		  "\xe6\x97\xa5...\xe6\x97\xa5");
}

static void sentences_are_wrapped_by_columns(void **state)
{
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	(void)state;
	text_wrap_within(out, 8,
			 "\xc2\xb1"
			 "1 23 45 67",
			 0, 2);
	text_wrap_level(out, LEVEL_CRITICAL, 80, "a file is not coloured", 0, 0);
	fclose(out);
	assert_string_equal(text, "\xc2\xb1"
				  "1 23 45\n  67\na file is not coloured\n");
	free(text);
}

static void levels_are_words_at_the_beginning(void **state)
{
	(void)state;
	assert_int_equal(level_named("CRITICAL: it is bad"), LEVEL_CRITICAL);
	assert_int_equal(level_named("warning"), LEVEL_WARNING);
	assert_int_equal(level_named("FAIL"), LEVEL_CRITICAL);
	assert_int_equal(level_named("unknown"), LEVEL_UNKNOWN);
	assert_int_equal(level_named("OK  "), LEVEL_OK);
	assert_int_equal(level_named("okay"), LEVEL_NONE);
	assert_int_equal(level_named("info"), LEVEL_NONE);
	assert_int_equal(level_named("all OK"), LEVEL_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_stays_as_it_is),
		cmocka_unit_test(a_long_line_goes_on_further_in),
		cmocka_unit_test(behind_a_label_the_text_stays_in_its_column),
		cmocka_unit_test(a_word_that_is_too_long_is_parted),
		cmocka_unit_test(a_word_that_fits_a_line_stays_whole),
		cmocka_unit_test(colour_has_no_width_and_wide_letters_two),
		cmocka_unit_test(the_middle_of_a_long_name_is_left_out),
		cmocka_unit_test(sentences_are_wrapped_by_columns),
		cmocka_unit_test(levels_are_words_at_the_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
