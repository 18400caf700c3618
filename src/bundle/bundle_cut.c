// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/bundle_cut.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "bundle/bundle_facts.h"
#include "bundle/bundle_key.h"
#include "feed/recorded.h"
#include "record/record_found.h"
#include "event/mapper_list.h"
#include "judge/judge.h"
#include "store/intern.h"
#include "bundle/redact.h"
#include "store/writer.h"

/* A read that began in the window may be delivered this much later. */
#define LATE_NS ((uint64_t)NSEC_PER_SEC)

/* Events in one transaction. */
#define AT_ONCE 65536

struct cut {
	const struct cut_request *request;
	struct cut_result *result;
	struct recorded recorded;
	struct writer *writer;
	struct judge *judge;
	struct redactor *redactor;   /* NULL: names stay */
	struct intern *cgroups;	     /* that have been written */
	struct mapper_list *mappers; /* before the cut begins */
	struct event losses;	     /* the newest EVENT_LOSS before; valid if its time is not 0 */
	struct bundle_keys found;    /* in the window */
	bool begun;
	uint64_t missing; /* events that went before the next one */
	uint64_t read;
	int failed; /* an SQLite result, or -ENOMEM; 0: all is well */
};

static void note(struct cut *cut, int result)
{
	if (!cut->failed)
		cut->failed = result;
}

static bool in_window(const struct cut_request *request, uint64_t from_ns, uint64_t to_ns)
{
	return !request->windowed || (from_ns >= request->since_ns && to_ns < request->until_ns);
}

/* --- What the events of the cut amount to */

static void on_finding(const struct finding *finding, void *arg)
{
	struct cut *cut = arg;
	json_object *json;
	const struct recorded_finding recorded = record_finding_of(finding, &json);

	note(cut, writer_finding(cut->writer, &recorded));
	json_object_put(json);
	if (in_window(cut->request, finding->found_ns, finding->found_ns)) {
		cut->result->findings++;
		note(cut, bundle_key_finding(&cut->found, finding));
	}
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct cut *cut = arg;
	json_object *json;
	struct recorded_incident recorded;

	if (news != INCIDENT_CLOSED)
		return;
	recorded = record_incident_of(incident, &json);
	note(cut, writer_incident(cut->writer, &recorded));
	json_object_put(json);
	if (in_window(cut->request, incident->from_ns, incident->to_ns)) {
		cut->result->incidents++;
		note(cut, bundle_key_incident(&cut->found, incident));
	}
}

static const struct judge_handlers handlers = {.finding = on_finding, .incident = on_incident};

/* Those of the whole recording that go on before or after the window. */
static uint64_t count_overlapping(const struct cut_request *request)
{
	const struct analysis *analysis = request->whole->analysis;
	uint64_t count = 0;

	for (size_t i = 0; i < analysis->incidents; i++) {
		const struct incident *incident = analysis->incident[i];

		count += incident->to_ns >= request->since_ns &&
			 incident->from_ns < request->until_ns &&
			 !in_window(request, incident->from_ns, incident->to_ns);
	}
	return count;
}

/* Is what was found in the window what the whole recording has there? */
static bool is_same(struct cut *cut)
{
	const struct analysis *analysis = cut->request->whole->analysis;
	struct bundle_keys whole = {0};
	bool same = !analysis->findings_unlisted && !analysis->incidents_unlisted;

	for (size_t i = 0; i < analysis->findings && same; i++) {
		const struct finding *finding = &analysis->finding[i];

		if (in_window(cut->request, finding->found_ns, finding->found_ns))
			same = !bundle_key_finding(&whole, finding);
	}
	for (size_t i = 0; i < analysis->incidents && same; i++) {
		const struct incident *incident = analysis->incident[i];

		if (!in_window(cut->request, incident->from_ns, incident->to_ns))
			continue;
		if (!cut->result->first_incident)
			cut->result->first_incident = incident->number;
		same = !bundle_key_incident(&whole, incident);
	}
	same = same && bundle_keys_same(&whole, &cut->found);
	return same;
}

/* --- Events */

static void keep_cgroup(struct cut *cut, uint64_t id)
{
	const char *path;

	if (!id || intern_get(cut->cgroups, &id, sizeof(id)))
		return;
	intern_set(cut->cgroups, &id, sizeof(id), 1);
	path = recording_cgroup(cut->recorded.recording, id);
	if (cut->redactor)
		path = redactor_cgroup(cut->redactor, path);
	if (!path)
		note(cut, -ENOMEM);
	else if (*path)
		note(cut, writer_cgroup(cut->writer, id, path));
}

static void keep(struct cut *cut, const struct event *seen)
{
	struct event event = *seen;

	keep_cgroup(cut, event.who.cgroup);
	if (cut->redactor)
		note(cut, redactor_event(cut->redactor, &event));
	note(cut, writer_event(cut->writer, &event));
	judge_event(cut->judge, &event);
	if (event.time_ns > cut->result->newest_ns)
		cut->result->newest_ns = event.time_ns;
	if (++cut->result->events % AT_ONCE == 0) {
		note(cut, writer_commit(cut->writer));
		note(cut, writer_begin(cut->writer));
	}
}

/* What is before the cut and matters in it: who maps the page, and what had been lost. */
static void remember(struct cut *cut, const struct event *event)
{
	mapper_list_add(cut->mappers, event);
	if (event->type == EVENT_LOSS)
		cut->losses = *event;
}

static void keep_state(struct cut *cut)
{
	for (size_t i = 0; i < cut->mappers->entries; i++) {
		const struct mapper_entry *entry = &cut->mappers->entry[i];
		struct event event = {
			.type = EVENT_MAPPER,
			.time_ns = cut->request->lead_ns,
			.device = entry->device,
			.who = entry->who,
			.mapper = {.news = MAPPER_THERE, .mappings = entry->mappings},
		};

		if (!entry->to_ns)
			keep(cut, &event);
	}
	if (cut->losses.time_ns) {
		cut->losses.time_ns = cut->request->lead_ns;
		keep(cut, &cut->losses);
	}
}

/* Where events of a ring went: the same number is missing here, and the judgement begins anew. */
static void keep_gap(struct cut *cut)
{
	if (!cut->missing)
		return;
	writer_gap(cut->writer, cut->missing);
	judge_resume(cut->judge, &(struct event_gap){0});
	cut->missing = 0;
}

/* False: the rest is not wanted. */
static bool take(const struct event *event, const struct source_note *beside, void *arg)
{
	struct cut *cut = arg;
	const struct cut_request *request = cut->request;

	/* What was recorded since it was read for the report is not in the report. */
	if (cut->read++ == request->whole->analysis->events)
		return false;
	if (request->windowed && event->time_ns >= request->until_ns &&
	    event->time_ns - request->until_ns >= LATE_NS) {
		cut->result->stopped = true;
		return false;
	}
	if (cut->begun && beside->gap)
		cut->missing += beside->gap->events;
	if (event->time_ns < request->lead_ns) {
		if (!cut->begun)
			remember(cut, event);
		return true;
	}
	if (!cut->begun && request->lead_ns)
		keep_state(cut);
	cut->begun = true;
	keep_gap(cut);
	keep(cut, event);
	return !cut->failed;
}

static void on_loss(uint64_t time_ns, uint64_t events, const char *cause, void *arg)
{
	struct cut *cut = arg;
	char shown[FACT_VALUE_BYTES];

	if (time_ns < cut->request->lead_ns ||
	    (cut->result->stopped && time_ns > cut->result->newest_ns))
		return;
	if (cut->redactor)
		redact_text(cause, shown, sizeof(shown));
	note(cut, writer_loss(cut->writer, time_ns, events, cut->redactor ? shown : cause));
}

/* --- All of it */

static void put_facts(struct cut *cut)
{
	struct fact_list facts = {0};

	bundle_facts(cut->request, cut->result, cut->recorded.recording, &facts);
	for (size_t i = 0; i < facts.facts; i++)
		note(cut, writer_fact(cut->writer, facts.fact[i].name, facts.fact[i].value));
}

static int begin(struct cut *cut, struct error *error)
{
	const struct recorded_request request = {.file = cut->request->from};
	int err = recorded_open(&request, &cut->recorded, error);

	if (!err)
		err = writer_open(cut->request->to, &(struct writer_bounds){0}, &cut->writer,
				  error);
	if (err)
		return err;
	cut->judge = judge_new(&handlers, cut);
	cut->cgroups = calloc(1, sizeof(*cut->cgroups));
	cut->mappers = calloc(1, sizeof(*cut->mappers));
	if (cut->request->redact)
		cut->redactor = redactor_new();
	if (cut->judge && cut->cgroups && cut->mappers && (cut->redactor || !cut->request->redact))
		return 0;
	return error_no_memory(error);
}

static int run(struct cut *cut, struct error *error)
{
	struct source *source = &cut->recorded.source;

	note(cut, writer_begin(cut->writer));
	source_run(source, NULL, NULL, take, cut);
	judge_finish(cut->judge);
	recording_each_loss(cut->recorded.recording, on_loss, cut);
	cut->result->same = is_same(cut);
	cut->result->overlapping = count_overlapping(cut->request);
	cut->result->end_sec =
		(int64_t)((uint64_t)cut->request->whole->start_realtime_ns +
			  (cut->result->newest_ns
				   ? cut->result->newest_ns - cut->request->whole->start_ns
				   : 0)) /
		NSEC_PER_SEC;
	put_facts(cut);
	note(cut, writer_end(cut->writer));
	note(cut, writer_commit(cut->writer));
	if (!cut->failed)
		return 0;
	error_cause(error, "%s cannot be written: %s", cut->request->to,
		    cut->failed == -ENOMEM ? strerror(ENOMEM) : writer_trouble(cut->writer));
	error_hint(error, "set TMPDIR to a directory with room for the recording");
	return -EIO;
}

int bundle_cut(const struct cut_request *request, struct cut_result *result, struct error *error)
{
	struct cut cut = {.request = request, .result = result};
	int err;

	*result = (struct cut_result){0};
	err = begin(&cut, error);
	if (!err)
		err = run(&cut, error);
	writer_close(cut.writer);
	recorded_close(&cut.recorded);
	judge_free(cut.judge);
	redactor_free(cut.redactor);
	free(cut.cgroups);
	free(cut.mappers);
	return err;
}
