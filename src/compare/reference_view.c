// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/reference_view.h"

#include <string.h>

#include "base/text.h"
#include "judge/clock_error.h"
#include "judge/scale_inference.h"
#include "show/interval_text.h"
#include "show/json_add.h"
#include "show/json_objects.h"
#include "show/page_json.h"
#include "show/peer_view.h"

static void put_clock(FILE *out, const struct compared_reference *clock)
{
	char name[TEXT_DISPLAY_BYTES(REFERENCE_NAME_BYTES)], bound[TEXT_NS_BYTES], path[24];

	text_display(clock->reference.name, strnlen(clock->reference.name, REFERENCE_NAME_BYTES),
		     name, sizeof(name));
	snprintf(path, sizeof(path), "/dev/ptp%d", clock->number);
	fprintf(out, "  %-15s %s: ", path, name);
	if (clock->result) {
		fprintf(out, "not read: %s\n", strerror(-clock->result));
		return;
	}
	if (clock->scale == SCALE_UNKNOWN)
		fputs("its scale is not known (hint: --phc", out);
	else
		fprintf(out, "on %s, by %s", clock_scale_name(clock->scale),
			reference_source_name(clock->reference.scale_source));
	if (clock->scale == SCALE_UNKNOWN)
		fprintf(out, " ptp%d=utc)", clock->number);
	if (clock->has_claim) {
		text_ns_u64(clock->claim_ns, bound, sizeof(bound));
		fprintf(out, ", claims +-%s, by %s\n", bound,
			reference_source_name(clock->reference.claim_source));
	} else {
		fputs(", claims no bound\n", out);
	}
}

static void put_clockbound(FILE *out, const struct compared_references *references)
{
	const struct compared_reference *clock = &references->clockbound;
	char bound[TEXT_NS_BYTES];

	fprintf(out, "  %-15s ", "ClockBound");
	if (clock->result) {
		fprintf(out, "not read: %s\n", strerror(-clock->result));
	} else if (!clock->has_claim) {
		fputs("claims nothing now\n", out);
	} else {
		text_ns_u64(clock->claim_ns, bound, sizeof(bound));
		fprintf(out, "%s, claims +-%s\n",
			references->has_line ? "a line of its own on the counter, on UTC"
					     : "of CLOCK_REALTIME",
			bound);
	}
}

void references_put_clocks(FILE *out, const struct compared_references *references)
{
	if (references->has_clockbound)
		put_clockbound(out, references);
	for (size_t i = 0; i < references->count; i++)
		put_clock(out, &references->clock[i]);
}

static void put_why(FILE *out, const struct compared_reference *clock, int why,
		    struct ns_interval offset)
{
	char text[INTERVAL_TEXT_BYTES];

	if (clock->result) {
		fprintf(out, "not known: %s\n", strerror(-clock->result));
	} else if (why) {
		fprintf(out, "not known: %s\n", error_unknown_means(clock_error_why(why)));
	} else {
		interval_text(offset, text, sizeof(text));
		fprintf(out, "%s\n", text);
	}
}

static void put_pair(FILE *out, const char *pair, const struct compared_reference *clock, int why,
		     struct ns_interval offset, int method_columns)
{
	fprintf(out, "  %s\n    %-*s", pair, method_columns,
		clock->result ? "" : reference_way_name(clock->reference.way));
	put_why(out, clock, why, offset);
}

/* ClockBound's line, at the counter value at which it was asked. */
static void put_clockbound_pairs(FILE *out, const struct compared_references *references,
				 int method_columns)
{
	const struct compared_reference *clock = &references->clockbound;

	if (!references->has_line)
		return;
	fprintf(out, "  CLOCK_REALTIME - ClockBound\n    %-*s", method_columns, "clock_gettime");
	put_why(out, clock, clock->realtime_why, clock->realtime);
	if (clock->page_why == -(int)ERROR_NO_CLOCK - 1)
		return;
	fprintf(out, "  ClockBound - page\n    %-*s", method_columns, "same counter");
	put_why(out, clock, clock->page_why, clock->page);
}

/* Two that were read one after the other. */
static void put_distance(FILE *out, const struct compared_distance *distance, int method_columns)
{
	char a[PEER_TEXT_BYTES], b[PEER_TEXT_BYTES], text[INTERVAL_TEXT_BYTES];

	interval_text(distance->apart, text, sizeof(text));
	fprintf(out, "  %s - %s\n    %-*s%s\n", peer_text(&distance->a, a),
		peer_text(&distance->b, b), method_columns, "one after the other", text);
}

void references_put_pairs(FILE *out, const struct compared_references *references,
			  int method_columns)
{
	put_clockbound_pairs(out, references, method_columns);
	for (size_t i = 0; i < references->count; i++) {
		const struct compared_reference *clock = &references->clock[i];
		char pair[64];

		snprintf(pair, sizeof(pair), "CLOCK_REALTIME - /dev/ptp%d", clock->number);
		put_pair(out, pair, clock, clock->realtime_why, clock->realtime, method_columns);
		/* Where there is no clock in the page, the line of the page says so. */
		if (clock->result || clock->page_why == -(int)ERROR_NO_CLOCK - 1)
			continue;
		snprintf(pair, sizeof(pair), "/dev/ptp%d - page", clock->number);
		put_pair(out, pair, clock, clock->page_why, clock->page, method_columns);
	}
	for (size_t i = 0; i < references->distances; i++)
		put_distance(out, &references->distance[i], method_columns);
}

const struct json_table compare_reference_table = {
	.name = "compare_reference",
	.doc = "A PTP clock that is not the vmclock's.",
	.keys = (const struct json_key[]){
		{"device", JSON_STRING, "Its node."},
		{"name", JSON_TEXT, "What its driver calls it."},
		{"kind", JSON_STRING, "Whose clock it is, by that name.",
		 .name = json_reference_kind_names},
		{"method", JSON_STRING, "How it was read. Null: it was not.", JSON_NULL,
		 .name = json_reference_way_names},
		{"errno", JSON_I64, "Why it could not be read, as a positive number.", JSON_NULL},
		{"scale", JSON_STRING, "Its scale. Null: not known.", JSON_NULL,
		 .name = json_scale_names},
		{"scale_by", JSON_STRING, "How that is known.",
		 .name = json_reference_source_names},
		{"claim_ns", JSON_U64, "The bound that it claims, one way. Null: none.", JSON_NULL,
		 .unit = "ns"},
		{"claim_by", JSON_STRING, "How that is known.",
		 .name = json_reference_source_names},
		{"realtime_minus_clock", JSON_OBJECT,
		 "CLOCK_REALTIME less this clock, by measurement alone. Null: not known.",
		 JSON_NULL, .of = &json_interval},
		{"clock_minus_page", JSON_OBJECT,
		 "This clock less the page's time, by measurement alone. Null: not known.",
		 JSON_NULL, .of = &json_interval},
		{0},
	}};

static json_object *clock_json(const struct compared_reference *clock)
{
	json_object *json = json_new(&compare_reference_table);
	char name[REFERENCE_NAME_BYTES + 1] = "", path[24];

	memcpy(name, clock->reference.name, strnlen(clock->reference.name, REFERENCE_NAME_BYTES));
	snprintf(path, sizeof(path), "/dev/ptp%d", clock->number);
	add_text(json, "device", path);
	add_text(json, "name", name);
	add_text(json, "kind", reference_kind_name(clock->reference.kind));
	add_text(json, "method", clock->result ? NULL : reference_way_name(clock->reference.way));
	if (clock->result)
		add_i64(json, "errno", -clock->result);
	else
		add_null(json, "errno");
	add_text(json, "scale",
		 clock->scale == SCALE_UNKNOWN ? NULL : clock_scale_name(clock->scale));
	add_text(json, "scale_by", reference_source_name(clock->reference.scale_source));
	add_known(json, "claim_ns", clock->has_claim, clock->claim_ns);
	add_text(json, "claim_by", reference_source_name(clock->reference.claim_source));
	add_json(json, "realtime_minus_clock",
		 clock->realtime_why ? NULL : page_json_interval(&clock->realtime));
	add_json(json, "clock_minus_page",
		 clock->page_why ? NULL : page_json_interval(&clock->page));
	return json;
}

json_object *references_json(const struct compared_references *references)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < references->count; i++)
		json_object_array_add(list, clock_json(&references->clock[i]));
	return list;
}

const struct json_table compare_clockbound_table = {
	.name = "compare_clockbound",
	.doc = "ClockBound.",
	.keys = (const struct json_key[]){
		{"claim_ns", JSON_U64, "The bound that it claims, one way. Null: none now.",
		 JSON_NULL, .unit = "ns"},
		{"own_line", JSON_BOOL,
		 "It claims for a line on the counter of its own (protocol 3). False: for "
		 "CLOCK_REALTIME, or nothing."},
		{"errno", JSON_I64, "Why it could not be read, as a positive number.", JSON_NULL},
		{"realtime_minus_clock", JSON_OBJECT,
		 "CLOCK_REALTIME less its line. Null: not known.", JSON_NULL, .of = &json_interval},
		{"clock_minus_page", JSON_OBJECT,
		 "Its line less the page's time, at one counter value. Null: not known.", JSON_NULL,
		 .of = &json_interval},
		{0},
	}};

json_object *clockbound_json(const struct compared_references *references)
{
	const struct compared_reference *clock = &references->clockbound;
	json_object *json;

	if (!references->has_clockbound)
		return NULL;
	json = json_new(&compare_clockbound_table);
	add_known(json, "claim_ns", clock->has_claim, clock->claim_ns);
	add_bool(json, "own_line", references->has_line);
	if (clock->result)
		add_i64(json, "errno", -clock->result);
	else
		add_null(json, "errno");
	add_json(json, "realtime_minus_clock",
		 clock->realtime_why ? NULL : page_json_interval(&clock->realtime));
	add_json(json, "clock_minus_page",
		 clock->page_why ? NULL : page_json_interval(&clock->page));
	return json;
}

const struct json_table compare_distance_table = {
	.name = "compare_distance",
	.doc = "Two of the other clocks at one moment.",
	.keys = (const struct json_key[]){
		{"a", JSON_OBJECT, "One of the clocks.", .of = &json_peer},
		{"b", JSON_OBJECT, "The other one.", .of = &json_peer},
		{"apart", JSON_OBJECT,
		 "`a` less `b`, by measurement alone: they were read one after the other.",
		 .of = &json_interval},
		{0},
	}};

json_object *distances_json(const struct compared_references *references)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < references->distances; i++) {
		const struct compared_distance *distance = &references->distance[i];
		json_object *json = json_new(&compare_distance_table);

		add_json(json, "a", peer_json(&distance->a));
		add_json(json, "b", peer_json(&distance->b));
		add_json(json, "apart", page_json_interval(&distance->apart));
		json_object_array_add(list, json);
	}
	return list;
}
