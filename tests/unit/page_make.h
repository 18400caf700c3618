/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages for tests, made field by field. */
#ifndef VMCLOCK_TRACE_TESTS_PAGE_MAKE_H
#define VMCLOCK_TRACE_TESTS_PAGE_MAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "page/counter.h"
#include "page/page.h"

/* Set a field, whatever `size` says. */
static inline void make_field(struct page *page, enum page_field field, uint64_t value)
{
	const struct page_field_info *info = page_field_info(field);

	for (unsigned int i = 0; i < info->width; i++)
		page->bytes[info->offset + i] = (uint8_t)(value >> (8 * i));
}

/* A page with only a marker, as QEMU makes it. */
static inline struct page make_marker_page(void)
{
	struct page page = {.length = VMCLOCK_ABI_BYTES};

	make_field(&page, PAGE_MAGIC, VMCLOCK_MAGIC);
	make_field(&page, PAGE_SIZE_BYTES, 4096);
	make_field(&page, PAGE_VERSION, VMCLOCK_VERSION);
	make_field(&page, PAGE_COUNTER_ID, VMCLOCK_COUNTER_INVALID);
	make_field(&page, PAGE_DISRUPTION_MARKER, 0x1122334455667788);
	return page;
}

/* A good clock on this CPU's counter: 2^-30 s a tick, UTC 1,800,000,000 s at tick 0, TAI known. */
static inline struct page make_full_page(void)
{
	struct page page = make_marker_page();

	make_field(&page, PAGE_COUNTER_ID, COUNTER_NATIVE_ID);
	make_field(&page, PAGE_FLAGS,
		   VMCLOCK_FLAG_TAI_OFFSET_VALID | VMCLOCK_FLAG_PERIOD_MAXERROR_VALID |
			   VMCLOCK_FLAG_TIME_MAXERROR_VALID);
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_SYNCHRONIZED);
	make_field(&page, PAGE_TAI_OFFSET_SEC, (uint64_t)-37);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, 1ull << 34);
	make_field(&page, PAGE_TIME_SEC, 1800000000);
	make_field(&page, PAGE_TIME_MAXERROR_NS, 1000);
	return page;
}

#endif
