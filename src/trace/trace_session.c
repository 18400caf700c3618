// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/trace_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed/message.h"

static void on_finding(const struct finding *finding, void *arg)
{
	struct tracer *tracer = arg;

	tracer->alarming |= finding->severity >= FINDING_WARNING;
	tracer->view->finding(stdout, &tracer->scene, finding);
	incidents_finding(tracer->incidents, finding);
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct tracer *tracer = arg;

	if (tracer->incident_news)
		tracer->incident_news(news, tracer->arg);
	if (news == INCIDENT_CLOSED)
		tracer->view->incident(stdout, &tracer->scene, incident);
}

int tracer_open(struct tracer *tracer)
{
	tracer->summary = calloc(1, sizeof(*tracer->summary));
	tracer->detector = detector_new(NULL, on_finding, tracer);
	tracer->incidents = incidents_new(NULL, on_incident, tracer);
	if (tracer->summary && tracer->detector && tracer->incidents)
		return EXIT_DONE;
	return message_no_memory();
}

void tracer_close(struct tracer *tracer)
{
	detector_free(tracer->detector);
	incidents_free(tracer->incidents);
	free(tracer->summary);
}

void tracer_begin(const struct tracer *tracer)
{
	tracer->view->begin(stdout, &tracer->scene);
	fflush(stdout);
}

bool tracer_has_enough(const struct tracer *tracer)
{
	return tracer->count && tracer->shown >= tracer->count;
}

/* Unless each is asked for, those that only serve to judge by are not. */
static bool is_shown(const struct tracer *tracer, const struct event *event)
{
	bool always = event->result < 0 || event->is_slow || event->path == PATH_DEV_MMAP;

	return !tracer_has_enough(tracer) && (tracer->scene.wish.every_event || always);
}

static void show_use(struct tracer *tracer, const struct event *event)
{
	struct driver_answer answer = {0};

	if (event->type == EVENT_READ) {
		answer = driver_answer_of(event);
		answer_tally_add(&tracer->answers, event, &answer);
	}
	if (!is_shown(tracer, event))
		return;
	tracer->view->event(stdout, &tracer->scene, event,
			    event->type == EVENT_READ ? &answer : NULL);
	/* A read within a call comes before it, and counts with it. */
	tracer->shown += event->type == EVENT_CALL || !event->call_id;
}

static void show_look(struct tracer *tracer, const struct event *event)
{
	struct page_change change;

	if (page_follow(&tracer->follow, event, &change))
		tracer->view->page_change(stdout, &tracer->scene, &change);
}

void tracer_show(struct tracer *tracer, const struct event *event)
{
	const struct trace_view *view = tracer->view;

	summary_add(tracer->summary, event);
	switch (event->type) {
	case EVENT_READ:
	case EVENT_CALL:
		show_use(tracer, event);
		break;
	case EVENT_PAGE:
		show_look(tracer, event);
		break;
	case EVENT_HOOKS:
		view->hooks(stdout, &tracer->scene, event);
		break;
	case EVENT_NOTIFICATION:
		view->notification(stdout, &tracer->scene, event);
		break;
	case EVENT_CLOCK_CHANGE:
		tracer->clock_changes++;
		view->clock_change(stdout, &tracer->scene, event);
		break;
	case EVENT_DEVICE:
		view->device(stdout, &tracer->scene, event);
		break;
	case EVENT_MAPPER:
		mapper_list_add(&tracer->mapper_list, event);
		view->mapper(stdout, &tracer->scene, event);
		break;
	case EVENT_LOSS:
		tracer->losses = event->losses;
		tracer->has_losses = true;
		break;
	case EVENT_TALLY:
	case EVENT_LATENCY:
	case EVENT_FAILURES:
	case EVENT_CLOCK:
	case EVENT_TICK:
	case EVENT_TYPES:
		break;
	}
}

static void tell_disruption(struct tracer *tracer, enum disruption_observer by,
			    const struct page *page, uint64_t time_ns, const struct event *reader)
{
	enum disruption_news news = disruption_observe(&tracer->disruptions, by, page, time_ns);

	if (news != DISRUPTION_NONE)
		tracer->view->disruption(stdout, &tracer->scene, news, by,
					 &tracer->disruptions.newest, reader);
}

static bool has_whole_page(const struct event *event)
{
	return event->page_state == EVENT_PAGE_STABLE || event->page_state == EVENT_PAGE_MOVED;
}

/* First what @event shows, then what it means for the incident that is open. */
void tracer_judge(struct tracer *tracer, const struct event *event)
{
	bool is_use = event->type == EVENT_READ || event->type == EVENT_CALL;

	if (is_use && has_whole_page(event))
		tell_disruption(tracer, OBSERVER_KERNEL, &event->page,
				event->time_ns + event->latency_ns, event);
	else if (event->type == EVENT_PAGE && event->page_state == EVENT_PAGE_STABLE)
		tell_disruption(tracer, OBSERVER_PAGE, &event->page, event->time_ns, NULL);
	detector_event(tracer->detector, event);
	incidents_event(tracer->incidents, event);
}

/* The names of the readers' cgroups, NULL where one is not known. The caller frees them. */
static void name_cgroups(const struct tracer *tracer, char *names[SUMMARY_READERS])
{
	const struct summary *summary = tracer->summary;

	for (size_t i = 0; i < summary->readers; i++) {
		const char *name = tracer->cgroup_name(summary->reader[i].who.cgroup, tracer->arg);

		names[i] = name ? strdup(name) : NULL;
	}
}

void tracer_forget(struct tracer *tracer, uint64_t finding, uint64_t incident)
{
	incidents_forget(tracer->incidents, incident);
	detector_forget(tracer->detector, finding);
	/* What the page went through meanwhile was not missed by who looked. */
	tracer->follow.seen = false;
}

int tracer_end(struct tracer *tracer, struct trace_result *result)
{
	char *cgroups[SUMMARY_READERS] = {NULL};

	incidents_finish(tracer->incidents);
	name_cgroups(tracer, cgroups);
	result->summary = tracer->summary;
	result->cgroups = (const char *const *)cgroups;
	result->answers = &tracer->answers;
	result->losses = tracer->has_losses ? &tracer->losses : NULL;
	result->mappers = &tracer->mapper_list;
	result->shown = tracer->shown;
	result->disruptions = tracer->disruptions.newest.number;
	result->counts = detector_counts(tracer->detector);
	result->clock_changes = tracer->clock_changes;
	result->page_updates = tracer->follow.updates;
	result->page_updates_unseen = tracer->follow.missed;
	tracer->view->end(stdout, &tracer->scene, result);
	for (size_t i = 0; i < tracer->summary->readers; i++)
		free(cgroups[i]);
	return message_output(tracer->alarming || tracer->answers.apart ? EXIT_FINDING : EXIT_DONE);
}
