// SPDX-License-Identifier: GPL-2.0-or-later
/* show/sparkline.h: how far a clock was off, from beginning to end, in 24 characters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "show/sparkline.h"
#include "show/text_fit.h"

static struct error_point at(uint64_t from, uint64_t to, int64_t off, bool after_gap)
{
	return (struct error_point){.from_ns = from,
				    .to_ns = to,
				    .samples = 1,
				    .after_gap = after_gap,
				    .error = {off - 1, off + 1}};
}

static void a_step_and_back(void **state)
{
	const struct error_point points[] = {at(0, 60, 0, false), at(70, 170, -700, false),
					     at(180, 240, 300, false)};
	char out[SPARKLINE_BYTES];

	(void)state;
	assert_string_equal(sparkline_text(points, 3, 0, 240, false, out),
			    "_______###########------");
	assert_string_equal(sparkline_text(points, 3, 0, 240, true, out),
			    "▁▁▁▁▁▁▁███████████▄▄▄▄▄▄");
	assert_int_equal(text_columns(out, strlen(out)), SPARKLINE_COLUMNS);
}

static void what_is_not_known_is_no_bar(void **state)
{
	const struct error_point points[] = {at(100, 100, 700, false), at(200, 200, 700, true)};
	char out[SPARKLINE_BYTES];

	(void)state;
	assert_string_equal(sparkline_text(points, 2, 0, 240, false, out),
			    "??????????#?????????#???");
}

static void what_was_never_surely_off_is_none(void **state)
{
	const struct error_point points[] = {at(0, 240, 1, false), at(300, 10000, 0, false)};
	char out[SPARKLINE_BYTES];

	(void)state;
	assert_string_equal(sparkline_text(points, 1, 0, 240, false, out), "");
	assert_string_equal(sparkline_text(points, 0, 0, 240, false, out), "");
	/* Out of the window, or a window of no length: no harm. */
	sparkline_text(points, 2, 50, 50, false, out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_and_back),
		cmocka_unit_test(what_is_not_known_is_no_bar),
		cmocka_unit_test(what_was_never_surely_off_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
