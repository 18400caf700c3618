// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first page of an exporter: what it says first of each state, and that no state but a good one
 * looks like one. With a directory as argument, each state is left there as a page and as metrics.
 */
#include "landing_make.h"

#include <stdio.h>
#include <stdlib.h>

static struct metrics_snapshot snapshot;

static char *page_of(uint64_t now_ns)
{
	char *html = NULL;
	size_t bytes;
	FILE *out = open_memstream(&html, &bytes);

	assert_non_null(out);
	landing_put_html(out, &snapshot, now_ns);
	assert_int_equal(fclose(out), 0);
	return html;
}

static bool has_runbook(const char *name)
{
	char *html = NULL;
	size_t bytes;
	FILE *out = open_memstream(&html, &bytes);
	bool has = landing_put_runbook(out, name);

	fclose(out);
	assert_true(has == (bytes > 0));
	free(html);
	return has;
}

static size_t words_of(const char *text)
{
	size_t words = 1;

	for (; *text; text++)
		words += *text == ' ';
	return words;
}

/* What is said first of the state is this, looks like it, and like nothing else; perhaps in red. */
static void is_said_red(enum landing_level level, const char *headline, bool is_red)
{
	static const char *const looks[] = {
		[LANDING_OK] = "class=\"verdict ok",
		[LANDING_WARNING] = "class=\"verdict warning",
		[LANDING_CRITICAL] = "class=\"verdict critical",
		[LANDING_UNKNOWN] = "class=\"verdict unknown",
	};
	char *html = page_of(LANDING_NOW_NS);
	struct landing_verdict verdict;
	char title[100];

	landing_verdict_of(&snapshot, LANDING_NOW_NS, &verdict);
	assert_string_equal(verdict.headline, headline);
	assert_int_equal(verdict.level, level);
	assert_in_range(words_of(headline), 1, INCIDENT_HEADLINE_WORDS);
	for (int i = 0; i < LANDING_LEVELS; i++)
		assert_true(!!strstr(html, looks[i]) == (i == (int)level));
	/* Red: what is bad, and a host that vouches for nothing. */
	assert_true(verdict.is_red == (level == LANDING_CRITICAL || is_red));
	assert_true(!!strstr(html, " red\">") == verdict.is_red);
	snprintf(title, sizeof(title), "<title>db1.example.net: %s</title>",
		 landing_level_name(level));
	assert_non_null(strstr(html, title));
	/* All but a good one has something to do, and a page on it that is there. */
	assert_true(!verdict.action == (level == LANDING_OK));
	assert_true(!verdict.runbook == (level == LANDING_OK));
	assert_true(level == LANDING_OK || has_runbook(verdict.runbook));
	/* Nothing on the page is an all-clear for it. */
	assert_true(!!strstr(html, "The clock is well.") == (level == LANDING_OK));
	assert_true(!!strstr(html, "class=\"clock ok\"") == (level == LANDING_OK));
	free(html);
}

static void is_said(enum landing_level level, const char *headline)
{
	is_said_red(level, headline, false);
}

static void each_state_is_said_first(void **state)
{
	(void)state;
	make_healthy(&snapshot);
	is_said(LANDING_OK, "The clock is well.");
	make_witnessed(&snapshot);
	is_said(LANDING_OK, "The clock is well.");
	make_recovered(&snapshot);
	is_said(LANDING_OK, "The clock is well.");
	make_wrong(&snapshot);
	is_said(LANDING_CRITICAL, "CLOCK_REALTIME 250 ms behind.");
	make_maintenance(&snapshot);
	is_said(LANDING_WARNING, "The host announces a disruption within the hour.");
	make_lost(&snapshot);
	is_said(LANDING_CRITICAL, "The vmclock device is gone.");
	make_unknown(&snapshot);
	is_said(LANDING_UNKNOWN, "Whether the clock is well is not known.");
	make_unvouched(&snapshot, VMCLOCK_STATUS_FREERUNNING);
	is_said_red(LANDING_WARNING, "The host has no source of time (FREERUNNING).", true);
	make_unvouched(&snapshot, VMCLOCK_STATUS_UNRELIABLE);
	is_said(LANDING_CRITICAL, "The host does not vouch for its clock: UNRELIABLE.");
	make_initializing(&snapshot);
	is_said_red(LANDING_UNKNOWN, "The host does not vouch for its clock: INITIALIZING.", true);
	make_unvouched(&snapshot, VMCLOCK_STATUS_UNKNOWN);
	is_said_red(LANDING_UNKNOWN, "The host does not vouch for its clock: UNKNOWN.", true);
	make_unvouched(&snapshot, 77);
	is_said_red(LANDING_UNKNOWN, "The host does not vouch for its clock: undefined status.",
		    true);
}

/* Whatever the claim says of the rest. */
static void none_of_these_is_an_all_clear(void **state)
{
	(void)state;
	for (enum claim_why why = 0; why < CLAIM_WHYS; why++) {
		make_healthy(&snapshot);
		snapshot.well = claim_unknown(why);
		is_said(LANDING_UNKNOWN, "Whether the clock is well is not known.");
		make_maintenance(&snapshot);
		snapshot.well = claim_unknown(why);
		is_said(LANDING_WARNING, "The host announces a disruption within the hour.");
		make_lost(&snapshot);
		snapshot.well = claim_unknown(why);
		is_said(LANDING_CRITICAL, "The vmclock device is gone.");
		make_healthy(&snapshot);
		snapshot.windows.count = 1;
		snapshot.windows.recovery = claim_unknown(why);
		is_said(LANDING_UNKNOWN, "Whether the clock is well is not known.");
	}
	make_healthy(&snapshot);
	snapshot.clock[OBSERVED_PHC].known = false;
	is_said(LANDING_UNKNOWN, "Whether the clock is well is not known.");
	snapshot.page.present = false;
	snapshot.page.sampled_ns = 0;
	is_said(LANDING_UNKNOWN, "There is no vmclock to sample.");
	make_healthy(&snapshot);
	memset(&snapshot.page.page, 0, sizeof(snapshot.page.page));
	is_said(LANDING_UNKNOWN, "What is there is no vmclock page.");
	snapshot.found[FINDING_DEVICE_LOST] = 1;
	is_said(LANDING_CRITICAL, "What is there is no vmclock page.");
	make_healthy(&snapshot);
	snapshot.turn_ns = LANDING_NOW_NS - LANDING_STALL_NS;
	is_said(LANDING_UNKNOWN, "The observer has stopped: what stands here is old.");
	make_healthy(&snapshot);
	snapshot.windows.count = 1;
	snapshot.windows.recovery = claim_seen(false);
	strcpy(snapshot.windows.headline, "Stun: CLOCK_REALTIME 2 s behind; NOT recovered.");
	is_said(LANDING_CRITICAL, "Stun: CLOCK_REALTIME 2 s behind; NOT recovered.");
	make_healthy(&snapshot);
	snapshot.well = claim_seen(false);
	is_said(LANDING_CRITICAL, "A clock disagrees with the page.");
}

/* Which clock, since when, by how much; and a link for what was found. */
static void a_wrong_clock_has_its_numbers(void **state)
{
	char *html;

	(void)state;
	make_wrong(&snapshot);
	html = page_of(LANDING_NOW_NS);
	assert_non_null(strstr(html, "<p class=\"off\">250 ms behind</p>"));
	assert_non_null(strstr(html, "Wrong since 2026-11-30 18:30:03Z, 12.0 min ago."));
	assert_non_null(strstr(html, "CLOCK_REALTIME itself claims to be within 1.25 ms."));
	assert_non_null(strstr(html, "<a href=\"/runbooks/VmclockDisrupted\">disruption</a>"));
	/* Of the two clocks one is wrong, and only that looks so; a gap is hatched. */
	assert_non_null(strstr(html, "<section class=\"clock critical\"><h3><svg class=\"mark "
				     "critical\""));
	assert_null(strstr(html, "<section class=\"clock ok\""));
	assert_non_null(strstr(html, "<rect class=\"unknown\""));
	free(html);
	/* One that is not known any more is not said to be wrong now. */
	snapshot.clock[OBSERVED_REALTIME].known = false;
	html = page_of(LANDING_NOW_NS);
	assert_null(strstr(html, "Wrong since"));
	assert_non_null(strstr(html, "<section class=\"clock unknown\">"));
	free(html);
}

/* What is not seen of the driver has its runbooks too, and only then. */
static void what_is_missing_is_linked(void **state)
{
	char *html;

	(void)state;
	make_recovered(&snapshot);
	make_metrics(&snapshot);
	/* What was not wanted is no loss, and nothing is counted twice. */
	snapshot.driver.losses = (struct event_losses){
		.ring_full = 2, .page_unreadable = 1, .uncounted = 1, .suppressed = 9};
	html = page_of(LANDING_NOW_NS);
	assert_non_null(strstr(html, "seen by 1 hook in the kernel; 1 missing; "
				     "<a href=\"/runbooks/VmclockHooksMissing\">"));
	assert_non_null(strstr(html, "3 events, in whole or in part; "
				     "<a href=\"/runbooks/VmclockEventsLost\">"));
	free(html);
	snapshot.driver.hooks = 1;
	snapshot.driver.losses.ring_full = snapshot.driver.losses.page_unreadable = 0;
	html = page_of(LANDING_NOW_NS);
	assert_non_null(strstr(html, "<dd>seen by 1 hook in the kernel</dd>"));
	assert_null(strstr(html, "VmclockHooksMissing"));
	assert_null(strstr(html, "VmclockEventsLost"));
	free(html);
}

static void what_a_host_is_called_is_no_markup(void **state)
{
	char *html;

	(void)state;
	make_healthy(&snapshot);
	strcpy(snapshot.host, "<script>alert(1)</script>");
	html = page_of(LANDING_NOW_NS);
	assert_null(strstr(html, "<script"));
	assert_non_null(strstr(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
	free(html);
}

static void each_finding_has_a_runbook_that_is_there(void **state)
{
	size_t without = 0;

	(void)state;
	for (enum finding_kind kind = 0; kind < FINDINGS; kind++) {
		const char *name = landing_finding_runbook(kind);

		without += !name;
		assert_true(!name || has_runbook(name));
	}
	/* tai_offset_change and smearing_change ask nobody to do anything. */
	assert_int_equal(without, 2);
	assert_true(has_runbook(NULL));
	assert_false(has_runbook("") || has_runbook("../landing") || has_runbook("Vmclock"));
}

/* --- What is kept of a clock */

static void a_history_is_bounded_and_keeps_extremes(void **state)
{
	struct clock_history history = {0};
	const struct ns_interval small = {-10, 10}, large = {-7000000, -6999000};
	uint64_t readings = 0, worst_ns;

	(void)state;
	for (uint64_t second = 0; second < 3600; second++) {
		clock_history_add(&history, 5 * MINUTE_NS + second * SECOND_NS,
				  second == 1234 ? &large
				  : second % 60	 ? &small
						 : NULL);
		assert_in_range(history.spans, 1, CLOCK_HISTORY_SPANS);
	}
	assert_true(clock_history_worst(&history, &worst_ns));
	assert_int_equal(worst_ns, 7000000);
	assert_true(clock_history_has_gap(&history));
	assert_int_equal(history.span_ns, 32 * SECOND_NS);
	assert_int_equal(history.from_ns, 5 * MINUTE_NS);
	for (size_t i = 0; i < history.spans; i++)
		readings += history.span[i].known + history.span[i].unknown;
	assert_int_equal(readings, 3600);
	/* Two hours later nothing of it is left, and what nobody read is not known. */
	clock_history_add(&history, 3 * 60 * MINUTE_NS, &small);
	assert_true(clock_history_worst(&history, &worst_ns));
	assert_int_equal(worst_ns, 10);
	assert_int_equal(history.spans, CLOCK_HISTORY_SPANS);
	assert_int_equal(history.span[CLOCK_HISTORY_SPANS - 1].known, 1);
	assert_int_equal(history.span[0].known + history.span[0].unknown, 0);
	/* However long it was stopped; and a reading of before does not go back. */
	clock_history_add(&history, UINT64_MAX, &small);
	clock_history_add(&history, 1, &small);
	assert_int_equal(history.spans, CLOCK_HISTORY_SPANS);
}

/* Of a clock that is never known nothing is said that would be a number. */
static void what_is_not_known_has_no_number(void **state)
{
	uint64_t worst_ns = 77;
	char *html;

	(void)state;
	make_unknown(&snapshot);
	assert_false(clock_history_worst(&snapshot.clock[OBSERVED_REALTIME].history, &worst_ns));
	assert_int_equal(worst_ns, 77);
	html = page_of(LANDING_NOW_NS);
	assert_non_null(strstr(html, "<p class=\"soft\">Last 60.3 min: not known.</p>"));
	assert_null(strstr(html, " off"));
	free(html);
}

static void an_error_has_a_reach(void **state)
{
	(void)state;
	assert_int_equal(interval_reach_ns((struct ns_interval){-3, 2}), 3);
	assert_int_equal(interval_reach_ns((struct ns_interval){-3, 4}), 4);
	assert_int_equal(interval_reach_ns((struct ns_interval){INT64_MIN, 0}), 1ull << 63);
}

/* --- For a browser, and for Prometheus */

static void put_metrics(FILE *out)
{
	const struct metrics_self self = {
		.serves = true,
		.scrapes = snapshot.windows.count,
		.scrape_ns = 1000 * snapshot.windows.count,
	};
	struct metrics_writer text = {.format = METRICS_OPENMETRICS};

	make_metrics(&snapshot);
	metrics_write(&text, &snapshot, &self);
	fwrite(text.text, 1, text.length, out);
	free(text.text);
}

static FILE *open_in(const char *directory, const char *name, const char *suffix)
{
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s.%s", directory, name, suffix);
	out = fopen(path, "w");
	if (!out)
		exit(1);
	return out;
}

/* Each state as a page, and as it is scraped. */
static void keep_states(const char *directory)
{
	static const struct {
		const char *name;
		void (*make)(struct metrics_snapshot *snapshot);
	} states[] = {{"healthy", make_healthy},     {"wrong", make_wrong},
		      {"recovered", make_recovered}, {"maintenance", make_maintenance},
		      {"lost", make_lost},	     {"unknown", make_unknown},
		      {"witnessed", make_witnessed}, {"initializing", make_initializing}};
	FILE *out;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		states[i].make(&snapshot);
		out = open_in(directory, states[i].name, "html");
		landing_put_html(out, &snapshot, LANDING_NOW_NS);
		fclose(out);
		out = open_in(directory, states[i].name, "metrics");
		put_metrics(out);
		fclose(out);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_is_said_first),
		cmocka_unit_test(none_of_these_is_an_all_clear),
		cmocka_unit_test(a_wrong_clock_has_its_numbers),
		cmocka_unit_test(what_is_missing_is_linked),
		cmocka_unit_test(what_a_host_is_called_is_no_markup),
		cmocka_unit_test(each_finding_has_a_runbook_that_is_there),
		cmocka_unit_test(a_history_is_bounded_and_keeps_extremes),
		cmocka_unit_test(what_is_not_known_has_no_number),
		cmocka_unit_test(an_error_has_a_reach),
	};

	if (argc == 2) {
		keep_states(argv[1]);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
