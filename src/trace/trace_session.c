// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/trace_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed/message.h"

static void on_finding(const struct finding *finding, void *arg)
{
	struct trace_session *session = arg;

	session->worst = outcome_worse(session->worst, finding);
	session->view->finding(stdout, &session->context, finding);
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct trace_session *session = arg;

	source_incident(session->source, news);
	if (news == INCIDENT_CLOSED)
		session->view->incident(stdout, &session->context, incident);
}

void trace_session_close(struct trace_session *session)
{
	judge_free(session->judge);
	free(session->summary);
}

void trace_session_begin(const struct trace_session *session)
{
	session->view->begin(stdout, &session->context);
	fflush(stdout);
}

bool trace_session_has_enough(const struct trace_session *session)
{
	return session->count && session->shown >= session->count;
}

/* Has the process of @event mapped the page before, as far as is remembered? */
static bool has_mapped(struct trace_session *session, const struct event *event)
{
	for (size_t i = 0; i < TRACE_MAPPED; i++) {
		if (session->mapped[i] == event->who.pid)
			return true;
	}
	session->mapped[session->mapped_next++ % TRACE_MAPPED] = event->who.pid;
	return false;
}

/* Unless each is asked for, those that only serve to judge by are not. */
static bool is_shown(struct trace_session *session, const struct event *event)
{
	if (trace_session_has_enough(session))
		return false;
	if (session->context.request.every_event || event->result < 0 || event->is_slow)
		return true;
	return event->path == PATH_DEV_MMAP &&
	       !(session->view->maps_once && has_mapped(session, event));
}

static void show_use(struct trace_session *session, const struct event *event)
{
	struct driver_answer answer = {0};

	if (event->type == EVENT_READ) {
		answer = driver_answer_of(event);
		answer_tally_add(&session->answers, event, &answer);
	}
	if (!is_shown(session, event))
		return;
	session->view->event(stdout, &session->context, event,
			     event->type == EVENT_READ ? &answer : NULL);
	if (event->type == EVENT_READ)
		session->shown_read[(session->reads + 1) % TRACE_READS] = session->reads + 1;
	/* A read within a call comes before it, and counts with it. */
	session->shown += event->type == EVENT_CALL || !event->call_id;
}

void trace_session_show(struct trace_session *session, const struct event *event)
{
	const struct trace_view *view = session->view;

	summary_add(session->summary, event);
	switch (event->type) {
	case EVENT_READ:
	case EVENT_CALL:
		show_use(session, event);
		break;
	case EVENT_HOOKS:
		view->hooks(stdout, &session->context, event);
		break;
	case EVENT_NOTIFICATION:
		view->notification(stdout, &session->context, event);
		break;
	case EVENT_CLOCK_CHANGE:
		session->clock_changes += event->result >= 0; /* else it was refused */
		view->clock_change(stdout, &session->context, event);
		break;
	case EVENT_DEVICE:
		view->device(stdout, &session->context, event);
		break;
	case EVENT_MAPPER:
		mapper_list_add(&session->mapper_list, event);
		view->mapper(stdout, &session->context, event);
		break;
	case EVENT_LOSS:
		session->losses = event->losses;
		session->has_losses = true;
		break;
	case EVENT_TALLY:
	case EVENT_LATENCY:
	case EVENT_FAILURES:
	case EVENT_PAGE:
	case EVENT_CLOCK:
	case EVENT_TICK:
	case EVENT_TYPES:
		break;
	}
}

static void tell_disruption(struct trace_session *session, enum disruption_observer by,
			    const struct page *page, uint64_t time_ns, const struct event *reader)
{
	enum disruption_news news = disruption_observe(&session->disruptions, by, page, time_ns);

	if (news != DISRUPTION_NONE)
		session->view->disruption(stdout, &session->context, news, by,
					  &session->disruptions.newest, reader);
}

static bool has_whole_page(const struct event *event)
{
	return event->page_state == EVENT_PAGE_STABLE || event->page_state == EVENT_PAGE_MOVED;
}

/* First what @event shows, then what it means for the incident that is open. */
static void on_event(const struct event *event, const struct page_in_force *line, void *arg)
{
	struct trace_session *session = arg;
	bool is_use = event->type == EVENT_READ || event->type == EVENT_CALL;

	if (line->has_changed)
		session->view->page_change(stdout, &session->context, &line->change);
	if (is_use && has_whole_page(event))
		tell_disruption(session, OBSERVER_KERNEL, &event->page,
				event->time_ns + event->latency_ns, event);
	else if (event->type == EVENT_PAGE && event->page_state == EVENT_PAGE_STABLE)
		tell_disruption(session, OBSERVER_PAGE, &event->page, event->time_ns, NULL);
}

static void on_read(const struct read_verdict *verdict, void *arg)
{
	struct trace_session *session = arg;
	const struct incident *incident = judge_open_incident(session->judge);

	if (incident && session->view->read_error &&
	    session->shown_read[verdict->read % TRACE_READS] == verdict->read)
		session->view->read_error(stdout, verdict, &incident->reader[verdict->reader]);
}

static const struct judge_handlers handlers = {
	.event = on_event,
	.finding = on_finding,
	.incident = on_incident,
	.read = on_read,
};

int trace_session_open(struct trace_session *session)
{
	session->summary = calloc(1, sizeof(*session->summary));
	session->judge = judge_new(&handlers, session);
	if (session->summary && session->judge)
		return EXIT_DONE;
	return message_no_memory();
}

void trace_session_judge(struct trace_session *session, const struct event *event)
{
	session->reads += event->type == EVENT_READ;
	judge_event(session->judge, event);
}

/* The names of the readers' cgroups, NULL where one is not known. The caller frees them. */
static void name_cgroups(const struct trace_session *session, char *names[SUMMARY_READERS])
{
	const struct summary *summary = session->summary;

	for (size_t i = 0; i < summary->readers; i++) {
		const char *name =
			session->cgroup_name(summary->reader[i].who.cgroup, session->arg);

		names[i] = name ? strdup(name) : NULL;
	}
}

void trace_session_resume(struct trace_session *session, const struct event_gap *gap)
{
	judge_resume(session->judge, gap);
}

int trace_session_end(struct trace_session *session, struct trace_result *result)
{
	char *cgroups[SUMMARY_READERS] = {NULL};
	enum finding_severity worst = session->worst;

	if (session->answers.apart && worst < FINDING_WARNING)
		worst = FINDING_WARNING;
	judge_finish(session->judge);
	name_cgroups(session, cgroups);
	result->summary = session->summary;
	result->cgroups = (const char *const *)cgroups;
	result->answers = &session->answers;
	result->losses = session->has_losses ? &session->losses : NULL;
	result->mappers = &session->mapper_list;
	result->shown = session->shown;
	result->disruptions = session->disruptions.newest.number;
	result->counts = judge_counts(session->judge);
	result->outcome = outcome_of(session->judge, worst, result->span);
	result->clock_changes = session->clock_changes;
	result->page_updates = judge_page(session->judge)->updates;
	result->page_updates_unseen = judge_page(session->judge)->missed;
	session->view->end(stdout, &session->context, result);
	for (size_t i = 0; i < session->summary->readers; i++)
		free(cgroups[i]);
	return message_output(message_verdict(worst, session->judge, result->span));
}
