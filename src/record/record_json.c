// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/finding_json.h"
#include "show/incident_view.h"
#include "show/json_add.h"
#include "record/record_view.h"

static void begin(FILE *out, const struct record_context *context, const char *schema)
{
	json_object *line =
		new_line("begin", fact_get_u64(context->facts, "start_monotonic_ns", 0));

	add_text(line, "schema", schema);
	add_i64(line, "realtime_ns", (int64_t)fact_get_u64(context->facts, "start_realtime_ns", 0));
	add_text(line, "file", context->file);
	json_object_object_add(line, "facts", record_facts_json(context->facts));
	put_line(out, line);
}

static void json_begin(FILE *out, const struct record_context *context)
{
	begin(out, context, "vmclock-trace/record/1");
}

static void json_replay_begin(FILE *out, const struct record_context *context)
{
	begin(out, context, "vmclock-trace/replay/1");
}

static void json_finding(FILE *out, uint64_t start_ns, const struct finding *finding)
{
	(void)start_ns;
	put_line(out, finding_json(finding));
}

static void json_incident(FILE *out, uint64_t start_ns, const struct incident *incident)
{
	(void)start_ns;
	put_line(out, incident_json(incident));
}

static json_object *summary(const struct record_context *context, uint64_t duration_ns,
			    uint64_t events, const struct detector_counts *counts)
{
	uint64_t start_ns = fact_get_u64(context->facts, "start_monotonic_ns", 0);
	json_object *line = new_line("summary", start_ns + duration_ns);

	add_text(line, "file", context->file);
	add_u64(line, "duration_ns", duration_ns);
	add_u64(line, "events", events);
	json_object_object_add(line, "findings", finding_json_counts(counts));
	return line;
}

static void json_end(FILE *out, const struct record_context *context,
		     const struct record_result *result)
{
	json_object *line = summary(context, result->duration_ns, result->events, result->counts);

	add_u64(line, "events_kept", result->kept);
	add_u64(line, "events_lost", result->lost);
	add_u64(line, "events_cut", result->cut);
	if (result->is_ring) {
		add_u64(line, "windows_kept", result->windows);
		add_u64(line, "windows_cut", result->windows_cut);
	}
	add_u64(line, "bytes", result->bytes);
	add_text(line, "trouble", *result->trouble ? result->trouble : NULL);
	put_line(out, line);
}

static void json_replay_end(FILE *out, const struct record_context *context,
			    const struct replay_result *result)
{
	json_object *line = summary(context, result->duration_ns, result->events, result->counts);

	add_text(line, "not_compared_why", result->why_not_compared);
	add_u64(line, "findings_same", result->same);
	add_u64(line, "findings_different", result->different);
	add_u64(line, "findings_missing", result->missing);
	put_line(out, line);
}

const struct record_view record_view_json = {
	.begin = json_begin,
	.finding = json_finding,
	.incident = json_incident,
	.end = json_end,
	.replay_begin = json_replay_begin,
	.replay_end = json_replay_end,
};
