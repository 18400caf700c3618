// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/bundle_cut.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "cmd/bundle_key.h"
#include "cmd/progress.h"
#include "event/mapper_list.h"
#include "judge/detector.h"
#include "judge/incident.h"
#include "render/finding_json.h"
#include "render/incident_view.h"
#include "render/json_add.h"
#include "store/intern.h"
#include "store/recording.h"
#include "store/redact.h"
#include "store/writer.h"

/* A read that began in the window may be told of so much later. */
#define LATE_NS ((uint64_t)NSEC_PER_SEC)

/* Events in one transaction. */
#define AT_ONCE 65536

struct cut {
	const struct cut_wish *wish;
	struct cut_result *result;
	struct recording *recording;
	struct writer *writer;
	struct detector *detector;
	struct incidents *incidents;
	struct redactor *redactor;   /* NULL: names stay */
	struct intern *cgroups;	     /* that have been written */
	struct mapper_list *mappers; /* before the cut begins */
	struct event losses;	     /* the newest EVENT_LOSS before; valid if its time is not 0 */
	struct bundle_keys found;    /* in the window */
	uint64_t first_incident;     /* in it, as the whole recording numbers them; 0: none */
	bool begun;
	uint64_t missing; /* events that went before the next one */
	bool stopped;	  /* before the end of the recording */
	uint64_t read;
	uint64_t newest_ns;
	int failed; /* an SQLite result, or -ENOMEM; 0: all is well */
};

static void note(struct cut *cut, int result)
{
	if (!cut->failed)
		cut->failed = result;
}

static bool in_window(const struct cut_wish *wish, uint64_t from_ns, uint64_t to_ns)
{
	return !wish->windowed || (from_ns >= wish->since_ns && to_ns < wish->until_ns);
}

/* --- What the events of the cut amount to */

static void on_finding(const struct finding *finding, void *arg)
{
	struct cut *cut = arg;
	json_object *json = finding_json(finding);
	const struct recorded_finding recorded = {
		.number = finding->number,
		.kind = finding_name(finding->kind),
		.severity = finding_severity_name(finding->severity),
		.not_before_ns = finding->not_before_ns,
		.found_ns = finding->found_ns,
		.json = json_line(json),
	};

	note(cut, writer_finding(cut->writer, &recorded));
	json_object_put(json);
	if (in_window(cut->wish, finding->found_ns, finding->found_ns)) {
		cut->result->findings++;
		note(cut, bundle_key_finding(&cut->found, finding));
	}
	incidents_finding(cut->incidents, finding);
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct cut *cut = arg;
	json_object *json;
	struct recorded_incident recorded;

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
	note(cut, writer_incident(cut->writer, &recorded));
	json_object_put(json);
	if (in_window(cut->wish, incident->from_ns, incident->to_ns)) {
		cut->result->incidents++;
		note(cut, bundle_key_incident(&cut->found, incident));
	}
}

/* Is what was found in the window what the whole recording has there? */
static bool is_same(struct cut *cut)
{
	const struct account *account = cut->wish->whole->account;
	struct bundle_keys whole = {0};
	bool same = !account->findings_unlisted && !account->incidents_unlisted;

	for (size_t i = 0; i < account->findings && same; i++) {
		const struct finding *finding = &account->finding[i];

		if (in_window(cut->wish, finding->found_ns, finding->found_ns))
			same = !bundle_key_finding(&whole, finding);
	}
	for (size_t i = 0; i < account->incidents && same; i++) {
		const struct incident *incident = account->incident[i];

		if (!in_window(cut->wish, incident->from_ns, incident->to_ns))
			continue;
		if (!cut->first_incident)
			cut->first_incident = incident->number;
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
	path = recording_cgroup(cut->recording, id);
	if (cut->redactor)
		path = redactor_cgroup(cut->redactor, path);
	if (!path)
		note(cut, -ENOMEM);
	else if (*path)
		note(cut, writer_cgroup(cut->writer, id, path));
}

static void keep(struct cut *cut, struct event *event)
{
	keep_cgroup(cut, event->who.cgroup);
	if (cut->redactor)
		note(cut, redactor_event(cut->redactor, event));
	note(cut, writer_event(cut->writer, event));
	detector_event(cut->detector, event);
	incidents_event(cut->incidents, event);
	if (event->time_ns > cut->newest_ns)
		cut->newest_ns = event->time_ns;
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
			.time_ns = cut->wish->lead_ns,
			.device = entry->device,
			.who = entry->who,
			.mapper = {.news = MAPPER_THERE, .mappings = entry->mappings},
		};

		if (!entry->to_ns)
			keep(cut, &event);
	}
	if (cut->losses.time_ns) {
		cut->losses.time_ns = cut->wish->lead_ns;
		keep(cut, &cut->losses);
	}
}

/* Where events of a ring went: the same number is missing here, and the judgement begins anew. */
static void keep_gap(struct cut *cut)
{
	if (!cut->missing)
		return;
	writer_gap(cut->writer, cut->missing);
	incidents_forget(cut->incidents, 0);
	detector_forget(cut->detector, 0);
	cut->missing = 0;
}

/* False: the rest is not wanted. */
static bool take(struct cut *cut, struct event *event)
{
	const struct cut_wish *wish = cut->wish;

	/* What was recorded since it was read for the report is not in the report. */
	if (cut->read++ == wish->whole->account->events)
		return false;
	if (wish->windowed && event->time_ns >= wish->until_ns &&
	    event->time_ns - wish->until_ns >= LATE_NS) {
		cut->stopped = true;
		return false;
	}
	if (cut->begun)
		cut->missing += recording_gap(cut->recording)->events;
	if (event->time_ns < wish->lead_ns) {
		if (!cut->begun)
			remember(cut, event);
		return true;
	}
	if (!cut->begun && wish->lead_ns)
		keep_state(cut);
	cut->begun = true;
	keep_gap(cut);
	keep(cut, event);
	return true;
}

static void on_loss(uint64_t time_ns, uint64_t events, const char *cause, void *arg)
{
	struct cut *cut = arg;
	char shown[FACT_VALUE_BYTES];

	if (time_ns < cut->wish->lead_ns || (cut->stopped && time_ns > cut->newest_ns))
		return;
	if (cut->redactor)
		redact_text(cause, shown, sizeof(shown));
	note(cut, writer_loss(cut->writer, time_ns, events, cut->redactor ? shown : cause));
}

/* --- Facts */

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void add_window(const struct cut *cut, struct fact_list *facts)
{
	const struct cut_wish *wish = cut->wish;
	uint64_t first_ns = wish->lead_ns ? wish->lead_ns : wish->whole->start_ns;
	char lead[TEXT_NS_BYTES], from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES] = "its end";

	if (!wish->windowed) {
		fact_set(facts, "bundle_cut", "nothing: all events are here");
		return;
	}
	report_utc(wish->whole, wish->since_ns, from, sizeof(from));
	if (wish->until_ns != UINT64_MAX)
		report_utc(wish->whole, wish->until_ns, to, sizeof(to));
	text_ns_u64(wish->since_ns - first_ns, lead, sizeof(lead));
	fact_set(facts, "bundle_cut", "from %s to %s, and what was in %s before, for the judgement",
		 from, to, lead);
	fact_set(facts, BUNDLE_FACT_SINCE, "%" PRIu64, wish->since_ns);
	fact_set(facts, BUNDLE_FACT_UNTIL, "%" PRIu64, wish->until_ns);
}

/* How many of the whole recording's findings are as they were shown live. */
static uint64_t count_live(const struct cut *cut)
{
	const struct account *account = cut->wish->whole->account;
	uint64_t same = 0;

	for (size_t i = 0; i < account->findings; i++) {
		json_object *json = finding_json(&account->finding[i]);
		const char *live = recording_finding(cut->recording, account->finding[i].number);

		same += live && !strcmp(live, json_line(json));
		json_object_put(json);
	}
	return same;
}

/* What was found in the window, against what the whole recording has there. */
static void add_findings(const struct cut *cut, struct fact_list *facts)
{
	const struct cut_result *result = cut->result;
	char numbers[120] = "";

	if (cut->first_incident > 1)
		snprintf(numbers, sizeof(numbers), "; incident %" PRIu64 " there is the first here",
			 cut->first_incident);
	fact_set(facts, "bundle_findings", "%" PRIu64 " finding%s and %" PRIu64 " incident%s, %s%s",
		 result->findings, plural(result->findings), result->incidents,
		 plural(result->incidents),
		 result->same ? "as in the whole recording" : "NOT all as in the whole recording",
		 numbers);
}

/* What it is a part of, and how it compares with that. */
static void add_origin(const struct cut *cut, struct fact_list *facts)
{
	const struct report *whole = cut->wish->whole;
	const struct account *account = whole->account;
	uint64_t findings = account->findings + account->findings_unlisted;
	uint64_t incidents = account->incidents + account->incidents_unlisted;
	char length[TEXT_NS_BYTES], from[INSTANT_ISO_BYTES];

	text_ns_u64(account->last_ns - whole->start_ns, length, sizeof(length));
	report_utc(whole, whole->start_ns, from, sizeof(from));
	fact_set(facts, "bundle_of",
		 "%s from %s on: %" PRIu64 " event%s, %" PRIu64 " finding%s, %" PRIu64
		 " incident%s",
		 length, from, account->events, plural(account->events), findings, plural(findings),
		 incidents, plural(incidents));
	fact_set(facts, "bundle_of_live",
		 "%" PRIu64 " of its %" PRIu64
		 " live findings follow from its events, byte for byte",
		 count_live(cut), recording_findings(cut->recording));
	if (cut->wish->sha256)
		fact_set(facts, "bundle_of_sha256", "%s", cut->wish->sha256);
	if (*whole->damage)
		fact_set(facts, "bundle_of_damage", "%" PRIu64 " events could not be read: %s",
			 whole->bad_rows, cut->wish->redact ? "it is damaged" : whole->damage);
	add_findings(cut, facts);
}

/* Facts that are not true of a part, or are given anew. */
static bool is_replaced(const struct cut *cut, const char *name)
{
	static const char *const of_whole[] = {"start_monotonic_ns", "start_realtime_ns",
					       "events_cut", "events_judged"};

	if (!strcmp(name, "redacted"))
		return cut->redactor; /* what was once replaced stays so */
	if (!strncmp(name, BUNDLE_FACT_TOOL, strlen(BUNDLE_FACT_TOOL)))
		return true;
	if (cut->stopped && (!strcmp(name, "end_monotonic_ns") || !strcmp(name, "events_judged")))
		return true;
	for (size_t i = 0; i < sizeof(of_whole) / sizeof(of_whole[0]); i++) {
		if (cut->wish->lead_ns && !strcmp(name, of_whole[i]))
			return true;
	}
	return false;
}

/* Its own first: if there are too many facts, it is others that are left out. */
static void make_facts(const struct cut *cut, struct fact_list *facts)
{
	const struct report *whole = cut->wish->whole;
	struct fact_list redacted = {0};
	const struct fact_list *from = whole->facts;
	uint64_t lead_ns = cut->wish->lead_ns;

	fact_set(facts, BUNDLE_FACT_TOOL, "%s", BUNDLE_TOOL);
	add_window(cut, facts);
	add_origin(cut, facts);
	if (lead_ns) {
		fact_set(facts, "start_monotonic_ns", "%" PRIu64, lead_ns);
		fact_set(facts, "start_realtime_ns", "%" PRIu64,
			 (uint64_t)whole->start_realtime_ns + lead_ns - whole->start_ns);
	}
	if (cut->stopped)
		fact_set(facts, "end_monotonic_ns", "%" PRIu64, cut->newest_ns);
	if (cut->redactor) {
		fact_set(facts, "redacted", "%s", redact_rule);
		redact_facts(whole->facts, &redacted);
		from = &redacted;
	}
	for (size_t i = 0; i < from->facts; i++) {
		if (!is_replaced(cut, from->fact[i].name))
			fact_set(facts, from->fact[i].name, "%s", from->fact[i].value);
	}
}

static void put_facts(struct cut *cut)
{
	struct fact_list facts = {0};

	make_facts(cut, &facts);
	for (size_t i = 0; i < facts.facts; i++)
		note(cut, writer_fact(cut->writer, facts.fact[i].name, facts.fact[i].value));
}

/* --- All of it */

static int begin(struct cut *cut, struct error *error)
{
	int err = recording_open(cut->wish->from, &cut->recording, error);

	if (!err)
		err = writer_open(cut->wish->to, &(struct writer_bounds){0}, &cut->writer, error);
	if (err)
		return err;
	cut->detector = detector_new(NULL, on_finding, cut);
	cut->incidents = incidents_new(NULL, on_incident, cut);
	cut->cgroups = calloc(1, sizeof(*cut->cgroups));
	cut->mappers = calloc(1, sizeof(*cut->mappers));
	if (cut->wish->redact)
		cut->redactor = redactor_new();
	if (cut->detector && cut->incidents && cut->cgroups && cut->mappers &&
	    (cut->redactor || !cut->wish->redact))
		return 0;
	error_cause(error, "there is no memory left");
	return -ENOMEM;
}

static int run(struct cut *cut, struct error *error)
{
	struct progress progress = progress_begin(true);
	struct event event;

	note(cut, writer_begin(cut->writer));
	while (!cut->failed && recording_next(cut->recording, &event) && take(cut, &event))
		progress_event(&progress, "cutting");
	progress_end(&progress);
	incidents_finish(cut->incidents);
	recording_each_loss(cut->recording, on_loss, cut);
	cut->result->same = is_same(cut);
	cut->result->end_sec =
		(int64_t)((uint64_t)cut->wish->whole->start_realtime_ns +
			  (cut->newest_ns ? cut->newest_ns - cut->wish->whole->start_ns : 0)) /
		NSEC_PER_SEC;
	put_facts(cut);
	note(cut, writer_commit(cut->writer));
	if (!cut->failed)
		return 0;
	error_cause(error, "%s cannot be written: %s", cut->wish->to,
		    cut->failed == -ENOMEM ? strerror(ENOMEM) : writer_trouble(cut->writer));
	error_hint(error, "set TMPDIR to a directory with room for the recording");
	return -EIO;
}

int bundle_cut(const struct cut_wish *wish, struct cut_result *result, struct error *error)
{
	struct cut cut = {.wish = wish, .result = result};
	int err;

	*result = (struct cut_result){0};
	err = begin(&cut, error);
	if (!err)
		err = run(&cut, error);
	writer_close(cut.writer);
	recording_close(cut.recording);
	detector_free(cut.detector);
	incidents_free(cut.incidents);
	redactor_free(cut.redactor);
	free(cut.cgroups);
	free(cut.mappers);
	return err;
}
