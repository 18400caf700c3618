// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/analysis.h: over the whole time, too, a reading is off only where that is sure. */
#include "analysis_make.h"

/* CLOCK_REALTIME over @text. */
static struct analysis_clock realtime_of(const char *text)
{
	const struct simulation_options options = {0};
	struct analysis *analysis = analysis_of(text, &options);
	struct analysis_clock clock = analysis->clock[OBSERVED_REALTIME];

	analysis_free(analysis);
	return clock;
}

/* Nothing is drawn of its bound where there was no page. */
static void a_page_that_is_gone_bounds_nothing(void **state)
{
	const struct simulation_options options = {0};
	struct analysis *analysis =
		analysis_of("realtime within 2ms\nend 30s\nat 10s gone 5s\n", &options);
	const struct curve *bound = &analysis->page_bound;
	bool has_gap = false;

	(void)state;
	for (size_t i = 1; i < bound->points; i++)
		has_gap |= bound->point[i].after_gap;
	assert_true(bound->points > 2);
	assert_true(has_gap);
	analysis_free(analysis);
}

/* The word of a page, or of another clock, that claims no bound, is taken to a millisecond. */
static void a_page_without_a_bound_proves_little(void **state)
{
	static const char *const right[] = {
		"realtime within 2ms\nrefresh 1s\nend 30s\nat 10s time-error unknown\n",
		"realtime within 2ms\nrefresh 1s\nend 30s\nat 6373ms jump value -447211005ns\n"
		"at 15s time-error unknown\n",
		"realtime within 2ms\nmode marker-only\nptp-clock kvm off +900us\nend 30s\n",
	};
	static const char *const moved[] = {
		"realtime within 20ms\ntime-error unknown\nend 30s\n"
		"at 10.05s clock-set step -5ms\n",
		"realtime within 20ms\nmode marker-only\nptp-clock kvm\nend 30s\n"
		"at 10.05s clock-set step -5ms\n",
		/* One that claims a bound is held to it. */
		"realtime within 20ms\nend 30s\nat 10.05s clock-set step -100us\n",
		"realtime within 20ms\nmode marker-only\nptp-clock kvm within 10us\nend 30s\n"
		"at 10.05s clock-set step -100us\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		struct analysis_clock clock = realtime_of(right[i]);

		assert_true(clock.known > 290);
		if (clock.off)
			fail_msg("%s%llu off", right[i], (unsigned long long)clock.off);
	}
	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
		struct analysis_clock clock = realtime_of(moved[i]);

		if (clock.off < 195 || clock.off > 205 || clock.wrong)
			fail_msg("%s%llu off, %llu wrong", moved[i], (unsigned long long)clock.off,
				 (unsigned long long)clock.wrong);
	}
}

/* Also where a first reading is by a lesser clock, as the better one is read after it. */
static void no_more_is_known_than_was_read(void **state)
{
	struct analysis_clock clock =
		realtime_of("mode marker-only\nrealtime within 5ms\nend 30s\n"
			    "ptp-clock kvm off 3ms\nptp-clock nic within 10us\n");

	(void)state;
	assert_true(clock.known > 290);
	assert_true(clock.known <= clock.seen);
}

/* One that was off before is off by as much around it; and so is one that somebody set. */
static void a_leap_second_excuses_no_clock_that_was_off_before(void **state)
{
	static const char *const steps[] = {"at 20s clock-set step +1s\n",
					    "at 59s clock-set step +1s\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		char text[256];
		struct analysis_clock clock;
		struct story *story;

		snprintf(text, sizeof(text),
			 "start 2026-06-30T23:59:00Z\nleap positive\nrealtime within 1ms\n"
			 "end 90s\n%s",
			 steps[i]);
		clock = realtime_of(text);
		story = play(text);
		assert_int_equal(story->closed, 1);
		assert_int_equal(story->last.recovery.state, CLAIM_FAILS);
		assert_int_equal(story->last.clock[OBSERVED_REALTIME].errors.excused, 0);
		assert_int_equal(story->last.clock[OBSERVED_REALTIME].errors.wrong, clock.wrong);
		assert_true(clock.wrong > 300);
		free(story);
	}
}

/* Of an incident that is all there is, both figures are of the same readings. */
static void an_incident_and_the_whole_count_alike(void **state)
{
	static const struct {
		const char *text;
		enum observed_clock clock;
		uint64_t off, wrong;
	} cases[] = {
		/* By one page or the other it is off by 2 ms or more. */
		{"end 1m\nrealtime within 5ms\nptp-clock kvm off 2ms within 500us\n"
		 "at 20s step -2ms\n",
		 OBSERVED_PHC_OTHER, 601, 601},
		/* A reference that claims nothing can only be off, */
		{"end 30s\nrealtime within 5ms\nptp-clock kvm off 2ms\nat 1s status FREERUNNING\n",
		 OBSERVED_PHC_OTHER, 301, 0},
		/* CLOCK_REALTIME be right to a millisecond. */
		{"end 12s\nrealtime unsynchronized\nat 10.05s clock-set step +180us\n",
		 OBSERVED_REALTIME, 20, 0},
		{"end 12s\nrealtime unsynchronized\nat 10.05s clock-set step +2ms\n",
		 OBSERVED_REALTIME, 20, 20},
	};
	const struct simulation_options options = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct analysis *analysis = analysis_of(cases[i].text, &options);
		const struct analysis_clock *clock = &analysis->clock[cases[i].clock];
		const struct incident *incident = judge_open_incident(analysis->judge);
		const struct error_range *errors;

		assert_non_null(incident);
		errors = &incident->clock[cases[i].clock].errors;
		if (clock->off != cases[i].off || clock->wrong != cases[i].wrong ||
		    errors->wrong != cases[i].wrong)
			fail_msg("%s%llu off, %llu wrong; in the incident %llu off, %llu wrong",
				 cases[i].text, (unsigned long long)clock->off,
				 (unsigned long long)clock->wrong, (unsigned long long)errors->off,
				 (unsigned long long)errors->wrong);
		analysis_free(analysis);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_without_a_bound_proves_little),
		cmocka_unit_test(a_page_that_is_gone_bounds_nothing),
		cmocka_unit_test(no_more_is_known_than_was_read),
		cmocka_unit_test(a_leap_second_excuses_no_clock_that_was_off_before),
		cmocka_unit_test(an_incident_and_the_whole_count_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
