// SPDX-License-Identifier: GPL-2.0-or-later
/* A comparison as lines of JSON: one of type "sample" each, at the end one of type "summary". */
#include <inttypes.h>
#include <json-c/json.h>

#include "page/names.h"
#include "compare/answers_view.h"
#include "compare/compare_view.h"
#include "compare/reference_view.h"
#include "show/witness_json.h"
#include "compare/compare_words.h"
#include "compare/compare_table.h"
#include "show/json_add.h"
#include "show/json_objects.h"

static void add_interval(json_object *object, const char *key, bool known,
			 const struct ns_interval *interval)
{
	add_json(object, key, page_json_interval(known ? interval : NULL));
}

static json_object *timespec_json(struct timespec ts)
{
	json_object *object = json_new(&json_moment);

	add_json(object, "sec", json_object_new_int64(ts.tv_sec));
	add_json(object, "nsec", json_object_new_int64(ts.tv_nsec));
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
	json_object *object = json_new(&compare_pair_table);

	add_text(object, "a", compared_clock_name(pair->a, phc));
	add_text(object, "b", compared_clock_name(pair->b, phc));
	add_text(object, "method", phc_method_name(pair->method));
	add_text(object, "between", compared_between_name(pair->between));
	add_interval(object, "offset", pair->offset.known, &pair->offset.ns);
	add_interval(object, "raw", pair->raw.known, &pair->raw.ns);
	add_interval(object, "with_bounds", pair->bounded.known, &pair->bounded.ns);
	add_json(object, "bounds_of", claims_json(pair->claims));
	add_json(object, "contradicts", json_object_new_boolean(pair->contradicts));
	add_json(object, "errno", pair->result ? json_object_new_int(-pair->result) : NULL);
	add_text(object, "note", clock_pair_why(pair));
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
	json_object *object = json_new(&compare_rate_table);

	add_json(object, "lo", ppm_json(elapsed->rate.lo_ppt));
	add_json(object, "hi", ppm_json(elapsed->rate.hi_ppt));
	return object;
}

static json_object *elapsed_json(const struct elapsed_pair *pair)
{
	json_object *object = json_new(&compare_elapsed_table);
	const struct elapsed *elapsed = &pair->elapsed;
	bool has_rate = pair->known && elapsed->has_rate;

	add_text(object, "a", compared_clock_name(pair->a, NULL));
	add_text(object, "b", compared_clock_name(pair->b, NULL));
	add_text(object, "method", phc_method_name(PHC_GETTIME));
	add_text(object, "between", compared_between_name(pair->between));
	add_interval(object, "since", pair->known, &elapsed->since);
	add_interval(object, "difference", pair->known, &elapsed->difference);
	add_json(object, "rate_ppm", has_rate ? rate_json(elapsed) : NULL);
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
	json_object *object = json_new(&compare_worst_table);

	add_u64(object, "counter", driver->worst_counter);
	add_json(object, "returned", timespec_json(driver->worst_returned));
	add_json(object, "minus_page_ns",
		 driver->worst.out_of_range ? NULL
					    : json_object_new_int64(driver->worst.minus_page_ns));
	add_json(object, "page_stable", json_object_new_boolean(driver->worst_is_stable));
	add_text(object, "note",
		 driver->worst.out_of_range ? "more than 292 years apart" : driver->worst.why);
	return object;
}

/* The driver's answers against the page at the same counter values. */
static json_object *driver_json(const struct driver_comparison *driver)
{
	json_object *object = json_new(&compare_driver_table);
	json_object *paths = json_new_map();

	add_text(object, "a", "driver");
	add_text(object, "b", "page");
	add_text(object, "between", compared_between_name(BETWEEN_SAME_COUNTER));
	add_text(object, "scale", driver->scale ? clock_scale_name(driver->scale) : NULL);
	add_u64(object, "reads", driver_comparison_reads(driver));
	add_u64(object, "equal", driver->tally.equal);
	add_u64(object, "apart", driver->tally.apart);
	add_u64(object, "apart_page_moved", driver->tally.apart_moved);
	add_u64(object, "not_comparable", driver->tally.unknown);
	for (enum event_path path = 0; path < EVENT_PATHS; path++) {
		if (driver->path[path])
			add_u64(paths, event_path_name(path), driver->path[path]);
	}
	add_json(object, "reads_by_path", paths);
	add_json(object, "worst", driver->has_worst ? worst_json(driver) : NULL);
	return object;
}

static json_object *page_json(const struct compare_context *context,
			      const struct comparison *comparison)
{
	const struct clock_sample *sample = &comparison->sample;
	json_object *object;

	if (sample->page_result)
		return NULL;
	object = json_new(&compare_page_table);
	add_text(object, "device", context->device);
	add_text(object, "mode", page_mode_name(page_mode(&sample->page)));
	add_text(object, "time_type", page_time_type_name(page_get(&sample->page, PAGE_TIME_TYPE)));
	add_text(object, "clock_status",
		 page_status_name(page_get(&sample->page, PAGE_CLOCK_STATUS)));
	add_u64(object, "seq_count", page_get(&sample->page, PAGE_SEQ_COUNT));
	add_u64(object, "disruption_marker", page_get(&sample->page, PAGE_DISRUPTION_MARKER));
	add_known(object, "max_error_ns", comparison->has_page_claim, comparison->page_claim_ns);
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
	object = json_new(&compare_phc_table);
	add_text(object, "path", context->phc);
	add_text(object, "scale", known ? clock_scale_name(comparison->phc_scale) : NULL);
	add_text(object, "scale_inferred_from", known ? compared_clock_name(by, NULL) : NULL);
	add_json(object, "tai_minus_utc_sec",
		 known && comparison->has_tai_offset
			 ? json_object_new_int64(comparison->tai_offset_sec)
			 : NULL);
	return object;
}

static json_object *realtime_json(const struct compare_context *context,
				  const struct clock_sample *sample)
{
	const struct realtime_claim *claim = &sample->claim;
	json_object *object = json_new(&compare_realtime_table);
	bool claims = !claim->result && claim->claims;

	add_json(object, "at", timespec_json(sample->realtime.inner));
	add_text(object, "clocksource", context->clocksource);
	add_json(object, "synchronized",
		 claim->result ? NULL : json_object_new_boolean(claim->synchronized));
	add_known(object, "max_error_ns", claims, claim->max_error_ns);
	add_known(object, "est_error_ns", claims, claim->est_error_ns);
	add_json(object, "tai_minus_utc_sec",
		 claim->result || !claim->tai_offset_sec
			 ? NULL
			 : json_object_new_int(claim->tai_offset_sec));
	return object;
}

static json_object *update_json(const struct page_update *update)
{
	json_object *object = json_new(&compare_update_table);

	add_u64(object, "updates", update->updates);
	add_u64(object, "old_marker", update->old_marker);
	add_u64(object, "new_marker", update->new_marker);
	add_known(object, "counter", update->is_measured, update->counter);
	add_interval(object, "moved", update->is_measured, &update->moved);
	add_known(object, "bound_ns", update->has_bound, update->bound_ns);
	return object;
}

static json_object *contradiction_json(const struct comparison *comparison,
				       const struct contradiction *contradiction, const char *phc)
{
	json_object *object = json_new(&compare_contradiction_table);
	char text[COMPARE_SENTENCE_BYTES];

	compare_contradiction_sentence(comparison, contradiction, phc, text, sizeof(text));
	add_text(object, "code", contradiction_code(contradiction->kind));
	add_text(object, "text", text);
	add_text(object, "advice", compare_contradiction_advice(contradiction->kind));
	return object;
}

static json_object *notes_json(uint32_t notes)
{
	json_object *list = json_object_new_array();

	for (enum comparison_note note = 0; note < COMPARISON_NOTES; note++) {
		json_object *object;

		if (!(notes & NOTE_BIT(note)))
			continue;
		object = json_new(&compare_note_table);
		add_text(object, "code", compare_note_code(note));
		add_text(object, "text", compare_note_sentence(note));
		json_object_array_add(list, object);
	}
	return list;
}

/* {cause, hint}: why something is null; null where it is not. */
static void add_why(json_object *to, const char *key, const struct error *why)
{
	add_missing(to, key, why ? why->cause : NULL, why ? why->hint : NULL);
}

static json_object *begin_line(const struct json_table *table)
{
	json_object *line = json_new(table);

	add_text(line, "schema", COMPARE_SCHEMA);
	add_type(line);
	return line;
}

/* Print and release. */
static void end_line(FILE *out, json_object *line)
{
	put_line(out, &compare_schema, line);
	fflush(out);
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
	add_json(line, "pairs", pairs);
	add_json(line, "elapsed", all_elapsed_json(comparison));
	add_json(line, "page_updates", updates);
	add_json(line, "contradictions", contradictions);
}

static void json_sample(FILE *out, const struct compare_context *context,
			const struct comparison *comparison)
{
	json_object *line = begin_line(&compare_sample_table);

	add_u64(line, "sample", comparison->number);
	add_json(line, "page", page_json(context, comparison));
	add_why(line, "page_missing", context->no_page);
	add_json(line, "phc", phc_json(context, comparison));
	add_why(line, "phc_missing", context->no_phc);
	add_json(line, "realtime", realtime_json(context, &comparison->sample));
	add_json(line, "references", references_json(&comparison->references));
	add_json(line, "clockbound", clockbound_json(&comparison->references));
	add_json(line, "clock_pairs", distances_json(&comparison->references));
	add_json(line, "witness", json_of_witness(&comparison->references.witness));
	add_json(line, "answers", answers_json(&comparison->answers));
	add_lists(line, context, comparison);
	add_json(line, "driver", comparison->has_driver ? driver_json(&comparison->driver) : NULL);
	add_why(line, "driver_missing", context->no_driver);
	add_json(line, "notes", notes_json(comparison->notes));
	end_line(out, line);
}

static json_object *lost_json(const struct event_losses *losses)
{
	json_object *object;

	if (!losses)
		return NULL;
	object = json_new(&compare_lost_table);
	add_u64(object, "events", event_losses_total(losses));
	add_losses(object, losses);
	return object;
}

static void json_end(FILE *out, const struct compare_context *context,
		     const struct compare_result *result)
{
	const struct comparison_totals *totals = result->totals;
	json_object *line = begin_line(&compare_summary_table), *kinds = json_new_map();

	for (enum contradiction_kind kind = 0; kind < CONTRADICTIONS; kind++)
		add_u64(kinds, contradiction_code(kind), totals->contradictions[kind]);
	add_text(line, "level", comparison_totals_level(totals));
	add_u64(line, "samples", totals->samples);
	add_u64(line, "contradictions", comparison_totals_contradictions(totals));
	add_json(line, "contradictions_by_code", kinds);
	add_text(line, "agree", claim_state_name(totals->agree.state));
	add_text(line, "agree_unknown",
		 totals->agree.state == CLAIM_UNKNOWN ? claim_why_name(totals->agree.why) : NULL);
	add_u64(line, "page_updates", totals->updates);
	add_u64(line, "marker_changes", totals->marker_changes);
	add_json(line, "elapsed", result->last ? all_elapsed_json(result->last) : NULL);
	add_json(line, "driver", totals->has_driver ? driver_json(&totals->driver) : NULL);
	add_why(line, "driver_missing", context->no_driver);
	add_json(line, "lost", lost_json(result->losses));
	add_json(line, "notes", notes_json(totals->notes));
	end_line(out, line);
}

const struct compare_view compare_view_json = {.sample = json_sample, .end = json_end};
