// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/mapper_view.h"

#include "show/finding_json.h"
#include "show/json_add.h"
#include "show/json_objects.h"

static const char *news_names(int i)
{
	return i < MAPPER_NEWS ? mapper_news_name((enum mapper_news)i) : NULL;
}

/* Who maps which page. */
static const struct json_table process_table = {
	.name = "mapper_who",
	.doc = "A process that maps a page.",
	.keys = (const struct json_key[]){
		{.kind = JSON_EMBED, .of = &json_who},
		{"cgroup_id", JSON_U64,
		 "Its cgroup in the unified hierarchy, by id. Null: not known, as by `proc`.",
		 JSON_NULL},
		{"clock", JSON_STRING, "vmclockN.", JSON_NULL},
		{0},
	}};

const struct json_table mapper_table = {
	.name = "mapper",
	.doc = "It became known that a process maps the page, or that it does no longer. What it "
	       "reads there cannot be seen.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("mapper", "When it became known, by CLOCK_MONOTONIC."),
		{"news", JSON_STRING,
		 "`there`: it did when it was looked for the first time. `came`: it does now. "
		 "`unmapped`: it does no longer, and lives. `exited`: it does no longer, for it "
		 "has "
		 "exited. `gone`: one of these two.",
		 .name = news_names},
		{.kind = JSON_EMBED, .of = &process_table},
		{"not_before_ns", JSON_U64,
		 "It happened between then and `monotonic_ns`. Null: it is not known since when.",
		 JSON_NULL, "ns"},
		{"address", JSON_U64,
		 "Where a mapping begins; of one that is no more, the last that was seen."},
		{"mappings", JSON_U64, "How many it has, or had."},
		{0},
	}};

const struct json_table mapper_method_table = {
	.name = "mapper_method",
	.doc = "How it is found out who maps the page.",
	.keys = (const struct json_key[]){
		{"method", JSON_STRING,
		 "`bpf`: among all processes. `proc`: only among those that this user may look "
		 "into. Null of a recording for which that was not looked for.",
		 JSON_NULL, .values = JSON_VALUES("bpf", "proc")},
		{"bpf_missing", JSON_OBJECT, "Why not by BPF.", JSON_NULL, .of = &json_missing},
		{0},
	}};

static const struct json_table entry_table = {
	.doc = "A process that maps the page, or did.",
	.keys = (const struct json_key[]){
		{.kind = JSON_EMBED, .of = &process_table},
		{"mappings", JSON_U64, "How many it has, or had."},
		{"from_ns", JSON_U64, "When it was first seen, by CLOCK_MONOTONIC.", .unit = "ns"},
		{"not_before_ns", JSON_U64, "When it did not yet. Null: it did before the start.",
		 JSON_NULL, "ns"},
		{"to_ns", JSON_U64, "When it was seen not to any longer. Null: it still does.",
		 JSON_NULL, "ns"},
		{"end", JSON_STRING, "The `news` of that.", JSON_NULL, .name = news_names},
		{0},
	}};

const struct json_table mapper_list_table = {
	.name = "mapper_list",
	.doc = "Who mapped the page.",
	.keys = (const struct json_key[]){
		{"processes", JSON_OBJECT, "Each of them.", JSON_LIST, .of = &entry_table},
		{"forgotten", JSON_U64,
		 "Processes beyond the 512 that are kept: those that were gone and made room."},
		{"unlisted", JSON_U64, "Those that found no room."},
		{"mappings_unlisted", JSON_U64,
		 "Mappings, in the newest walk, by processes beyond the 256 that are followed at a "
		 "time. Null of a recording, as the next three.",
		 JSON_NULL},
		{"walks", JSON_U64, "How often all mappings were walked through.", JSON_NULL},
		{"walks_failed", JSON_U64, "How often that failed.", JSON_NULL},
		{"walk_worst_ns", JSON_U64, "What the longest walk took.", JSON_NULL, "ns"},
		{0},
	}};

static void add_who(json_object *json, const struct event_reader *who, int32_t device)
{
	char name[EVENT_DEVICE_BYTES];

	reader_json_add(json, who);
	add_known(json, "cgroup_id", who->cgroup, who->cgroup);
	add_text(json, "clock", event_device_name(false, device, name));
}

json_object *mapper_json(const struct event *event)
{
	const struct event_mapper *mapper = &event->mapper;
	json_object *line = json_new_line(&mapper_table, event->time_ns);

	add_text(line, "news", mapper_news_name(mapper->news));
	add_who(line, &event->who, event->device);
	add_known(line, "not_before_ns", mapper->not_before_ns, mapper->not_before_ns);
	add_u64(line, "address", mapper->address);
	add_u64(line, "mappings", mapper->mappings);
	return line;
}

json_object *mapper_method_json(const struct mapper_method *method)
{
	json_object *json = json_new(&mapper_method_table);

	add_text(json, "method", method->all ? "bpf" : method->why_not ? "proc" : NULL);
	add_missing(json, "bpf_missing", method->all ? NULL : method->why_not, NULL);
	return json;
}

static json_object *json_entry(const struct mapper_entry *entry)
{
	json_object *json = json_new(&entry_table);
	bool gone = entry->to_ns;

	add_who(json, &entry->who, entry->device);
	add_u64(json, "mappings", entry->mappings);
	add_u64(json, "from_ns", entry->from_ns);
	add_known(json, "not_before_ns", entry->not_before_ns, entry->not_before_ns);
	add_known(json, "to_ns", gone, entry->to_ns);
	add_text(json, "end", gone ? mapper_news_name(entry->end) : NULL);
	return json;
}

json_object *mapper_list_json(const struct mapper_list *list, const struct mapper_counts *counts)
{
	json_object *json = json_new(&mapper_list_table);
	json_object *processes = json_object_new_array();

	for (size_t i = 0; i < list->entries; i++)
		json_object_array_add(processes, json_entry(&list->entry[i]));
	add_json(json, "processes", processes);
	add_u64(json, "forgotten", list->forgotten);
	add_u64(json, "unlisted", list->unlisted);
	add_known(json, "mappings_unlisted", counts, counts ? counts->unlisted : 0);
	add_known(json, "walks", counts, counts ? counts->walks : 0);
	add_known(json, "walks_failed", counts, counts ? counts->failed : 0);
	add_known(json, "walk_worst_ns", counts, counts ? counts->worst_ns : 0);
	return json;
}
