/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Snapshots of a page that the hypervisor may be changing, with a wait that ends.
 *
 * seq_count is odd during an update. A copy is whole if seq_count was the same even number before
 * and after it.
 */
#ifndef VMCLOCK_TRACE_PAGE_SEQLOCK_H
#define VMCLOCK_TRACE_PAGE_SEQLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "page/page.h"

/* As long as the kernel driver waits before it returns -ETIMEDOUT. */
#define PAGE_WAIT_DRIVER_NS 100000000

/* How long to try: until either runs out. The first try is always made. */
struct page_wait {
	uint32_t tries;	   /* 0: any number */
	int64_t budget_ns; /* of CLOCK_MONOTONIC; with both 0 there is one try only */
};

/* One snapshot and how it was had. */
struct page_copy {
	struct page page;
	bool torn;	  /* an update was under way: the bytes may be of two updates */
	uint32_t retries; /* tries that were in vain before the last one */
	uint64_t
		counter_before; /* this CPU's counter, ordered before the first byte of this copy */
	uint64_t counter_after; /* and ordered after the last one */
};

/*
 * Copy the page at @map, which must stay readable for VMCLOCK_ABI_BYTES, is 8-byte aligned and may
 * change at any time; only the first @length bytes of it count.
 *
 * 0: a whole copy, or one that is PAGE_INVALID (its seq_count then means nothing, so nothing is
 * waited for). -ETIMEDOUT: the wait is over; @copy is filled here too, with the last try, and
 * marked torn: evidence of a writer that is slow or stuck, not a page to compute with.
 */
int page_copy_mapped(const volatile void *map, uint32_t length, struct page_wait wait,
		     struct page_copy *copy);

/*
 * Gets @bytes at @offset of a page into @out. Returns how many there were (fewer at the end of a
 * file), or -errno.
 */
typedef int (*page_fetch)(void *context, uint32_t offset, void *out, uint32_t bytes);

/*
 * The same for a page that must be fetched in pieces, as by pread(). What @fetch returns as an
 * error ends the copy and is returned, @copy untouched.
 */
int page_copy_fetched(page_fetch fetch, void *context, struct page_wait wait,
		      struct page_copy *copy);

#endif
