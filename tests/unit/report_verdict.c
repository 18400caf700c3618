// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report/verdict.h: of every scenario of tests/scenarios the headline is short, and nothing in the
 * verdict says more than the analysis knows.
 */
#include <glob.h>
#include <libgen.h>

#include "base/text.h"
#include "seeds.h"
#include "verdict_make.h"

#define TEXT_BYTES 65536

static const char *name; /* of the scenario at hand */

static size_t words_of(const char *text)
{
	size_t words = 0;

	for (; *text; text += strspn(text, " ")) {
		words++;
		text += strcspn(text, " ");
	}
	return words;
}

static void is_true(bool so, const char *what, const struct verdict *verdict)
{
	if (!so)
		fail_msg("%s: %s: \"%s\"", name, what, verdict->headline);
}

static void check(const struct report *report)
{
	const struct verdict_line *now;
	struct verdict verdict;
	bool all_recovered = true;

	verdict_of(report, &verdict);
	now = &verdict.line[VERDICT_NOW];
	is_true(words_of(verdict.headline) <= VERDICT_WORDS, "too long", &verdict);
	is_true(words_of(verdict.headline) > 2, "too short", &verdict);
	is_true(verdict.headline[strlen(verdict.headline) - 1] == '.', "no end", &verdict);
	is_true(verdict.incidents == report->analysis->incidents, "not all", &verdict);
	for (size_t i = 0; i < verdict.incidents; i++) {
		all_recovered &= verdict.incident[i]->recovery.state == CLAIM_HOLDS;
		is_true(!i || !verdict_is_worse(verdict.incident[i], verdict.incident[i - 1]),
			"not by harm", &verdict);
	}
	is_true(now->well != CLAIM_HOLDS || all_recovered, "right again is not so", &verdict);
	is_true(now->well != CLAIM_HOLDS || report->analysis->clock[OBSERVED_REALTIME].known,
		"right is not known", &verdict);
	is_true(now->well == CLAIM_HOLDS || *now->note, "not right, and no why", &verdict);
	is_true(now->well != CLAIM_FAILS || report_claim(report).state == CLAIM_FAILS,
		"wrong, and all is well", &verdict);
	is_true(!strstr(verdict.headline, "recovered within") || now->well == CLAIM_HOLDS,
		"recovered is not so", &verdict);
	for (int i = 0; i < VERDICT_FIGURES; i++) {
		is_true(*verdict.line[i].value, "a figure is empty", &verdict);
		is_true(verdict.line[i].well != CLAIM_UNKNOWN || *verdict.line[i].note,
			"unknown without a why", &verdict);
	}
}

static void of_text(const char *text)
{
	struct analysis *analysis = analysis_of(text, &options);
	struct report report = report_of(analysis);

	check(&report);
	/* And where the end is missing. */
	report.span.ended = false;
	check(&report);
	analysis_free(analysis);
}

static void of_every_scenario(void **state)
{
	static char source[] = __FILE__;
	static char text[TEXT_BYTES], pattern[512];
	glob_t files;

	(void)state;
	snprintf(pattern, sizeof(pattern), "%s/../scenarios/*.scenario", dirname(source));
	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	assert_true(files.gl_pathc > 50);
	for (size_t i = 0; i < files.gl_pathc; i += LIBRARY_STEP) {
		FILE *file = fopen(files.gl_pathv[i], "r");
		size_t bytes;

		assert_non_null(file);
		bytes = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
		text[bytes] = '\0';
		name = files.gl_pathv[i];
		of_text(text);
	}
	globfree(&files);
}

static void a_step_that_is_mended(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("end 60s\nrealtime within 1ms\nat 30s clock-set step -250ms\n"
	       "at 33s clock-set step +250ms\n",
	       &verdict);
	assert_non_null(strstr(verdict.headline, "CLOCK_REALTIME 250 ms behind; recovered within"));
	assert_string_equal(verdict.line[VERDICT_CLOCK].value, "CLOCK_REALTIME 250 ms behind");
	assert_string_equal(verdict.line[VERDICT_NOW].value, "yes");
	assert_non_null(strstr(verdict.action, "Check what was written from"));
	assert_string_equal(verdict.command, "");
}

static void a_step_that_lasts(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("end 60s\nrealtime within 1ms\nat 30s clock-set step +3s\n", &verdict);
	assert_non_null(strstr(verdict.headline, "CLOCK_REALTIME 3.00 s ahead; NOT recovered."));
	assert_string_equal(verdict.line[VERDICT_NOW].value, "NO");
	assert_string_equal(verdict.line[VERDICT_NOW].note, "CLOCK_REALTIME still 3.00 s ahead");
	assert_string_equal(recovery, "NOT recovered: CLOCK_REALTIME still 3.00 s ahead");
	assert_non_null(strstr(verdict.command, "wait --for synchronized"));
}

/* Who was worst is well again, another is not: the headline is not of the first alone. */
/* Whatever lies between the readings, on one side of its step the clock was wrong. */
static void a_step_that_no_reading_explains(void **state)
{
	static const struct {
		const char *text;
		const char *headline;
		enum claim_state now;
	} stories[] = {
		{"end 9.99s\nrealtime within 1ms\nat 9.97s clock-set step +3s\n",
		 "Clock set: CLOCK_REALTIME stepped by +3.00 s; recovery not known.",
		 CLAIM_UNKNOWN},
		{"sample 5s\nend 30s\nrealtime within 1ms\nat 11s migrate downtime 700ms\n"
		 "at 13s clock-set step +700ms\n",
		 "Disruption: CLOCK_REALTIME stepped by +700 ms; recovered within 5.00 s.",
		 CLAIM_HOLDS},
		/* By less than twice what it claims, it may have been right all the time. */
		{"end 9.99s\nrealtime within 2ms\nat 9.97s clock-set step +3ms\n",
		 "Clock set: none proven wrong; recovery not known.", CLAIM_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		struct verdict verdict;

		of_one(stories[i].text, &verdict);
		assert_string_equal(verdict.headline, stories[i].headline);
		assert_int_equal(verdict.line[VERDICT_NOW].well, stories[i].now);
		if (stories[i].now == CLAIM_UNKNOWN)
			assert_string_equal(verdict.line[VERDICT_NOW].note,
					    "CLOCK_REALTIME was not checked against the page "
					    "afterwards");
	}
}

/* Its headline says none was wrong only where no figure beside it says otherwise. */
static void none_of_all(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("end 30s\nrealtime within 1ms\nreader db every 100ms\n"
	       "at 10s driver-off +3s for 10s\n",
	       &verdict);
	assert_int_equal(verdict.line[VERDICT_READS].well, CLAIM_FAILS);
	assert_non_null(strstr(verdict.headline, "Driver mismatch: 100 reads wrong; recovered"));
	of_one("end 30s\nrealtime within 1ms\nat 10s migrate downtime 300ms\n"
	       "at 11s clock-set step +300ms\nat 20s mode marker-only\n",
	       &verdict);
	assert_string_equal(verdict.line[VERDICT_CLOCK].value, "CLOCK_REALTIME 300 ms behind");
	assert_string_equal(verdict.headline,
			    "Status change: wrong at another time; recovery not known.");
}

static void not_all_recovered(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("end 2m\nrealtime within 500us\nptp-clock kvm\nptp-clock nic within 10us\n"
	       "at 20s ptp-clock nic off -20ms within 10us\nat 50s migrate downtime 100ms\n"
	       "at 60s clock-set step +100ms\n",
	       &verdict);
	assert_non_null(
		strstr(verdict.headline, "CLOCK_REALTIME 100 ms behind; NOT all recovered."));
	assert_string_equal(verdict.line[VERDICT_NOW].note, "/dev/ptp1 still 20.0 ms behind");
}

/* That some recovered is said only where the worst was seen good again. */
static void not_seen_again(void **state)
{
	static struct incident incident = {.closed = true};
	struct incident_clock *clock = &incident.clock[OBSERVED_REALTIME];
	char headline[INCIDENT_HEADLINE_BYTES];

	(void)state;
	incident.recovery = claim_seen(false);
	incident.count[FINDING_DISRUPTION] = 1;
	clock->errors.known = clock->errors.off = 1;
	clock->errors.worst = (struct ns_interval){-250000000, -250000000};
	clock->is_good = true;
	assert_non_null(strstr(incident_headline(&incident, CLAIM_FAILS, false, false, headline),
			       "; NOT recovered."));
	clock->seen = true;
	assert_non_null(strstr(incident_headline(&incident, CLAIM_FAILS, false, false, headline),
			       "; NOT all recovered."));
	clock->is_outdated = true;
	assert_non_null(strstr(incident_headline(&incident, CLAIM_FAILS, false, false, headline),
			       "; NOT recovered."));
}

/* What is bad at the end is named, also where it is no clock. */
static void named_at_the_end(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("realtime within 500us\nend 1m\nat 20s migrate downtime 200ms\nat +1s gone\n",
	       &verdict);
	assert_string_equal(verdict.line[VERDICT_NOW].note, "the vmclock device was still gone");
	assert_string_equal(recovery, "NOT recovered: the vmclock device was still gone");
	of_one("realtime within 500us\nreader db every 500ms\nend 1m\n"
	       "at 20s driver-off +2ms for 40s\n",
	       &verdict);
	assert_string_equal(verdict.line[VERDICT_NOW].note,
			    "the driver still answered other than the page");
	of_one("realtime within 500us\nend 1m\nat 20s step +5ms\n", &verdict);
	assert_string_equal(verdict.line[VERDICT_NOW].note,
			    "CLOCK_REALTIME and the page still contradict each other");
	of_one("realtime within 500us\nend 1m\nat 20s status UNRELIABLE\n", &verdict);
	assert_string_equal(verdict.line[VERDICT_NOW].note, "the host's clock still UNRELIABLE");
}

/* What the kernel loses are uses and settings: the clocks are sampled all the same. */
static void lost_events(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("realtime within 500us\nend 1m\nat 20s migrate downtime 200ms\nat +1s lose 50\n"
	       "at +3s clock-set step +200ms\n",
	       &verdict);
	assert_non_null(strstr(verdict.headline, "200 ms behind; recovered within"));
	assert_string_equal(verdict.line[VERDICT_NOW].value, "yes");
}

/* Of a device that is gone nothing says that a clock is still bad. */
static void a_device_that_stays_away(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("end 60s\nrealtime within 1ms\nat 10s gone\n", &verdict);
	assert_string_equal(verdict.line[VERDICT_NOW].note, "the vmclock device was still gone");
}

static void a_healthy_guest(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("end 60s\nrealtime within 1ms\n", &verdict);
	assert_non_null(strstr(verdict.headline, "The clock was right for"));
	assert_string_equal(verdict.line[VERDICT_NOW].value, "never wrong");
	assert_string_equal(verdict.action, "");
}

static void a_marker_alone(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("end 60s\nmode marker-only\nrealtime within 1ms\nat 30s disrupt\n", &verdict);
	assert_string_equal(verdict.headline, "Disruption: errors not known; recovery not known.");
	assert_string_equal(verdict.line[VERDICT_CLOCK].value, "not known");
	assert_int_equal(verdict.line[VERDICT_NOW].well, CLAIM_UNKNOWN);
}

/* News are no clock that is wrong. */
static void what_is_to_come(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("end 60s\nrealtime within 1ms\nat 30s maintenance imminent\n", &verdict);
	assert_string_equal(verdict.level, "WARNING");
	assert_string_equal(verdict.headline, "Maintenance imminent; no incident was seen.");
	assert_string_equal(verdict.line[VERDICT_NOW].value, "never wrong");
	assert_string_equal(verdict.action, "");
}

/* One that is off, and within what it claims, is no clock that is wrong. */
static void off_within_its_claim(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("end 60s\nrealtime within 500ms\nat 30s clock-set step -250ms\n"
	       "at 33s clock-set step +250ms\n",
	       &verdict);
	assert_string_equal(verdict.line[VERDICT_CLOCK].value, "CLOCK_REALTIME 250 ms behind");
	assert_int_not_equal(verdict.line[VERDICT_CLOCK].well, CLAIM_FAILS);
	assert_null(strstr(verdict.action, "its times may be wrong"));
}

/* Which of two is wrong is not known. */
static void two_that_contradict(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("end 60s\nmode marker-only\nrealtime within 1ms\n"
	       "ptp-clock nic off 50ms within 10us\nptp-clock hyperv within 1ms\n",
	       &verdict);
	assert_int_equal(verdict.line[VERDICT_NOW].well, CLAIM_UNKNOWN);
}

/* By a page that may be wrong itself, or knows it roughly, no clock is proven right. */
static void not_proven_wrong_is_not_right(void **state)
{
	static const char *const roughly[] = {
		"end 60s\nrealtime within 10us\nat 20s step -5ms\n",
		"end 2m\nrealtime within 500us\nat 20s slew 50\nat 80s slew 0\n",
		"end 60s\nrealtime within 500us\nptp-clock kvm within 1ms\n"
		"at 20s mode marker-only\nat 40s mode full\n",
	};
	struct verdict verdict;

	(void)state;
	for (size_t i = 0; i < sizeof(roughly) / sizeof(roughly[0]); i++) {
		const struct verdict_line *clock = &verdict.line[VERDICT_CLOCK];

		of_one(roughly[i], &verdict);
		if (strcmp(clock->value, "none proven wrong") || clock->well != CLAIM_UNKNOWN ||
		    !strstr(clock->note, "not closely enough"))
			fail_msg("%s%s (%s)", roughly[i], clock->value, clock->note);
		/* Nor is that one is to be set. */
		assert_null(strstr(verdict.action, "Set CLOCK_REALTIME"));
	}
	of_one("end 60s\nrealtime within 1ms\ntime-error 20ms\n", &verdict);
	assert_non_null(strstr(verdict.headline, "No clock was proven wrong in 60.0 s."));
	assert_string_equal(verdict.line[VERDICT_NOW].value, "never proven wrong");
	of_one("end 60s\nrealtime within 10us\n", &verdict);
	assert_string_equal(verdict.line[VERDICT_CLOCK].value, "none was wrong");
}

/* One without a bound may have moved itself: it is not said without it who was off. */
static void whose_word_it_is(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("mode marker-only\nptp-clock kvm off +200ms\nrealtime within 500us\nend 60s\n",
	       &verdict);
	assert_non_null(strstr(verdict.headline, "CLOCK_REALTIME 200 ms behind its host; NOT"));
	of_one("mode marker-only\nptp-clock kvm off -200ms\nrealtime within 500us\nend 60s\n",
	       &verdict);
	assert_non_null(strstr(verdict.headline, "200 ms ahead of its host; NOT"));
	/* It was seen to move itself, and to come back. */
	of_one("mode marker-only\nptp-clock kvm\nrealtime within 500us\nend 60s\n"
	       "at 20s ptp-clock kvm off -200ms\nat 40s ptp-clock kvm\n",
	       &verdict);
	assert_non_null(strstr(verdict.headline, "Wrong bound: none proven wrong; recovered"));
	of_one("mode marker-only\nptp-clock kvm within 1ms\nrealtime within 500us\nend 60s\n"
	       "at 20s ptp-clock kvm off +200ms within 1ms\n"
	       "at 40s ptp-clock kvm within 1ms\n",
	       &verdict);
	assert_non_null(strstr(verdict.headline, "Wrong bound: none proven wrong; recovered"));
	assert_string_equal(verdict.line[VERDICT_CLOCK].value, "none proven wrong");
}

/* The page alone is good again: its time was compared with nothing. */
static void a_page_without_a_clock_beside_it(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("end 60s\nat 20s gone 5s\n", &verdict);
	assert_non_null(strstr(verdict.headline, "over within"));
	assert_int_equal(verdict.line[VERDICT_NOW].well, CLAIM_UNKNOWN);
}

static void figures_at_a_glance(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{0, "0 ns"},
		{17, "17 ns"},
		{999, "999 ns"},
		{1250, "1.25 us"},
		{131072, "131 us"},
		{999600, "1.00 ms"},
		{250000178, "250 ms"},
		{4775000001, "4.78 s"},
		{99960000000, "100 s"},
		{UINT64_C(7560000000000), "2.10 h"},
	};
	char text[TEXT_NS_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_ns_short(cases[i].ns, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_every_scenario),
		cmocka_unit_test(a_step_that_is_mended),
		cmocka_unit_test(a_step_that_lasts),
		cmocka_unit_test(a_step_that_no_reading_explains),
		cmocka_unit_test(none_of_all),
		cmocka_unit_test(not_all_recovered),
		cmocka_unit_test(not_seen_again),
		cmocka_unit_test(lost_events),
		cmocka_unit_test(named_at_the_end),
		cmocka_unit_test(a_device_that_stays_away),
		cmocka_unit_test(a_healthy_guest),
		cmocka_unit_test(a_marker_alone),
		cmocka_unit_test(what_is_to_come),
		cmocka_unit_test(off_within_its_claim),
		cmocka_unit_test(two_that_contradict),
		cmocka_unit_test(not_proven_wrong_is_not_right),
		cmocka_unit_test(whose_word_it_is),
		cmocka_unit_test(a_page_without_a_clock_beside_it),
		cmocka_unit_test(figures_at_a_glance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
