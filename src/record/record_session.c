// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/record_session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "feed/recorded.h"
#include "record/record_found.h"

/* Totals of losses that have not grown are kept now and then: there is one a second. */
#define LOSSES_QUIET_NS (60ull * NSEC_PER_SEC)

/* What the journal has with its fields is not there once more as a line. */
static bool is_quiet(const struct record_session *session)
{
	return session->has_journal && session->is_in_journal;
}

static void keep_window(struct record_session *session, uint64_t from_ns, uint64_t to_ns,
			uint64_t findings)
{
	const struct recorded_window window = {
		.from_ns = from_ns,
		.to_ns = to_ns,
		.finding = session->window.finding,
		.findings = findings,
		.severity = finding_severity_name(session->window.severity),
		.rank = (int)session->window.severity,
	};

	recorder_window(session->recorder, &window);
	session->window.to_ns = to_ns;
}

/* Around a finding that is bad enough all is kept for good. */
static void keep_around(struct record_session *session, const struct finding *finding)
{
	const struct record_session_ring *ring = &session->ring;
	const struct incident *incident = judge_open_incident(session->judge);
	uint64_t from_ns = finding->not_before_ns, to_ns = finding->found_ns + ring->after_ns;

	if (!ring->ring_ns || finding->severity < ring->on)
		return;
	session->window.finding = finding->number;
	session->window.severity = finding->severity;
	session->window.incident = incident ? incident->number : 0;
	session->window.longest_ns = finding->found_ns + ring->ring_ns;
	keep_window(session, from_ns > ring->before_ns ? from_ns - ring->before_ns : 0,
		    to_ns > session->window.to_ns ? to_ns : session->window.to_ns, 1);
}

/* And while its incident is open: what comes after it is what comes after its end. */
static void keep_longer(struct record_session *session)
{
	const struct incident *incident = judge_open_incident(session->judge);
	struct record_session_window *window = &session->window;
	uint64_t after_ns = session->ring.after_ns;

	if (!incident || incident->number != window->incident)
		window->incident = 0;
	if (!window->incident || session->newest_ns > window->longest_ns ||
	    session->newest_ns + after_ns / 2 < window->to_ns)
		return;
	keep_window(session, window->to_ns, session->newest_ns + after_ns, 0);
}

static void on_finding(const struct finding *finding, void *arg)
{
	struct record_session *session = arg;
	json_object *json;
	const struct recorded_finding recorded = record_finding_of(finding, &json);
	const struct incident *incident;

	session->found = true;
	session->worst = outcome_worse(session->worst, finding);
	recorder_finding(session->recorder, &recorded);
	json_object_put(json);
	if (!is_quiet(session))
		session->view->finding(stdout, session->start_ns, finding);
	keep_around(session, finding);
	if (session->has_journal) {
		incident = judge_open_incident(session->judge);
		journal_finding(&session->journal, finding, incident ? incident->number : 0);
	}
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct record_session *session = arg;
	json_object *json;
	struct recorded_incident recorded;

	session->found = true;
	source_incident(session->source, news);
	if (session->has_journal)
		journal_incident(&session->journal, incident, news);
	if (news != INCIDENT_CLOSED)
		return;
	recorded = record_incident_of(incident, &json);
	recorder_incident(session->recorder, &recorded);
	json_object_put(json);
	if (!is_quiet(session))
		session->view->incident(stdout, session->start_ns, incident);
}

static const struct judge_handlers handlers = {.finding = on_finding, .incident = on_incident};

/* Where it was not asked for by name, what is shown will do. */
static int open_journal(struct record_session *session, const char *path, struct error *error)
{
	struct error ignored;
	int err;

	if (!session->wants_journal && !session->is_in_journal)
		return 0;
	err = journal_open(&session->journal, path, session->wants_journal ? error : &ignored);
	session->has_journal = !err;
	return session->wants_journal ? err : 0;
}

int record_session_open(struct record_session *session, const struct recorder_options *options,
			const struct fact_list *facts, uint64_t start_ns, struct error *error)
{
	int err;

	session->start_ns = start_ns;
	session->judge = judge_new(&handlers, session);
	if (!session->judge)
		return error_no_memory(error);
	err = open_journal(session, options->path, error);
	return err ? err : recorder_open(options, facts, &session->recorder, error);
}

static void keep(const struct event *event, void *arg)
{
	struct record_session *session = arg;

	recorder_event(session->recorder, event);
}

/* Has all that the kernel made by then arrived, or is it known to be lost? */
static bool is_settled(const struct event_losses *losses)
{
	return losses->made == losses->seen + losses->ring_full;
}

/* Is it an EVENT_LOSS that says what the one before did, as all do while nothing is lost? */
static bool is_old_loss(struct record_session *session, const struct event *event)
{
	struct event_losses losses;

	if (event->type != EVENT_LOSS)
		return false;
	losses = event->losses;
	losses.made = session->losses.made;
	losses.seen = session->losses.seen;
	if (!session->found && session->losses_ns && is_settled(&session->losses) &&
	    event->time_ns - session->losses_ns < LOSSES_QUIET_NS &&
	    !memcmp(&losses, &session->losses, sizeof(losses)))
		return true;
	session->losses = event->losses;
	session->losses_ns = event->time_ns;
	return false;
}

void record_session_event(struct record_session *session, const struct event *event)
{
	/* In an incident all is evidence. */
	session->found = judge_open_incident(session->judge) != NULL;
	session->events++;
	session->newest_ns = event->time_ns;
	judge_event(session->judge, event);
	keep_longer(session);
	/* A ring has full detail. */
	if (session->ring.ring_ns || !is_old_loss(session, event))
		decimate_event(&session->decimate, event, session->found || session->ring.ring_ns,
			       keep, session);
}

/* What no finding says would be gone with the events that show it. */
static void keep_doubts(struct record_session *session)
{
	struct claim_span span = {0};
	char text[80];

	judge_add_doubt(session->judge, &span);
	snprintf(text, sizeof(text), "%s%s%s%s%s", span.missed ? " missed_updates" : "",
		 span.page_bad ? " page_bad" : "", span.unreliable ? " unreliable" : "",
		 span.freerunning ? " freerunning" : "", span.clock_off ? " clock_off" : "");
	if (*text)
		recorder_fact(session->recorder, RECORDED_FACT_DOUBTS, text + 1);
}

void record_session_finish(struct record_session *session, struct recorder_counts *counts)
{
	char text[24];

	judge_finish(session->judge);
	decimate_flush(&session->decimate, keep, session);
	if (session->has_journal && session->journal.lost) {
		snprintf(text, sizeof(text), "%" PRIu64, session->journal.lost);
		recorder_fact(session->recorder, "journal_lost", text);
	}
	keep_doubts(session);
	snprintf(text, sizeof(text), "%" PRIu64, session->newest_ns);
	recorder_fact(session->recorder, "end_monotonic_ns", text);
	snprintf(text, sizeof(text), "%" PRIu64, session->events);
	recorder_fact(session->recorder, "events_judged", text);
	recorder_close(session->recorder, counts);
	session->recorder = NULL;
}

void record_session_close(struct record_session *session)
{
	recorder_close(session->recorder, NULL);
	if (session->has_journal)
		journal_close(&session->journal);
	judge_free(session->judge);
}
