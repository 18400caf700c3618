// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/trace_summary.h"

#include "show/finding_json.h"
#include "show/json_add.h"

/* Lower edge of each bucket that has a count, in ns. */
static json_object *json_histogram(const struct histogram *histogram)
{
	json_object *json = json_object_new_object();
	json_object *buckets = json_object_new_array();

	add_u64(json, "count", histogram->count);
	add_u64(json, "sum_ns", histogram->sum_ns);
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

/* Whole calls are null unless they were asked for: they were not counted. */
static json_object *json_path(const struct summary_path *path, bool has_latency, bool has_calls)
{
	json_object *json = json_object_new_object();

	add_u64(json, "uses", path->uses);
	add_u64(json, "failed", path->errors);
	json_object_object_add(json, "latency",
			       has_latency ? json_histogram(&path->latency) : NULL);
	add_known(json, "calls", has_calls, path->calls);
	add_known(json, "failed_calls", has_calls, path->failed_calls);
	json_object_object_add(json, "call_latency",
			       has_calls ? json_histogram(&path->call_latency) : NULL);
	return json;
}

static json_object *json_clock(const struct trace_context *context,
			       const struct summary_clock *clock)
{
	bool has_calls = context->request.calls && !clock->is_phc;
	json_object *json = json_object_new_object();
	json_object *paths = json_object_new_object();
	char name[EVENT_DEVICE_BYTES];

	for (int i = 0; i < EVENT_PATHS; i++)
		json_object_object_add(paths, event_path_name((enum event_path)i),
				       json_path(&clock->path[i], !context->of_some_readers,
						 has_calls && i <= PATH_IOCTL_OTHER));
	add_text(json, "clock", event_device_name(clock->is_phc, clock->device, name));
	json_object_object_add(json, "paths", paths);
	return json;
}

static json_object *json_clocks(const struct trace_context *context, const struct summary *summary)
{
	json_object *clocks = json_object_new_array();

	for (size_t i = 0; i < summary->clocks; i++)
		json_object_array_add(clocks, json_clock(context, &summary->clock[i]));
	return clocks;
}

static json_object *json_errors(const struct summary *summary)
{
	json_object *errors = json_object_new_array();

	for (size_t i = 0; i < summary->errors; i++) {
		const struct summary_error *error = &summary->error[i];
		json_object *json = json_object_new_object();
		char cause[EVENT_CAUSE_BYTES];

		add_text(json, "path", event_path_name(error->path));
		add_i64(json, "result", error->result);
		add_text(json, "cause",
			 event_cause_text(error->cause, error->result, error->source, cause));
		add_u64(json, "count", error->count);
		json_object_array_add(errors, json);
	}
	return errors;
}

static json_object *json_reader(const struct summary_reader *reader, const char *cgroup)
{
	json_object *json = json_object_new_object();
	uint64_t uses = summary_reader_uses(reader);

	reader_json_add(json, &reader->who);
	add_text(json, "cgroup", cgroup);
	add_known(json, "cgroup_id", reader->who.cgroup, reader->who.cgroup);
	add_u64(json, "uses", uses);
	add_u64(json, "failed", summary_reader_errors(reader));
	add_u64(json, "measured", reader->measured);
	json_object_object_add(json, "paths", reader_json_paths(reader));
	add_u64(json, "first_ns", reader->first_ns);
	add_u64(json, "last_ns", reader->last_ns);
	add_u64(json, "last_error_ns", reader->last_error_ns);
	add_known(json, "worst_ns", reader->measured, reader->worst_ns);
	add_known(json, "others_below_ns", reader->measured < uses, reader->worst_below_ns);
	add_bool(json, "maps_page", summary_reader_maps(reader));
	return json;
}

static json_object *json_readers(const struct trace_result *result)
{
	json_object *readers = json_object_new_array();

	for (size_t i = 0; i < result->summary->readers; i++)
		json_object_array_add(readers,
				      json_reader(&result->summary->reader[i], result->cgroups[i]));
	return readers;
}

/* A recording keeps what was lost, and how many arrived only now and then. */
static json_object *json_events(const struct trace_result *result)
{
	const struct event_losses *losses = result->recorded ? NULL : result->losses;
	json_object *json = json_object_new_object();

	add_known(json, "made", losses, losses ? losses->made : 0);
	add_known(json, "seen", losses, losses ? losses->seen : 0);
	add_u64(json, "shown", result->shown);
	return json;
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
	add_u64(json, "missed", losses->missed);
	add_u64(json, "uncounted", losses->uncounted);
	add_u64(json, "suppressed", losses->suppressed);
	add_u64(json, "page_unreadable", losses->page_unreadable);
	add_u64(json, "reader_unlisted", losses->reader_unlisted);
	add_u64(json, "failure_unlisted", losses->failure_unlisted);
	return json;
}

static json_object *json_answers(const struct answer_tally *answers)
{
	json_object *json = json_object_new_object();

	add_u64(json, "equal", answers->equal);
	add_u64(json, "apart", answers->apart);
	add_u64(json, "apart_page_moved", answers->apart_moved);
	add_u64(json, "not_comparable", answers->unknown);
	return json;
}

/* When uses were not seen; null: they were all the time. */
static json_object *json_unseen(const struct blind_period *unseen, uint64_t now_ns)
{
	json_object *json = unseen->times ? json_object_new_object() : NULL;

	if (!json)
		return NULL;
	add_u64(json, "times", unseen->times);
	add_u64(json, "total_ns", blind_period_total_ns(unseen, now_ns));
	add_u64(json, "from_ns", unseen->first_ns);
	add_known(json, "to_ns", !unseen->since_ns, unseen->last_ns);
	return json;
}

/* What the kernel's hooks delivered. */
static void add_uses(json_object *line, const struct trace_context *context,
		     const struct trace_result *result)
{
	const struct summary *summary = result->summary;
	struct summary_totals totals = summary_totals_of(summary);

	add_u64(line, "uses", totals.uses);
	add_u64(line, "failed", totals.errors);
	add_known(line, "measured", !context->of_some_readers, totals.measured);
	add_known(line, "others_below_ns", totals.others_below_ns, totals.others_below_ns);
	add_u64(line, "reads", summary_reads(summary));
	add_u64(line, "measured_page_moved", summary->moved);
	add_u64(line, "measured_via_kvmclock", summary->via_kvmclock);
	json_object_object_add(line, "events", json_events(result));
	json_object_object_add(line, "lost", json_losses(result->losses));
	json_object_object_add(
		line, "unseen",
		json_unseen(&summary->unseen, context->start_ns + result->duration_ns));
	json_object_object_add(line, "driver_against_page", json_answers(result->answers));
	json_object_object_add(line, "clocks", json_clocks(context, summary));
	add_u64(line, "clock_uses_unlisted", summary->clock_uses_unlisted);
	json_object_object_add(line, "errors",
			       context->of_some_readers ? NULL : json_errors(summary));
	add_known(line, "errors_unlisted", !context->of_some_readers, summary->errors_unlisted);
	json_object_object_add(line, "readers", json_readers(result));
	add_u64(line, "reader_uses_unlisted", summary->reader_uses_unlisted);
}

json_object *trace_summary_json(const struct trace_context *context,
				const struct trace_result *result)
{
	json_object *line = new_line("summary", context->start_ns + result->duration_ns);

	add_u64(line, "duration_ns", result->duration_ns);
	add_u64(line, "disruptions", result->disruptions);
	add_u64(line, "clock_changes", result->clock_changes);
	json_object_object_add(line, "findings", finding_json_counts(result->counts));
	add_u64(line, "page_updates", result->page_updates);
	add_u64(line, "page_updates_unseen", result->page_updates_unseen);
	add_u64(line, "notifications", result->counts->notifications);
	json_object_object_add(line, "page", page_json_fields(result->page));
	json_object_object_add(line, "mappers",
			       mapper_list_json(result->mappers, result->mapper_counts));
	if (context->hooks)
		add_uses(line, context, result);
	return line;
}
