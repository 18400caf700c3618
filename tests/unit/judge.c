// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/judge.h: what is told in which order, health beside an open incident, and gaps. */
#include "incident_make.h"
#include "judge/judge.h"

/*
 * What was told, a letter each: e(vent), S(tale reference at one), O(pened), f(inding), C(losed).
 */
struct told {
	struct judge *judge;
	char letters[64];
	size_t count;
	bool was_open; /* at the newest finding */
	struct finding finding;
	struct incident incident;
};

static void tell(struct told *told, char letter)
{
	assert_true(told->count + 1 < sizeof(told->letters));
	told->letters[told->count++] = letter;
	told->letters[told->count] = '\0';
}

static void on_event(const struct event *event, const struct page_in_force *line, void *arg)
{
	assert_true(line->known);
	assert_memory_equal(line->page.bytes, event->page.bytes, event->page.length);
	tell(arg, line->reference_is_stale ? 'S' : 'e');
}

static void on_finding(const struct finding *finding, void *arg)
{
	struct told *told = arg;

	told->was_open = judge_open_incident(told->judge);
	told->finding = *finding;
	tell(told, 'f');
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct told *told = arg;

	told->incident = *incident;
	tell(told, news == INCIDENT_OPENED ? 'O' : 'C');
}

static const struct judge_handlers handlers = {
	.event = on_event,
	.finding = on_finding,
	.incident = on_incident,
};

static int set_up(void **state)
{
	struct told *told = calloc(1, sizeof(*told));

	told->judge = judge_new(&handlers, told);
	*state = told;
	return !told->judge;
}

static int tear_down(void **state)
{
	struct told *told = *state;

	judge_free(told->judge);
	free(told);
	return 0;
}

static void see_at(struct judge *judge, const struct page *page, unsigned int second)
{
	struct event event = make_sample(page, TICKS(second));

	judge_event(judge, &event);
}

static void an_event_comes_before_what_is_found_by_it(void **state)
{
	struct told *told = *state;
	struct page page = make_full_page();

	see_at(told->judge, &page, 10);
	assert_string_equal(told->letters, "e");
	page = disrupted(page, 5);
	see_at(told->judge, &page, 11);
	assert_string_equal(told->letters, "eeOf");
	assert_true(told->was_open);
	judge_finish(told->judge);
	assert_string_equal(told->letters, "eeOfC");
	assert_false(told->incident.recovered);
	assert_null(judge_open_incident(told->judge));
	assert_int_equal(judge_counts(told->judge)->finding[FINDING_DISRUPTION], 1);
}

static void an_event_comes_with_the_page_in_force(void **state)
{
	struct told *told = *state;
	struct page page = make_full_page();

	see_at(told->judge, &page, 10);
	page = marked(page, 5);
	see_at(told->judge, &page, 11);
	assert_string_equal(told->letters, "eSOf");
	page = disrupted(page, 5);
	see_at(told->judge, &page, 12);
	assert_string_equal(told->letters, "eSOfe");
}

/* The page is good again at once; what comes of the change is known only later. */
static void an_open_incident_is_not_well(void **state)
{
	struct told *told = *state;
	struct page page = make_full_page();

	assert_false(judge_is_well(told->judge, false).state == CLAIM_HOLDS);
	see_at(told->judge, &page, 10);
	assert_true(judge_is_well(told->judge, false).state == CLAIM_HOLDS);
	assert_false(judge_is_well(told->judge, true).state == CLAIM_HOLDS);
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_FREERUNNING);
	make_next_seq(&page);
	for (unsigned int second = 11; second < 16; second++) {
		see_at(told->judge, &page, second);
		assert_false(judge_is_well(told->judge, false).state == CLAIM_HOLDS);
	}
	/* It says so itself. */
	see_at(told->judge, &page, 16);
	assert_true(judge_is_well(told->judge, false).state == CLAIM_FAILS);
	assert_string_equal(told->letters, "eeOfeeeee");
	judge_finish(told->judge);
	assert_string_equal(told->letters, "eeOfeeeeeC");
	assert_int_equal(told->incident.recovery.why, CLAIM_FREERUNNING);
}

/* Neither a change nor health follows from what was before a gap. */
static void behind_a_gap_all_begins_anew(void **state)
{
	struct told *told = *state;
	struct page page = make_full_page();

	see_at(told->judge, &page, 10);
	page = marked(page, 5);
	see_at(told->judge, &page, 11);
	judge_resume(told->judge, &(struct event_gap){.finding = 9, .incident = 7});
	assert_string_equal(told->letters, "eSOfC");
	assert_false(told->incident.recovered);
	assert_false(judge_is_well(told->judge, false).state == CLAIM_HOLDS);
	page = marked(page, 6);
	see_at(told->judge, &page, 1000);
	assert_string_equal(told->letters, "eSOfCe");
	assert_true(judge_is_well(told->judge, false).state == CLAIM_HOLDS);
	page = disrupted(page, 7);
	see_at(told->judge, &page, 1001);
	assert_string_equal(told->letters, "eSOfCeeOf");
	assert_int_equal(told->finding.number, 10);
	assert_int_equal(told->incident.number, 8);
}

static void who_wants_nothing_is_told_nothing(void **state)
{
	static const struct judge_handlers none = {0};
	struct judge *judge = judge_new(&none, NULL);
	struct page page = make_full_page();

	(void)state;
	assert_non_null(judge);
	see_at(judge, &page, 10);
	page = disrupted(page, 5);
	see_at(judge, &page, 11);
	assert_int_equal(judge_open_incident(judge)->number, 1);
	assert_int_equal(judge_counts(judge)->events, 2);
	judge_finish(judge);
	judge_free(judge);
	judge_free(NULL);
}

#define TOLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TOLD(an_event_comes_before_what_is_found_by_it),
		TOLD(an_event_comes_with_the_page_in_force),
		TOLD(an_open_incident_is_not_well),
		TOLD(behind_a_gap_all_begins_anew),
		cmocka_unit_test(who_wants_nothing_is_told_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
