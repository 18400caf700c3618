/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which fields differ between two snapshots. */
#ifndef VMCLOCK_TRACE_PAGE_DIFF_H
#define VMCLOCK_TRACE_PAGE_DIFF_H

#include <stdint.h>

#include "page/page.h"

/* A set of fields: bit 1 << field for each. */
typedef uint32_t page_field_set;
#define PAGE_FIELD_BIT(field) ((page_field_set)1 << (field))

/* The fields whose value differs, or that only one of the two pages has. */
page_field_set page_diff(const struct page *before, const struct page *after);

#endif
