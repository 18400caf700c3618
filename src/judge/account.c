// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/account.h"

#include <stdlib.h>

#include "judge/clock_error.h"
#include "page/time.h"

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

static void add_bound(struct account *account, const struct event *event,
		      const struct event_ticks *ticks)
{
	struct page_time time;
	struct ns_interval bound;

	if (event->page_state != EVENT_PAGE_STABLE || !event_ticks_fit(ticks, &event->page) ||
	    page_time_at(&event->page, ticks->after, &time) || !time.has_max_error ||
	    interval_widen(interval_of(0), time.max_error_ns, &bound))
		return;
	curve_add(&account->page_bound, event->time_ns, bound);
}

static void add_clock(struct account *account, const struct event *event)
{
	struct account_clock *clock = &account->clock[event->clock.clock];
	struct clock_error error;
	struct ns_interval bounded;

	clock->seen++;
	if (clock_error_of(event, &error) ||
	    interval_widen(error.offset, error.page_claim_ns, &bounded))
		return;
	clock->known++;
	clock->wrong += !interval_has(bounded, 0);
	curve_add(&clock->curve, event->time_ns, bounded);
}

static void add_look(struct account *account, const struct event *event)
{
	struct page_change change;
	bool first = !account->follow.seen;

	page_follow(&account->follow, event, &change);
	if (first && account->follow.seen && !account->gaps)
		account->first_page = event->page;
	add_bound(account, event, &event->look.ticks);
}

static void add_by_type(struct account *account, const struct event *event)
{
	struct driver_answer answer;

	switch (event->type) {
	case EVENT_PAGE:
		add_look(account, event);
		break;
	case EVENT_CLOCK:
		add_clock(account, event);
		break;
	case EVENT_READ:
		answer = driver_answer_of(event);
		answer_tally_add(&account->answers, event, &answer);
		break;
	case EVENT_LOSS:
		account->losses = event->losses;
		account->has_losses = true;
		break;
	case EVENT_CLOCK_CHANGE:
		account->clock_changes++;
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
