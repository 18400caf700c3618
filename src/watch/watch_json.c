// SPDX-License-Identifier: GPL-2.0-or-later
/* A watch for programs: one object a line, each with its `type`. Unknown is null. */
#include "watch/watch_view.h"

#include "page/diff.h"
#include "show/finding_json.h"
#include "show/json_add.h"
#include "show/page_change_json.h"
#include "show/incident_view.h"

#define SCHEMA "vmclock-trace/watch/1"

/* Null for a recording: not measured. */
static json_object *detection_json(const struct watch_context *context)
{
	json_object *detection;

	if (context->recorded)
		return NULL;
	detection = json_object_new_object();
	add_text(detection, "by", context->no_notice ? "timer" : "notification");
	add_text(detection, "no_notification_why", context->no_notice);
	add_u64(detection, "period_ns", context->period_ns);
	if (context->sample_cost_ns)
		add_u64(detection, "look_ns", context->sample_cost_ns);
	else
		add_null(detection, "look_ns");
	add_u64(detection, "wake_ns", context->wake_ns);
	add_u64(detection, "worst_latency_ns", watch_latency_ns(context));
	return detection;
}

static void json_begin(FILE *out, const struct watch_context *context)
{
	json_object *line = new_line("begin", context->start_ns);

	add_text(line, "schema", SCHEMA);
	add_i64(line, "realtime_ns", context->start_realtime_ns);
	add_text(line, "device", context->device);
	json_object_object_add(line, "page", page_json_fields(context->page));
	json_object_object_add(line, "detection", detection_json(context));
	if (context->clock_period_ns)
		add_u64(line, "clock_period_ns", context->clock_period_ns);
	else
		add_null(line, "clock_period_ns");
	add_text(line, "phc", context->phc);
	json_object_object_add(line, "recording", recorded_json(context->recorded));
	put_line(out, line);
}

static void json_detection(FILE *out, const struct watch_context *context, uint64_t time_ns)
{
	json_object *line = new_line("detection", time_ns);

	json_object_object_add(line, "detection", detection_json(context));
	put_line(out, line);
}

static void json_update(FILE *out, const struct watch_context *context,
			const struct page_change *change)
{
	(void)context;
	put_line(out, page_change_json(change));
}

static void json_finding(FILE *out, const struct watch_context *context,
			 const struct finding *finding)
{
	(void)context;
	put_line(out, finding_json(finding));
}

static void json_missed(FILE *out, const struct watch_context *context, uint64_t time_ns,
			uint64_t missed)
{
	json_object *line = new_line("missed", time_ns);

	(void)context;
	add_u64(line, "updates", missed);
	put_line(out, line);
}

static void json_end(FILE *out, const struct watch_context *context,
		     const struct watch_result *result)
{
	json_object *line = new_line("summary", context->start_ns + result->duration_ns);

	add_u64(line, "duration_ns", result->duration_ns);
	add_known(line, "looks", !result->recorded, result->samples);
	add_u64(line, "looks_torn", result->counts->torn);
	add_u64(line, "notifications", result->notices);
	add_known(line, "worst_gap_ns", !result->recorded, result->worst_gap_ns);
	add_u64(line, "page_updates", result->updates);
	add_u64(line, "page_updates_unseen", result->missed);
	json_object_object_add(line, "page", page_json_fields(result->page));
	json_object_object_add(line, "findings", finding_json_counts(result->counts));
	json_object_object_add(line, "recording", recorded_result_json(result->recorded));
	put_line(out, line);
}

static void json_incident(FILE *out, const struct watch_context *context,
			  const struct incident *incident)
{
	(void)context;
	put_line(out, incident_json(incident));
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
