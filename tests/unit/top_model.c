// SPDX-License-Identifier: GPL-2.0-or-later
/* src/top/: what the live view shows, without a terminal. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge_make.h"
#include "scenario/scenario_source.h"
#include "top/top_history.h"
#include "top/top_model.h"
#include "top/top_readers.h"
#include "top/top_words.h"

/* --- Readers */

static struct top_readers *readers_new(void)
{
	struct top_readers *readers = calloc(1, sizeof(*readers));

	assert_non_null(readers);
	readers->started_ns = 100 * SECOND;
	return readers;
}

static struct event tally_at(uint64_t time_ns, uint32_t pid, uint64_t uses)
{
	struct event event = {.type = EVENT_TALLY, .time_ns = time_ns, .who = {.pid = pid}};

	event.tally.uses[PATH_SYS_OFFSET_PRECISE] = uses;
	return event;
}

static void add(struct top_readers *readers, struct event event)
{
	top_readers_event(readers, &event);
}

static void rate_is_of_whole_seconds(void **state)
{
	struct top_readers *readers = readers_new();

	(void)state;
	for (uint64_t second = 100; second < 110; second++)
		add(readers, tally_at(second * SECOND + 500 * MS, 1, second < 105 ? 10 : 40));
	/* In the first second nothing is known of a rate; then it is of as long as there was. */
	assert_true(top_reader_rate(readers, &readers->reader[0], 100 * SECOND + 900 * MS) == 0);
	/* Five seconds of 40, and the one that is not over does not count. */
	add(readers, tally_at(110 * SECOND, 1, 1000));
	assert_true(top_reader_rate(readers, &readers->reader[0], 110 * SECOND + 1) == 40);
	/* Who is silent for so long has none. */
	assert_true(top_reader_rate(readers, &readers->reader[0], 130 * SECOND) == 0);
	assert_int_equal(readers->reader[0].uses[PATH_SYS_OFFSET_PRECISE], 5 * 10 + 5 * 40 + 1000);
	free(readers);
}

static void young_rate_is_not_diluted(void **state)
{
	struct top_readers *readers = readers_new();

	(void)state;
	add(readers, tally_at(100 * SECOND + 500 * MS, 1, 8));
	add(readers, tally_at(101 * SECOND + 500 * MS, 1, 8));
	assert_true(top_reader_rate(readers, &readers->reader[0], 102 * SECOND) == 8);
	free(readers);
}

static void check_order(const struct top_readers *readers, enum top_sort sort, uint32_t first,
			uint32_t second, uint32_t third)
{
	size_t order[TOP_READERS];

	top_readers_sort(readers, sort, 102 * SECOND, order);
	assert_int_equal(readers->reader[order[0]].who.pid, first);
	assert_int_equal(readers->reader[order[1]].who.pid, second);
	assert_int_equal(readers->reader[order[2]].who.pid, third);
}

static void each_order_has_the_largest_first(void **state)
{
	static struct incident incident;
	struct top_readers *readers = readers_new();
	struct event tally;

	(void)state;
	tally = tally_at(101 * SECOND, 1, 30);
	add(readers, tally);
	tally = tally_at(101 * SECOND, 2, 20);
	tally.tally.measured = 1;
	tally.tally.worst_ns = 900;
	add(readers, tally);
	tally = tally_at(101 * SECOND, 3, 10);
	tally.tally.measured = 1;
	tally.tally.worst_ns = 5000;
	tally.tally.errors[PATH_SYS_OFFSET_PRECISE] = 4;
	add(readers, tally);
	incident.readers = 3;
	incident.reader[0] = (struct incident_reader){
		.who = {.pid = 2}, .errors = {.known = 1, .worst = {-7000, -6000}}};
	/* Surely off by 500 alone, and by 100000 at most: what is sure counts. */
	incident.reader[1] = (struct incident_reader){
		.who = {.pid = 1}, .errors = {.known = 1, .worst = {500, 100000}}};
	incident.reader[2] = (struct incident_reader){.who = {.pid = 3}};
	top_readers_incident(readers, &incident);
	check_order(readers, TOP_BY_USES, 1, 2, 3);
	check_order(readers, TOP_BY_LATENCY, 3, 2, 1);
	check_order(readers, TOP_BY_ERROR, 2, 1, 3);
	check_order(readers, TOP_BY_FAILURES, 3, 1, 2);
	assert_false(readers->reader[2].has_error);
	free(readers);
}

static void readers_are_bounded(void **state)
{
	struct event mapper = {.type = EVENT_MAPPER, .time_ns = 100 * SECOND, .who = {.pid = 7}};
	struct top_readers *readers = readers_new();
	bool has_mapper = false, has_first = false, has_last = false;

	(void)state;
	add(readers, mapper);
	for (uint32_t pid = 1000; pid < 1000 + TOP_READERS + 10; pid++)
		add(readers, tally_at(101 * SECOND + pid, pid, 1));
	assert_int_equal(readers->readers, TOP_READERS);
	assert_int_equal(readers->evicted, 11);
	for (size_t i = 0; i < readers->readers; i++) {
		has_mapper |= readers->reader[i].who.pid == 7;
		has_first |= readers->reader[i].who.pid == 1000;
		has_last |= readers->reader[i].who.pid == 1000 + TOP_READERS + 9;
	}
	/* Who maps the page was seen longest ago, and is there as long as it does. */
	assert_true(has_mapper);
	assert_false(has_first);
	assert_true(has_last);
	free(readers);
}

static void uses_count_once(void **state)
{
	struct event read = {.type = EVENT_READ,
			     .time_ns = 101 * SECOND,
			     .path = PATH_SYS_OFFSET_PRECISE,
			     .latency_ns = 700,
			     .who = {.pid = 1}};
	struct event call = read;
	struct top_readers *readers = readers_new();

	(void)state;
	call.type = EVENT_CALL;
	add(readers, read);
	add(readers, call); /* around the read */
	assert_int_equal(readers->reader[0].uses[PATH_SYS_OFFSET_PRECISE], 1);
	assert_int_equal(readers->reader[0].slowest_ns, 700);
	/* The first tally has that read too. */
	add(readers, tally_at(102 * SECOND, 1, 5));
	add(readers, read);
	assert_int_equal(readers->reader[0].uses[PATH_SYS_OFFSET_PRECISE], 5);
	assert_true(top_reader_path(&readers->reader[0]) == PATH_SYS_OFFSET_PRECISE);
	assert_int_equal(top_reader_paths(&readers->reader[0]), 1);
	free(readers);
}

/* --- Bars */

static void bars_scale_to_the_largest(void **state)
{
	struct top_history history = {0};
	int bar[TOP_HISTORY_SECONDS];

	(void)state;
	top_history_add(&history, 997 * SECOND, 0);
	top_history_add(&history, 998 * SECOND, 350);
	top_history_add(&history, 998 * SECOND + 1, 100); /* the same second: the larger one */
	top_history_add(&history, 1000 * SECOND, 700);
	assert_int_equal(top_history_bars(&history, 1000 * SECOND, 0, 120, bar), 700);
	assert_int_equal(bar[119], TOP_BAR_HEIGHTS - 1);
	assert_int_equal(bar[118], TOP_BAR_NONE);
	assert_int_equal(bar[117], 3);
	assert_int_equal(bar[116], 0);
	assert_int_equal(bar[0], TOP_BAR_NONE);
	/* Within a bound that is ten times as large all stay low. */
	assert_int_equal(top_history_bars(&history, 1000 * SECOND, 7000, 120, bar), 7000);
	assert_int_equal(bar[119], 0);
	/* Any error has a height. */
	top_history_add(&history, 1000 * SECOND, UINT64_MAX);
	assert_true(top_history_bars(&history, 1000 * SECOND, 0, 120, bar) == UINT64_MAX);
	assert_int_equal(bar[119], TOP_BAR_HEIGHTS - 1);
	assert_int_equal(bar[117], 0);
}

static void bars_stand_for_the_same_seconds(void **state)
{
	struct top_history history = {0};
	int bar[20];

	(void)state;
	assert_int_equal(top_history_seconds_a_bar(20), 6);
	assert_int_equal(top_history_seconds_a_bar(7), 18);
	top_history_add(&history, 601 * SECOND, 9);
	for (uint64_t now = 601; now < 606; now++) {
		top_history_bars(&history, now * SECOND, 0, 20, bar);
		assert_int_equal(bar[19], TOP_BAR_HEIGHTS - 1);
	}
	top_history_bars(&history, 606 * SECOND, 0, 20, bar);
	assert_int_equal(bar[19], TOP_BAR_NONE);
	assert_int_equal(bar[18], TOP_BAR_HEIGHTS - 1);
	/* What is older than all bars is forgotten, also where its place was not used again. */
	top_history_bars(&history, (601 + 200) * SECOND, 0, 20, bar);
	for (int i = 0; i < 20; i++)
		assert_int_equal(bar[i], TOP_BAR_NONE);
}

/* --- Words */

static void numbers_have_three_digits(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {
		{0, "0 ns"},
		{-999, "-999 ns"},
		{1000, "+1.00 us"},
		{9994, "+9.99 us"},
		{9996, "+10.0 us"},
		{99960, "+100 us"},
		{131400, "+131 us"},
		{999600, "+1.00 ms"},
		{-250000230, "-250 ms"},
		{59999000000, "+60.0 s"},
		{599000000000, "+599 s"},
		{INT64_MIN, NULL},
		{INT64_MAX, NULL},
	};
	char text[TOP_NS_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		top_ns(cases[i].ns, true, text);
		if (cases[i].text)
			assert_string_equal(text, cases[i].text);
		else
			assert_true(strlen(text) > 2);
	}
}

/* --- A scenario as it is shown at a moment */

struct shown {
	struct top_model *model;
	const struct top_state *state;
	char now[TOP_SENTENCE_BYTES];
	char since[TOP_SENTENCE_BYTES];
	char losses[TOP_SENTENCE_BYTES * 2];
};

/* @text, played up to @seconds after its start. */
static struct shown *show_at(const char *text, uint64_t seconds)
{
	struct top_start start = {.start_ns = SCENARIO_MONOTONIC_START_NS, .uses_are_seen = true};
	struct simulation_options options = {0};
	struct shown *shown = calloc(1, sizeof(*shown));
	uint64_t end_ns = start.start_ns + seconds * SECOND;
	struct top_context context = {.now_ns = end_ns};
	struct scenario_source *source;
	struct scenario scenario;
	struct error error = {.cause = ""};
	struct event event;

	assert_non_null(shown);
	if (scenario_parse("test", text, strlen(text), &scenario, &error))
		fail_msg("%s (%s)", error.cause, error.hint);
	assert_int_equal(scenario_source_new(&scenario, &options, 0, &source), 0);
	shown->model = top_model_new(&start);
	assert_non_null(shown->model);
	while (scenario_source_next(source, &event, NULL) && event.time_ns <= end_ns)
		top_model_event(shown->model, &event, true);
	scenario_source_free(source);
	scenario_free(&scenario);
	context.clocks = top_model_has_clocks(shown->model);
	context.elsewhere = context.clocks ? claim_seen(true) : claim_unknown(CLAIM_NOT_COMPARED);
	shown->state = top_model_state(shown->model, &context);
	top_now_sentence(shown->state, shown->now, sizeof(shown->now));
	top_since_sentence(shown->state, shown->since, sizeof(shown->since));
	top_losses_sentence(shown->state, shown->losses, sizeof(shown->losses));
	return shown;
}

static void shown_free(struct shown *shown)
{
	top_model_free(shown->model);
	free(shown);
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in: %s", part, text);
}

#define INCIDENT                                                                                   \
	"realtime within 1ms\nreader chronyd every 200ms\nend 60s\n"                               \
	"at 10.03 migrate downtime 250ms value +120ms rate +18 resync 1500ms\n"                    \
	"at 25.03 clock-set step +250ms\n"

static void healthy_is_ok(void **state)
{
	struct shown *shown = show_at("realtime within 1ms\nend 60s\n", 8);
	struct top_row row;

	(void)state;
	assert_string_equal(shown->now,
			    "OK: the page is good, and the clocks are within what they claim");
	assert_int_equal(shown->state->clocks, 1);
	top_clock_row(shown->state, &shown->state->clock[0], &row);
	assert_string_equal(row.name, "CLOCK_REALTIME");
	assert_string_equal(row.direction, "agrees");
	assert_string_equal(row.claims, "±1.00 ms");
	assert_string_equal(row.by, "the page");
	has(shown->since, "findings: 0");
	shown_free(shown);
}

static void incident_says_which_clock(void **state)
{
	struct shown *shown = show_at(INCIDENT, 9);
	struct top_row row;

	(void)state;
	has(shown->since, "findings: 0");
	shown_free(shown);

	shown = show_at(INCIDENT, 11);
	has(shown->now, "CRITICAL: disruption ");
	has(shown->now, "the page is not good (status INITIALIZING)");
	shown_free(shown);

	shown = show_at(INCIDENT, 15);
	has(shown->now, "CLOCK_REALTIME is 250 ms behind (±");
	has(shown->since, "CRITICAL; findings: ");
	top_clock_row(shown->state, &shown->state->clock[0], &row);
	assert_string_equal(row.error, "-250 ms");
	assert_string_equal(row.direction, "behind");
	assert_int_equal(shown->state->readers.readers, 1);
	assert_true(shown->state->readers.reader[0].has_error);
	shown_free(shown);

	/* It is over, and what was found stays. */
	shown = show_at(INCIDENT, 45);
	assert_false(shown->state->has_incident);
	has(shown->since, "CRITICAL; findings: ");
	assert_true(shown->state->finding[0].finding.kind == FINDING_CLOCK_SET);
	assert_true(shown->state->finding[0].has_utc);
	shown_free(shown);
}

static void announced_is_no_ok(void **state)
{
	struct shown *shown = show_at("end 60s\nat 3s maintenance soon\n", 5);

	(void)state;
	assert_int_equal(top_level_of(shown->state), LEVEL_WARNING);
	has(shown->now, "WARNING: ");
	shown_free(shown);
}

static void without_clocks_is_unknown(void **state)
{
	struct shown *shown = show_at("end 60s\n", 5);

	(void)state;
	assert_int_equal(top_level_of(shown->state), LEVEL_UNKNOWN);
	has(shown->now, claim_why_means(CLAIM_NOT_COMPARED));
	shown_free(shown);

	shown = show_at("mode marker-only\nend 60s\n", 5);
	has(shown->now, claim_why_means(CLAIM_NO_CLOCK));
	shown_free(shown);
}

static void unreliable_is_critical(void **state)
{
	struct shown *shown = show_at("status UNRELIABLE\nend 60s\n", 5);

	(void)state;
	assert_string_equal(shown->now, "CRITICAL: the page says UNRELIABLE of itself");
	shown_free(shown);
}

static void host_without_time_is_bad(void **state)
{
	struct shown *shown = show_at("realtime within 1ms\nstatus FREERUNNING\nend 60s\n", 5);

	(void)state;
	assert_int_equal(top_level_of(shown->state), LEVEL_WARNING);
	has(shown->now, "the host has no source of time (FREERUNNING)");
	shown_free(shown);

	shown = show_at("realtime within 1ms\nend 60s\nat 10s status FREERUNNING\n", 12);
	has(shown->now, "WARNING: status_change ");
	has(shown->now, "the host has no source of time (FREERUNNING)");
	shown_free(shown);
}

static void witness_judges_where_the_page_cannot(void **state)
{
	struct shown *shown = show_at("mode marker-only\nrealtime within 2ms\n"
				      "clockbound off +1ms within 100us\nend 60s\n",
				      20);
	struct top_row row;

	(void)state;
	has(shown->now, "OK: CLOCK_REALTIME is within what it claims, by another clock");
	for (size_t i = 0; i < shown->state->clocks; i++) {
		top_clock_row(shown->state, &shown->state->clock[i], &row);
		if (shown->state->clock[i].clock == OBSERVED_REALTIME) {
			assert_string_equal(row.error, "-1.00 ms");
			assert_string_equal(row.direction, "behind");
			assert_string_equal(row.by, "ClockBound");
		} else {
			has(row.why, "others are judged");
		}
	}
	assert_int_equal(shown->state->clocks, 2);
	shown_free(shown);

	shown = show_at(
		"mode marker-only\nrealtime within 2ms\nptp-clock ena off +20ms within 50us\n"
		"clockbound within 100us\nend 60s\n",
		20);
	top_clock_row(shown->state, &shown->state->clock[0], &row);
	assert_true(shown->state->clock[0].clock == OBSERVED_REALTIME);
	assert_false(row.known);
	has(row.why, "contradict each other");
	shown_free(shown);
}

static void own_uses_are_no_readers(void **state)
{
	struct top_start start = {.own_pid = 42};
	struct top_model *model = top_model_new(&start);
	struct event tally = tally_at(SECOND, 42, 3);
	const struct top_state *shown;

	(void)state;
	assert_non_null(model);
	top_model_event(model, &tally, true);
	tally.who.pid = 43;
	top_model_event(model, &tally, true);
	shown = top_model_state(model, &(struct top_context){.now_ns = 2 * SECOND});
	assert_int_equal(shown->own_uses, 3);
	assert_int_equal(shown->readers.readers, 1);
	assert_int_equal(shown->readers.reader[0].who.pid, 43);
	top_model_free(model);
}

/* A name that would move the cursor, of a reference clock. */
static void names_are_harmless(void **state)
{
	struct top_clock clock = {.clock = OBSERVED_PHC_OTHER,
				  .reference = {.number = 3, .name = "\033[2Jx\xff"}};
	static const struct top_state shown;
	struct top_row row;

	(void)state;
	top_clock_row(&shown, &clock, &row);
	assert_string_equal(row.name, "ptp3 \\x1b[2Jx\\xff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rate_is_of_whole_seconds),
		cmocka_unit_test(young_rate_is_not_diluted),
		cmocka_unit_test(each_order_has_the_largest_first),
		cmocka_unit_test(readers_are_bounded),
		cmocka_unit_test(uses_count_once),
		cmocka_unit_test(bars_scale_to_the_largest),
		cmocka_unit_test(bars_stand_for_the_same_seconds),
		cmocka_unit_test(numbers_have_three_digits),
		cmocka_unit_test(healthy_is_ok),
		cmocka_unit_test(incident_says_which_clock),
		cmocka_unit_test(announced_is_no_ok),
		cmocka_unit_test(without_clocks_is_unknown),
		cmocka_unit_test(unreliable_is_critical),
		cmocka_unit_test(host_without_time_is_bad),
		cmocka_unit_test(witness_judges_where_the_page_cannot),
		cmocka_unit_test(own_uses_are_no_readers),
		cmocka_unit_test(names_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
