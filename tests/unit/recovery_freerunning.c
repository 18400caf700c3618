// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/incident.h, judge/judge.h: a host without a source of time is not well again by itself. */
#include "play_make.h"

#define REALTIME  "realtime within 5ms\nend 60s\n"
#define LOST	  "at 10.03 status FREERUNNING\n"
#define UNBOUNDED "time-error unknown\nrate-error unknown\n"
#define ADRIFT	  UNBOUNDED "status FREERUNNING\n"

static void recovery_is(const char *text, enum claim_state state, enum claim_why why)
{
	free(recovers(text, state, why));
}

static void it_lasts(void **state)
{
	(void)state;
	recovery_is(REALTIME LOST, CLAIM_UNKNOWN, CLAIM_FREERUNNING);
	recovery_is("end 60s\n" LOST, CLAIM_UNKNOWN, CLAIM_FREERUNNING);
	/* Another incident while it lasts is over by the bound that the page gives. */
	recovery_is("end 60s\nrealtime within 5ms\nstatus FREERUNNING\n"
		    "at 10.03 migrate downtime 100ms\nat 12s clock-set step +100ms\n",
		    CLAIM_HOLDS, 0);
	recovery_is("end 60s\nrealtime within 5ms\n" ADRIFT
		    "at 10.03 migrate downtime 100ms\nat 12s clock-set step +100ms\n",
		    CLAIM_UNKNOWN, CLAIM_FREERUNNING);
}

static void it_is_over(void **state)
{
	(void)state;
	recovery_is(REALTIME LOST "at 12s status SYNCHRONIZED\n", CLAIM_HOLDS, 0);
	recovery_is(REALTIME LOST "at 40s status SYNCHRONIZED\n", CLAIM_HOLDS, 0);
	/* What happens meanwhile is over when all of it is. */
	recovery_is(REALTIME LOST "at 12s migrate downtime 100ms\nat 14s clock-set step +100ms\n"
				  "at 40s status SYNCHRONIZED\n",
		    CLAIM_HOLDS, 0);
	recovery_is(REALTIME LOST "at 12s migrate downtime 100ms\nat 40s status SYNCHRONIZED\n",
		    CLAIM_FAILS, 0);
}

/* From the first sample on, so that nothing is found. */
static void it_was_so_throughout(void **state)
{
	struct story *story = play(REALTIME "status FREERUNNING\n");

	(void)state;
	assert_int_equal(story->closed, 0);
	assert_false(story->was_well_at_end);
	assert_false(story->span.page_bad);
	assert_true(story->span.freerunning);
	free(story);
	story = play(REALTIME ADRIFT);
	assert_int_equal(story->closed, 0);
	assert_false(story->was_well_at_end);
	assert_true(story->span.page_bad);
	assert_true(story->span.freerunning);
	assert_int_equal(story->span.page_why, CLAIM_FREERUNNING);
	free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_lasts),
		cmocka_unit_test(it_is_over),
		cmocka_unit_test(it_was_so_throughout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
