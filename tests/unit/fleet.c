// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several machines on one clock, against the truth: what is said to be proven of the order, and of
 * what was at the same time, is true in random fleets; and it does not depend on who comes first.
 *
 * It is slow: check-quick leaves it out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "align_make.h"
#include "fleet/fleet.h"
#include "fleet/fleet_view.h"
#include "page_make.h"
#include "scenario/scenario_source.h"
#include "seeds.h"

#define FIRST  400
#define FLEETS SEEDS_OF(120)
#define HOSTS  4
#define MOST   20000
#define SEC    ((int64_t)NSEC_PER_SEC)

struct truth {
	uint64_t ns;	       /* CLOCK_MONOTONIC */
	int64_t ns_since_1970; /* as if there were no leap seconds */
};

/* A host, what it is called, and what was true of it. */
struct host {
	struct scenario scenario;
	char name[32];
	const char *boot_id;
	struct truth truth[MOST];
	size_t truths;
};

static struct host hosts[HOSTS];

static struct scenario_source *play(const struct host *host)
{
	const struct simulation_options options = {0};
	struct scenario_source *source;

	assert_int_equal(scenario_source_new(&host->scenario, &options, 0, &source), 0);
	return source;
}

static void sentence(const struct finding *finding, char *text, size_t bytes)
{
	snprintf(text, bytes, "%s", finding_name(finding->kind));
}

/* The same leap second, or none, for all: they are in one world. */
static void set_leap(char *text, uint64_t seed)
{
	static const char *const leaps[] = {"none", "positive", "negative"};
	char *line = strstr(text, "\nleap "), *rest = line ? strchr(line + 1, '\n') : NULL;
	char tail[HOST_TEXT_BYTES];

	assert_non_null(rest);
	snprintf(tail, sizeof(tail), "%s", rest);
	snprintf(line, HOST_TEXT_BYTES - (size_t)(line - text), "\nleap %s%s", leaps[seed % 3],
		 tail);
}

static void load(struct host *host, const char *text, size_t number)
{
	struct error error = {0};

	if (scenario_parse("random", text, strlen(text), &host->scenario, &error))
		fail_msg("%s", error.cause);
	snprintf(host->name, sizeof(host->name), "host%zu", number);
	host->boot_id = NULL;
}

/* The events from @from_ns to @to_ns only, as of a recording that began and ended then. */
static void add(struct fleet *fleet, struct host *host, const char *file, uint64_t from_ns,
		uint64_t to_ns)
{
	struct fact_list facts = {0};
	struct fleet_source from = {.path = file,
				    .facts = &facts,
				    .start_ns = (uint64_t)SCENARIO_MONOTONIC_START_NS,
				    .start_realtime_ns = host->scenario.frame.start_utc_sec * SEC,
				    .whole = {.events = 1, .ended = true},
				    .damage = "",
				    .sentence = sentence};
	struct scenario_source *source = play(host);
	struct analysis *analysis = analysis_new();
	struct scenario_truth truth;
	struct event event;

	fact_set(&facts, "host", "%s", host->name);
	if (host->boot_id)
		fact_set(&facts, "boot_id", "%s", host->boot_id);
	host->truths = 0;
	while (scenario_source_next(source, &event, &truth)) {
		if (host->truths < MOST)
			host->truth[host->truths++] = (struct truth){
				event.time_ns,
				host->scenario.frame.start_utc_sec * SEC + truth.at_ns};
		if (event.time_ns >= from_ns && event.time_ns <= to_ns)
			analysis_event(analysis, &event);
	}
	analysis_finish(analysis);
	from.analysis = analysis;
	assert_int_equal(fleet_add(fleet, &from), 0);
	analysis_free(analysis);
	scenario_source_free(source);
}

/* @of tells which host each recording is of, by its label's beginning. */
static struct host *host_of(const struct fleet_recording *recording)
{
	for (size_t i = 0; i < HOSTS; i++) {
		if (!strcmp(recording->host, hosts[i].name))
			return &hosts[i];
	}
	fail_msg("%s is no host", recording->host);
	return NULL;
}

static void measure(struct fleet *fleet)
{
	assert_int_equal(fleet_group_machines(fleet), 0);
	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_recording *recording = &fleet->recording[i];
		struct scenario_source *source = play(host_of(recording));
		struct align *align = fleet_measure(fleet, i);
		struct event event;

		while (scenario_source_next(source, &event, NULL)) {
			if (event.time_ns >= recording->first_ns &&
			    event.time_ns <= recording->last_ns)
				align_event(align, &event);
		}
		scenario_source_free(source);
		assert_int_equal(fleet_measured(fleet, i, align), 0);
	}
	assert_int_equal(fleet_finish(fleet), 0);
}

/* The first, or the last, that was true at one reading of CLOCK_MONOTONIC. */
static int64_t truth_at(const struct host *host, uint64_t ns, bool last)
{
	int64_t since_ns = INT64_MIN;

	for (size_t i = 0; i < host->truths; i++) {
		if (host->truth[i].ns == ns && (last || since_ns == INT64_MIN))
			since_ns = host->truth[i].ns_since_1970;
	}
	return since_ns;
}

static size_t check_order(const struct fleet *fleet)
{
	size_t proven = 0;

	for (size_t j = 0; j < fleet->entries; j++) {
		const struct fleet_entry *later = &fleet->entry[j];
		const struct fleet_recording *of = &fleet->recording[later->recording];
		int64_t at;

		if (!later->finding || !later->order_known)
			continue;
		at = truth_at(host_of(of),
			      later->finding->since_start ? later->finding->found_ns
							  : later->finding->not_before_ns,
			      false);
		for (size_t i = 0; i < j && at != INT64_MIN; i++) {
			const struct fleet_entry *earlier = &fleet->entry[i];
			const struct fleet_recording *by = &fleet->recording[earlier->recording];

			if (!earlier->finding || by->machine == of->machine)
				continue;
			if (truth_at(host_of(by), earlier->finding->found_ns, true) >= at)
				fail_msg("%s %s at %" PRIu64 ", in %" PRId64 "..%" PRId64
					 " was not before %s %s at %" PRIu64 ", in %" PRId64
					 "..%" PRId64,
					 by->label, earlier->finding->text,
					 earlier->finding->found_ns, earlier->when.lo_ns,
					 earlier->when.hi_ns, of->label, later->finding->text,
					 later->finding->found_ns, later->when.lo_ns,
					 later->when.hi_ns);
			proven++;
		}
	}
	return proven;
}

/* Of one machine it is as it was there. */
static void check_homes(const struct fleet *fleet)
{
	for (size_t j = 0; j < fleet->entries; j++) {
		for (size_t i = 0; i < j; i++) {
			const struct fleet_entry *a = &fleet->entry[i], *b = &fleet->entry[j];

			if (a->recording == b->recording && a->finding && b->finding &&
			    fleet_is_placed(b))
				assert_true(a->finding->found_ns <= b->finding->found_ns);
		}
	}
}

static size_t check_groups(const struct fleet *fleet)
{
	size_t proven = 0;

	for (size_t i = 0; i < fleet->groups; i++) {
		const struct fleet_group *group = &fleet->group[i];
		int64_t from = INT64_MIN, to = INT64_MAX;

		assert_true(group->machines >= 2 && group->incidents >= group->machines);
		for (size_t j = 0; j < group->incidents; j++) {
			const struct host *host = host_of(&fleet->recording[group->recording[j]]);
			const struct fleet_incident *incident = group->incident[j];
			int64_t begin = truth_at(host, incident->from_ns, false);
			int64_t end = truth_at(host, incident->to_ns, true);

			from = begin > from ? begin : from;
			to = end < to ? end : to;
		}
		assert_true(!group->proven || from <= to);
		proven += group->proven;
	}
	return proven;
}

/* All that a reader is told, as numbers; the same for the same fleet. */
static uint64_t print_of(const struct fleet *fleet)
{
	uint64_t print = fleet->machines * 31 + fleet->groups;

	for (size_t i = 0; i < fleet->entries; i++) {
		const struct fleet_entry *entry = &fleet->entry[i];

		for (const char *c = fleet->recording[entry->recording].label; *c; c++)
			print = print * 1099511628211ull + (uint8_t)*c;
		print = print * 1099511628211ull + (uint64_t)entry->when.lo_ns;
		print = print * 1099511628211ull + (uint64_t)entry->when.hi_ns;
		print = print * 1099511628211ull + entry->order_known;
	}
	return print;
}

static struct fleet *make_fleet(size_t first)
{
	struct fleet *fleet = fleet_new();

	for (size_t i = 0; i < HOSTS; i++) {
		size_t n = (first + i) % HOSTS;
		char file[32];

		snprintf(file, sizeof(file), "dir/%zu.sqlite", n);
		add(fleet, &hosts[n], file, 0, UINT64_MAX);
	}
	measure(fleet);
	return fleet;
}

static void what_is_proven_is_true(void **state)
{
	size_t order = 0, groups = 0;

	(void)state;
	for (uint64_t seed = FIRST; seed < FIRST + FLEETS; seed++) {
		struct fleet *fleet, *other;

		for (size_t i = 0; i < HOSTS; i++) {
			char text[HOST_TEXT_BYTES];

			make_host(seed * HOSTS + i, false, text);
			set_leap(text, seed);
			load(&hosts[i], text, i);
		}
		fleet = make_fleet(0);
		other = make_fleet(1 + seed % 3);
		order += check_order(fleet);
		groups += check_groups(fleet);
		check_homes(fleet);
		assert_int_equal(fleet->machines, HOSTS);
		assert_true(print_of(fleet) == print_of(other));
		fleet_free(fleet);
		fleet_free(other);
		for (size_t i = 0; i < HOSTS; i++)
			scenario_free(&hosts[i].scenario);
	}
	/* And that is not because nothing ever is. */
	print_message("%zu pairs in proven order, %zu groups proven\n", order, groups);
	assert_true(order > FLEETS * 15 && groups > FLEETS / 15);
}

/*
 * Two recordings of one boot, of which the second has no clock: the first one's sample serves both.
 */
static void one_boot_is_one_clock(void **state)
{
	static const char text[] = "sample 100ms\nend 60s\nat 20.03 migrate downtime 250ms\n"
				   "at 40.03 step +1ms\n";
	struct fleet *fleet = fleet_new();

	(void)state;
	load(&hosts[0], text, 0);
	hosts[0].boot_id = "5f0c";
	add(fleet, &hosts[0], "first.sqlite", 0, 130ull * NSEC_PER_SEC);
	add(fleet, &hosts[0], "second.sqlite", 110ull * NSEC_PER_SEC, UINT64_MAX);
	measure(fleet);
	assert_int_equal(fleet->machines, 1);
	/* Both saw the migration: it is one. */
	assert_false(fleet->recording[0].incident[0].again);
	assert_true(fleet->recording[1].incident[0].again);
	assert_false(fleet->recording[1].incident[1].again);
	assert_int_equal(fleet->groups, 0);
	for (size_t i = 0; i < fleet->entries; i++) {
		assert_true(fleet->entry[i].order_known);
		if (i)
			assert_true(fleet->entry[i - 1].key_ns <= fleet->entry[i].key_ns);
	}
	fleet_free(fleet);
	scenario_free(&hosts[0].scenario);
}

/* One boot's id, and different times: a snapshot that runs twice. */
static void a_snapshot_that_runs_twice_is_two(void **state)
{
	struct fleet *fleet = fleet_new();

	(void)state;
	load(&hosts[0], "start 2026-03-01T12:00:00Z\nend 20s\nat 5.03 disrupt\n", 0);
	load(&hosts[1], "start 2026-03-01T13:00:00Z\nend 20s\nat 5.03 disrupt\n", 1);
	hosts[0].boot_id = hosts[1].boot_id = "5f0c";
	add(fleet, &hosts[0], "a", 0, UINT64_MAX);
	add(fleet, &hosts[1], "b", 0, UINT64_MAX);
	measure(fleet);
	assert_int_equal(fleet->machines, 2);
	assert_true(utc_span_is_known(fleet->recording[0].to));
	assert_true(fleet->recording[0].to.hi_ns < fleet->recording[1].from.lo_ns);
	for (size_t i = 0; i < fleet->entries; i++)
		assert_true(fleet->entry[i].order_known);
	fleet_free(fleet);
	scenario_free(&hosts[0].scenario);
	scenario_free(&hosts[1].scenario);
}

static void by_harm_as_incidents_are(void **state)
{
	/* From the least on: each is worse than the one before by one thing. */
	struct fleet_recording recording[] = {
		{.answer = {"OK", .well = CLAIM_HOLDS}},
		{.answer = {"UNKNOWN", .well = CLAIM_UNKNOWN, .off_ns = 99, .bad_ns = 99}},
		{.answer = {"WARNING", .well = CLAIM_HOLDS}},
		{.answer = {"WARNING", .well = CLAIM_HOLDS, .bad_ns = 2}},
		{.answer = {"WARNING", .well = CLAIM_HOLDS, .off_ns = 1, .bad_ns = 1}},
		{.answer = {"WARNING", .well = CLAIM_UNKNOWN}},
		{.answer = {"CRITICAL", .well = CLAIM_HOLDS}},
		{.answer = {"WARNING", .well = CLAIM_FAILS}},
	};
	size_t count = sizeof(recording) / sizeof(recording[0]), order[FLEET_RECORDINGS];
	struct fleet fleet = {.recording = recording, .recordings = count};

	(void)state;
	fleet_by_harm(&fleet, order);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(order[i], count - 1 - i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_harm_as_incidents_are),
		cmocka_unit_test(what_is_proven_is_true),
		cmocka_unit_test(one_boot_is_one_clock),
		cmocka_unit_test(a_snapshot_that_runs_twice_is_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
