// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/sequence.h"

#define UPDATE_LEAST_NS	 100
#define UPDATES_IN_PAUSE 1000

bool page_updates_between(const struct page *before, const struct page *after, uint64_t elapsed_ns,
			  uint32_t *updates)
{
	int32_t steps = (int32_t)(uint32_t)(page_get(after, PAGE_SEQ_COUNT) -
					    page_get(before, PAGE_SEQ_COUNT));

	if (steps < 0 || (uint64_t)steps / 2 > elapsed_ns / UPDATE_LEAST_NS + UPDATES_IN_PAUSE)
		return false;
	*updates = (uint32_t)steps / 2;
	return true;
}
