/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One sample of one vmclock, as a screen for people and as an object for programs. */
#ifndef VMCLOCK_TRACE_STATUS_PAGE_STATUS_VIEW_H
#define VMCLOCK_TRACE_STATUS_PAGE_STATUS_VIEW_H

#include <json-c/json.h>
#include <stdio.h>

#include "show/json_table.h"
#include "status/page_status.h"

/* How `page_status.system` was measured, for readers. */
#define PAGE_STATUS_SYSTEM_METHOD "counter, clock_gettime, counter; narrowest of several"

/* And how `page_status.phc_scale` was inferred: the kernel does not say it. */
#define PAGE_STATUS_SCALE_METHOD "its reading against the page's UTC and TAI"

/* The screen to @out, the verdict first. Strings are made harmless for a terminal. */
void page_status_print(const struct page_status *status, FILE *out);

/* The object of `status_schema`; the caller owns it. */
json_object *page_status_json(const struct page_status *status);

extern const struct json_schema status_schema;

#endif
