/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page and what follows from it as JSON: numbers exact, unknown is null, strings valid UTF-8.
 *
 * Every function returns a new object that the caller owns (or a NULL, which is how json-c spells
 * null), to be added to another or released with json_object_put().
 */
#ifndef VMCLOCK_TRACE_SHOW_PAGE_JSON_H
#define VMCLOCK_TRACE_SHOW_PAGE_JSON_H

#include <json-c/json.h>

#include "base/instant.h"
#include "page/diff.h"
#include "page/page.h"
#include "page/time.h"
#include "page/warning.h"
#include "show/json_table.h"

extern const struct json_table json_page_names; /* of page_json_names() */
extern const struct json_table json_page_time;	/* of page_json_time() */

/* @text with every byte that is no UTF-8 replaced; null for NULL. */
json_object *page_json_string(const char *text);

/* Every field by its uAPI name as the raw number, null where it is not there; null for no page. */
json_object *page_json_fields(const struct page *page);

/* The names of the enumerations among the fields, and the set flags as a list; null for no page. */
json_object *page_json_names(const struct page *page);

/* {sec, nsec}. */
json_object *page_json_moment(struct instant at);

/* {counter, sec, nsec, utc, tai, est_error_ns, max_error_ns}; null for NULL. */
json_object *page_json_time(const struct page_time *time);

/* The codes of @set, sorted. */
json_object *page_json_warnings(page_warning_set set);

/* The names of the fields in @set, in the page's order. */
json_object *page_json_field_names(page_field_set set);

/* {lo_ns, hi_ns}; null for NULL. */
json_object *page_json_interval(const struct ns_interval *interval);

#endif
