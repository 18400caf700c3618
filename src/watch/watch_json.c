// SPDX-License-Identifier: GPL-2.0-or-later
/* A watch for programs: one object a line, each with its `type`. Unknown is null. */
#include "watch/watch_view.h"

#include "show/finding_json.h"
#include "show/json_add.h"
#include "show/json_objects.h"
#include "show/page_change_json.h"
#include "show/incident_view.h"

#define SCHEMA "vmclock-trace/watch/2"

static const struct json_table detection_table = {
	.name = "detection",
	.doc = "How changes are found out.",
	.keys = (const struct json_key[]){
		{"by", JSON_STRING, "What makes it sample the page.",
		 .values = JSON_VALUES("notification", "timer")},
		{"notification_missing", JSON_OBJECT, "Why only the timer does.", JSON_NULL,
		 .of = &json_missing},
		{"period_ns", JSON_U64, "Of the timer, each time of which there is a sample.",
		 .unit = "ns"},
		{"look_ns", JSON_U64,
		 "What a sample costs here, measured: a median. Null where there is no page yet.",
		 JSON_NULL, "ns"},
		{"wake_ns", JSON_U64, "How late a timer was here, measured: the worst.",
		 .unit = "ns"},
		{"worst_latency_ns", JSON_U64,
		 "The longest that a change may go unseen, as far as this machine runs: the sum of "
		 "these; from its notification where there are any.",
		 .unit = "ns"},
		{0},
	}};

static const struct json_table begin_table = {
	.name = "watch_begin",
	.doc = "The first line.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("begin", "The start, by CLOCK_MONOTONIC."),
		JSON_SCHEMA_KEY(SCHEMA),
		JSON_REALTIME_KEY,
		{"device", JSON_STRING, "The path of the page. Null: there is none.", JSON_NULL},
		{"page", JSON_OBJECT, "The page at the start.", JSON_NULL, .of = &json_page},
		{"detection", JSON_OBJECT,
		 "How changes are found out. Null of a recording: its facts say that.", JSON_NULL,
		 .of = &detection_table},
		{"clock_period_ns", JSON_U64,
		 "How often other clocks are read. Null: they are not.", JSON_NULL, "ns"},
		{"phc", JSON_STRING, "The PTP clock that is read too.", JSON_NULL},
		{"recording", JSON_OBJECT,
		 "With --from: what is shown. Null: this is the live machine.", JSON_NULL,
		 .of = &recorded_table},
		{0},
	}};

static const struct json_table detection_line_table = {
	.name = "watch_detection",
	.doc = "Notifications ended, or came with another page: it goes on otherwise.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("detection", "Since when, by CLOCK_MONOTONIC."),
		{"detection", JSON_OBJECT, "As it is now.", JSON_NULL, .of = &detection_table},
		{0},
	}};

static const struct json_table missed_table = {
	.name = "watch_missed",
	.doc = "Updates came and went between two samples. Those that a finding tells of are not "
	       "counted again.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("missed", "When that was seen, by CLOCK_MONOTONIC."),
		{"updates", JSON_U64, "How many, since this was told last."},
		{0},
	}};

static const struct json_table summary_table = {
	.name = "watch_summary",
	.doc = "The last line.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("summary", "The end, by CLOCK_MONOTONIC."),
		{"duration_ns", JSON_U64, "How long it ran.", .unit = "ns"},
		{"samples", JSON_U64,
		 "How often the page was sampled. Null of a recording, which does not keep samples "
		 "that told nothing new.",
		 JSON_NULL},
		{"samples_torn", JSON_U64, "Samples during an update."},
		{"looks", JSON_U64, "The same as `samples`, by its older name.", JSON_NULL},
		{"looks_torn", JSON_U64, "The same as `samples_torn`, by its older name."},
		{"notifications", JSON_U64, "Notifications of the hypervisor."},
		{"worst_gap_ns", JSON_U64,
		 "The longest time between two samples: nothing was seen for so long. Null of a "
		 "recording.",
		 JSON_NULL, "ns"},
		JSON_UPDATES_KEYS,
		{"page", JSON_OBJECT, "The newest sample.", JSON_NULL, .of = &json_page},
		JSON_OUTCOME_KEYS,
		{"recording", JSON_OBJECT, "With --from: what became of it.", JSON_NULL,
		 .of = &recorded_result_table},
		{0},
	}};

const struct json_schema watch_schema = {
	.name = SCHEMA,
	.doc = "What vmclock-trace watch --json prints: an object a line. Lines of type `page` "
	       "come with --updates.",
	.tables = (const struct json_table *const[]){&begin_table, &detection_line_table,
						     &page_change_table, &finding_table,
						     &incident_table, &missed_table, &summary_table,
						     NULL},
};

/* Null for a recording: not measured. */
static json_object *detection_json(const struct watch_context *context)
{
	json_object *detection;

	if (context->recorded)
		return NULL;
	detection = json_new(&detection_table);
	add_text(detection, "by", context->no_notice ? "timer" : "notification");
	add_missing(detection, "notification_missing", context->no_notice, NULL);
	add_u64(detection, "period_ns", context->period_ns);
	add_known(detection, "look_ns", context->sample_cost_ns, context->sample_cost_ns);
	add_u64(detection, "wake_ns", context->wake_ns);
	add_u64(detection, "worst_latency_ns", watch_latency_ns(context));
	return detection;
}

static void json_begin(FILE *out, const struct watch_context *context)
{
	json_object *line = json_new_line(&begin_table, context->start_ns);

	add_text(line, "schema", SCHEMA);
	add_i64(line, "realtime_ns", context->start_realtime_ns);
	add_text(line, "device", context->device);
	add_json(line, "page", page_json_fields(context->page));
	add_json(line, "detection", detection_json(context));
	add_known(line, "clock_period_ns", context->clock_period_ns, context->clock_period_ns);
	add_text(line, "phc", context->phc);
	add_json(line, "recording", recorded_json(context->recorded));
	put_line(out, &watch_schema, line);
}

static void json_detection(FILE *out, const struct watch_context *context, uint64_t time_ns)
{
	json_object *line = json_new_line(&detection_line_table, time_ns);

	add_json(line, "detection", detection_json(context));
	put_line(out, &watch_schema, line);
}

static void json_update(FILE *out, const struct watch_context *context,
			const struct page_change *change)
{
	(void)context;
	put_line(out, &watch_schema, page_change_json(change));
}

static void json_finding(FILE *out, const struct watch_context *context,
			 const struct finding *finding)
{
	(void)context;
	put_line(out, &watch_schema, finding_json(finding));
}

static void json_missed(FILE *out, const struct watch_context *context, uint64_t time_ns,
			uint64_t missed, uint64_t stopped_ns)
{
	json_object *line = json_new_line(&missed_table, time_ns);

	(void)stopped_ns;
	(void)context;
	add_u64(line, "updates", missed);
	put_line(out, &watch_schema, line);
}

static void json_end(FILE *out, const struct watch_context *context,
		     const struct watch_result *result)
{
	json_object *line = json_new_line(&summary_table, context->start_ns + result->duration_ns);

	add_u64(line, "duration_ns", result->duration_ns);
	add_known(line, "samples", !result->recorded, result->samples);
	add_u64(line, "samples_torn", result->counts->torn);
	add_known(line, "looks", !result->recorded, result->samples);
	add_u64(line, "looks_torn", result->counts->torn);
	add_u64(line, "notifications", result->notices);
	add_known(line, "worst_gap_ns", !result->recorded, result->worst_gap_ns);
	add_u64(line, "page_updates", result->updates);
	add_u64(line, "page_updates_unseen", result->missed);
	add_json(line, "page", page_json_fields(result->page));
	add_outcome(line, result->counts, &result->outcome);
	add_json(line, "recording", recorded_result_json(result->recorded));
	put_line(out, &watch_schema, line);
}

static void json_incident(FILE *out, const struct watch_context *context,
			  const struct incident *incident)
{
	(void)context;
	put_line(out, &watch_schema, incident_json(incident));
}

const struct watch_view watch_view_json = {
	.begin = json_begin,
	.detection = json_detection,
	.update = json_update,
	.finding = json_finding,
	.incident = json_incident,
	.missed = json_missed,
	.end = json_end,
};
