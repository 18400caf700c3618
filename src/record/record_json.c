// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/finding_json.h"
#include "show/incident_view.h"
#include "show/json_add.h"
#include "show/json_objects.h"
#include "record/record_view.h"

#define RECORD_SCHEMA "vmclock-trace/record/2"
#define REPLAY_SCHEMA "vmclock-trace/replay/2"

#define BEGIN_KEYS(schema)                                                                         \
	JSON_LINE_KEYS("begin", "CLOCK_MONOTONIC at the start of the recording."),                 \
		JSON_SCHEMA_KEY(schema),                                                           \
		{"realtime_ns", JSON_I64, "CLOCK_REALTIME at `monotonic_ns`, since 1970.",         \
		 .unit = "ns"},                                                                    \
		{"file", JSON_STRING, "The recording."}, JSON_FACTS_KEY(0)

static const struct json_table record_begin_table = {.name = "record_begin",
						     .doc = "The first line.",
						     .keys = (const struct json_key[]){
							     BEGIN_KEYS(RECORD_SCHEMA),
							     {0},
						     }};

static const struct json_table replay_begin_table = {.name = "replay_begin",
						     .doc = "The first line.",
						     .keys = (const struct json_key[]){
							     BEGIN_KEYS(REPLAY_SCHEMA),
							     {0},
						     }};

static const struct json_table sum_table = {
	.name = "record_sum",
	.doc = "What was judged.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("summary", "The end, by CLOCK_MONOTONIC."),
		{"file", JSON_STRING, "The recording."},
		{"duration_ns", JSON_U64,
		 "How long it is: of a live recording, since all hooks were attached.",
		 .unit = "ns"},
		{"events", JSON_U64, "How many were judged."},
		JSON_OUTCOME_KEYS,
		{0},
	}};

static const struct json_table record_summary_table = {
	.name = "record_summary",
	.doc = "The last line.",
	.keys = (const struct json_key[]){
		{.kind = JSON_EMBED, .of = &sum_table},
		{"events_kept", JSON_U64,
		 "How many of them are in the file, as the others told nothing new."},
		{"events_lost", JSON_U64, "How many of those could not be written."},
		{"events_cut", JSON_U64,
		 "How many that were written made room for later ones; with --ring, those outside "
		 "of "
		 "the windows."},
		{"windows_kept", JSON_U64,
		 "How many stretches of time are kept for good; only with --ring.", JSON_ONLY},
		{"windows_cut", JSON_U64, "How many were, and had to make room; only with --ring.",
		 JSON_ONLY},
		{"bytes", JSON_U64, "The size of the file.", .unit = "bytes"},
		{"trouble", JSON_TEXT,
		 "Why something could not be written, also if it was again later.", JSON_NULL},
		{0},
	}};

static const struct json_table replay_summary_table = {
	.name = "replay_summary",
	.doc = "The last line.",
	.keys = (const struct json_key[]){
		{.kind = JSON_EMBED, .of = &sum_table},
		{"comparison_missing", JSON_OBJECT,
		 "Why the next three mean nothing for this recording.", JSON_NULL,
		 .of = &json_missing},
		{"ended", JSON_BOOL,
		 "The recording was closed in order; else the next three are of what it has."},
		{"findings_same", JSON_U64,
		 "How many findings are byte for byte those that were seen live."},
		{"findings_different", JSON_U64, "How many are not."},
		{"findings_missing", JSON_U64, "How many were found in one of the two only."},
		{0},
	}};

/* The lines of what was found, the same of both. */
#define FOUND_TABLES &finding_table, &incident_table

const struct json_schema record_schema = {
	.name = RECORD_SCHEMA,
	.doc = "What vmclock-trace record --json prints: an object a line.",
	.tables = (const struct json_table *const[]){&record_begin_table, FOUND_TABLES,
						     &record_summary_table, NULL},
};

const struct json_schema replay_schema = {
	.name = REPLAY_SCHEMA,
	.doc = "What vmclock-trace replay --json prints: an object a line. Findings and incidents "
	       "are byte for byte those of the recording.",
	.tables = (const struct json_table *const[]){&replay_begin_table, FOUND_TABLES,
						     &replay_summary_table, NULL},
};

static void begin(FILE *out, const struct record_context *context, const struct json_table *table,
		  const struct json_schema *schema)
{
	json_object *line =
		json_new_line(table, fact_get_u64(context->facts, "start_monotonic_ns", 0));

	add_text(line, "schema", schema->name);
	add_i64(line, "realtime_ns", (int64_t)fact_get_u64(context->facts, "start_realtime_ns", 0));
	add_text(line, "file", context->file);
	add_json(line, "facts", record_facts_json(context->facts));
	put_line(out, schema, line);
}

static void json_begin(FILE *out, const struct record_context *context)
{
	begin(out, context, &record_begin_table, &record_schema);
}

static void json_replay_begin(FILE *out, const struct record_context *context)
{
	begin(out, context, &replay_begin_table, &replay_schema);
}

static void json_finding(FILE *out, uint64_t start_ns, const struct finding *finding)
{
	(void)start_ns;
	put_line(out, &record_schema, finding_json(finding));
}

static void json_incident(FILE *out, uint64_t start_ns, const struct incident *incident)
{
	(void)start_ns;
	put_line(out, &record_schema, incident_json(incident));
}

static json_object *summary(const struct json_table *table, const struct record_context *context,
			    uint64_t from_ns, uint64_t duration_ns, uint64_t events,
			    const struct detector_counts *counts, const struct outcome *outcome)
{
	json_object *line = json_new_line(table, from_ns + duration_ns);

	add_text(line, "file", context->file);
	add_u64(line, "duration_ns", duration_ns);
	add_u64(line, "events", events);
	add_outcome(line, counts, outcome);
	return line;
}

static void json_end(FILE *out, const struct record_context *context,
		     const struct record_result *result)
{
	uint64_t start_ns = fact_get_u64(context->facts, "start_monotonic_ns", 0);
	uint64_t from_ns = fact_get_u64(context->facts, "watched_from_monotonic_ns", start_ns);
	json_object *line = summary(&record_summary_table, context, from_ns, result->duration_ns,
				    result->events, result->counts, &result->outcome);

	add_u64(line, "events_kept", result->kept);
	add_u64(line, "events_lost", result->lost);
	add_u64(line, "events_cut", result->cut);
	if (result->is_ring) {
		add_u64(line, "windows_kept", result->windows);
		add_u64(line, "windows_cut", result->windows_cut);
	}
	add_u64(line, "bytes", result->bytes);
	add_text(line, "trouble", *result->trouble ? result->trouble : NULL);
	put_line(out, &record_schema, line);
}

static void json_replay_end(FILE *out, const struct record_context *context,
			    const struct replay_result *result)
{
	uint64_t start_ns = fact_get_u64(context->facts, "start_monotonic_ns", 0);
	json_object *line = summary(&replay_summary_table, context, start_ns, result->duration_ns,
				    result->events, result->counts, &result->outcome);

	add_missing(line, "comparison_missing", result->why_not_compared, NULL);
	add_bool(line, "ended", result->ended);
	add_u64(line, "findings_same", result->same);
	add_u64(line, "findings_different", result->different);
	add_u64(line, "findings_missing", result->missing);
	put_line(out, &replay_schema, line);
}

const struct record_view record_view_json = {
	.begin = json_begin,
	.finding = json_finding,
	.incident = json_incident,
	.end = json_end,
	.replay_begin = json_replay_begin,
	.replay_end = json_replay_end,
};
