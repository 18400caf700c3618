// SPDX-License-Identifier: GPL-2.0-or-later
/* A running trace for programs: one object a line, each with its `type`. Unknown is null. */
#include "render/trace_view.h"

#include <string.h>

#include "render/finding_json.h"
#include "render/json_add.h"
#include "render/page_change_json.h"
#include "render/incident_view.h"

#define SCHEMA "vmclock-trace/trace/1"

static json_object *json_hooks(const struct trace_scene *scene)
{
	json_object *hooks = json_object_new_array();

	for (size_t i = 0; scene->hooks && i < scene->hook_count; i++) {
		const struct hook *hook = &scene->hooks[i];
		json_object *one = json_object_new_object();

		add_text(one, "function", hook->function);
		add_text(one, "tells", hook->tells);
		add_text(one, "state", hook->replaced ? "replaced" : hook_rung_name(hook->rung));
		add_text(one, "why", hook->why[0] ? hook->why : NULL);
		json_object_array_add(hooks, one);
	}
	return hooks;
}

static void json_begin(FILE *out, const struct trace_scene *scene)
{
	json_object *line = new_line("begin", scene->start_ns);

	add_text(line, "schema", SCHEMA);
	add_i64(line, "realtime_ns", scene->start_realtime_ns);
	add_text(line, "device", scene->device);
	add_text(line, "no_page_why", scene->device ? NULL : scene->no_page_why);
	json_object_object_add(line, "page", page_json_fields(scene->page));
	add_u64(line, "page_period_ns", scene->page_period_ns);
	json_object_object_add(line, "hooks", json_hooks(scene));
	add_text(line, "no_hooks_why", scene->hooks ? NULL : scene->no_hooks_why);
	put_line(out, line);
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
	json_object *json = json_object_new_object();
	bool known = answer->verdict != DRIVER_NOT_COMPARABLE;

	add_text(json, "scale",
		 answer->scale == SCALE_UNKNOWN ? NULL : clock_scale_name(answer->scale));
	if (known && !answer->out_of_range)
		add_i64(json, "minus_page_ns", answer->minus_page_ns);
	else
		json_object_object_add(json, "minus_page_ns", NULL);
	if (known)
		add_bool(json, "equal", answer->verdict == DRIVER_EQUAL);
	else
		json_object_object_add(json, "equal", NULL);
	add_text(json, "why", answer->why);
	return json;
}

static void add_read(json_object *line, const struct event *event,
		     const struct driver_answer *answer)
{
	json_object *time = NULL;

	if (event->result >= 0) {
		time = json_object_new_object();
		add_i64(time, "sec", event->read.sec);
		add_u64(time, "nsec", event->read.nsec);
	}
	json_object_object_add(line, "time", time);
	if (event->read.counter_source == COUNTER_NONE)
		json_object_object_add(line, "counter", NULL);
	else
		add_u64(line, "counter", event->read.counter);
	add_text(line, "counter_source", counter_source_name(event->read.counter_source));
	json_object_object_add(line, "against_page", json_answer(answer));
}

static void add_call(json_object *line, const struct event *event)
{
	add_u64(line, "reads", event->call.reads);
	if (event->call.ioctl)
		add_u64(line, "ioctl", event->call.ioctl);
	if (event->path == PATH_SYS_OFFSET || event->path == PATH_SYS_OFFSET_EXTENDED)
		add_u64(line, "n_samples", event->call.n_samples);
}

static json_object *json_event(const struct event *event, const struct driver_answer *answer)
{
	bool is_read = event->type == EVENT_READ;
	json_object *line = new_line(is_read ? "read" : "call", event->time_ns);

	add_u64(line, "latency_ns", event->latency_ns);
	add_text(line, "path", event_path_name(event->path));
	if (event->device >= 0)
		add_i64(line, "device", event->device);
	else
		json_object_object_add(line, "device", NULL);
	if (event->call_id)
		add_u64(line, "call_id", event->call_id);
	else
		json_object_object_add(line, "call_id", NULL);
	reader_json_add(line, &event->who);
	add_i64(line, "result", event->result);
	add_text(line, "cause", event->result < 0 ? event_result_cause(event->result) : NULL);
	if (is_read)
		add_read(line, event, answer);
	else
		add_call(line, event);
	add_text(line, "page_state", event_page_state_name(event->page_state));
	json_object_object_add(
		line, "page",
		event->page_state == EVENT_PAGE_ABSENT ? NULL : page_json_fields(&event->page));
	return line;
}

static void json_put_event(FILE *out, const struct trace_scene *scene, const struct event *event,
			   const struct driver_answer *answer)
{
	(void)scene;
	put_line(out, json_event(event, answer));
}

static const char *change_name(enum clock_change_how how)
{
	return how == CLOCK_STEPPED ? "stepped" : how == CLOCK_SLEWED ? "slewed" : "clocksource";
}

static void json_clock_change(FILE *out, const struct trace_scene *scene, const struct event *event)
{
	const struct event_clock_change *change = &event->change;
	char source[EVENT_SOURCE_BYTES + 1] = {0};
	json_object *line = new_line("clock_change", event->time_ns);

	(void)scene;
	add_u64(line, "latency_ns", event->latency_ns);
	reader_json_add(line, &event->who);
	add_i64(line, "result", event->result);
	add_text(line, "how", change_name(change->how));
	json_object_object_add(line, "step",
			       change->how == CLOCK_STEPPED ? page_json_interval(&change->step)
							    : NULL);
	if (change->how == CLOCK_SLEWED) {
		add_i64(line, "old_ppt", change->old_ppt);
		add_i64(line, "new_ppt", change->new_ppt);
	}
	if (change->how == CLOCK_NEW_SOURCE) {
		memcpy(source, change->source, EVENT_SOURCE_BYTES);
		add_text(line, "clocksource", source);
	}
	put_line(out, line);
}

static void json_page_change(FILE *out, const struct trace_scene *scene,
			     const struct page_change *change)
{
	(void)scene;
	put_line(out, page_change_json(change));
}

static void json_finding(FILE *out, const struct trace_scene *scene, const struct finding *finding)
{
	(void)scene;
	put_line(out, finding_json(finding));
}

static void json_disruption(FILE *out, const struct trace_scene *scene, enum disruption_news news,
			    enum disruption_observer by, const struct disruption *disruption,
			    const struct event *reader)
{
	bool found = news == DISRUPTION_FOUND;
	json_object *line =
		new_line(found ? "disruption" : "disruption_confirmed",
			 reader ? reader->time_ns + reader->latency_ns : disruption->found_ns);

	(void)scene;
	add_u64(line, "number", disruption->number);
	add_text(line, "by", disruption_observer_name(by));
	add_u64(line, "old_marker", disruption->old_marker);
	add_u64(line, "new_marker", disruption->new_marker);
	if (found) {
		add_u64(line, "not_before_ns", disruption->not_before_ns);
		json_object_object_add(line, "before", page_json_fields(&disruption->before));
		json_object_object_add(line, "after", page_json_fields(&disruption->after));
	}
	if (reader) {
		json_object *who = json_object_new_object();

		reader_json_add(who, &reader->who);
		add_text(who, "path", event_path_name(reader->path));
		json_object_object_add(line, "reader", who);
	}
	put_line(out, line);
}

/* Lower edge of each bucket that has a count, in ns. */
static json_object *json_histogram(const struct histogram *histogram)
{
	json_object *json = json_object_new_object();
	json_object *buckets = json_object_new_array();

	add_u64(json, "count", histogram->count);
	add_u64(json, "max_ns", histogram->max_ns);
	for (int b = 0; b < HISTOGRAM_BUCKETS; b++) {
		json_object *bucket;

		if (!histogram->bucket[b])
			continue;
		bucket = json_object_new_object();
		add_u64(bucket, "from_ns", b ? 1ull << b : 0);
		add_u64(bucket, "count", histogram->bucket[b]);
		json_object_array_add(buckets, bucket);
	}
	json_object_object_add(json, "buckets", buckets);
	return json;
}

static json_object *json_paths(const struct summary *summary)
{
	json_object *paths = json_object_new_object();

	for (int i = 0; i < EVENT_PATHS; i++) {
		const struct summary_path *path = &summary->path[i];
		json_object *json = json_object_new_object();

		add_u64(json, "calls", path->calls);
		add_u64(json, "failed_calls", path->failed_calls);
		add_u64(json, "reads", path->reads);
		add_u64(json, "failed_reads", path->failed_reads);
		json_object_object_add(json, "call_latency", json_histogram(&path->call_latency));
		json_object_object_add(json, "read_latency", json_histogram(&path->read_latency));
		json_object_object_add(paths, event_path_name((enum event_path)i), json);
	}
	return paths;
}

static json_object *json_errors(const struct summary *summary)
{
	json_object *errors = json_object_new_array();

	for (size_t i = 0; i < summary->errors; i++) {
		json_object *json = json_object_new_object();

		add_text(json, "path", event_path_name(summary->error[i].path));
		add_i64(json, "result", summary->error[i].result);
		add_text(json, "cause", event_result_cause(summary->error[i].result));
		add_u64(json, "calls", summary->error[i].calls);
		add_u64(json, "reads", summary->error[i].reads);
		json_object_array_add(errors, json);
	}
	return errors;
}

static json_object *json_readers(const struct summary *summary)
{
	json_object *readers = json_object_new_array();

	for (size_t i = 0; i < summary->readers; i++) {
		const struct summary_reader *reader = &summary->reader[i];
		json_object *json = json_object_new_object();

		reader_json_add(json, &reader->who);
		add_u64(json, "calls", reader->calls);
		add_u64(json, "reads", reader->reads);
		add_u64(json, "errors", reader->errors);
		add_u64(json, "first_ns", reader->first_ns);
		add_u64(json, "last_ns", reader->last_ns);
		add_u64(json, "worst_ns", reader->worst_ns);
		add_bool(json, "maps_page", reader->maps);
		json_object_array_add(readers, json);
	}
	return readers;
}

static json_object *json_losses(const struct event_losses *losses)
{
	json_object *json;

	if (!losses)
		return NULL;
	json = json_object_new_object();
	add_u64(json, "events", event_losses_total(losses));
	add_u64(json, "ring_full", losses->ring_full);
	add_u64(json, "task_storage", losses->task_storage);
	add_u64(json, "recursion", losses->recursion);
	add_u64(json, "page_unreadable", losses->page_unreadable);
	return json;
}

static json_object *json_answers(const struct answer_tally *answers)
{
	json_object *json = json_object_new_object();

	add_u64(json, "equal", answers->equal);
	add_u64(json, "apart", answers->apart);
	add_u64(json, "apart_while_updated", answers->apart_moved);
	add_u64(json, "not_comparable", answers->unknown);
	return json;
}

static void json_end(FILE *out, const struct trace_scene *scene, const struct trace_result *result)
{
	const struct summary *summary = result->summary;
	json_object *line = new_line("summary", scene->start_ns + result->duration_ns);

	add_u64(line, "duration_ns", result->duration_ns);
	json_object_object_add(line, "hooks", json_hooks(scene));
	add_u64(line, "disruptions", result->disruptions);
	add_u64(line, "clock_changes", result->clock_changes);
	json_object_object_add(line, "findings", finding_json_counts(result->counts));
	add_u64(line, "page_updates", result->page_updates);
	add_u64(line, "page_updates_unseen", result->page_updates_unseen);
	json_object_object_add(line, "page", page_json_fields(result->page));
	if (scene->hooks) {
		add_u64(line, "calls", summary_calls(summary));
		add_u64(line, "reads", summary_reads(summary));
		json_object_object_add(line, "lost", json_losses(result->losses));
		json_object_object_add(line, "driver_against_page", json_answers(result->answers));
		json_object_object_add(line, "paths", json_paths(summary));
		json_object_object_add(line, "errors", json_errors(summary));
		add_u64(line, "errors_unlisted", summary->errors_unlisted);
		json_object_object_add(line, "readers", json_readers(summary));
		add_u64(line, "reader_events_unlisted", summary->reader_events_unlisted);
	}
	put_line(out, line);
}

static void json_incident(FILE *out, const struct trace_scene *scene,
			  const struct incident *incident)
{
	(void)scene;
	put_line(out, incident_json(incident));
}

const struct trace_view trace_view_json = {
	.begin = json_begin,
	.event = json_put_event,
	.clock_change = json_clock_change,
	.page_change = json_page_change,
	.disruption = json_disruption,
	.finding = json_finding,
	.incident = json_incident,
	.end = json_end,
};
