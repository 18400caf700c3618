// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A comparison as lines of JSON, schema vmclock-trace/compare/2: one of type "sample" each, at the
 * end one of type "summary". 64-bit numbers are exact, what is not known is null.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "page/names.h"
#include "compare/compare_view.h"
#include "compare/compare_words.h"
#include "show/page_json.h"

#define SCHEMA "vmclock-trace/compare/2"

static void add_string(json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, page_json_string(text));
}

static void add_u64(json_object *object, const char *key, bool known, uint64_t value)
{
	json_object_object_add(object, key, known ? json_object_new_uint64(value) : NULL);
}

static void add_interval(json_object *object, const char *key, bool known,
			 const struct ns_interval *interval)
{
	json_object_object_add(object, key, page_json_interval(known ? interval : NULL));
}

static json_object *timespec_json(struct timespec ts)
{
	json_object *object = json_object_new_object();

	json_object_object_add(object, "sec", json_object_new_int64(ts.tv_sec));
	json_object_object_add(object, "nsec", json_object_new_int64(ts.tv_nsec));
	return object;
}

static json_object *claims_json(unsigned int claims)
{
	json_object *list = json_object_new_array();

	if (claims & CLAIM_PAGE)
		json_object_array_add(list, page_json_string("page"));
	if (claims & CLAIM_REALTIME)
		json_object_array_add(list, page_json_string("CLOCK_REALTIME"));
	return list;
}

static json_object *pair_json(const struct clock_pair *pair, const char *phc)
{
	json_object *object = json_object_new_object();

	add_string(object, "a", compared_clock_name(pair->a, phc));
	add_string(object, "b", compared_clock_name(pair->b, phc));
	add_string(object, "method", phc_method_name(pair->method));
	add_string(object, "between", compared_between_name(pair->between));
	add_interval(object, "offset", pair->offset.known, &pair->offset.ns);
	add_interval(object, "raw", pair->raw.known, &pair->raw.ns);
	add_interval(object, "with_bounds", pair->bounded.known, &pair->bounded.ns);
	json_object_object_add(object, "bounds_of", claims_json(pair->claims));
	json_object_object_add(object, "contradicts", json_object_new_boolean(pair->contradicts));
	json_object_object_add(object, "errno",
			       pair->result ? json_object_new_int(-pair->result) : NULL);
	add_string(object, "note", clock_pair_why(pair));
	return object;
}

/* ppt as ppm with all its digits: a double would do, its default printing would not. */
static json_object *ppm_json(int64_t ppt)
{
	uint64_t size = ppt < 0 ? 0 - (uint64_t)ppt : (uint64_t)ppt;
	char text[32];

	snprintf(text, sizeof(text), "%s%" PRIu64 ".%06" PRIu64, ppt < 0 ? "-" : "",
		 size / PPT_PER_PPM, size % PPT_PER_PPM);
	return json_object_new_double_s((double)ppt / PPT_PER_PPM, text);
}

static json_object *rate_json(const struct elapsed *elapsed)
{
	json_object *object = json_object_new_object();

	json_object_object_add(object, "lo", ppm_json(elapsed->rate.lo_ppt));
	json_object_object_add(object, "hi", ppm_json(elapsed->rate.hi_ppt));
	return object;
}

static json_object *elapsed_json(const struct elapsed_pair *pair)
{
	json_object *object = json_object_new_object();
	const struct elapsed *elapsed = &pair->elapsed;
	bool has_rate = pair->known && elapsed->has_rate;

	add_string(object, "a", compared_clock_name(pair->a, NULL));
	add_string(object, "b", compared_clock_name(pair->b, NULL));
	add_string(object, "method", phc_method_name(PHC_GETTIME));
	add_string(object, "between", compared_between_name(pair->between));
	add_interval(object, "since", pair->known, &elapsed->since);
	add_interval(object, "difference", pair->known, &elapsed->difference);
	json_object_object_add(object, "rate_ppm", has_rate ? rate_json(elapsed) : NULL);
	return object;
}

static json_object *all_elapsed_json(const struct comparison *comparison)
{
	json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < comparison->elapseds; i++)
		json_object_array_add(list, elapsed_json(&comparison->elapsed[i]));
	return list;
}

static json_object *worst_json(const struct driver_comparison *driver)
{
	json_object *object = json_object_new_object();

	add_u64(object, "counter", true, driver->worst_counter);
	json_object_object_add(object, "returned", timespec_json(driver->worst_returned));
	json_object_object_add(object, "minus_page_ns",
			       driver->worst.out_of_range
				       ? NULL
				       : json_object_new_int64(driver->worst.minus_page_ns));
	json_object_object_add(object, "page_stable",
			       json_object_new_boolean(driver->worst_is_stable));
	add_string(object, "note",
		   driver->worst.out_of_range ? "more than 292 years apart" : driver->worst.why);
	return object;
}

/* The driver's answers against the page at the same counter values. */
static json_object *driver_json(const struct driver_comparison *driver)
{
	json_object *object = json_object_new_object();
	json_object *paths = json_object_new_object();

	add_string(object, "a", "driver");
	add_string(object, "b", "page");
	add_string(object, "between", compared_between_name(BETWEEN_SAME_COUNTER));
	add_string(object, "scale", driver->scale ? clock_scale_name(driver->scale) : NULL);
	add_u64(object, "reads", true, driver_comparison_reads(driver));
	add_u64(object, "equal", true, driver->tally.equal);
	add_u64(object, "apart", true, driver->tally.apart);
	add_u64(object, "apart_page_moved", true, driver->tally.apart_moved);
	add_u64(object, "not_comparable", true, driver->tally.unknown);
	for (enum event_path path = 0; path < EVENT_PATHS; path++) {
		if (driver->path[path])
			add_u64(paths, event_path_name(path), true, driver->path[path]);
	}
	json_object_object_add(object, "reads_by_path", paths);
	json_object_object_add(object, "worst", driver->has_worst ? worst_json(driver) : NULL);
	return object;
}

static json_object *page_json(const struct compare_context *context,
			      const struct comparison *comparison)
{
	const struct clock_sample *sample = &comparison->sample;
	json_object *object;

	if (sample->page_result)
		return NULL;
	object = json_object_new_object();
	add_string(object, "path", context->device);
	add_string(object, "mode", page_mode_name(page_mode(&sample->page)));
	add_string(object, "time_type",
		   page_time_type_name(page_get(&sample->page, PAGE_TIME_TYPE)));
	add_string(object, "clock_status",
		   page_status_name(page_get(&sample->page, PAGE_CLOCK_STATUS)));
	add_u64(object, "seq_count", true, page_get(&sample->page, PAGE_SEQ_COUNT));
	add_u64(object, "disruption_marker", true, page_get(&sample->page, PAGE_DISRUPTION_MARKER));
	add_u64(object, "max_error_ns", comparison->has_page_claim, comparison->page_claim_ns);
	return object;
}

static json_object *phc_json(const struct compare_context *context,
			     const struct comparison *comparison)
{
	bool known = comparison->phc_scale != SCALE_UNKNOWN;
	enum compared_clock by = comparison->scale_is_by_page ? COMPARED_PAGE : COMPARED_REALTIME;
	json_object *object;

	if (!context->phc)
		return NULL;
	object = json_object_new_object();
	add_string(object, "path", context->phc);
	add_string(object, "scale", known ? clock_scale_name(comparison->phc_scale) : NULL);
	add_string(object, "scale_inferred_from", known ? compared_clock_name(by, NULL) : NULL);
	add_u64(object, "tai_minus_utc_sec", known && comparison->has_tai_offset,
		(uint64_t)comparison->tai_offset_sec);
	return object;
}

static json_object *realtime_json(const struct compare_context *context,
				  const struct clock_sample *sample)
{
	const struct realtime_claim *claim = &sample->claim;
	json_object *object = json_object_new_object();
	bool claims = !claim->result && claim->synchronized;

	json_object_object_add(object, "at", timespec_json(sample->realtime.inner));
	add_string(object, "clocksource", context->clocksource);
	json_object_object_add(object, "synchronized",
			       claim->result ? NULL : json_object_new_boolean(claim->synchronized));
	add_u64(object, "max_error_ns", claims, claim->max_error_ns);
	add_u64(object, "est_error_ns", claims, claim->est_error_ns);
	json_object_object_add(object, "tai_minus_utc_sec",
			       claim->result || !claim->tai_offset_sec
				       ? NULL
				       : json_object_new_int(claim->tai_offset_sec));
	return object;
}

static json_object *update_json(const struct page_update *update)
{
	json_object *object = json_object_new_object();

	add_u64(object, "updates", true, update->updates);
	add_u64(object, "old_marker", true, update->old_marker);
	add_u64(object, "new_marker", true, update->new_marker);
	add_u64(object, "counter", update->is_measured, update->counter);
	add_interval(object, "moved", update->is_measured, &update->moved);
	add_u64(object, "bound_ns", update->has_bound, update->bound_ns);
	return object;
}

static json_object *contradiction_json(const struct comparison *comparison,
				       const struct contradiction *contradiction, const char *phc)
{
	json_object *object = json_object_new_object();
	char text[COMPARE_SENTENCE_BYTES];

	compare_contradiction_sentence(comparison, contradiction, phc, text, sizeof(text));
	add_string(object, "code", contradiction_code(contradiction->kind));
	add_string(object, "text", text);
	add_string(object, "advice", compare_contradiction_advice(contradiction->kind));
	return object;
}

static json_object *notes_json(uint32_t notes)
{
	json_object *list = json_object_new_array();

	for (enum comparison_note note = 0; note < COMPARISON_NOTES; note++) {
		json_object *object;

		if (!(notes & NOTE_BIT(note)))
			continue;
		object = json_object_new_object();
		add_string(object, "code", compare_note_code(note));
		add_string(object, "text", compare_note_sentence(note));
		json_object_array_add(list, object);
	}
	return list;
}

/* {cause, hint}: why something is null; null where it is not. */
static json_object *missing_json(const struct error *why)
{
	json_object *object;

	if (!why)
		return NULL;
	object = json_object_new_object();
	add_string(object, "cause", why->cause);
	add_string(object, "hint", why->hint[0] ? why->hint : NULL);
	return object;
}

static json_object *new_line(const char *type)
{
	json_object *object = json_object_new_object();

	add_string(object, "schema", SCHEMA);
	add_string(object, "type", type);
	return object;
}

/* Print and release. */
static void put_line(FILE *out, json_object *object)
{
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
							       JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(out);
	json_object_put(object);
}

static void add_lists(json_object *line, const struct compare_context *context,
		      const struct comparison *comparison)
{
	json_object *pairs = json_object_new_array(), *updates = json_object_new_array();
	json_object *contradictions = json_object_new_array();

	for (unsigned int i = 0; i < comparison->pairs; i++)
		json_object_array_add(pairs, pair_json(&comparison->pair[i], context->phc));
	for (unsigned int i = 0; i < comparison->updates; i++)
		json_object_array_add(updates, update_json(&comparison->update[i]));
	for (unsigned int i = 0; i < comparison->contradictions; i++)
		json_object_array_add(contradictions,
				      contradiction_json(comparison, &comparison->contradiction[i],
							 context->phc));
	json_object_object_add(line, "pairs", pairs);
	json_object_object_add(line, "elapsed", all_elapsed_json(comparison));
	json_object_object_add(line, "page_updates", updates);
	json_object_object_add(line, "contradictions", contradictions);
}

static void json_sample(FILE *out, const struct compare_context *context,
			const struct comparison *comparison)
{
	json_object *line = new_line("sample");

	add_u64(line, "sample", true, comparison->number);
	json_object_object_add(line, "page", page_json(context, comparison));
	json_object_object_add(line, "page_missing", missing_json(context->no_page));
	json_object_object_add(line, "phc", phc_json(context, comparison));
	json_object_object_add(line, "phc_missing", missing_json(context->no_phc));
	json_object_object_add(line, "realtime", realtime_json(context, &comparison->sample));
	add_lists(line, context, comparison);
	json_object_object_add(line, "driver",
			       comparison->has_driver ? driver_json(&comparison->driver) : NULL);
	json_object_object_add(line, "driver_missing", missing_json(context->no_driver));
	json_object_object_add(line, "notes", notes_json(comparison->notes));
	put_line(out, line);
}

static json_object *lost_json(const struct event_losses *losses)
{
	json_object *object;

	if (!losses)
		return NULL;
	object = json_object_new_object();
	add_u64(object, "events", true, event_losses_total(losses));
	add_u64(object, "ring_full", true, losses->ring_full);
	add_u64(object, "task_storage", true, losses->task_storage);
	add_u64(object, "recursion", true, losses->recursion);
	add_u64(object, "missed", true, losses->missed);
	add_u64(object, "page_unreadable", true, losses->page_unreadable);
	return object;
}

static void json_end(FILE *out, const struct compare_context *context,
		     const struct compare_result *result)
{
	const struct comparison_totals *totals = result->totals;
	json_object *line = new_line("summary"), *kinds = json_object_new_object();

	for (enum contradiction_kind kind = 0; kind < CONTRADICTIONS; kind++)
		add_u64(kinds, contradiction_code(kind), true, totals->contradictions[kind]);
	add_u64(line, "samples", true, totals->samples);
	add_u64(line, "contradictions", true, comparison_totals_contradictions(totals));
	json_object_object_add(line, "contradictions_by_code", kinds);
	add_u64(line, "page_updates", true, totals->updates);
	add_u64(line, "marker_changes", true, totals->marker_changes);
	json_object_object_add(line, "elapsed",
			       result->last ? all_elapsed_json(result->last) : NULL);
	json_object_object_add(line, "driver",
			       totals->has_driver ? driver_json(&totals->driver) : NULL);
	json_object_object_add(line, "driver_missing", missing_json(context->no_driver));
	json_object_object_add(line, "lost", lost_json(result->losses));
	json_object_object_add(line, "notes", notes_json(totals->notes));
	put_line(out, line);
}

const struct compare_view compare_view_json = {.sample = json_sample, .end = json_end};
