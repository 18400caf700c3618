/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An update of the page as JSON. */
#ifndef VMCLOCK_TRACE_SHOW_PAGE_CHANGE_JSON_H
#define VMCLOCK_TRACE_SHOW_PAGE_CHANGE_JSON_H

#include <json-c/json.h>

#include "event/page_change.h"
#include "show/json_table.h"

extern const struct json_table page_change_table;

/* One line of type "page". The caller owns it. */
json_object *page_change_json(const struct page_change *change);

#endif
