// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/trace_summary.h"

#include "show/finding_json.h"
#include "show/json_add.h"
#include "show/json_objects.h"
#include "trace/trace_known.h"
#include "trace/trace_table.h"

static const struct json_table bucket_table = {
	.doc = "A bucket that is not empty. Its upper edge is twice the lower one; that from 0 "
	       "ends "
	       "at 2 ns.",
	.keys = (const struct json_key[]){
		{"from_ns", JSON_U64, "Its lower edge.", .unit = "ns"},
		{"count", JSON_U64, "How many are in it."},
		{0},
	}};

static const struct json_table histogram_table = {
	.name = "histogram",
	.doc = "How long it took.",
	.keys = (const struct json_key[]){
		{"count", JSON_U64, "How many were measured."},
		{"sum_ns", JSON_U64, "All of them together.", .unit = "ns"},
		{"max_ns", JSON_U64, "The longest.", .unit = "ns"},
		{"buckets", JSON_OBJECT,
		 "How many of which length. The upper edge of a bucket is twice the lower one; the "
		 "bucket from 0 ends at 2 ns. Empty ones are left out.",
		 JSON_LIST, .of = &bucket_table},
		{0},
	}};

static const struct json_table path_table = {
	.doc = "The uses of a clock by a path.",
	.keys = (const struct json_key[]){
		{"uses", JSON_U64, "How many."},
		{"failed", JSON_U64, "How many of them failed."},
		{"latency", JSON_OBJECT,
		 "What was measured. Null of a recording that is shown for some readers alone.",
		 JSON_NULL, .of = &histogram_table},
		{"calls", JSON_U64, "Whole calls. Null: they were not asked for.", JSON_NULL},
		{"failed_calls", JSON_U64, "Whole calls that failed. Null: as above.", JSON_NULL},
		{"call_latency", JSON_OBJECT, "Their latency. Null: as above.", JSON_NULL,
		 .of = &histogram_table},
		{0},
	}};

static const struct json_table clock_table = {
	.doc = "A clock that was used.",
	.keys = (const struct json_key[]){
		{"clock", JSON_STRING,
		 "vmclockN or ptpN. Null: calls that failed before they came to one.", JSON_NULL},
		{"paths", JSON_OBJECT, "By path, with all paths that there are.", JSON_MAP,
		 .of = &path_table, .name = json_path_names},
		{0},
	}};

static const struct json_table error_table = {
	.doc = "Failures of one kind.",
	.keys = (const struct json_key[]){
		{"path", JSON_STRING, "The way by which it came to the clock.",
		 .name = json_path_names},
		{"result", JSON_I64, "A negative errno."},
		{"cause", JSON_TEXT, "What it means here.", JSON_NULL},
		{"count", JSON_U64, "How many."},
		{0},
	}};

static const struct json_table reader_table = {
	.doc = "A process in a cgroup. The thread is the one that was seen last.",
	.keys = (const struct json_key[]){
		{.kind = JSON_EMBED, .of = &json_who},
		{"cgroup", JSON_STRING, "The cgroup's path. Null: it was not found out.",
		 JSON_NULL},
		{"cgroup_id", JSON_U64, "The cgroup's id.", JSON_NULL},
		{"uses", JSON_U64, "How often it used the clock."},
		{"failed", JSON_U64, "How many of these failed."},
		{"measured", JSON_U64, "Of how many the latency was measured."},
		{"paths", JSON_OBJECT, "By path; only paths that it used.", JSON_MAP,
		 .of = &json_path_uses, .name = json_path_names},
		{"first_ns", JSON_U64, "Its first use, by CLOCK_MONOTONIC.", .unit = "ns"},
		{"last_ns", JSON_U64, "Its last one.", .unit = "ns"},
		{"last_error_ns", JSON_U64, "That is true to this, either way.", .unit = "ns"},
		{"worst_ns", JSON_U64, "The longest use that was measured. Null: none was.",
		 JSON_NULL, "ns"},
		{"others_below_ns", JSON_U64,
		 "What each of the others took less than. Null: there are none.", JSON_NULL, "ns"},
		{"maps_page", JSON_BOOL,
		 "It mapped the page, and what it reads there is not counted."},
		{0},
	}};

static const struct json_table events_table = {
	.doc = "How many events there were.",
	.keys = (const struct json_key[]){
		{"made", JSON_U64,
		 "How many the kernel was to send. The difference to `seen` is `lost.ring_full`. "
		 "Null of a recording.",
		 JSON_NULL},
		{"seen", JSON_U64, "How many of them arrived. Null of a recording.", JSON_NULL},
		{"shown", JSON_U64, "Lines of type `call`, and `read` where `call_id` is null."},
		{0},
	}};

static const struct json_table lost_table = {
	.doc = "What did not arrive.",
	.keys = (const struct json_key[]){
		{"events", JSON_U64,
		 "The sum of `ring_full`, `task_storage`, `recursion` and `missed`."},
		JSON_LOSS_KEYS{0},
	}};

static const struct json_table unseen_table = {
	.doc = "Uses that are in no count, for the driver had been released.",
	.keys = (const struct json_key[]){
		{"times", JSON_U64, "How often that was so."},
		{"total_ns", JSON_U64,
		 "For how long in all. The time after the driver was unloaded, when there is "
		 "nothing "
		 "to be used, is in it.",
		 .unit = "ns"},
		{"from_ns", JSON_U64, "The beginning of the first time, by CLOCK_MONOTONIC.",
		 .unit = "ns"},
		{"to_ns", JSON_U64, "The end of the last one. Null: it is not over.", JSON_NULL,
		 "ns"},
		{0},
	}};

static const struct json_table answers_table = {.doc = "The driver's answers against the page.",
						.keys = (const struct json_key[]){
							JSON_ANSWER_KEYS,
							{0},
						}};

/* What the kernel's hooks told. */
#define ONLY_HOOKED JSON_ONLY

const struct json_table trace_summary_table = {
	.name = "trace_summary",
	.doc = "The last line. Keys marked `only` are there where the kernel was hooked. A use is "
	       "a "
	       "read of a vmclock's driver; on the paths of /dev/vmclockN itself, and of PTP "
	       "clocks "
	       "that are no vmclock's, a call.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("summary", "The end, by CLOCK_MONOTONIC."),
		{"duration_ns", JSON_U64, "How long it watched: from `watched_from_ns` to the end.",
		 .unit = "ns"},
		{"watched_from_ns", JSON_U64, "As in the line `begin`.", .unit = "ns"},
		{"disruptions", JSON_U64,
		 "How many were found. Null: not known, as no page was sampled.", JSON_NULL},
		{"disruptions_complete", JSON_BOOL,
		 "That is all of them. False: it is not known, or at least that, as updates of the "
		 "page were missed, it was gone for a time, or the recording is not whole."},
		{"clock_changes", JSON_U64,
		 "How many times somebody set, steered or switched the system clock. Null: not "
		 "known, as the kernel was not hooked.",
		 JSON_NULL},
		{"clock_changes_complete", JSON_BOOL,
		 "That is all of them. False: it is not known, or at least that, as a hook is "
		 "missing, events were lost, or the recording is not whole."},
		JSON_OUTCOME_KEYS,
		JSON_UPDATES_KEYS,
		{"notifications", JSON_U64,
		 "Notifications of the hypervisor that came from this page."},
		{"page", JSON_OBJECT, "The newest sample.", JSON_NULL, .of = &json_page},
		{"mappers", JSON_OBJECT, "Who mapped the page.", .of = &mapper_list_table},
		{"uses", JSON_U64, "How many uses there were.", ONLY_HOOKED},
		{"failed", JSON_U64, "How many of them failed.", ONLY_HOOKED},
		{"uses_complete", JSON_BOOL,
		 "No use is known to be missing in any count. False: a hook is missing, was away "
		 "for a while, or was skipped, and each number of uses is at least that.",
		 ONLY_HOOKED},
		{"measured", JSON_U64,
		 "Of how many the latency was measured. Null of a recording that is shown for some "
		 "readers alone.",
		 ONLY_HOOKED | JSON_NULL},
		{"others_below_ns", JSON_U64,
		 "Each use that was not measured took less than this. Null: there are none, or not "
		 "of all is that known.",
		 ONLY_HOOKED | JSON_NULL, "ns"},
		{"reads", JSON_U64, "How many of the uses were reads of a vmclock's driver.",
		 ONLY_HOOKED},
		{"measured_page_moved", JSON_U64,
		 "During how many of the measured the page was updated, so that the driver may "
		 "have "
		 "tried again.",
		 ONLY_HOOKED},
		{"measured_via_kvmclock", JSON_U64,
		 "How many of the measured were converted to kvmclock's counter.", ONLY_HOOKED},
		{"events", JSON_OBJECT, "How many events there were.", ONLY_HOOKED,
		 .of = &events_table},
		{"lost", JSON_OBJECT, "What did not arrive. Null: the kernel would not say.",
		 ONLY_HOOKED | JSON_NULL, .of = &lost_table},
		{"unseen", JSON_OBJECT,
		 "Uses that are in no count, for the driver had been released. Null: there was no "
		 "such "
		 "time.",
		 ONLY_HOOKED | JSON_NULL, .of = &unseen_table},
		{"driver_against_page", JSON_OBJECT, "The driver's answers against the page.",
		 ONLY_HOOKED, .of = &answers_table},
		{"clocks", JSON_OBJECT, "Each clock that was used.", ONLY_HOOKED | JSON_LIST,
		 .of = &clock_table},
		{"clock_uses_unlisted", JSON_U64,
		 "Uses of clocks beyond the 16 for which there is room.", ONLY_HOOKED},
		{"errors", JSON_OBJECT,
		 "By path, errno and cause. Null of a recording that is shown for some readers "
		 "alone.",
		 ONLY_HOOKED | JSON_NULL | JSON_LIST, .of = &error_table},
		{"errors_unlisted", JSON_U64,
		 "Failures beyond the 64 kinds for which there is room. Null: as above.",
		 ONLY_HOOKED | JSON_NULL},
		{"readers", JSON_OBJECT, "By process and cgroup.", ONLY_HOOKED | JSON_LIST,
		 .of = &reader_table},
		{"reader_uses_unlisted", JSON_U64,
		 "Uses by processes and threads beyond those for which there is room.",
		 ONLY_HOOKED},
		{"hooks", JSON_OBJECT, "As in begin. Null of a recording in which they changed.",
		 JSON_NULL | JSON_LIST, .of = &json_hook},
		{"recording", JSON_OBJECT, "With --from: what became of it.", JSON_NULL,
		 .of = &recorded_result_table},
		{0},
	}};

/* Lower edge of each bucket that has a count, in ns. */
static json_object *json_histogram(const struct histogram *histogram)
{
	json_object *json = json_new(&histogram_table);
	json_object *buckets = json_object_new_array();

	add_u64(json, "count", histogram->count);
	add_u64(json, "sum_ns", histogram->sum_ns);
	add_u64(json, "max_ns", histogram->max_ns);
	for (int b = 0; b < HISTOGRAM_BUCKETS; b++) {
		json_object *bucket;

		if (!histogram->bucket[b])
			continue;
		bucket = json_new(&bucket_table);
		add_u64(bucket, "from_ns", b ? 1ull << b : 0);
		add_u64(bucket, "count", histogram->bucket[b]);
		json_object_array_add(buckets, bucket);
	}
	add_json(json, "buckets", buckets);
	return json;
}

/* Whole calls are null unless they were asked for: they were not counted. */
static json_object *json_path(const struct summary_path *path, bool has_latency, bool has_calls)
{
	json_object *json = json_new(&path_table);

	add_u64(json, "uses", path->uses);
	add_u64(json, "failed", path->errors);
	add_json(json, "latency", has_latency ? json_histogram(&path->latency) : NULL);
	add_known(json, "calls", has_calls, path->calls);
	add_known(json, "failed_calls", has_calls, path->failed_calls);
	add_json(json, "call_latency", has_calls ? json_histogram(&path->call_latency) : NULL);
	return json;
}

static json_object *json_clock(const struct trace_context *context,
			       const struct summary_clock *clock)
{
	bool has_calls = context->request.calls && !clock->is_phc;
	json_object *json = json_new(&clock_table);
	json_object *paths = json_new_map();
	char name[EVENT_DEVICE_BYTES];

	for (int i = 0; i < EVENT_PATHS; i++)
		add_json(paths, event_path_name((enum event_path)i),
			 json_path(&clock->path[i], !context->of_some_readers,
				   has_calls && i <= PATH_IOCTL_OTHER));
	add_text(json, "clock", event_device_name(clock->is_phc, clock->device, name));
	add_json(json, "paths", paths);
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
		json_object *json = json_new(&error_table);
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
	json_object *json = json_new(&reader_table);
	uint64_t uses = summary_reader_uses(reader);

	reader_json_add(json, &reader->who);
	add_text(json, "cgroup", cgroup);
	add_known(json, "cgroup_id", reader->who.cgroup, reader->who.cgroup);
	add_u64(json, "uses", uses);
	add_u64(json, "failed", summary_reader_errors(reader));
	add_u64(json, "measured", reader->measured);
	add_json(json, "paths", reader_json_paths(reader));
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
	json_object *json = json_new(&events_table);

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
	json = json_new(&lost_table);
	add_u64(json, "events", event_losses_total(losses));
	add_losses(json, losses);
	return json;
}

static json_object *json_answers(const struct answer_tally *answers)
{
	json_object *json = json_new(&answers_table);

	add_u64(json, "equal", answers->equal);
	add_u64(json, "apart", answers->apart);
	add_u64(json, "apart_page_moved", answers->apart_moved);
	add_u64(json, "not_comparable", answers->unknown);
	return json;
}

/* When uses were not seen; null: they were all the time. */
static json_object *json_unseen(const struct blind_period *unseen, uint64_t now_ns)
{
	json_object *json = unseen->times ? json_new(&unseen_table) : NULL;

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
	add_bool(line, "uses_complete", trace_has_all_uses(context, result));
	add_known(line, "measured", !context->of_some_readers, totals.measured);
	add_known(line, "others_below_ns", totals.others_below_ns, totals.others_below_ns);
	add_u64(line, "reads", summary_reads(summary));
	add_u64(line, "measured_page_moved", summary->moved);
	add_u64(line, "measured_via_kvmclock", summary->via_kvmclock);
	add_json(line, "events", json_events(result));
	add_json(line, "lost", json_losses(result->losses));
	add_json(line, "unseen",
		 json_unseen(&summary->unseen, context->watched_from_ns + result->duration_ns));
	add_json(line, "driver_against_page", json_answers(result->answers));
	add_json(line, "clocks", json_clocks(context, summary));
	add_u64(line, "clock_uses_unlisted", summary->clock_uses_unlisted);
	add_json(line, "errors", context->of_some_readers ? NULL : json_errors(summary));
	add_known(line, "errors_unlisted", !context->of_some_readers, summary->errors_unlisted);
	add_json(line, "readers", json_readers(result));
	add_u64(line, "reader_uses_unlisted", summary->reader_uses_unlisted);
}

json_object *trace_summary_json(const struct trace_context *context,
				const struct trace_result *result)
{
	json_object *line =
		json_new_line(&trace_summary_table, context->watched_from_ns + result->duration_ns);
	struct trace_known disruptions = trace_knows_disruptions(result);
	struct trace_known changes = trace_knows_clock_changes(context, result);

	add_u64(line, "duration_ns", result->duration_ns);
	add_u64(line, "watched_from_ns", context->watched_from_ns);
	add_known(line, "disruptions", disruptions.known, result->disruptions);
	add_bool(line, "disruptions_complete", disruptions.complete);
	add_known(line, "clock_changes", changes.known, result->clock_changes);
	add_bool(line, "clock_changes_complete", changes.complete);
	add_outcome(line, result->counts, &result->outcome);
	add_u64(line, "page_updates", result->page_updates);
	add_u64(line, "page_updates_unseen", result->page_updates_unseen);
	add_u64(line, "notifications", result->counts->notifications);
	add_json(line, "page", page_json_fields(result->page));
	add_json(line, "mappers", mapper_list_json(result->mappers, result->mapper_counts));
	if (context->hooks)
		add_uses(line, context, result);
	return line;
}
