// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/thresholds.h: in the order of the findings, none without a number and a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "judge/thresholds.h"

static void each_has_a_number_and_a_sentence(void **state)
{
	const struct threshold *threshold;
	enum finding_kind newest = 0;
	size_t count = 0;

	(void)state;
	for (; (threshold = threshold_get(count)); count++) {
		assert_true(threshold->finding >= newest && threshold->finding <= FINDINGS);
		assert_int_equal(threshold->name != NULL, threshold->finding == FINDINGS);
		assert_true(threshold->value > 0);
		assert_int_equal(threshold->about[strlen(threshold->about) - 1], '.');
		newest = threshold->finding;
	}
	assert_true(count > 10);
}

/* By what an incident is over is there too. */
static void what_is_well_again_is_in_it(void **state)
{
	static const char *const names[] = {"settled", "settled_unknown", "settled_without_clock",
					    "recovered"};
	static const uint64_t values[] = {5000000000, 15000000000, 60000000000, 1000000};
	const struct threshold *threshold;
	size_t found = 0;

	(void)state;
	for (size_t i = 0; (threshold = threshold_get(i)); i++) {
		for (size_t j = 0; threshold->name && j < 4; j++)
			found +=
				!strcmp(threshold->name, names[j]) && threshold->value == values[j];
	}
	assert_int_equal(found, 4);
}

/* What a detector would do with 8 ppb is not guessed: 10 ppb is in the manual. */
static void the_least_slew_is_10_ppb(void **state)
{
	const struct threshold *threshold;
	uint64_t least_ppt = UINT64_MAX;

	(void)state;
	for (size_t i = 0; (threshold = threshold_get(i)); i++) {
		if (threshold->finding == FINDING_HOST_SLEW && threshold->value < least_ppt)
			least_ppt = threshold->value;
	}
	assert_int_equal(least_ppt, 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_a_number_and_a_sentence),
		cmocka_unit_test(what_is_well_again_is_in_it),
		cmocka_unit_test(the_least_slew_is_10_ppb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
