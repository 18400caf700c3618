// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/mapper_view.h"

#include "show/finding_json.h"
#include "show/json_add.h"

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
	json_object *line = new_line("mapper", event->time_ns);

	add_text(line, "news", mapper_news_name(mapper->news));
	add_who(line, &event->who, event->device);
	add_known(line, "not_before_ns", mapper->not_before_ns, mapper->not_before_ns);
	add_u64(line, "address", mapper->address);
	add_u64(line, "mappings", mapper->mappings);
	return line;
}

json_object *mapper_method_json(const struct mapper_method *method)
{
	json_object *json = json_object_new_object();

	add_text(json, "method", method->all ? "bpf" : method->why_not ? "proc" : NULL);
	add_text(json, "why", method->all ? NULL : method->why_not);
	return json;
}

static json_object *json_entry(const struct mapper_entry *entry)
{
	json_object *json = json_object_new_object();
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
	json_object *json = json_object_new_object();
	json_object *processes = json_object_new_array();

	for (size_t i = 0; i < list->entries; i++)
		json_object_array_add(processes, json_entry(&list->entry[i]));
	json_object_object_add(json, "processes", processes);
	add_u64(json, "forgotten", list->forgotten);
	add_u64(json, "unlisted", list->unlisted);
	add_known(json, "mappings_unlisted", counts, counts ? counts->unlisted : 0);
	add_known(json, "walks", counts, counts ? counts->walks : 0);
	add_known(json, "walks_failed", counts, counts ? counts->failed : 0);
	add_known(json, "walk_worst_ns", counts, counts ? counts->worst_ns : 0);
	return json;
}
