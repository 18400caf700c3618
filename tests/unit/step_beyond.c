// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/step_beyond.h: what a step shows of a clock whose error was not known then. */
#include "judge/step_beyond.h"

#include "play_make.h"

#define CLOCK "realtime within 5ms\nend 2m\n"

static bool is_beyond(const char *text, struct step_beyond *beyond)
{
	struct story *story = play(text);
	bool is_found;

	assert_int_equal(story->closed, 1);
	is_found = step_beyond_of(&story->last, beyond);
	free(story);
	return is_found;
}

static bool is_about(int64_t ns, int64_t about_ns)
{
	return ns > about_ns - 1000000 && ns < about_ns + 1000000;
}

static void by_the_reading_on_one_side(void **state)
{
	static const struct {
		const char *text;
		int64_t step_ns;
		bool is_before;
		int64_t about_ns;
	} stories[] = {
		{CLOCK "at 30s gone 20s\nat 32s clock-set step -2s\nat 45s clock-set step +2s\n",
		 -2000000000, false, -2000000000},
		{CLOCK "at 30s stick 20s\nat 32s clock-set step -2s\nat 45s clock-set step +2s\n",
		 2000000000, true, -2000000000},
		/* What moved it before is not known; it is from the step on. */
		{CLOCK "at 30s migrate downtime 100ms late 3s\nat 31s clock-set step +100ms\n",
		 100000000, true, -100000000},
		/* Also where it is less than the known errors are apart. */
		{CLOCK "at 30s migrate downtime 100ms resync 30s\nat 40s clock-set step +50ms\n",
		 50000000, true, -100000000},
		/* Between two readings, with none that is not known. */
		{CLOCK "at 30.01s clock-set step -2s\nat 30.05s clock-set step +2s\n", -2000000000,
		 false, -2000000000},
		{CLOCK "at 30.01s clock-set step +1s\nat 30.03s clock-set step +1s\n"
		       "at 30.05s clock-set step -2s\n",
		 1000000000, false, 2000000000},
		/* Also where the readings around are kept as one. */
		{CLOCK "at 20s clock-set step +1s\nat 85.01s clock-set step -3s\n"
		       "at 85.05s clock-set step +3s\nat 100s clock-set step -1s\n",
		 -3000000000, false, -2000000000},
		{"sample 20s\nrefresh 60s\nrealtime within 5ms\nend 3m\n"
		 "at 61s clock-set step -2s\nat 70s clock-set step +2s\n",
		 -2000000000, false, -2000000000},
		/* The steps add up. */
		{CLOCK "at 30s stick 3s\nat 31s clock-set step +1s\nat 32s clock-set step +1s\n"
		       "at 32.5s clock-set step -2s\n",
		 -2000000000, true, 2000000000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		struct step_beyond beyond = {0};

		if (!is_beyond(stories[i].text, &beyond) || !beyond.has_side ||
		    beyond.is_before != stories[i].is_before ||
		    !is_about(beyond.step_ns, stories[i].step_ns) ||
		    !is_about(beyond.about_ns, stories[i].about_ns))
			fail_msg("%sby %lld: about %lld", stories[i].text,
				 (long long)beyond.step_ns, (long long)beyond.about_ns);
	}
}

/* It ends before anything shows whether the guest was moved meanwhile. */
static void on_which_side_may_be_open(void **state)
{
	struct step_beyond beyond = {.has_side = true};

	(void)state;
	assert_true(is_beyond(CLOCK "at 30s gone 1h\nat 32s clock-set step -2s\n", &beyond));
	assert_false(beyond.has_side);
	/* Nor is it known whether the step came before what moved it, or after. */
	beyond.has_side = true;
	assert_true(is_beyond("sample 5s\n" CLOCK "at 31s migrate downtime 100ms\n"
			      "at 33s clock-set step +100ms\n",
			      &beyond));
	assert_false(beyond.has_side);
}

static void what_known_readings_cover_is_no_news(void **state)
{
	struct step_beyond beyond;

	(void)state;
	assert_false(
		is_beyond(CLOCK "at 30s clock-set step -2s\nat 32s clock-set step +2s\n", &beyond));
	assert_false(is_beyond(CLOCK "at 30s clock-set step +3ms\n", &beyond));
	assert_false(is_beyond(CLOCK "at 30.01s clock-set step -2s\nat 30.05s clock-set step +1s\n"
				     "at 33s clock-set step -1s\nat 35s clock-set step +2s\n",
			       &beyond));
	assert_false(is_beyond(CLOCK "at 30s gone 20s\n", &beyond));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_the_reading_on_one_side),
		cmocka_unit_test(on_which_side_may_be_open),
		cmocka_unit_test(what_known_readings_cover_is_no_news),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
