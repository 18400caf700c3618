// SPDX-License-Identifier: GPL-2.0-or-later
/* Which clock an exporter takes for wrong, since when, and what it keeps of it: by real events. */
#include "incident_make.h"

#include "exporter/exporter_state.h"

static struct exporter_state *state;
static struct page page;

static int begin(void **unused)
{
	(void)unused;
	state = exporter_state_new(0);
	page = make_bounded_page();
	return state ? 0 : -1;
}

static int end(void **unused)
{
	(void)unused;
	exporter_state_free(state);
	return 0;
}

/* At @second the page is seen, and CLOCK_REALTIME is @off_ns ahead of it. */
static const struct metrics_snapshot *at(unsigned int second, int64_t off_ns)
{
	struct event sample = make_sample(&page, TICKS(second));
	struct event clock = make_clock(&page, TICKS(second), off_ns);

	exporter_state_event(state, &sample, true);
	exporter_state_event(state, &clock, true);
	return exporter_state_snapshot(state);
}

static void a_clock_is_wrong_since_the_first_reading_that_says_so(void **unused)
{
	const struct metrics_clock *realtime;
	uint64_t worst_ns = 0;

	(void)unused;
	for (unsigned int second = 10; second < 20; second++)
		at(second, 100);
	realtime = &exporter_state_snapshot(state)->clock[OBSERVED_REALTIME];
	assert_true(realtime->known);
	assert_false(realtime->wrong);
	at(20, -250000000);
	at(21, -250000000);
	assert_true(realtime->wrong);
	assert_int_equal(realtime->wrong_since_ns, 20 * SECOND);
	/* All of it is behind, and by no more than page and reading leave open. */
	assert_in_range(-realtime->error.hi_ns, 249970000, 250000000);
	assert_in_range(-realtime->error.lo_ns, 250000000, 250030000);
	/* It is right again, and then wrong anew. */
	at(22, 0);
	assert_false(realtime->wrong);
	at(23, 5000000);
	assert_true(realtime->wrong);
	assert_int_equal(realtime->wrong_since_ns, 23 * SECOND);
	assert_true(clock_history_worst(&realtime->history, &worst_ns));
	assert_in_range(worst_ns, 250000000, 250030000);
	assert_int_equal(realtime->history.spans, 14);
	assert_false(clock_history_has_gap(&realtime->history));
}

static void within_both_claims_it_is_not_wrong(void **unused)
{
	(void)unused;
	/* The clock claims 1 us, and the page as much. */
	assert_false(at(10, 1900)->clock[OBSERVED_REALTIME].wrong);
	assert_true(at(11, 60000)->clock[OBSERVED_REALTIME].wrong);
}

/* A reading beside a page that was being updated says nothing, of neither. */
static void what_is_not_known_changes_nothing(void **unused)
{
	const struct metrics_clock *realtime;
	struct event torn;

	(void)unused;
	at(10, -250000000);
	realtime = &at(11, -250000000)->clock[OBSERVED_REALTIME];
	torn = make_clock(&page, TICKS(12), 0);
	torn.page_state = EVENT_PAGE_TORN;
	exporter_state_event(state, &torn, true);
	assert_false(realtime->known);
	assert_true(realtime->wrong);
	assert_int_equal(realtime->wrong_since_ns, 10 * SECOND);
	assert_true(clock_history_has_gap(&realtime->history));
}

/* Another PTP clock is not the guest's to set, and may be on another scale. */
static void a_reference_clock_is_never_wrong(void **unused)
{
	struct event other = make_clock(&page, TICKS(10), -250000000);
	struct event sample = make_sample(&page, TICKS(10));
	const struct metrics_snapshot *seen;

	(void)unused;
	other.clock.clock = OBSERVED_PHC_OTHER;
	exporter_state_event(state, &sample, true);
	exporter_state_event(state, &other, true);
	seen = exporter_state_snapshot(state);
	assert_true(seen->clock[OBSERVED_PHC_OTHER].seen);
	assert_false(seen->clock[OBSERVED_PHC_OTHER].wrong);
}

/* The line of an incident is that of the report, as long as it is open too. */
static void an_open_window_has_its_headline(void **unused)
{
	const struct metrics_snapshot *seen;

	(void)unused;
	at(10, 0);
	make_field(&page, PAGE_DISRUPTION_MARKER, 7);
	make_refresh(&page, TICKS(11));
	seen = at(11, -250000000);
	assert_true(seen->windows.open);
	assert_string_equal(seen->windows.headline,
			    "Disruption: CLOCK_REALTIME 250 ms behind; not over.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_clock_is_wrong_since_the_first_reading_that_says_so, begin, end),
		cmocka_unit_test_setup_teardown(within_both_claims_it_is_not_wrong, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_known_changes_nothing, begin, end),
		cmocka_unit_test_setup_teardown(a_reference_clock_is_never_wrong, begin, end),
		cmocka_unit_test_setup_teardown(an_open_window_has_its_headline, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
