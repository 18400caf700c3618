// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/page_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "page/names.h"
#include "show/json_add.h"
#include "show/json_objects.h"

#define NAME(field, doc)                                                                           \
	{                                                                                          \
		field, JSON_STRING, doc, JSON_NULL                                                 \
	}

const struct json_table json_page_names = {
	.name = "page_names",
	.doc = "What numbers in the page mean, null where the ABI has no name for the value.",
	.keys = (const struct json_key[]){
		NAME("counter_id", "The counter that the clock is on."),
		NAME("time_type", "The page's time scale."),
		NAME("clock_status", "What the hypervisor says of the clock."),
		NAME("leap_second_smearing_hint", "How a guest is to smear leap seconds."),
		NAME("leap_indicator", "The leap second that the page knows of."),
		{"flags", JSON_STRING, "The flags that are set; those without a name are left out.",
		 JSON_LIST},
		{0},
	}};

const struct json_table json_page_time = {
	.name = "page_time",
	.doc = "The time by the page at a counter value.",
	.keys = (const struct json_key[]){
		{"counter", JSON_U64,
		 "The counter value that it is of: that of --counter, or of this moment.",
		 .unit = "ticks"},
		{"sec", JSON_I64, "The time on the page's own scale, whole seconds.", .unit = "s"},
		{"nsec", JSON_U64, "The rest of it.", .unit = "ns"},
		{"utc", JSON_OBJECT,
		 "The same on UTC, null where the page does not tell it. A leap second is not "
		 "marked.",
		 JSON_NULL, .of = &json_moment},
		{"tai", JSON_OBJECT, "The same on TAI, null where the page does not tell it.",
		 JSON_NULL, .of = &json_moment},
		{"est_error_ns", JSON_U64,
		 "How far it may be off, one way, rounded up: estimated. Null unless the page's "
		 "flags call that valid.",
		 JSON_NULL, "ns"},
		{"max_error_ns", JSON_U64,
		 "The same, guaranteed by the page. Null unless its flags call that valid.",
		 JSON_NULL, "ns"},
		{0},
	}};

json_object *page_json_string(const char *text)
{
	size_t bytes = text ? strlen(text) : 0;
	char *clean = text ? malloc(TEXT_UTF8_BYTES(bytes)) : NULL;
	json_object *string;

	if (!clean)
		return NULL;
	text_utf8(text, bytes, clean, TEXT_UTF8_BYTES(bytes));
	string = json_object_new_string(clean);
	free(clean);
	return string;
}

json_object *page_json_fields(const struct page *page)
{
	json_object *object;

	if (!page || page->length < PAGE_HEADER_BYTES)
		return NULL;
	object = json_new(&json_page);
	for (enum page_field field = 0; field < PAGE_FIELDS; field++) {
		const struct page_field_info *info = page_field_info(field);
		json_object *value = NULL;

		if (page_has(page, field) && info->is_signed)
			value = json_object_new_int64(page_get_signed(page, field));
		else if (page_has(page, field))
			value = json_object_new_uint64(page_get(page, field));
		add_json(object, info->name, value);
	}
	return object;
}

static json_object *flag_names(uint64_t flags)
{
	json_object *list = json_object_new_array();

	for (unsigned int bit = 0; bit < 64; bit++) {
		if ((flags >> bit & 1) && page_flag_name(bit))
			json_object_array_add(list, page_json_string(page_flag_name(bit)));
	}
	return list;
}

json_object *page_json_names(const struct page *page)
{
	static const enum page_field enumerations[] = {
		PAGE_COUNTER_ID,    PAGE_TIME_TYPE,	 PAGE_CLOCK_STATUS,
		PAGE_SMEARING_HINT, PAGE_LEAP_INDICATOR,
	};
	json_object *object;

	if (page->length < PAGE_HEADER_BYTES)
		return NULL;
	object = json_new(&json_page_names);
	for (size_t i = 0; i < sizeof(enumerations) / sizeof(enumerations[0]); i++) {
		enum page_field field = enumerations[i];
		const char *name = NULL;

		if (page_has(page, field))
			name = page_value_name(field, page_get(page, field));
		add_text(object, page_field_info(field)->name, name);
	}
	add_json(object, "flags", flag_names(page_get(page, PAGE_FLAGS)));
	return object;
}

json_object *page_json_moment(struct instant at)
{
	json_object *object = json_new(&json_moment);

	add_i64(object, "sec", at.sec);
	add_u64(object, "nsec", instant_nsec(at));
	return object;
}

json_object *page_json_time(const struct page_time *time)
{
	json_object *object;

	if (!time)
		return NULL;
	object = json_new(&json_page_time);
	add_u64(object, "counter", time->counter);
	add_i64(object, "sec", time->at.sec);
	add_u64(object, "nsec", instant_nsec(time->at));
	add_json(object, "utc", time->has_utc ? page_json_moment(time->utc) : NULL);
	add_json(object, "tai", time->has_tai ? page_json_moment(time->tai) : NULL);
	add_known(object, "est_error_ns", time->has_est_error, time->est_error_ns);
	add_known(object, "max_error_ns", time->has_max_error, time->max_error_ns);
	return object;
}

json_object *page_json_warnings(page_warning_set set)
{
	json_object *list = json_object_new_array();

	for (enum page_warning i = 0; i < PAGE_WARNINGS; i++) {
		if (set & PAGE_WARNING_BIT(i))
			json_object_array_add(list, page_json_string(page_warning_info(i)->code));
	}
	return list;
}

json_object *page_json_field_names(page_field_set set)
{
	json_object *list = json_object_new_array();

	for (enum page_field i = 0; i < PAGE_FIELDS; i++) {
		if (set & PAGE_FIELD_BIT(i))
			json_object_array_add(list, page_json_string(page_field_info(i)->name));
	}
	return list;
}

json_object *page_json_interval(const struct ns_interval *interval)
{
	json_object *object;

	if (!interval)
		return NULL;
	object = json_new(&json_interval);
	add_i64(object, "lo_ns", interval->lo_ns);
	add_i64(object, "hi_ns", interval->hi_ns);
	return object;
}
