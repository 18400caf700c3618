// SPDX-License-Identifier: GPL-2.0-or-later
/* A report on several recordings for programs: one object. */
#include "base/instant.h"
#include "fleet/fleet_view.h"
#include "fleet/fleet_worst.h"
#include "fleet/fleet_table.h"
#include "show/incident_view.h"
#include "show/json_add.h"
#include "show/recorded_view.h"

/* Null where it is not known. */
static json_object *json_utc_text(bool known, int64_t ns)
{
	char text[INSTANT_ISO_BYTES];

	if (!known)
		return NULL;
	instant_format_utc(instant_from_ns(ns), text, sizeof(text));
	return json_object_new_string(text);
}

static json_object *json_span(struct utc_span span)
{
	bool has_lo = span.lo_ns != INT64_MIN, has_hi = span.hi_ns != INT64_MAX;
	json_object *json = json_new(&fleet_span_table);

	add_json(json, "lo_ns", has_lo ? json_object_new_int64(span.lo_ns) : NULL);
	add_json(json, "lo", json_utc_text(has_lo, span.lo_ns));
	add_json(json, "hi_ns", has_hi ? json_object_new_int64(span.hi_ns) : NULL);
	add_json(json, "hi", json_utc_text(has_hi, span.hi_ns));
	return json;
}

static void add_span(json_object *to, const char *key, struct utc_span span)
{
	add_json(to, key, json_span(span));
}

static json_object *json_worst(const struct fleet_incident *incident)
{
	json_object *json;

	if (!incident || !incident->has_worst)
		return NULL;
	json = json_new(&fleet_worst_table);
	add_text(json, "clock", observed_clock_name(incident->worst_clock));
	add_json(json, "error", page_json_interval(&incident->worst));
	return json;
}

static void add_gap(json_object *to, const struct fleet_gap *gap)
{
	json_object *json = json_new_map();

	for (int why = 0; why < ERROR_UNKNOWNS; why++) {
		if (gap->unknown[why])
			add_u64(json, error_unknown_name((enum error_unknown)why),
				gap->unknown[why]);
	}
	add_json(to, "readings_unknown", json);
	add_bool(to, "realtime_unread", gap->is_unread);
	add_bool(to, "step_beyond", gap->has_step_beyond);
}

static json_object *json_utc(const struct fleet_recording *recording)
{
	json_object *json = json_new(&fleet_utc_table);
	bool known = !fleet_is_guessed(recording);
	bool has_worst = recording->has_width && recording->worst_ns != UINT64_MAX;
	bool has_best = recording->has_width && recording->best_ns != UINT64_MAX;

	add_text(json, "method", align_method_name(recording->aligned.method));
	add_text(json, "by",
		 recording->aligned.method == ALIGN_BY_FACTS ? NULL : fleet_method_text(recording));
	add_u64(json, "readings", recording->aligned.anchors);
	add_u64(json, "contradictions", recording->aligned.contradictions);
	add_u64(json, "rate_ppm", recording->rate_ppm);
	add_known(json, "best_ns", known && has_best, recording->best_ns);
	add_known(json, "worst_ns", known && has_worst, recording->worst_ns);
	return json;
}

static json_object *json_recording(const struct fleet *fleet,
				   const struct fleet_recording *recording, size_t rank)
{
	struct fleet_harm harm = fleet_harm(fleet, recording);
	struct fleet_gap gap = fleet_gap(fleet, recording);
	json_object *json = json_new(&fleet_recording_table);

	add_text(json, "host", recording->label);
	add_u64(json, "rank", rank);
	add_level(json, "level", recording->answer.level ?: "UNKNOWN");
	add_text(json, "headline", recording->answer.headline);
	add_text(json, "right_again", claim_state_name(recording->answer.well));
	add_text(json, "name", *recording->host ? recording->host : NULL);
	add_u64(json, "machine", recording->machine);
	add_text(json, "file", recording->file);
	add_text(json, "kernel", *recording->kernel ? recording->kernel : NULL);
	add_text(json, "boot_id", *recording->boot_id ? recording->boot_id : NULL);
	add_u64(json, "start_monotonic_ns", recording->start_ns);
	add_i64(json, "start_realtime_ns", recording->start_realtime_ns);
	add_span(json, "from", recording->from);
	add_span(json, "to", recording->to);
	add_json(json, "utc", json_utc(recording));
	add_u64(json, "incidents", harm.incidents);
	add_u64(json, "findings", recording->findings);
	add_u64(json, "processes", harm.processes);
	add_u64(json, "reads", harm.reads);
	add_u64(json, "known", harm.known);
	add_u64(json, "wrong", harm.wrong);
	add_json(json, "worst", json_worst(fleet_worst(fleet, recording)));
	add_gap(json, &gap);
	add_ended(json, recording->whole.ended, recording->whole.no_log);
	add_u64(json, "events", recording->events);
	add_u64(json, "events_lost", recording->lost);
	add_u64(json, "events_cut", recording->cut);
	add_u64(json, "events_damaged", recording->bad_rows);
	add_text(json, "damage", *recording->damage ? recording->damage : NULL);
	return json;
}

static json_object *json_kinds(const struct fleet_incident *incident)
{
	json_object *json = json_new_map();

	for (int kind = 0; kind < FINDINGS; kind++) {
		if (incident->count[kind])
			add_u64(json, finding_name((enum finding_kind)kind), incident->count[kind]);
	}
	return json;
}

static json_object *json_incident(const struct fleet_recording *recording,
				  const struct fleet_incident *incident)
{
	json_object *json = json_new(&fleet_incident_table);
	struct fleet_gap gap = {.is_unread = incident->is_unread,
				.has_step_beyond = incident->has_step_beyond};

	add_text(json, "host", recording->label);
	add_u64(json, "number", incident->number);
	add_text(json, "severity", finding_severity_name(incident->severity));
	recovery_json_add(json, incident->recovery);
	add_bool(json, "again", incident->again);
	add_span(json, "from", incident->from);
	add_span(json, "begin", incident->begin);
	add_span(json, "to", incident->to);
	add_json(json, "findings", json_kinds(incident));
	add_json(json, "worst", json_worst(incident));
	add_u64(json, "processes", incident->processes);
	add_u64(json, "reads", incident->reads);
	add_u64(json, "known", incident->known);
	add_u64(json, "wrong", incident->wrong);
	memcpy(gap.unknown, incident->unknown, sizeof(gap.unknown));
	add_gap(json, &gap);
	return json;
}

static json_object *json_incidents(const struct fleet *fleet)
{
	json_object *incidents = json_object_new_array();

	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_recording *recording = &fleet->recording[i];

		for (size_t j = 0; j < recording->incidents; j++) {
			if (fleet_has_incident(fleet, &recording->incident[j]))
				json_object_array_add(
					incidents,
					json_incident(recording, &recording->incident[j]));
		}
	}
	return incidents;
}

static json_object *json_entry(const struct fleet *fleet, const struct fleet_entry *entry)
{
	const struct fleet_finding *finding = entry->finding;
	json_object *json = json_new(&fleet_entry_table);

	add_text(json, "host", fleet->recording[entry->recording].label);
	add_text(json, "type", finding ? "finding" : "incident_over");
	add_u64(json, "number", finding ? finding->number : entry->over->number);
	add_text(json, "kind", finding ? finding_name(finding->kind) : NULL);
	add_text(json, "severity",
		 finding_severity_name(finding ? finding->severity : entry->over->severity));
	add_known(json, "incident", !finding || finding->incident,
		  finding ? finding->incident : entry->over->number);
	add_u64(json, "monotonic_ns", finding ? finding->found_ns : entry->over->to_ns);
	add_span(json, "utc", entry->when);
	add_bool(json, "since_start", finding && finding->since_start);
	add_bool(json, "order_known", entry->order_known);
	add_text(json, "text", finding ? finding->text : NULL);
	return json;
}

static json_object *json_group(const struct fleet *fleet, const struct fleet_group *group)
{
	json_object *json = json_new(&fleet_group_table), *incidents = json_object_new_array();
	char text[FLEET_GROUP_BYTES];

	fleet_group_text(fleet, group, text, sizeof(text));
	add_u64(json, "hosts", group->machines);
	add_bool(json, "proven", group->proven);
	for (size_t i = 0; i < group->incidents; i++) {
		json_object *one = json_new(&fleet_member_table);

		add_text(one, "host", fleet->recording[group->recording[i]].label);
		add_u64(one, "incident", group->incident[i]->number);
		json_object_array_add(incidents, one);
	}
	add_json(json, "incidents", incidents);
	add_span(json, "window", group->window);
	add_json(json, "began_within", page_json_interval(&group->began_within));
	add_text(json, "text", text);
	return json;
}

static void add_unknown(const char *code, const char *host, const char *sentence, void *arg)
{
	json_object *json = json_new(&fleet_unknown_table);

	add_text(json, "code", code);
	add_text(json, "host", host);
	add_text(json, "text", sentence);
	json_object_array_add(arg, json);
}

static json_object *json_unread(const struct fleet *fleet)
{
	json_object *files = json_object_new_array();

	for (size_t i = 0; i < fleet->unreads; i++) {
		json_object *json = json_new(&fleet_unread_table);

		add_text(json, "file", fleet->unread[i].path);
		add_text(json, "cause", fleet->unread[i].cause);
		json_object_array_add(files, json);
	}
	return files;
}

void fleet_put_json(FILE *out, const struct fleet *fleet)
{
	json_object *json = json_new(&fleet_table), *recordings = json_object_new_array();
	json_object *timeline = json_object_new_array(), *groups = json_object_new_array();
	json_object *unknowns = json_object_new_array();
	char verdict[FLEET_VERDICT_BYTES], first[FLEET_FIRST_BYTES];
	size_t order[FLEET_RECORDINGS], rank[FLEET_RECORDINGS];

	fleet_verdict(fleet, verdict, sizeof(verdict));
	fleet_unknowns(fleet, add_unknown, unknowns);
	fleet_by_harm(fleet, order);
	for (size_t i = 0; i < fleet->recordings; i++)
		rank[order[i]] = i + 1;
	for (size_t i = 0; i < fleet->recordings; i++)
		json_object_array_add(recordings,
				      json_recording(fleet, &fleet->recording[i], rank[i]));
	for (size_t i = 0; i < fleet->entries; i++)
		json_object_array_add(timeline, json_entry(fleet, &fleet->entry[i]));
	for (size_t i = 0; i < fleet->groups; i++)
		json_object_array_add(groups, json_group(fleet, &fleet->group[i]));
	add_text(json, "schema", FLEET_SCHEMA);
	add_level(json, "level", fleet_level(fleet));
	add_text(json, "headline", *fleet_headline(fleet, first) ? first : NULL);
	add_text(json, "verdict", verdict);
	add_u64(json, "hosts", fleet->machines);
	add_json(json, "recordings", recordings);
	add_json(json, "incidents", json_incidents(fleet));
	add_json(json, "groups", groups);
	add_json(json, "timeline", timeline);
	add_json(json, "not_read", json_unread(fleet));
	add_json(json, "not_known", unknowns);
	put_line(out, &fleet_schema, json);
}
