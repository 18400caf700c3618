// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/record_session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "record/record_found.h"

/* Totals of losses that have not grown are kept now and then: there is one a second. */
#define LOSSES_QUIET_NS (60ull * NSEC_PER_SEC)

/* What the journal has with its fields is not there once more as a line. */
static bool is_quiet(const struct keeper *keeper)
{
	return keeper->has_journal && keeper->is_in_journal;
}

static void keep_window(struct keeper *keeper, uint64_t from_ns, uint64_t to_ns, uint64_t findings)
{
	const struct recorded_window window = {
		.from_ns = from_ns,
		.to_ns = to_ns,
		.finding = keeper->window.finding,
		.findings = findings,
		.severity = finding_severity_name(keeper->window.severity),
		.rank = (int)keeper->window.severity,
	};

	recorder_window(keeper->recorder, &window);
	keeper->window.to_ns = to_ns;
}

/* Around a finding that is bad enough all is kept for good. */
static void keep_around(struct keeper *keeper, const struct finding *finding)
{
	const struct keeper_ring *ring = &keeper->ring;
	const struct incident *incident = incidents_open(keeper->incidents);
	uint64_t from_ns = finding->not_before_ns, to_ns = finding->found_ns + ring->after_ns;

	if (!ring->ring_ns || finding->severity < ring->on)
		return;
	keeper->window.finding = finding->number;
	keeper->window.severity = finding->severity;
	keeper->window.incident = incident ? incident->number : 0;
	keeper->window.longest_ns = finding->found_ns + ring->ring_ns;
	keep_window(keeper, from_ns > ring->before_ns ? from_ns - ring->before_ns : 0,
		    to_ns > keeper->window.to_ns ? to_ns : keeper->window.to_ns, 1);
}

/* And while its incident is open: what comes after it is what comes after its end. */
static void keep_longer(struct keeper *keeper)
{
	const struct incident *incident = incidents_open(keeper->incidents);
	struct keeper_window *window = &keeper->window;
	uint64_t after_ns = keeper->ring.after_ns;

	if (!incident || incident->number != window->incident)
		window->incident = 0;
	if (!window->incident || keeper->newest_ns > window->longest_ns ||
	    keeper->newest_ns + after_ns / 2 < window->to_ns)
		return;
	keep_window(keeper, window->to_ns, keeper->newest_ns + after_ns, 0);
}

static void on_finding(const struct finding *finding, void *arg)
{
	struct keeper *keeper = arg;
	json_object *json;
	const struct recorded_finding recorded = record_finding_of(finding, &json);
	const struct incident *incident;

	keeper->found = true;
	keeper->alarming |= finding->severity >= FINDING_WARNING;
	recorder_finding(keeper->recorder, &recorded);
	json_object_put(json);
	if (!is_quiet(keeper))
		keeper->view->finding(stdout, keeper->start_ns, finding);
	incidents_finding(keeper->incidents, finding);
	keep_around(keeper, finding);
	if (keeper->has_journal) {
		incident = incidents_open(keeper->incidents);
		journal_finding(&keeper->journal, finding, incident ? incident->number : 0);
	}
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct keeper *keeper = arg;
	json_object *json;
	struct recorded_incident recorded;

	keeper->found = true;
	if (keeper->incident_news)
		keeper->incident_news(news, keeper->arg);
	if (keeper->has_journal)
		journal_incident(&keeper->journal, incident, news);
	if (news != INCIDENT_CLOSED)
		return;
	recorded = record_incident_of(incident, &json);
	recorder_incident(keeper->recorder, &recorded);
	json_object_put(json);
	if (!is_quiet(keeper))
		keeper->view->incident(stdout, keeper->start_ns, incident);
}

/* Where nobody asked for it by name, what is shown will do. */
static int open_journal(struct keeper *keeper, const char *path, struct error *error)
{
	struct error ignored;
	int err;

	if (!keeper->wants_journal && !keeper->is_in_journal)
		return 0;
	err = journal_open(&keeper->journal, path, keeper->wants_journal ? error : &ignored);
	keeper->has_journal = !err;
	return keeper->wants_journal ? err : 0;
}

int keeper_open(struct keeper *keeper, const struct recorder_options *options,
		const struct fact_list *facts, uint64_t start_ns, struct error *error)
{
	int err;

	keeper->start_ns = start_ns;
	keeper->detector = detector_new(NULL, on_finding, keeper);
	keeper->incidents = incidents_new(NULL, on_incident, keeper);
	if (!keeper->detector || !keeper->incidents) {
		error_cause(error, "there is no memory left");
		return -ENOMEM;
	}
	err = open_journal(keeper, options->path, error);
	return err ? err : recorder_open(options, facts, &keeper->recorder, error);
}

static void keep(const struct event *event, void *arg)
{
	struct keeper *keeper = arg;

	recorder_event(keeper->recorder, event);
}

/* Has all that the kernel made by then arrived, or is it known to be lost? */
static bool is_settled(const struct event_losses *losses)
{
	return losses->made == losses->seen + losses->ring_full;
}

/* Is it an EVENT_LOSS that says what the one before did, as all do while nothing is lost? */
static bool is_old_loss(struct keeper *keeper, const struct event *event)
{
	struct event_losses losses;

	if (event->type != EVENT_LOSS)
		return false;
	losses = event->losses;
	losses.made = keeper->losses.made;
	losses.seen = keeper->losses.seen;
	if (!keeper->found && keeper->losses_ns && is_settled(&keeper->losses) &&
	    event->time_ns - keeper->losses_ns < LOSSES_QUIET_NS &&
	    !memcmp(&losses, &keeper->losses, sizeof(losses)))
		return true;
	keeper->losses = event->losses;
	keeper->losses_ns = event->time_ns;
	return false;
}

void keeper_event(struct keeper *keeper, const struct event *event)
{
	/* In an incident all is evidence. */
	keeper->found = incidents_open(keeper->incidents) != NULL;
	keeper->events++;
	keeper->newest_ns = event->time_ns;
	detector_event(keeper->detector, event);
	incidents_event(keeper->incidents, event);
	keep_longer(keeper);
	/* A ring has full detail. */
	if (keeper->ring.ring_ns || !is_old_loss(keeper, event))
		thin_event(&keeper->thin, event, keeper->found || keeper->ring.ring_ns, keep,
			   keeper);
}

void keeper_finish(struct keeper *keeper, struct recorder_counts *counts)
{
	char text[24];

	incidents_finish(keeper->incidents);
	thin_flush(&keeper->thin, keep, keeper);
	if (keeper->has_journal && keeper->journal.lost) {
		snprintf(text, sizeof(text), "%" PRIu64, keeper->journal.lost);
		recorder_fact(keeper->recorder, "journal_lost", text);
	}
	snprintf(text, sizeof(text), "%" PRIu64, keeper->newest_ns);
	recorder_fact(keeper->recorder, "end_monotonic_ns", text);
	snprintf(text, sizeof(text), "%" PRIu64, keeper->events);
	recorder_fact(keeper->recorder, "events_judged", text);
	recorder_close(keeper->recorder, counts);
	keeper->recorder = NULL;
}

void keeper_close(struct keeper *keeper)
{
	recorder_close(keeper->recorder, NULL);
	if (keeper->has_journal)
		journal_close(&keeper->journal);
	detector_free(keeper->detector);
	incidents_free(keeper->incidents);
}
