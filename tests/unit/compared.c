// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/judge.h: was CLOCK_REALTIME compared with a clock from beginning to end? */
#include "play_make.h"

#define PAGE   "realtime within 5ms\nend 3m\n"
#define MARKER "mode marker-only\nrealtime within 5ms\nend 3m\n"

static void is_compared(const char *text, bool compared, enum claim_why why)
{
	struct story *story = play(text);
	struct claim claim = claim_well(&story->span, story->closed);

	if (story->span.uncompared == compared ||
	    claim.state != (compared ? CLAIM_HOLDS : CLAIM_UNKNOWN) ||
	    (!compared && claim.why != why))
		fail_msg("%scompared %d, well: %s (%s)", text, !story->span.uncompared,
			 claim_state_name(claim.state), claim_why_name(claim.why));
	free(story);
}

static void who_tells_it_is_there_throughout(void **state)
{
	(void)state;
	is_compared(MARKER "clockbound within 1ms\n", true, 0);
	/* A restart of a daemon. */
	is_compared(MARKER
		    "clockbound within 1ms\nat 60s clockbound\nat 69s clockbound within 1ms\n",
		    true, 0);
	/* Another one tells it meanwhile. */
	is_compared(MARKER "clockbound within 1ms\nptp-clock kvm\nat 60s clockbound\n"
			   "at 90s clockbound within 1ms\n",
		    true, 0);
	/* Samples that are far apart leave nothing out. */
	is_compared(MARKER "clockbound within 1ms\nsample 20s\n", true, 0);
	is_compared("realtime within 5ms\nend 3m\nsample 20s\nrefresh 1h\n", true, 0);
}

static void who_tells_it_was_not_there_for_a_time(void **state)
{
	(void)state;
	is_compared(MARKER
		    "clockbound within 1ms\nat 60s clockbound\nat 90s clockbound within 1ms\n",
		    false, CLAIM_COMPARED_NOT_ALWAYS);
	is_compared(MARKER "clockbound\nat 30s clockbound within 1ms\n", false,
		    CLAIM_COMPARED_NOT_ALWAYS);
	is_compared(MARKER "clockbound within 1ms\nat 150s clockbound\n", false,
		    CLAIM_COMPARED_NOT_ALWAYS);
	is_compared(MARKER, false, CLAIM_NO_CLOCK);
}

static void a_page_that_does_not_tell_it_leaves_it_open(void **state)
{
	(void)state;
	/* A reading or two. */
	is_compared(PAGE "at 60s set counter_id 255\nat 60150ms free counter_id\n", true, 0);
	is_compared(PAGE "ptp-clock kvm\nrefresh 1s\nsample 1s\n", true, 0);
	/* Nine seconds, once, often and at the end. */
	is_compared(PAGE "at 60s set counter_id 255\nat 69s free counter_id\n", false,
		    CLAIM_COMPARED_NOT_ALWAYS);
	is_compared(PAGE "at 60s time-type MONOTONIC\nat 69s time-type UTC\n", false,
		    CLAIM_COMPARED_NOT_ALWAYS);
	is_compared("realtime within 5ms\nend 60s\nat 52s set counter_id 255\n", false,
		    CLAIM_COMPARED_NOT_ALWAYS);
	/* A daemon that is gone again and again. */
	is_compared(MARKER
		    "clockbound within 1ms\nat 60s clockbound\nat 69s clockbound within 1ms\n"
		    "at 80s clockbound\nat 89s clockbound within 1ms\n",
		    false, CLAIM_COMPARED_NOT_ALWAYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_tells_it_is_there_throughout),
		cmocka_unit_test(who_tells_it_was_not_there_for_a_time),
		cmocka_unit_test(a_page_that_does_not_tell_it_leaves_it_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
