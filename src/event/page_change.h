/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two samples of the page that differ. */
#ifndef VMCLOCK_TRACE_EVENT_PAGE_CHANGE_H
#define VMCLOCK_TRACE_EVENT_PAGE_CHANGE_H

#include <stdint.h>

#include "page/page.h"

struct page_change {
	uint64_t time_ns;      /* CLOCK_MONOTONIC when it was found */
	uint64_t last_same_ns; /* when the page was last seen as before: it changed in between */
	struct page before;
	struct page after;
	uint32_t updates; /* by seq_count; above 1, those in between were not seen */
};

#endif
