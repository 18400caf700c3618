// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/claim.h: nothing is well that was not seen from its beginning to its end. */
#include "judge/claim.h"

#include "page_make.h"

static void all_of_it_must_have_been_seen(void **state)
{
	const struct claim_span whole = {.events = 7, .ended = true};
	struct claim_span span = whole;

	(void)state;
	assert_int_equal(claim_well(&whole, false).state, CLAIM_HOLDS);
	assert_int_equal(claim_well(&whole, true).state, CLAIM_FAILS);
	span.events = 0;
	assert_int_equal(claim_well(&span, false).state, CLAIM_UNKNOWN);
	assert_int_equal(claim_well(&span, false).why, CLAIM_NO_EVENTS);
	span = whole;
	span.ended = false;
	assert_int_equal(claim_well(&span, false).why, CLAIM_NOT_CLOSED);
	span.no_log = true;
	assert_int_equal(claim_well(&span, false).why, CLAIM_NO_LOG);
	span.no_log = false;
	/* What was found was found. */
	assert_int_equal(claim_well(&span, true).state, CLAIM_FAILS);
	span = whole;
	span.moment = true;
	assert_int_equal(claim_well(&span, false).why, CLAIM_MOMENT);
	span = whole;
	span.unkept = 1;
	assert_int_equal(claim_well(&span, false).why, CLAIM_NOT_KEPT);
	span = whole;
	span.lost = 1;
	assert_int_equal(claim_well(&span, false).why, CLAIM_LOST);
	span.lost = 0;
	span.page_bad = true;
	span.page_why = CLAIM_NO_TIME;
	assert_int_equal(claim_well(&span, false).state, CLAIM_UNKNOWN);
	assert_int_equal(claim_well(&span, false).why, CLAIM_NO_TIME);
	/* A clock that was off is known not to be well, whatever else is not known. */
	span.clock_off = true;
	assert_int_equal(claim_well(&span, false).state, CLAIM_FAILS);
	span.clock_off = false;
	/* So is a page that says so of itself. */
	span.unreliable = true;
	assert_int_equal(claim_well(&span, false).state, CLAIM_FAILS);
	span.unreliable = false;
	span.damaged = true;
	assert_int_equal(claim_well(&span, false).why, CLAIM_DAMAGED);
}

static void each_reason_has_a_name_and_words(void **state)
{
	(void)state;
	for (enum claim_why why = 0; why < CLAIM_WHYS; why++) {
		assert_string_not_equal(claim_why_name(why), "unknown");
		assert_string_not_equal(claim_why_means(why), "unknown");
	}
	assert_string_equal(claim_state_name((struct claim){0}.state), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it_must_have_been_seen),
		cmocka_unit_test(each_reason_has_a_name_and_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
