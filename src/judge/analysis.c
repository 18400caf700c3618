// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/analysis.h"

#include <stdlib.h>

#include "judge/error_bounds.h"

static void on_finding(const struct finding *finding, void *arg)
{
	struct account *account = arg;

	incidents_finding(account->incidents_open, finding);
	if (account->findings < ACCOUNT_FINDINGS)
		account->finding[account->findings++] = *finding;
	else
		account->findings_unlisted++;
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct account *account = arg;
	struct incident *kept;

	if (news != INCIDENT_CLOSED)
		return;
	kept = account->incidents < ACCOUNT_INCIDENTS ? malloc(sizeof(*kept)) : NULL;
	if (!kept) {
		account->incidents_unlisted++;
		return;
	}
	*kept = *incident;
	account->incident[account->incidents++] = kept;
}

struct account *account_new(void)
{
	struct account *account = calloc(1, sizeof(*account));

	if (!account)
		return NULL;
	account->finding = calloc(ACCOUNT_FINDINGS, sizeof(*account->finding));
	account->detector = detector_new(NULL, on_finding, account);
	account->incidents_open = incidents_new(NULL, on_incident, account);
	if (account->finding && account->detector && account->incidents_open)
		return account;
	account_free(account);
	return NULL;
}

void account_free(struct account *account)
{
	if (!account)
		return;
	for (size_t i = 0; i < account->incidents; i++)
		free(account->incident[i]);
	detector_free(account->detector);
	incidents_free(account->incidents_open);
	free(account->finding);
	free(account);
}

static void add_bound(struct account *account, const struct event *event)
{
	struct ns_interval bound;

	if (error_bound_of_page(&account->line, event, &bound))
		curve_add(&account->page_bound, event->time_ns, bound);
	else
		curve_break(&account->page_bound);
}

static void add_clock(struct account *account, const struct event *event)
{
	struct account_clock *clock = &account->clock[event->clock.clock];
	struct ns_interval error;

	clock->seen++;
	if (!error_bounds_of_clock(&account->line, event, &error)) {
		curve_break(&clock->curve);
		return;
	}
	clock->known++;
	clock->wrong += !interval_has(error, 0);
	curve_add(&clock->curve, event->time_ns, error);
}

static void add_read(struct account *account, const struct event *event)
{
	struct driver_answer answer = driver_answer_of(event);

	answer_tally_add(&account->answers, event, &answer);
	if (!event->latency_is_bound && event->latency_ns && event->latency_ns <= INT64_MAX)
		curve_add(&account->latency, event->time_ns,
			  interval_of((int64_t)event->latency_ns));
}

static void add_look(struct account *account, const struct event *event)
{
	struct page_change change;
	bool first = !account->follow.seen;

	page_follow(&account->follow, event, &change);
	if (first && account->follow.seen && !account->gaps)
		account->first_page = event->page;
	add_bound(account, event);
}

/* Both rates: the one before was in force, too. */
static void add_clock_change(struct account *account, const struct event *event)
{
	const int64_t rates[] = {event->change.old_ppt, event->change.new_ppt};

	account->clock_changes++;
	for (size_t i = 0; i < 2 && event->change.how == CLOCK_SLEWED && event->result >= 0; i++) {
		uint64_t size = rates[i] < 0 ? 0 - (uint64_t)rates[i] : (uint64_t)rates[i];

		if (size > account->steered_ppt)
			account->steered_ppt = size;
	}
}

static void add_by_type(struct account *account, const struct event *event)
{
	switch (event->type) {
	case EVENT_PAGE:
		add_look(account, event);
		break;
	case EVENT_CLOCK:
		add_clock(account, event);
		break;
	case EVENT_READ:
		add_read(account, event);
		break;
	case EVENT_LOSS:
		account->losses = event->losses;
		account->has_losses = true;
		break;
	case EVENT_CLOCK_CHANGE:
		add_clock_change(account, event);
		break;
	default:
		break;
	}
}

void account_event(struct account *account, const struct event *event)
{
	if (!account->events++)
		account->first_ns = event->time_ns;
	account->last_ns = event->time_ns;
	detector_event(account->detector, event);
	incidents_event(account->incidents_open, event);
	summary_add(&account->summary, event);
	mapper_list_add(&account->mappers, event);
	downtimes_event(&account->downtimes, event);
	page_line_event(&account->line, event);
	add_by_type(account, event);
}

void account_gap(struct account *account, const struct account_gap *gap)
{
	incidents_forget(account->incidents_open, gap->incident);
	detector_forget(account->detector, gap->finding);
	if (!account->events)
		return;
	if (account->gaps < ACCOUNT_GAPS)
		account->gap[account->gaps++] = *gap;
	else
		account->gaps_unlisted++;
	/* What the page went through meanwhile was not missed by who looked. */
	account->follow.seen = false;
	account->line = (struct page_line){0};
	curve_break(&account->page_bound);
	for (int i = 0; i < OBSERVED_CLOCKS; i++)
		curve_break(&account->clock[i].curve);
	account->gap_events += gap->events;
	account->gap_ns += gap->to_ns > gap->from_ns ? gap->to_ns - gap->from_ns : 0;
}

void account_finish(struct account *account)
{
	incidents_finish(account->incidents_open);
}

const struct detector_counts *account_counts(const struct account *account)
{
	return detector_counts(account->detector);
}
