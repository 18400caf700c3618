/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest that follows each smearing hint shows at the page's moment, next to UTC and TAI. */
#ifndef VMCLOCK_TRACE_SHOW_SMEAR_VIEW_H
#define VMCLOCK_TRACE_SHOW_SMEAR_VIEW_H

#include <stdio.h>

#include <json-c/json.h>

#include "page/page.h"
#include "page/time.h"
#include "show/json_table.h"

extern const struct json_table json_smear; /* of smear_json() */

/*
 * {sign, utc_midnight, tai_less_utc, in_leap_second, guests: {STRICT, NOON_LINEAR, UTC_SLS}} for
 * @time of @page; null (NULL) where the page does not tell both scales. The caller owns it.
 */
json_object *smear_json(const struct page *page, const struct page_time *time);

/* One row for each clock, each begun with @indent; nothing where no leap second is near. */
void smear_put_text(FILE *out, const char *indent, const struct page *page,
		    const struct page_time *time);

#endif
