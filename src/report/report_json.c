// SPDX-License-Identifier: GPL-2.0-or-later
/* A report for programs: one object. */
#include "show/downtime_words.h"
#include "show/finding_json.h"
#include "show/incident_view.h"
#include "show/json_add.h"
#include "show/recorded_view.h"
#include "report/report_view.h"

#define SCHEMA "vmclock-trace/report/1"

/* What the kernel sent, and what of it arrived; NULL where that was not counted. */
static json_object *json_kernel(const struct analysis *analysis)
{
	json_object *json;

	if (!analysis->has_losses)
		return NULL;
	json = json_object_new_object();
	add_u64(json, "made", analysis->losses.made);
	add_u64(json, "seen", analysis->losses.seen);
	add_u64(json, "ring_full", analysis->losses.ring_full);
	add_u64(json, "uncounted", analysis->losses.uncounted);
	return json;
}

static json_object *json_recording(const struct report *report)
{
	json_object *json = json_object_new_object();

	add_text(json, "file", report->file);
	add_u64(json, "start_monotonic_ns", report->start_ns);
	add_i64(json, "start_realtime_ns", report->start_realtime_ns);
	add_u64(json, "end_monotonic_ns", report->analysis->last_ns);
	add_bool(json, "ended", report->ended);
	add_u64(json, "events", report->analysis->events);
	add_u64(json, "events_lost", report->lost);
	add_u64(json, "events_cut", report->cut);
	add_u64(json, "events_damaged", report->bad_rows);
	add_text(json, "damage", *report->damage ? report->damage : NULL);
	json_object_object_add(json, "kernel", json_kernel(report->analysis));
	json_object_object_add(json, "facts", record_facts_json(report->facts));
	return json;
}

static json_object *json_curve(const struct curve *curve)
{
	json_object *points = json_object_new_array();

	for (size_t i = 0; i < curve->points; i++) {
		json_object *point = json_object_new_object();

		add_u64(point, "from_ns", curve->point[i].from_ns);
		add_u64(point, "to_ns", curve->point[i].to_ns);
		add_u64(point, "samples", curve->point[i].samples);
		json_object_object_add(point, "error", page_json_interval(&curve->point[i].error));
		json_object_array_add(points, point);
	}
	return points;
}

static json_object *json_clocks(const struct analysis *analysis)
{
	json_object *clocks = json_object_new_array();

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct analysis_clock *clock = &analysis->clock[i];
		json_object *json;

		if (!clock->seen)
			continue;
		json = json_object_new_object();
		add_text(json, "clock", observed_clock_name((enum observed_clock)i));
		add_u64(json, "readings", clock->seen);
		add_u64(json, "known", clock->known);
		add_u64(json, "wrong", clock->wrong);
		json_object_object_add(json, "curve", json_curve(&clock->curve));
		json_object_array_add(clocks, json);
	}
	return clocks;
}

static json_object *json_readers(const struct report *report)
{
	const struct summary *summary = &report->analysis->summary;
	json_object *readers = json_object_new_array();

	for (size_t i = 0; i < summary->readers; i++) {
		const struct summary_reader *reader = &summary->reader[i];
		json_object *json = json_object_new_object();

		reader_json_add(json, &reader->who);
		add_text(json, "cgroup", *report->cgroups[i] ? report->cgroups[i] : NULL);
		add_u64(json, "uses", summary_reader_uses(reader));
		add_u64(json, "failed", summary_reader_errors(reader));
		add_u64(json, "measured", reader->measured);
		json_object_object_add(json, "paths", reader_json_paths(reader));
		add_known(json, "worst_ns", reader->measured, reader->worst_ns);
		add_u64(json, "first_ns", reader->first_ns);
		add_u64(json, "last_ns", reader->last_ns);
		add_bool(json, "maps_page", summary_reader_maps(reader));
		json_object_array_add(readers, json);
	}
	return readers;
}

static json_object *json_page(const struct analysis *analysis)
{
	const struct page_follow *follow = &analysis->follow;
	json_object *json = json_object_new_object();

	json_object_object_add(json, "first",
			       follow->seen ? page_json_fields(&analysis->first_page) : NULL);
	json_object_object_add(json, "last",
			       follow->seen ? page_json_fields(&follow->newest) : NULL);
	add_u64(json, "page_updates", follow->updates);
	add_u64(json, "page_updates_unseen", follow->missed);
	json_object_object_add(json, "curve", json_curve(&analysis->page_bound));
	return json;
}

static json_object *json_findings(const struct report *report)
{
	json_object *findings = json_object_new_array();

	for (size_t i = 0; i < report->analysis->findings; i++) {
		if (report_has_finding(report, &report->analysis->finding[i]))
			json_object_array_add(findings,
					      finding_json(&report->analysis->finding[i]));
	}
	return findings;
}

static json_object *json_incidents(const struct report *report)
{
	json_object *incidents = json_object_new_array();

	for (size_t i = 0; i < report->analysis->incidents; i++) {
		if (report_has_incident(report, report->analysis->incident[i]))
			json_object_array_add(incidents,
					      incident_json(report->analysis->incident[i]));
	}
	return incidents;
}

static json_object *json_downtime(const struct report *report, const struct downtime *downtime)
{
	const struct analysis *analysis = report->analysis;
	bool known = downtime->unknown == DOWNTIME_KNOWN;
	json_object *json = json_object_new_object();
	uint64_t number = 0;

	for (size_t i = 0; i < analysis->incidents; i++) {
		if (downtime_is_of(downtime, analysis->incident[i]))
			number = analysis->incident[i]->number;
	}
	add_known(json, "incident", number, number);
	add_u64(json, "not_before_ns", downtime->not_before_ns);
	add_u64(json, "found_ns", downtime->found_ns);
	json_object_object_add(json, "length",
			       known ? page_json_interval(&downtime->length) : NULL);
	add_text(json, "method", known ? "page" : NULL);
	json_object_object_add(json, "elapsed",
			       known ? page_json_interval(&downtime->true_ns) : NULL);
	add_text(json, "not_known_why", downtime_unknown_name(downtime->unknown));
	json_object_object_add(json, "bounded",
			       known ? json_object_new_boolean(downtime->is_bounded) : NULL);
	return json;
}

static json_object *json_downtimes(const struct report *report)
{
	const struct downtimes *downtimes = &report->analysis->downtimes;
	json_object *json = json_object_new_array();

	for (size_t i = 0; i < downtimes->count; i++) {
		const struct downtime *downtime = &downtimes->downtime[i];

		if (downtime->found_ns >= report->since_ns &&
		    downtime->not_before_ns < report->until_ns)
			json_object_array_add(json, json_downtime(report, downtime));
	}
	return json;
}

static void add_unknown(const char *code, const char *sentence, void *arg)
{
	json_object *json = json_object_new_object();

	add_text(json, "code", code);
	add_text(json, "text", sentence);
	json_object_array_add(arg, json);
}

void report_put_json(FILE *out, const struct report *report)
{
	json_object *json = json_object_new_object(), *unknowns = json_object_new_array();
	char verdict[REPORT_VERDICT_BYTES];

	report_verdict(report, verdict, sizeof(verdict));
	report_unknowns(report, add_unknown, unknowns);
	add_text(json, "schema", SCHEMA);
	add_text(json, "level", report_level(report));
	add_text(json, "text", verdict);
	json_object_object_add(json, "recording", json_recording(report));
	json_object_object_add(json, "findings", json_findings(report));
	json_object_object_add(json, "incidents", json_incidents(report));
	json_object_object_add(json, "downtimes", json_downtimes(report));
	json_object_object_add(json, "page", json_page(report->analysis));
	json_object_object_add(json, "clocks", json_clocks(report->analysis));
	json_object_object_add(json, "readers", json_readers(report));
	json_object_object_add(json, "not_known", unknowns);
	put_line(out, json);
}
