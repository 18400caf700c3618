// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/keeper.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "render/finding_json.h"
#include "render/incident_view.h"
#include "render/json_add.h"

/* Totals of losses that have not grown are kept now and then: there is one a second. */
#define LOSSES_QUIET_NS (60ull * NSEC_PER_SEC)

static void on_finding(const struct finding *finding, void *arg)
{
	struct keeper *keeper = arg;
	json_object *json = finding_json(finding);
	const struct recorded_finding recorded = {
		.number = finding->number,
		.kind = finding_name(finding->kind),
		.severity = finding_severity_name(finding->severity),
		.not_before_ns = finding->not_before_ns,
		.found_ns = finding->found_ns,
		.json = json_line(json),
	};

	keeper->found = true;
	keeper->alarming |= finding->severity >= FINDING_WARNING;
	recorder_finding(keeper->recorder, &recorded);
	json_object_put(json);
	keeper->view->finding(stdout, keeper->start_ns, finding);
	incidents_finding(keeper->incidents, finding);
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct keeper *keeper = arg;
	json_object *json;
	struct recorded_incident recorded;

	keeper->found = true;
	if (keeper->incident_news)
		keeper->incident_news(news, keeper->arg);
	if (news != INCIDENT_CLOSED)
		return;
	json = incident_json(incident);
	recorded = (struct recorded_incident){
		.number = incident->number,
		.severity = finding_severity_name(incident->severity),
		.from_ns = incident->from_ns,
		.to_ns = incident->to_ns,
		.recovered = incident->recovered,
		.json = json_line(json),
	};
	recorder_incident(keeper->recorder, &recorded);
	json_object_put(json);
	keeper->view->incident(stdout, keeper->start_ns, incident);
}

int keeper_open(struct keeper *keeper, const struct recorder_options *options,
		const struct fact_list *facts, uint64_t start_ns, struct error *error)
{
	keeper->start_ns = start_ns;
	keeper->detector = detector_new(NULL, on_finding, keeper);
	keeper->incidents = incidents_new(NULL, on_incident, keeper);
	if (!keeper->detector || !keeper->incidents) {
		error_cause(error, "there is no memory left");
		return -ENOMEM;
	}
	return recorder_open(options, facts, &keeper->recorder, error);
}

static void keep(const struct event *event, void *arg)
{
	struct keeper *keeper = arg;

	recorder_event(keeper->recorder, event);
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
	if (!keeper->found && keeper->losses_ns &&
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
	if (!is_old_loss(keeper, event))
		thin_event(&keeper->thin, event, keeper->found, keep, keeper);
}

void keeper_finish(struct keeper *keeper, struct recorder_counts *counts)
{
	char text[24];

	incidents_finish(keeper->incidents);
	thin_flush(&keeper->thin, keep, keeper);
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
	detector_free(keeper->detector);
	incidents_free(keeper->incidents);
}
