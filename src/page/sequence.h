/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many updates seq_count says that a page went through, as far as that can be. */
#ifndef VMCLOCK_TRACE_PAGE_SEQUENCE_H
#define VMCLOCK_TRACE_PAGE_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "page/page.h"

/*
 * Whole updates from @before to @after, two stable copies taken @elapsed_ns apart; each adds 2 to
 * the 32 bits of seq_count, which may wrap. False where the difference counts no updates: it went
 * back, or by more than a writer can publish meanwhile (one in 100 ns, and 1000 besides, as the
 * guest's clock may have stood still). @updates is then untouched.
 */
bool page_updates_between(const struct page *before, const struct page *after, uint64_t elapsed_ns,
			  uint32_t *updates);

#endif
