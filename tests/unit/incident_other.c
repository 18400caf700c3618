// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/incident.h: of several reference clocks the worst is shown, by its number. */
#include "play_make.h"
#include "show/incident_words.h"

#define ORDINARY "realtime within 500us\nend 1m\n"

static const struct error_range *errors_of(const struct story *story)
{
	return &story->last.clock[OBSERVED_PHC_OTHER].errors;
}

/* Of @text, in which one of @others is off at 20 s: that is /dev/ptp@number, 20 ms behind. */
static void worst_is(const char *text, size_t others, int32_t number)
{
	char headline[INCIDENT_HEADLINE_BYTES], clock[CLOCK_WORDS_BYTES];
	struct story *story = play(text);

	snprintf(clock, sizeof(clock), "/dev/ptp%d 20.0 ms behind", number);
	incident_headline(&story->last, CLAIM_HOLDS, false, false, headline);
	if (story->last.others != others || story->last.other.number != number ||
	    errors_of(story)->wrong < 100 || !strstr(headline, clock))
		fail_msg("%s%s: %zu, ptp%d, %d wrong", text, headline, story->last.others,
			 story->last.other.number, (int)errors_of(story)->wrong);
	free(story);
}

static void the_worst_is_shown_and_not_the_first(void **state)
{
	(void)state;
	worst_is(ORDINARY "ptp-clock kvm\nptp-clock nic within 10us\n"
			  "at 20s ptp-clock nic off -20ms within 10us\n",
		 2, 1);
	worst_is(ORDINARY "ptp-clock nic within 10us\nptp-clock kvm\n"
			  "at 20s ptp-clock nic off -20ms within 10us\n",
		 2, 0);
	/* Right again before the end, or at the newest reading: it was wrong. */
	worst_is(ORDINARY "ptp-clock kvm\nptp-clock nic within 10us\n"
			  "at 20s ptp-clock nic off -20ms within 10us\n"
			  "at 40s ptp-clock nic within 10us\n",
		 2, 1);
	worst_is(ORDINARY "ptp-clock nic within 10us\n"
			  "at 20s ptp-clock nic off -20ms within 10us\n",
		 1, 0);
}

static void of_right_ones_it_is_the_first(void **state)
{
	struct story *story = play(ORDINARY "ptp-clock kvm\nptp-clock nic within 10us\n"
					    "at 20s clock-set step +50ms\n");

	(void)state;
	assert_int_equal(story->last.others, 2);
	assert_int_equal(story->last.other.number, 0);
	assert_int_equal(errors_of(story)->wrong, 0);
	assert_true(errors_of(story)->known > 100);
	free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_is_shown_and_not_the_first),
		cmocka_unit_test(of_right_ones_it_is_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
