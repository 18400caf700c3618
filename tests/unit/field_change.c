// SPDX-License-Identifier: GPL-2.0-or-later
/* show/field_change.h: what changed in a page, as people read it. */
#include "page_make.h"
#include "show/field_change.h"

static void changed(enum page_field field, uint64_t before, uint64_t after, const char *expected)
{
	struct page was = make_full_page(), is = make_full_page();
	char text[FIELD_CHANGE_BYTES];

	make_field(&was, field, before);
	make_field(&is, field, after);
	assert_string_equal(field_change_text(field, &was, &is, text), expected);
}

static void names_and_numbers(void **state)
{
	(void)state;
	changed(PAGE_CLOCK_STATUS, 2, 1, "SYNCHRONIZED > INITIALIZING");
	changed(PAGE_CLOCK_STATUS, 2, 77, "SYNCHRONIZED > 77");
	changed(PAGE_SEQ_COUNT, 44, 46, "44 > 46");
	changed(PAGE_TAI_OFFSET_SEC, (uint64_t)-37, (uint64_t)-36, "-37 > -36");
}

static void flags_that_came_and_went(void **state)
{
	char text[FIELD_CHANGE_BYTES];

	(void)state;
	changed(PAGE_FLAGS, 377, 381, "377 > 381 (+DISRUPTION_IMMINENT)");
	changed(PAGE_FLAGS, 5, 1ull << 40,
		"5 > 1099511627776 "
		"(-TAI_OFFSET_VALID -DISRUPTION_IMMINENT +bit 40)");
	assert_string_equal(flags_change_text(0, 0, text), "");
	assert_true(strlen(flags_change_text(0, UINT64_MAX, text)) > 400);
}

static void a_rate_in_ppm(void **state)
{
	struct page was = make_full_page(), is = make_full_page();
	char text[FIELD_CHANGE_BYTES];

	(void)state;
	changed(PAGE_PERIOD_FRAC_SEC, 1000000000, 1000001000,
		"1000000000 > 1000001000 (+1.000 ppm)");
	changed(PAGE_PERIOD_FRAC_SEC, 0, 5, "0 > 5");
	/* In other units it cannot be told so. */
	make_field(&was, PAGE_PERIOD_SHIFT, 1);
	make_field(&is, PAGE_PERIOD_FRAC_SEC, 7);
	field_change_text(PAGE_PERIOD_FRAC_SEC, &was, &is, text);
	assert_null(strstr(text, "ppm"));
}

/* Alone, for a table that has both values; nothing where they say all. */
static void what_it_means(void **state)
{
	struct page was = make_full_page(), is = make_full_page();
	char text[FIELD_CHANGE_BYTES];

	(void)state;
	make_field(&was, PAGE_TIME_MAXERROR_NS, 1000);
	make_field(&is, PAGE_TIME_MAXERROR_NS, 250000000);
	make_field(&was, PAGE_FLAGS, 377);
	make_field(&is, PAGE_FLAGS, 381);
	assert_string_equal(field_change_means(PAGE_TIME_MAXERROR_NS, &was, &is, text),
			    "1.00 us > 250 ms");
	assert_string_equal(field_change_means(PAGE_FLAGS, &was, &is, text),
			    "+DISRUPTION_IMMINENT");
	assert_string_equal(field_change_means(PAGE_SEQ_COUNT, &was, &is, text), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_numbers),
		cmocka_unit_test(flags_that_came_and_went),
		cmocka_unit_test(a_rate_in_ppm),
		cmocka_unit_test(what_it_means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
