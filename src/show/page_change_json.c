// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/page_change_json.h"

#include "page/diff.h"
#include "show/json_add.h"
#include "show/json_objects.h"

static const char *field_names(int i)
{
	return i < PAGE_FIELDS ? page_field_info((enum page_field)i)->name : NULL;
}

const struct json_table page_change_table = {
	.name = "page_change",
	.doc = "The page differs from the sample before.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("page", "When it was seen, by CLOCK_MONOTONIC."),
		{"not_before_ns", JSON_U64,
		 "When it was last seen as before: it changed between then and `monotonic_ns`.",
		 .unit = "ns"},
		{"updates", JSON_U64,
		 "How many updates that were, by `seq_count`. Above 1, those in between were not "
		 "seen."},
		{"changed", JSON_STRING, "The names of the fields that differ.", JSON_LIST,
		 .name = field_names},
		{"page", JSON_OBJECT, "The page as it is now.", .of = &json_page},
		{0},
	}};

json_object *page_change_json(const struct page_change *change)
{
	json_object *line = json_new_line(&page_change_table, change->time_ns);

	add_u64(line, "not_before_ns", change->last_same_ns);
	add_u64(line, "updates", change->updates);
	add_json(line, "changed",
		 page_json_field_names(page_diff(&change->before, &change->after)));
	add_json(line, "page", page_json_fields(&change->after));
	return line;
}
