// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * judge/incident.h: a clock that may have followed a page which was wrong does not show that the
 * page is right, so that nothing has recovered.
 */
#include "play_make.h"

#define PAGE_STEPS "at 60s step -3ms\n"
#define FOLLOWS	   "at 120s clock-set step -3ms\n"

static void is_refuted(const char *text)
{
	struct story *story = play(text);

	if (!story->closed || story->last.recovery.state != CLAIM_UNKNOWN ||
	    story->last.recovery.why != CLAIM_REFUTED || story->was_well_at_end)
		fail_msg("%s%zu incidents, recovery %s (%s)%s", text, story->closed,
			 claim_state_name(story->last.recovery.state),
			 claim_why_name(story->last.recovery.why),
			 story->was_well_at_end ? ", well at the end" : "");
	free(story);
}

static void has_recovered(const char *text)
{
	struct story *story = play(text);

	if (!story->closed || story->last.recovery.state != CLAIM_HOLDS || !story->was_well_at_end)
		fail_msg("%s%zu incidents, recovery %s (%s)%s", text, story->closed,
			 claim_state_name(story->last.recovery.state),
			 claim_why_name(story->last.recovery.why),
			 story->was_well_at_end ? ", well at the end" : "");
	free(story);
}

static void a_clock_that_followed_the_page(void **state)
{
	(void)state;
	is_refuted("end 3m\nrealtime within 1ms\n" PAGE_STEPS FOLLOWS);
	/* Before the page was sampled again. */
	is_refuted("end 3m\nrealtime within 1ms\n" PAGE_STEPS "at +50ms clock-set step -3ms\n");
	is_refuted("end 3m\nrealtime within 5ms\n" PAGE_STEPS "at +50ms clock-set step -3ms\n");
	/* Where the page gives no bound, and none can be wrong. */
	is_refuted("end 3m\nrealtime within 1ms\ntime-error unknown\nat 60s step -300ms\n"
		   "at 120s clock-set step -300ms\n");
	/* The page's rate, and the clock at that rate. */
	is_refuted("end 6m\nrealtime within 500us\nat 60s slew 20\n"
		   "at 120s clock-set step +1200us\nat +0s clock-set slew 20\n");
	/* By a rate that the clock's own wide claim hides. */
	is_refuted("end 2m\nrealtime within 5ms\nat 60s slew 50\n");
	/* Both were set once more, and by as much. */
	is_refuted("end 4m\nrealtime within 1ms\n" PAGE_STEPS FOLLOWS "at 150s step -3ms\n"
		   "at 180s clock-set step -3ms\n");
}

static void a_clock_that_kept_its_time(void **state)
{
	(void)state;
	/* The rates contradict each other, and the times do not. */
	has_recovered("end 2m\nrealtime within 5ms\ntime-error 20ms\nat 60s slew 50\n");
	/* The page came back to it. */
	has_recovered("end 3m\nrealtime within 1ms\n" PAGE_STEPS "at 120s step +3ms\n");
	/* What was set long before says nothing of it. */
	has_recovered("end 3m\nrealtime within 1ms\nat 10s clock-set step -3ms\n"
		      "at 20s clock-set step +3ms\n" PAGE_STEPS "at 120s step +3ms\n");
	/* A clock that is not the guest's to set agrees with the page. */
	has_recovered("end 3m\nrealtime within 1ms\nptp-clock ena within 10us\n" PAGE_STEPS
		      "at 61s step +3ms\nat 63s clock-set step +10ms\n"
		      "at 64s clock-set step -10ms\n");
	/* Another marker is another clock, and what was before is not held against it. */
	has_recovered("end 4m\nrealtime within 1ms\n" PAGE_STEPS FOLLOWS
		      "at 180s migrate downtime 100ms\nat 181s clock-set step +103ms\n");
}

#define BEHIND "end 2m\nrealtime within 1ms\nat 20s migrate downtime 500ms\n"

static void a_page_that_steps_onto_a_clock_that_was_off(void **state)
{
	(void)state;
	is_refuted(BEHIND "at 40s step -500ms\n");
	is_refuted("end 2m\nrealtime unsynchronized\nat 20s migrate downtime 500ms\n"
		   "at 40s step -500ms\n");
	is_refuted("end 2m\nrealtime within 1ms\nat 20s clock-set step -300ms\n"
		   "at 40s step -300ms\n");
	is_refuted("end 2m\nrealtime within 1ms\nat 20s restore downtime 10s\n"
		   "at 41s status FREERUNNING\nat 42s step -10s\nat 43s status SYNCHRONIZED\n");
	is_refuted(BEHIND "at 40s gone 5s\nat 42s step -500ms\n");
	/* The next marker makes it a clock as any other. */
	has_recovered(BEHIND "at 40s step -500ms\nat 60s migrate downtime 500ms\n"
			     "at 61s clock-set step +1s\n");
	has_recovered(BEHIND "at 21s clock-set step +500ms\nat 60s step -3ms\n"
			     "at 65s step +3ms\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_followed_the_page),
		cmocka_unit_test(a_clock_that_kept_its_time),
		cmocka_unit_test(a_page_that_steps_onto_a_clock_that_was_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
