// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/page_json.h"
#include "status/page_status_view.h"
#include "show/smear_view.h"

static void add(json_object *object, const char *key, json_object *value)
{
	json_object_object_add(object, key, value);
}

static json_object *tool(void)
{
	json_object *object = json_object_new_object();

	add(object, "name", page_json_string("vmclock-trace"));
	add(object, "version", page_json_string(VERSION));
	return object;
}

static json_object *reader(const struct page_status *status)
{
	json_object *object = json_object_new_object();

	add(object, "via", page_json_string(status->via));
	add(object, "retries", json_object_new_int64(status->retries));
	add(object, "torn", json_object_new_boolean(status->torn));
	return object;
}

static json_object *system_clock(const struct page_status *status)
{
	json_object *object = json_object_new_object();

	add(object, "clock", page_json_string("CLOCK_REALTIME"));
	add(object, "minus_page",
	    page_json_interval(status->system_missing ? NULL : &status->system));
	add(object, "method",
	    page_json_string(status->system_missing ? NULL : PAGE_STATUS_SYSTEM_METHOD));
	add(object, "missing", page_json_string(status->system_missing));
	return object;
}

static json_object *phc(const struct page_status *status)
{
	bool known = status->phc && !status->phc_scale_missing;
	const char *missing = status->phc ? status->phc_scale_missing : status->phc_missing;
	json_object *object = json_object_new_object();

	add(object, "path", page_json_string(status->phc));
	add(object, "scale", page_json_string(known ? clock_scale_name(status->phc_scale) : NULL));
	add(object, "method", page_json_string(known ? PAGE_STATUS_SCALE_METHOD : NULL));
	add(object, "missing", page_json_string(missing));
	return object;
}

static json_object *findings(const struct page_status *status, size_t *count)
{
	const char *codes[PAGE_STATUS_FINDINGS];
	json_object *list = json_object_new_array();

	*count = page_status_findings(status, codes);
	for (size_t i = 0; i < *count; i++)
		json_object_array_add(list, page_json_string(codes[i]));
	return list;
}

static json_object *utc_text(const struct page_status *status)
{
	char text[INSTANT_ISO_BYTES];

	if (status->time_missing || !status->time.has_utc)
		return NULL;
	instant_format_utc(status->time.utc, text, sizeof(text));
	return page_json_string(text);
}

json_object *page_status_json(const struct page_status *status)
{
	char verdict[PAGE_STATUS_VERDICT_BYTES];
	json_object *object = json_object_new_object();
	json_object *found;
	size_t count;

	page_status_verdict(status, verdict, sizeof(verdict));
	found = findings(status, &count);
	add(object, "schema", page_json_string("vmclock-trace/status/1"));
	add(object, "tool", tool());
	add(object, "device", page_json_string(status->path));
	add(object, "is_device", json_object_new_boolean(status->is_device));
	add(object, "reader", reader(status));
	add(object, "sane", json_object_new_boolean(count == 0));
	add(object, "verdict", page_json_string(verdict));
	add(object, "findings", found);
	add(object, "warnings", page_json_warnings(status->warnings));
	add(object, "mode", page_json_string(page_mode_name(page_mode(&status->page))));
	add(object, "page", page_json_fields(&status->page));
	add(object, "names", page_json_names(&status->page));
	add(object, "at", page_json_time(status->time_missing ? NULL : &status->time));
	add(object, "at_missing", page_json_string(status->time_missing));
	add(object, "utc", utc_text(status));
	add(object, "smear",
	    status->time_missing ? NULL : smear_json(&status->page, &status->time));
	add(object, "system_clock", system_clock(status));
	add(object, "phc", phc(status));
	return object;
}
