// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/exporter_state.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/text.h"
#include "event/mapper_list.h"
#include "exporter/exporter_clocks.h"
#include "feed/file_page.h"
#include "judge/judge.h"
#include "show/incident_words.h"

struct exporter_state {
	struct metrics_snapshot shown;
	struct judge *judge;
	struct mapper_list mappers;
	uint32_t pid; /* our own */
};

/* The time of day of a moment of CLOCK_MONOTONIC, by what the system clock shows now. */
static uint64_t time_of_day(uint64_t monotonic_ns)
{
	return clock_now_ns(CLOCK_REALTIME) - (clock_now_ns(CLOCK_MONOTONIC) - monotonic_ns);
}

static void on_finding(const struct finding *finding, void *arg)
{
	struct exporter_state *state = arg;
	struct metrics_snapshot *shown = &state->shown;
	struct metrics_finding *newest = &shown->finding[0];

	memmove(newest + 1, newest, sizeof(*newest) * (METRICS_FINDINGS - 1));
	if (shown->findings < METRICS_FINDINGS)
		shown->findings++;
	newest->kind = finding->kind;
	newest->severity = finding->severity;
	newest->found_ns = finding->found_ns;
	newest->at_ns = time_of_day(finding->found_ns);
	finding_sentence(finding, newest->text, sizeof(newest->text));
	shown->found[finding->kind]++;
	if (finding->kind == FINDING_DISRUPTION)
		shown->disrupted_at_ns = newest->at_ns;
}

/* The newest window, whole or so far. */
static void show_window(struct metrics_windows *windows, const struct incident *incident)
{
	/*
	 * While it is open its beginning stays as it was told first, whoever sets the clock
	 * meanwhile.
	 */
	if (windows->count != incident->number)
		windows->from_ns = time_of_day(incident->from_ns);
	windows->count = incident->number;
	windows->severity = incident->severity;
	incident_headline(incident, CLAIM_HOLDS, false, false, windows->headline);
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct error_range *errors = &incident->clock[i].errors;

		windows->clock[i].known = errors->known;
		windows->clock[i].error = errors->all;
	}
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct exporter_state *state = arg;
	struct metrics_windows *windows = &state->shown.windows;

	if (news != INCIDENT_CLOSED)
		return;
	show_window(windows, incident);
	/* Both by the clock as it is now, so that they are as far apart as they were. */
	windows->over_ns = incident->to_ns;
	windows->to_ns = time_of_day(incident->to_ns);
	windows->from_ns = windows->to_ns - (incident->to_ns - incident->from_ns);
	windows->past_ns += incident->to_ns - incident->from_ns;
	windows->recovery = incident->recovery;
}

/* How much longer a tick of @after is than one of @before, less 1; 0 where one has no period. */
static double period_change(const struct page *before, const struct page *after)
{
	double old = ldexp((double)page_get(before, PAGE_PERIOD_FRAC_SEC),
			   -(int)page_get(before, PAGE_PERIOD_SHIFT));
	double new = ldexp((double)page_get(after, PAGE_PERIOD_FRAC_SEC),
			   -(int)page_get(after, PAGE_PERIOD_SHIFT));

	return old > 0 && new > 0 ? (new - old) / old : 0;
}

static void take_page(struct exporter_state *state, const struct event *event,
		      const struct page_in_force *line)
{
	struct metrics_page *page = &state->shown.page;

	page->present = true;
	page->torn = event->page_state == EVENT_PAGE_TORN;
	page->retries += event->sample.retries;
	page->sampled_ns = time_of_day(event->time_ns);
	if (page->torn) {
		page->torn_samples++;
		return;
	}
	page->page = event->page;
	page->has_ticks = event_ticks_fit(&event->sample.ticks, &event->page);
	page->ticks = event->sample.ticks.after;
	if (line->has_changed) {
		page->updated_at_ns = page->sampled_ns;
		page->period_change = period_change(&line->change.before, &line->change.after);
	}
	page->updates = line->updates;
	page->missed = line->missed;
}

static void on_event(const struct event *event, const struct page_in_force *line, void *arg)
{
	struct exporter_state *state = arg;

	switch (event->type) {
	case EVENT_PAGE:
		take_page(state, event, line);
		break;
	case EVENT_CLOCK:
		exporter_clocks_event(&state->shown, event, line);
		break;
	case EVENT_DEVICE:
		if (event->device_state != DEVICE_APPEARED)
			state->shown.page.gone_ns = event->time_ns;
		state->shown.page.present = event->device_state == DEVICE_APPEARED;
		/* Which clocks there are depends on the device. */
		memset(state->shown.clock, 0, sizeof(state->shown.clock));
		break;
	default:
		break;
	}
	state->shown.witness.known &= witness_is_other(&line->witness) &&
				      (event->time_ns < line->witness.seen_ns ||
				       event->time_ns - line->witness.seen_ns <= WITNESS_STALE_NS);
}

static const struct judge_handlers handlers = {
	.event = on_event,
	.finding = on_finding,
	.incident = on_incident,
};

struct exporter_state *exporter_state_new(size_t readers)
{
	struct exporter_state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	state->pid = (uint32_t)getpid();
	state->shown.driver.readers_wanted = readers;
	state->judge = judge_new(&handlers, state);
	if (!state->judge) {
		exporter_state_free(state);
		state = NULL;
	}
	return state;
}

void exporter_state_free(struct exporter_state *state)
{
	if (!state)
		return;
	judge_free(state->judge);
	free(state);
}

void exporter_state_monitor(struct exporter_state *state, const struct page_monitor *monitor)
{
	const struct page_monitor_facts *facts = page_monitor_facts(monitor);
	const struct page_monitor_counts *counts = page_monitor_counts(monitor);
	struct metrics_page *page = &state->shown.page;

	text_utf8(facts->path, strnlen(facts->path, sizeof(page->path) - 1), page->path,
		  sizeof(page->path));
	page->is_device = facts->is_device;
	page->by_notice = facts->by_notice;
	page->no_notice = facts->no_notice;
	page->period_ns = facts->period_ns;
	page->sample_cost_ns = facts->sample_cost_ns;
	page->notifications = counts->notices;
	page->samples = counts->samples;
	page->worst_gap_ns = counts->worst_gap_ns;
}

/* The entry of @comm, or that of all others. */
static struct metrics_reader *reader_of(struct metrics_driver *driver, const char *comm)
{
	struct metrics_reader *reader;
	char name[sizeof(reader->comm)] = "";

	memcpy(name, comm, EVENT_COMM_BYTES);
	for (size_t i = 0; i < driver->readers; i++) {
		if (!strcmp(driver->reader[i].comm, name))
			return &driver->reader[i];
	}
	/* Nameless ones cannot be distinguished. */
	if (driver->readers == driver->readers_wanted || !*name)
		return &driver->others;
	reader = &driver->reader[driver->readers++];
	strcpy(reader->comm, name);
	return reader;
}

static void add_tally(struct exporter_state *state, const struct event *event)
{
	struct metrics_driver *driver = &state->shown.driver;
	struct metrics_reader *reader;

	if (event->who.pid == state->pid)
		return;
	reader = reader_of(driver, event->who.comm);
	for (int path = 0; path < EVENT_PATHS; path++) {
		driver->path[path].calls += event->tally.uses[path];
		driver->path[path].errors += event->tally.errors[path];
		reader->calls += event->tally.uses[path];
		reader->errors += event->tally.errors[path];
	}
}

static void add_driver_event(struct exporter_state *state, const struct event *event)
{
	struct metrics_driver *driver = &state->shown.driver;

	switch (event->type) {
	case EVENT_LOSS:
		driver->losses = event->losses;
		break;
	case EVENT_HOOKS:
		driver->release += event->hooks.news == HOOKS_RELEASED;
		break;
	case EVENT_CLOCK_CHANGE:
		driver->clock_changes[event->change.how] += event->result >= 0;
		break;
	case EVENT_LATENCY:
		if (!event->is_phc)
			histogram_merge(&driver->path[event->path].latency, &event->latency);
		break;
	case EVENT_FAILURES:
		if (event->result == -ETIMEDOUT)
			driver->timeouts += event->failures.count;
		break;
	case EVENT_MAPPER:
		mapper_list_add(&state->mappers, event);
		driver->mappers = mapper_list_now(&state->mappers);
		break;
	case EVENT_TALLY:
		add_tally(state, event);
		break;
	default:
		break;
	}
}

void exporter_state_event(struct exporter_state *state, const struct event *event, bool is_watched)
{
	add_driver_event(state, event);
	if (is_watched)
		judge_event(state->judge, event);
}

void exporter_state_hooks(struct exporter_state *state, const struct hook *hooks, size_t count,
			  const struct error *why)
{
	struct metrics_driver *driver = &state->shown.driver;

	if (count > METRICS_HOOKS)
		count = METRICS_HOOKS;
	driver->seen = count > 0 && !why->cause[0];
	driver->hooks = count;
	if (count)
		memcpy(driver->hook, hooks, count * sizeof(*hooks));
	driver->why = *why;
}

void exporter_state_probes(struct exporter_state *state, uint64_t runs, uint64_t run_ns)
{
	state->shown.driver.probe_runs = runs;
	state->shown.driver.probe_ns = run_ns;
}

void exporter_state_all_mappers(struct exporter_state *state, bool all)
{
	state->shown.driver.knows_mappers = all;
}

/* Was it not seen, a few seconds ago, what the page went through? */
static bool was_unwatched(const struct page_in_force *page)
{
	return page->unwatched &&
	       clock_now_ns(CLOCK_MONOTONIC) < page->unwatched_to_ns + INCIDENT_SETTLE_NS;
}

/* The page of a file may be of another machine. */
static struct claim is_well(const struct exporter_state *state, bool clocks)
{
	struct claim well = judge_is_well(state->judge, clocks && state->shown.page.is_device);

	if (well.state == CLAIM_HOLDS && was_unwatched(judge_page(state->judge)))
		return claim_unknown(CLAIM_MISSED);
	return well.state == CLAIM_HOLDS && !state->shown.page.is_device
		       ? file_page_claim(&judge_page(state->judge)->page)
		       : well;
}

const struct metrics_snapshot *exporter_state_snapshot(struct exporter_state *state)
{
	struct metrics_windows *windows = &state->shown.windows;
	const struct incident *open = judge_open_incident(state->judge);
	bool clocks = false;

	windows->open = open != NULL;
	for (int i = 0; i < OBSERVED_CLOCKS; i++)
		clocks |= state->shown.clock[i].seen;
	state->shown.well = is_well(state, clocks);
	if (open)
		show_window(windows, open);
	state->shown.turn_ns = clock_now_ns(CLOCK_MONOTONIC);
	state->shown.turn_at_ns = time_of_day(state->shown.turn_ns);
	return &state->shown;
}
