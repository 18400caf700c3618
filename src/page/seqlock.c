// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/seqlock.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "page/counter.h"

#define SEQ_OFFSET 0x0c

/* A mapping as something to fetch from. */
struct mapped {
	const volatile uint64_t *words;
	uint32_t length;
};

/* Tell the CPU that this is a spin, for the sake of the other thread on its core. */
static inline void relax(void)
{
#if defined(__x86_64__)
	__asm__ volatile("pause");
#else
	__asm__ volatile("yield");
#endif
}

static int64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/*
 * Each aligned word is one load, so no field is ever seen half written. The bytes before and after
 * the part that was asked for come along and are dropped.
 */
static int fetch_mapped(void *context, uint32_t offset, void *out, uint32_t bytes)
{
	const struct mapped *mapped = context;
	uint64_t words[VMCLOCK_ABI_BYTES / 8];

	if (offset >= mapped->length)
		return 0;
	if (bytes > mapped->length - offset)
		bytes = mapped->length - offset;
	for (uint32_t i = offset / 8; i < (offset + bytes + 7) / 8; i++)
		words[i] = mapped->words[i];
	memcpy(out, (const uint8_t *)words + offset, bytes);
	return (int)bytes;
}

/*
 * One try. The acquire fences keep the three fetches in order: behind the first read of seq_count
 * the fields, behind the fields the second read. Free on x86, DMB ISHLD on arm64.
 */
static int copy_once(page_fetch fetch, void *context, struct page_copy *copy)
{
	uint32_t before = 0, after = 0;
	int first, got, last;

	copy->counter_before = counter_read_ordered();
	first = fetch(context, SEQ_OFFSET, &before, sizeof(before));
	if (first < 0)
		return first;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	memset(&copy->page, 0, sizeof(copy->page));
	got = fetch(context, 0, copy->page.bytes, VMCLOCK_ABI_BYTES);
	if (got < 0)
		return got;
	copy->page.length = (uint32_t)got;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	last = fetch(context, SEQ_OFFSET, &after, sizeof(after));
	if (last < 0)
		return last;
	copy->counter_after = counter_read_ordered();

	/* The copy's own seq_count too: a file may change its length between the fetches. */
	copy->torn = first != last || before != after ||
		     (page_get(&copy->page, PAGE_SEQ_COUNT) & 1) ||
		     memcmp(&before, copy->page.bytes + SEQ_OFFSET, sizeof(before)) != 0;
	if (page_mode(&copy->page) == PAGE_INVALID)
		copy->torn = false;
	return 0;
}

int page_copy_fetched(page_fetch fetch, void *context, struct page_wait wait,
		      struct page_copy *copy)
{
	struct page_copy work = {.retries = 0};
	int64_t end_ns = 0;
	int err;

	for (;;) {
		err = copy_once(fetch, context, &work);
		if (err)
			return err;
		if (!work.torn || (wait.tries == 0 && wait.budget_ns <= 0) ||
		    (wait.tries && work.retries + 1 >= wait.tries))
			break;
		/* The clock is looked at only once there is something to wait for. */
		if (wait.budget_ns > 0 && end_ns == 0)
			end_ns = monotonic_ns() + wait.budget_ns;
		else if (wait.budget_ns > 0 && monotonic_ns() >= end_ns)
			break;
		work.retries++;
		relax();
	}
	*copy = work;
	return work.torn ? -ETIMEDOUT : 0;
}

int page_copy_mapped(const volatile void *map, uint32_t length, struct page_wait wait,
		     struct page_copy *copy)
{
	struct mapped mapped = {.words = map, .length = length};

	if (length > VMCLOCK_ABI_BYTES)
		mapped.length = VMCLOCK_ABI_BYTES;
	return page_copy_fetched(fetch_mapped, &mapped, wait, copy);
}
