// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/page_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "page/names.h"

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
	object = json_object_new_object();
	for (enum page_field field = 0; field < PAGE_FIELDS; field++) {
		const struct page_field_info *info = page_field_info(field);
		json_object *value = NULL;

		if (page_has(page, field) && info->is_signed)
			value = json_object_new_int64(page_get_signed(page, field));
		else if (page_has(page, field))
			value = json_object_new_uint64(page_get(page, field));
		json_object_object_add(object, info->name, value);
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
	object = json_object_new_object();
	for (size_t i = 0; i < sizeof(enumerations) / sizeof(enumerations[0]); i++) {
		enum page_field field = enumerations[i];
		const char *name = NULL;

		if (page_has(page, field))
			name = page_value_name(field, page_get(page, field));
		json_object_object_add(object, page_field_info(field)->name,
				       page_json_string(name));
	}
	json_object_object_add(object, "flags", flag_names(page_get(page, PAGE_FLAGS)));
	return object;
}

static json_object *moment(bool known, struct instant at)
{
	json_object *object;

	if (!known)
		return NULL;
	object = json_object_new_object();
	json_object_object_add(object, "sec", json_object_new_int64(at.sec));
	json_object_object_add(object, "nsec", json_object_new_int64(instant_nsec(at)));
	return object;
}

static json_object *number(bool known, uint64_t value)
{
	return known ? json_object_new_uint64(value) : NULL;
}

json_object *page_json_time(const struct page_time *time)
{
	json_object *object;

	if (!time)
		return NULL;
	object = json_object_new_object();
	json_object_object_add(object, "counter", json_object_new_uint64(time->counter));
	json_object_object_add(object, "sec", json_object_new_int64(time->at.sec));
	json_object_object_add(object, "nsec", json_object_new_int64(instant_nsec(time->at)));
	json_object_object_add(object, "utc", moment(time->has_utc, time->utc));
	json_object_object_add(object, "tai", moment(time->has_tai, time->tai));
	json_object_object_add(object, "est_error_ns",
			       number(time->has_est_error, time->est_error_ns));
	json_object_object_add(object, "max_error_ns",
			       number(time->has_max_error, time->max_error_ns));
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
	object = json_object_new_object();
	json_object_object_add(object, "lo_ns", json_object_new_int64(interval->lo_ns));
	json_object_object_add(object, "hi_ns", json_object_new_int64(interval->hi_ns));
	return object;
}
