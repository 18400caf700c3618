// SPDX-License-Identifier: GPL-2.0-or-later
/* A running trace for programs: one object a line, each with its `type`. Unknown is null. */
#include "trace/trace_view.h"

#include <string.h>

#include "event/ptp_request.h"
#include "judge/clock_error.h"
#include "show/finding_json.h"
#include "show/incident_view.h"
#include "show/json_add.h"
#include "show/json_objects.h"
#include "show/page_change_json.h"
#include "trace/trace_summary.h"
#include "trace/trace_table.h"

static json_object *json_hooks(const struct trace_context *context)
{
	json_object *hooks = context->hooks_changed ? NULL : json_object_new_array();

	for (size_t i = 0; hooks && context->hooks && i < context->hook_count; i++)
		json_object_array_add(hooks, json_of_hook(&context->hooks[i]));
	return hooks;
}

/* What was asked for, so that kept output shows what it cannot contain. Null: anything. */
static json_object *json_request(const struct trace_request *request)
{
	json_object *json = json_new(&trace_request_table);
	json_object *paths = json_object_new_array();

	for (int i = 0; i < EVENT_PATHS; i++) {
		if (!request->paths || request->paths >> i & 1)
			json_object_array_add(
				paths, page_json_string(event_path_name((enum event_path)i)));
	}
	add_known(json, "pid", request->pid, request->pid);
	add_text(json, "comm", request->comm);
	add_text(json, "cgroup", request->cgroup);
	add_bool(json, "all_phcs", request->all_phcs);
	add_bool(json, "measure_all", request->measure_all || request->every_event);
	add_bool(json, "every_event", request->every_event);
	add_bool(json, "calls", request->calls);
	add_bool(json, "errors_only", request->errors_only);
	add_known(json, "slower_than_ns", request->slower_than_ns, request->slower_than_ns);
	add_json(json, "paths", paths);
	add_known(json, "rate", request->rate, request->rate);
	return json;
}

static void json_begin(FILE *out, const struct trace_context *context)
{
	json_object *line = json_new_line(&trace_begin_table, context->start_ns);

	add_text(line, "schema", TRACE_SCHEMA);
	add_i64(line, "realtime_ns", context->start_realtime_ns);
	add_u64(line, "watched_from_ns", context->watched_from_ns);
	add_text(line, "device", context->device);
	add_json(line, "page", page_json_fields(context->page));
	add_missing(line, "page_missing", context->device ? NULL : context->no_page_why,
		    context->no_page_hint);
	add_known(line, "page_period_ns", context->page_period_ns, context->page_period_ns);
	add_json(line, "hooks", json_hooks(context));
	add_missing(line, "hooks_missing", context->hooks ? NULL : context->no_hooks_why,
		    context->no_hooks_hint);
	add_json(line, "request", json_request(&context->request));
	add_json(line, "mappers", mapper_method_json(&context->mappers));
	add_json(line, "recording", recorded_json(context->recorded));
	put_line(out, &trace_schema, line);
}

static const char *counter_source_name(enum event_counter source)
{
	switch (source) {
	case COUNTER_SYSTEM:
		return "system_counterval_t";
	case COUNTER_SNAPSHOT:
		return "system_time_snapshot";
	case COUNTER_NONE:
		break;
	}
	return NULL;
}

static json_object *json_answer(const struct driver_answer *answer)
{
	json_object *json = json_new(&trace_answer_table);
	bool known = answer->verdict != DRIVER_NOT_COMPARABLE;

	add_text(json, "scale",
		 answer->scale == SCALE_UNKNOWN ? NULL : clock_scale_name(answer->scale));
	if (known && !answer->out_of_range)
		add_i64(json, "minus_page_ns", answer->minus_page_ns);
	else
		add_null(json, "minus_page_ns");
	if (known)
		add_bool(json, "equal", answer->verdict == DRIVER_EQUAL);
	else
		add_null(json, "equal");
	add_text(json, "why", answer->why);
	return json;
}

static void add_read(json_object *line, const struct event *event,
		     const struct driver_answer *answer)
{
	const struct event_read *read = &event->read;
	json_object *time = NULL;

	if (event->result >= 0) {
		time = json_new(&json_moment);
		add_i64(time, "sec", read->sec);
		add_u64(time, "nsec", read->nsec);
	}
	add_json(line, "time", time);
	add_known(line, "ioctl", read->ioctl, read->ioctl);
	add_text(line, "request", ptp_request_name(read->ioctl));
	add_known(line, "n_samples", read->n_samples, read->n_samples);
	add_known(line, "counter", read->counter_source != COUNTER_NONE, read->counter);
	add_text(line, "counter_source", counter_source_name(read->counter_source));
	add_bool(line, "via_kvmclock", read->via_kvmclock);
	add_json(line, "against_page", json_answer(answer));
}

static void add_call(json_object *line, const struct event *event)
{
	const struct event_call *call = &event->call;

	add_u64(line, "reads", call->reads);
	add_known(line, "ioctl", call->ioctl, call->ioctl);
	add_text(line, "request", ptp_request_name(call->ioctl));
	add_known(line, "n_samples", call->n_samples, call->n_samples);
	add_known(line, "wake_ns", call->wake_ns, call->wake_ns);
}

static json_object *json_event(const struct event *event, const struct driver_answer *answer)
{
	bool is_read = event->type == EVENT_READ, failed = event->result < 0;
	json_object *line =
		json_new_line(is_read ? &trace_read_table : &trace_call_table, event->time_ns);
	char clock[EVENT_DEVICE_BYTES], cause[EVENT_CAUSE_BYTES];

	add_known(line, "latency_ns", !event->latency_is_bound && event->latency_ns,
		  event->latency_ns);
	add_known(line, "latency_below_ns", event->latency_is_bound, event->latency_ns);
	add_text(line, "path", event_path_name(event->path));
	add_text(line, "clock", event_device_name(event->is_phc, event->device, clock));
	add_device(line, "device", event->is_phc ? -1 : event->device);
	add_known(line, "call_id", event->call_id, event->call_id);
	reader_json_add(line, &event->who);
	add_known(line, "cgroup_id", event->who.cgroup, event->who.cgroup);
	add_i64(line, "result", event->result);
	add_text(line, "cause", failed ? event_failure_text(event, cause) : NULL);
	if (is_read)
		add_read(line, event, answer);
	else
		add_call(line, event);
	add_text(line, "page_state", event_page_state_name(event->page_state));
	add_json(line, "page",
		 event->page_state == EVENT_PAGE_ABSENT ? NULL : page_json_fields(&event->page));
	return line;
}

static void json_put_event(FILE *out, const struct trace_context *context,
			   const struct event *event, const struct driver_answer *answer)
{
	(void)context;
	put_line(out, &trace_schema, json_event(event, answer));
}

static void json_read_error(FILE *out, const struct read_verdict *verdict,
			    const struct incident_reader *reader)
{
	json_object *line = json_new_line(&trace_read_error_table, verdict->time_ns);

	add_u64(line, "incident", verdict->incident);
	reader_json_add(line, &reader->who);
	add_text(line, "path", event_path_name(reader->path));
	if (verdict->known) {
		add_i64(line, "read_error_lo_ns", verdict->error.lo_ns);
		add_i64(line, "read_error_hi_ns", verdict->error.hi_ns);
		add_bool(line, "wrong", verdict->wrong);
	} else {
		add_null(line, "read_error_lo_ns");
		add_null(line, "read_error_hi_ns");
		add_null(line, "wrong");
	}
	add_text(line, "read_error_unknown",
		 verdict->known ? NULL : error_unknown_name(verdict->why));
	put_line(out, &trace_schema, line);
}

static void json_mapper(FILE *out, const struct trace_context *context, const struct event *event)
{
	(void)context;
	put_line(out, &trace_schema, mapper_json(event));
}

static void json_notification(FILE *out, const struct trace_context *context,
			      const struct event *event)
{
	json_object *line = json_new_line(&trace_notification_table, event->time_ns);
	char clock[EVENT_DEVICE_BYTES];

	(void)context;
	add_text(line, "clock", event_device_name(event->is_phc, event->device, clock));
	add_known(line, "seq_count", event->notification.has_seq, event->notification.seq);
	put_line(out, &trace_schema, line);
}

/* The process that wants to unload the driver; NULL: none. */
static json_object *json_wanted_by(const struct event *event)
{
	json_object *json;

	if (event->hooks.news != HOOKS_RELEASED)
		return NULL;
	json = json_new(&trace_unloader_table);
	reader_json_add(json, &event->who);
	return json;
}

static void json_put_hooks(FILE *out, const struct trace_context *context,
			   const struct event *event)
{
	const struct event_hooks *hooks = &event->hooks;
	json_object *line = json_new_line(&trace_hooks_table, event->time_ns);

	add_bool(line, "driver", hooks->driver);
	add_text(line, "news", hooks_news_name(hooks->news));
	add_json(line, "wanted_by", json_wanted_by(event));
	add_known(line, "unseen_since_ns", hooks->unseen_since_ns, hooks->unseen_since_ns);
	add_json(line, "hooks", json_hooks(context));
	add_missing(line, "hooks_missing", hooks->failed, NULL);
	put_line(out, &trace_schema, line);
}

static void json_clock_change(FILE *out, const struct trace_context *context,
			      const struct event *event)
{
	const struct event_clock_change *change = &event->change;
	char source[EVENT_SOURCE_BYTES + 1] = {0};
	json_object *line = json_new_line(&trace_clock_change_table, event->time_ns);

	(void)context;
	add_u64(line, "latency_ns", event->latency_ns);
	reader_json_add(line, &event->who);
	add_i64(line, "result", event->result);
	add_text(line, "how", json_clock_change_names((int)change->how));
	add_json(line, "step",
		 change->how == CLOCK_STEPPED ? page_json_interval(&change->step) : NULL);
	if (change->how == CLOCK_SLEWED) {
		add_i64(line, "old_ppt", change->old_ppt);
		add_i64(line, "new_ppt", change->new_ppt);
	}
	if (change->how == CLOCK_NEW_SOURCE) {
		memcpy(source, change->source, EVENT_SOURCE_BYTES);
		add_text(line, "clocksource", source);
	}
	put_line(out, &trace_schema, line);
}

static void json_device(FILE *out, const struct trace_context *context, const struct event *event)
{
	json_object *line = json_new_line(&trace_device_table, event->time_ns);

	(void)context;
	add_device(line, "device", event->device);
	add_bool(line, "present", event->device_state == DEVICE_APPEARED);
	put_line(out, &trace_schema, line);
}

static void json_page_change(FILE *out, const struct trace_context *context,
			     const struct page_change *change)
{
	(void)context;
	put_line(out, &trace_schema, page_change_json(change));
}

static void json_finding(FILE *out, const struct trace_context *context,
			 const struct finding *finding)
{
	(void)context;
	put_line(out, &trace_schema, finding_json(finding));
}

static void json_disruption(FILE *out, const struct trace_context *context,
			    enum disruption_news news, enum disruption_observer by,
			    const struct disruption *disruption, const struct event *reader)
{
	bool found = news == DISRUPTION_FOUND;
	json_object *line =
		json_new_line(found ? &trace_disruption_table : &trace_confirmed_table,
			      reader ? reader->time_ns + reader->latency_ns : disruption->found_ns);

	(void)context;
	add_u64(line, "number", disruption->number);
	add_text(line, "by", disruption_observer_name(by));
	add_u64(line, "old_marker", disruption->old_marker);
	add_u64(line, "new_marker", disruption->new_marker);
	if (found) {
		add_u64(line, "not_before_ns", disruption->not_before_ns);
		add_json(line, "before", page_json_fields(&disruption->before));
		add_json(line, "after", page_json_fields(&disruption->after));
	}
	if (reader) {
		json_object *who = json_new(&trace_confirmer_table);

		reader_json_add(who, &reader->who);
		add_text(who, "path", event_path_name(reader->path));
		add_json(line, "reader", who);
	}
	put_line(out, &trace_schema, line);
}

static void json_end(FILE *out, const struct trace_context *context,
		     const struct trace_result *result)
{
	json_object *line = trace_summary_json(context, result);

	add_json(line, "hooks", json_hooks(context));
	add_json(line, "recording", recorded_result_json(result->recorded));
	put_line(out, &trace_schema, line);
}

static void json_incident(FILE *out, const struct trace_context *context,
			  const struct incident *incident)
{
	(void)context;
	put_line(out, &trace_schema, incident_json(incident));
}

const struct trace_view trace_view_json = {
	.begin = json_begin,
	.event = json_put_event,
	.read_error = json_read_error,
	.hooks = json_put_hooks,
	.notification = json_notification,
	.mapper = json_mapper,
	.clock_change = json_clock_change,
	.device = json_device,
	.page_change = json_page_change,
	.disruption = json_disruption,
	.finding = json_finding,
	.incident = json_incident,
	.end = json_end,
};
