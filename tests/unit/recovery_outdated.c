// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/incident.h: a clock was off by the last reading that showed it; how it is now is open. */
#include "base/text.h"
#include "play_make.h"
#include "show/incident_view.h"

#define MOVED "realtime within 500us\nend 2m\nat 20s migrate downtime 300ms\n"

static void ends(const char *text, enum claim_state state, const char *still)
{
	struct story *story = play(text);
	char recovery[RECOVERY_BYTES];
	const char *says = incident_recovery(&story->last, recovery);

	if (story->last.recovery.state != state || !strstr(says, still) ||
	    (!*still && strstr(says, "still")))
		fail_msg("%s%s", text, says);
	free(story);
}

static void one_that_was_moved_since_is_not_known_to_be_off(void **state)
{
	(void)state;
	ends(MOVED "at 22s mode marker-only\nat 30s clock-set step +300ms\n", CLAIM_UNKNOWN, "");
	ends(MOVED "at 22s set counter_id 255\nat 30s clock-set step +300ms\n", CLAIM_UNKNOWN, "");
	/* The device itself is not back. */
	ends(MOVED "at 22s gone\nat 30s clock-set step +300ms\n", CLAIM_FAILS,
	     "NOT recovered: the vmclock device was still gone");
	/* It was set to what is wrong, which was seen. */
	ends(MOVED "at 30s clock-set step +200ms\n", CLAIM_FAILS, "CLOCK_REALTIME still 100 ms");
}

static void one_that_was_last_seen_long_ago_is_not_known_to_be_off(void **state)
{
	(void)state;
	ends(MOVED "at 22s set counter_id 255\n", CLAIM_UNKNOWN, "");
	/* Shortly before, it is. */
	ends(MOVED "at 115s set counter_id 255\n", CLAIM_FAILS, "CLOCK_REALTIME still 300 ms");
}

static void one_that_is_seen_again_is_waited_for(void **state)
{
	(void)state;
	ends(MOVED "at 22s set counter_id 255\nat 30s free counter_id\n", CLAIM_FAILS,
	     "CLOCK_REALTIME still 300 ms");
	ends(MOVED "at 22s set counter_id 255\nat 60s free counter_id\n", CLAIM_FAILS,
	     "CLOCK_REALTIME still 300 ms");
}

/* Nothing could be seen until the machine went on, and then all is. */
static void one_that_was_set_in_a_pause_is_waited_for(void **state)
{
	struct story *story = play("realtime within 2ms\nend 2m\nat 20s stun 64s\n"
				   "at +5s clock-set step +10us\n");

	(void)state;
	assert_int_equal(story->closed, 1);
	assert_int_equal(story->last.recovery.state, CLAIM_HOLDS);
	free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_was_moved_since_is_not_known_to_be_off),
		cmocka_unit_test(one_that_was_last_seen_long_ago_is_not_known_to_be_off),
		cmocka_unit_test(one_that_is_seen_again_is_waited_for),
		cmocka_unit_test(one_that_was_set_in_a_pause_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
