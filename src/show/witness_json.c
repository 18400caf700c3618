// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/witness_json.h"

#include <stdio.h>
#include <string.h>

#include "show/json_add.h"
#include "show/json_objects.h"

static const char *rank_name(int i)
{
	return i < WITNESS_RANKS - 1 ? witness_rank_name((enum witness_rank)(i + 1)) : NULL;
}

const struct json_table json_witness = {
	.name = "witness",
	.doc = "The clock by which others are judged.",
	.keys = (const struct json_key[]){
		{"rank", JSON_STRING,
		 "What it is worth, the best one first. `page`: the page carries a clock. "
		 "`bounded`: another clock that claims a bound of its error. `host`: a clock of "
		 "the host, which claims none: the host may be wrong. `told`: a clock of which "
		 "only the scale is known, by the user.",
		 .name = rank_name},
		{"device", JSON_TEXT, "Its node. Null for the page and for ClockBound.", JSON_NULL},
		{"name", JSON_TEXT, "What its driver calls it, or `ClockBound`. Null for the page.",
		 JSON_NULL},
		{"kind", JSON_STRING, "Whose clock it is. Null as `device`.", JSON_NULL,
		 .name = json_reference_kind_names},
		{"method", JSON_STRING, "How it was read last. Null as `device`.", JSON_NULL,
		 .name = json_reference_way_names},
		{"scale_by", JSON_STRING, "How its scale is known. Null as `device`.", JSON_NULL,
		 .name = json_reference_source_names},
		{"claim_by", JSON_STRING, "How its bound is known. Null as `device`.", JSON_NULL,
		 .name = json_reference_source_names},
		{"claim_ns", JSON_U64,
		 "The bound that it claims, one way. Null: none, or the page's.", JSON_NULL,
		 .unit = "ns"},
		{0},
	}};

json_object *json_of_witness(const struct witness *witness)
{
	const struct reference *reference = &witness->reference;
	bool is_page = witness->rank == WITNESS_PAGE;
	bool is_ptp = !is_page && witness->clock == OBSERVED_PHC_OTHER;
	char name[REFERENCE_NAME_BYTES + 1] = "", device[32];
	json_object *json;

	if (witness->rank == WITNESS_NONE)
		return NULL;
	json = json_new(&json_witness);
	memcpy(name, reference->name, strnlen(reference->name, REFERENCE_NAME_BYTES));
	snprintf(device, sizeof(device), "/dev/ptp%d", reference->number);
	add_text(json, "rank", witness_rank_name(witness->rank));
	add_text(json, "device", is_ptp ? device : NULL);
	add_text(json, "name",
		 is_page  ? NULL
		 : is_ptp ? name
			  : observed_clock_name(witness->clock));
	add_text(json, "kind", is_ptp ? reference_kind_name(reference->kind) : NULL);
	add_text(json, "method", is_ptp ? reference_way_name(reference->way) : NULL);
	add_text(json, "scale_by", is_ptp ? reference_source_name(reference->scale_source) : NULL);
	add_text(json, "claim_by", is_ptp ? reference_source_name(reference->claim_source) : NULL);
	add_known(json, "claim_ns", witness->rank == WITNESS_BOUNDED, witness->bound_ns);
	return json;
}
