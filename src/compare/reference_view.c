// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/reference_view.h"

#include <string.h>

#include "base/text.h"
#include "judge/clock_error.h"
#include "judge/scale_inference.h"
#include "show/interval_text.h"
#include "show/json_add.h"
#include "show/json_objects.h"

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

void references_put_clocks(FILE *out, const struct compared_references *references)
{
	for (size_t i = 0; i < references->count; i++)
		put_clock(out, &references->clock[i]);
}

static void put_pair(FILE *out, const char *pair, const struct compared_reference *clock, int why,
		     struct ns_interval offset, int pair_columns, int method_columns)
{
	char text[INTERVAL_TEXT_BYTES];

	fprintf(out, "  %-*s  %-*s", pair_columns, pair, method_columns,
		clock->result ? "" : reference_way_name(clock->reference.way));
	if (clock->result) {
		fprintf(out, "not known: %s\n", strerror(-clock->result));
	} else if (why) {
		fprintf(out, "not known: %s\n", error_unknown_means(clock_error_why(why)));
	} else {
		interval_text(offset, text, sizeof(text));
		fprintf(out, "%s\n", text);
	}
}

void references_put_pairs(FILE *out, const struct compared_references *references, int pair_columns,
			  int method_columns)
{
	for (size_t i = 0; i < references->count; i++) {
		const struct compared_reference *clock = &references->clock[i];
		char pair[64];

		snprintf(pair, sizeof(pair), "CLOCK_REALTIME - /dev/ptp%d", clock->number);
		put_pair(out, pair, clock, clock->realtime_why, clock->realtime, pair_columns,
			 method_columns);
		/* Where there is no clock in the page, the line of the page says so. */
		if (clock->result || clock->page_why == -(int)ERROR_NO_CLOCK - 1)
			continue;
		snprintf(pair, sizeof(pair), "/dev/ptp%d - page", clock->number);
		put_pair(out, pair, clock, clock->page_why, clock->page, pair_columns,
			 method_columns);
	}
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
