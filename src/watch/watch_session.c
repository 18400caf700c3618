// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/watch_session.h"

#include <stdio.h>

#include "feed/message.h"

/* A host that updates faster than we sample is reported at this interval, not at every sample. */
#define MISSED_QUIET_NS 1000000000

static void on_finding(const struct finding *finding, void *arg)
{
	struct watch_session *session = arg;

	session->worst = outcome_worse(session->worst, finding);
	/* It says so itself, of its own interval: other findings of one change say the same. */
	if (finding->missed && session->missed_by_ns != finding->found_ns)
		session->missed_told += finding->missed;
	if (finding->missed)
		session->missed_by_ns = finding->found_ns;
	if (finding->kind == FINDING_DISRUPTION)
		utc_track_break(&session->utc, finding->found_ns);
	session->view->finding(stdout, &session->context, finding);
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct watch_session *session = arg;

	if (news == INCIDENT_CLOSED)
		session->view->incident(stdout, &session->context, incident);
}

/* With every update on a line of its own, that line says what was missed before it. */
static void tell_missed(struct watch_session *session, uint64_t now_ns)
{
	uint64_t all = judge_page(session->judge)->missed;
	uint64_t missed = all - session->missed_told;

	/* A finding by a sample other than an EVENT_PAGE comes before the page is followed. */
	if (all <= session->missed_told ||
	    (session->missed_told_ns && now_ns - session->missed_told_ns < MISSED_QUIET_NS))
		return;
	if (!session->updates)
		session->view->missed(stdout, &session->context, now_ns, missed,
				      session->context.stopped_ns - session->stopped_told_ns);
	session->stopped_told_ns = session->context.stopped_ns;
	session->missed_told = all;
	session->missed_told_ns = now_ns;
}

static void on_event(const struct event *event, const struct page_in_force *line, void *arg)
{
	struct watch_session *session = arg;

	if (event->type == EVENT_PAGE && event->page_state != EVENT_PAGE_TORN)
		utc_track_add(&session->utc, event, line);
	else if (event->type == EVENT_CLOCK && line->is_by_witness)
		utc_track_add_witness(&session->utc, event);
	if (line->has_changed && session->updates)
		session->view->update(stdout, &session->context, &line->change);
}

static const struct judge_handlers handlers = {
	.event = on_event,
	.finding = on_finding,
	.incident = on_incident,
};

int watch_session_open(struct watch_session *session)
{
	session->judge = judge_new(&handlers, session);
	return session->judge ? EXIT_DONE : message_no_memory();
}

void watch_session_close(struct watch_session *session)
{
	judge_free(session->judge);
}

void watch_session_event(struct watch_session *session, const struct event *event)
{
	judge_event(session->judge, event);
	tell_missed(session, event->time_ns);
}

void watch_session_resume(struct watch_session *session, const struct event_gap *gap)
{
	judge_resume(session->judge, gap);
}

int watch_session_end(struct watch_session *session, struct watch_result *result)
{
	judge_finish(session->judge);
	/* What was missed less than a second ago. */
	session->missed_told_ns = 0;
	tell_missed(session, session->context.start_ns + result->duration_ns);
	result->updates = judge_page(session->judge)->updates;
	result->missed = judge_page(session->judge)->missed;
	result->counts = judge_counts(session->judge);
	result->outcome = outcome_of(session->judge, session->worst, result->span);
	session->view->end(stdout, &session->context, result);
	return message_output(message_verdict(session->worst, session->judge, result->span));
}
