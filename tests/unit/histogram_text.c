// SPDX-License-Identifier: GPL-2.0-or-later
/* show/histogram_text.h: bars side by side, in columns that do not shift. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "show/histogram_text.h"

static struct histogram fast, slow;

static char *text_of(const struct named_histogram histograms[], size_t count)
{
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	histograms_put(out, histograms, count);
	fclose(out);
	return text;
}

static int set_up(void **state)
{
	(void)state;
	for (int i = 0; i < 40; i++)
		histogram_add(&fast, 1500);
	histogram_add(&fast, 5000);
	for (int i = 0; i < 3; i++)
		histogram_add(&slow, 5000);
	return 0;
}

static void one_alone(void **state)
{
	const struct named_histogram one = {"read", &fast};
	char *text = text_of(&one, 1);

	(void)state;
	assert_string_equal(
		text, "\n  took               read\n"
		      "    from   1.024 us        40 |****************************************\n"
		      "    from   4.096 us         1 |*\n");
	free(text);
}

static void two_share_their_rows(void **state)
{
	const struct named_histogram two[] = {{"clock_gettime", &fast}, {"read", &slow}};
	char *text = text_of(two, 2);

	(void)state;
	assert_string_equal(text,
			    "\n  took               clock_gettime                           read\n"
			    "    from   1.024 us        40 |**************************\n"
			    "    from   4.096 us         1 |*                                    3 "
			    "|**************************\n");
	free(text);
}

/* In a file 100 columns are enough for three, and the others are below. */
static void more_than_fit(void **state)
{
	struct named_histogram many[7];
	char *text, *line;
	int heads = 0;

	(void)state;
	for (int i = 0; i < 7; i++)
		many[i] = (struct named_histogram){"PTP_SYS_OFFSET_PRECISE_LONGER", &slow};
	text = text_of(many, 7);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		assert_true(strlen(line) <= 100);
		heads += !strncmp(line, "  took", 6);
	}
	assert_int_equal(heads, 3);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_alone),
		cmocka_unit_test(two_share_their_rows),
		cmocka_unit_test(more_than_fit),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
