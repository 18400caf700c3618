// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/bundle_replay.h"

#include <stdio.h>
#include <string.h>

#include "bundle/bundle_cut.h"
#include "feed/recorded.h"
#include "judge/judge.h"
#include "show/finding_json.h"
#include "show/incident_view.h"
#include "show/json_add.h"

struct replaying {
	struct recorded recorded;
	struct judge *judge;
	struct bundle_replay *result;
	uint64_t findings; /* found now */
	uint64_t incidents_over;
};

/* Against the line that is @stored. */
static void compare(struct bundle_replay *result, const char *stored, json_object *json)
{
	result->different += !stored || strcmp(stored, json_line(json)) != 0;
	json_object_put(json);
}

static void on_finding(const struct finding *finding, void *arg)
{
	struct replaying *replaying = arg;

	replaying->findings++;
	compare(replaying->result,
		recording_finding(replaying->recorded.recording, finding->number),
		finding_json(finding));
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct replaying *replaying = arg;

	if (news != INCIDENT_CLOSED)
		return;
	replaying->incidents_over++;
	compare(replaying->result,
		recording_incident(replaying->recorded.recording, incident->number),
		incident_json(incident));
}

static const struct judge_handlers handlers = {.finding = on_finding, .incident = on_incident};

static bool on_event(const struct event *event, const struct source_note *note, void *arg)
{
	struct replaying *replaying = arg;

	if (note->gap)
		judge_resume(replaying->judge, note->gap);
	judge_event(replaying->judge, event);
	return true;
}

static void run(struct replaying *replaying)
{
	struct bundle_replay *result = replaying->result;
	struct source *source = &replaying->recorded.source;

	source_run(source, NULL, NULL, on_event, replaying);
	judge_finish(replaying->judge);
	result->events = replaying->recorded.events;
	if (result->findings > replaying->findings)
		result->different += result->findings - replaying->findings;
	if (result->incidents > replaying->incidents_over)
		result->different += result->incidents - replaying->incidents_over;
}

int bundle_replay(const char *path, struct bundle_replay *result, struct error *error)
{
	const struct recorded_request request = {.file = path};
	struct replaying replaying = {.result = result};
	const char *tool;
	int err;

	*result = (struct bundle_replay){0};
	err = recorded_open(&request, &replaying.recorded, error);
	if (err)
		return err;
	tool = fact_get(recording_facts(replaying.recorded.recording), BUNDLE_FACT_TOOL);
	result->of_this_version = tool && !strcmp(tool, BUNDLE_TOOL);
	result->findings = recording_findings(replaying.recorded.recording);
	result->incidents = recording_incidents(replaying.recorded.recording);
	result->end = recording_end(replaying.recorded.recording);
	recording_check(replaying.recorded.recording);
	replaying.judge = judge_new(&handlers, &replaying);
	if (replaying.judge) {
		run(&replaying);
		snprintf(result->damage, sizeof(result->damage), "%s",
			 recording_damage(replaying.recorded.recording)->why);
	} else {
		err = error_no_memory(error);
	}
	recorded_close(&replaying.recorded);
	judge_free(replaying.judge);
	return err;
}
