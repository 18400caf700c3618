/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time now, straight from a mapped page: no lock, no system call, no copy.
 *
 * For the inner loop of a program. Everything here reads the page once and does the exact
 * arithmetic of page/time.h; page/seqlock.h has the snapshots that keep the evidence.
 */
#ifndef VMCLOCK_TRACE_PAGE_NOW_H
#define VMCLOCK_TRACE_PAGE_NOW_H

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "page/abi.h"
#include "page/counter.h"
#include "page/page.h"
#include "page/time.h"

/*
 * Tries that a reading makes while an update is under way. An update takes well below a
 * microsecond unless the writer is stopped in the middle, and then the caller should know.
 */
#define PAGE_NOW_TRIES 1000

/* One reading. */
struct page_now {
	struct instant at; /* on the page's own scale */
	uint64_t counter;  /* ticks, the reading of the counter that gave it */
	uint64_t marker;   /* disruption_marker; another than last time: start over */
	uint8_t time_type; /* which scale that is */
};

/* What one pass over the page collects; inner to this file. */
struct page_now_raw {
	struct page_reference ref;
	uint64_t counter;
	uint64_t marker;
	uint64_t head;	/* version, counter_id, time_type and seq_count in one word: 0x08..0x0f */
	uint64_t hints; /* clock_status to counter_period_shift: 0x20..0x27 */
	uint64_t flags;
	uint64_t maxerror_rate;
	uint64_t maxerror_ns;
};

/* seq_count in the word at 0x08 says that an update is under way. */
#define PAGE_NOW_ODD (1ull << 32)

/* Byte @offset of the page, out of the word that holds it. */
#define PAGE_NOW_BYTE(word, offset) ((uint8_t)((word) >> 8 * ((offset) % 8)))

/* Volatile, so that each is one load, between the two reads of seq_count. */
static inline uint64_t page_now_u64(const volatile void *map, unsigned int offset)
{
	return le64toh(((const volatile uint64_t *)map)[offset / 8]);
}

/*
 * One consistent pass, the counter read within it (page/counter.h says why unordered is enough).
 * The acquire load keeps the fields behind the first seq_count, the fence the second one behind
 * them; on x86 both cost nothing, on arm64 they are LDAR and DMB ISHLD. Whole words are loaded,
 * because fewer loads are less to do for a CPU that shares its core.
 */
static inline int page_now_collect(const volatile void *map, bool bounded, struct page_now_raw *raw)
{
	const volatile uint64_t *head = (const volatile uint64_t *)map + 1;
	unsigned int tries = 0;
	uint64_t first;

	do {
		if (__builtin_expect(tries++ == PAGE_NOW_TRIES, 0))
			return -EBUSY;
		first = __atomic_load_n(head, __ATOMIC_ACQUIRE);
		raw->counter = counter_read();
		raw->marker = page_now_u64(map, 0x10);
		raw->hints = page_now_u64(map, 0x20);
		raw->ref.counter_value = page_now_u64(map, 0x28);
		raw->ref.period_frac_sec = page_now_u64(map, 0x30);
		raw->ref.time_sec = page_now_u64(map, 0x48);
		raw->ref.time_frac_sec = page_now_u64(map, 0x50);
		if (bounded) {
			raw->flags = page_now_u64(map, 0x18);
			raw->maxerror_rate = page_now_u64(map, 0x40);
			raw->maxerror_ns = page_now_u64(map, 0x60);
		}
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		raw->head = le64toh(first);
	} while (__builtin_expect(
		(raw->head & PAGE_NOW_ODD) || first != __atomic_load_n(head, __ATOMIC_RELAXED), 0));
	raw->ref.shift = PAGE_NOW_BYTE(raw->hints, 0x27);
	return 0;
}

/* From what was collected to a reading. */
static inline int page_now_finish(const struct page_now_raw *raw, struct page_now *now)
{
	int err;

	if (__builtin_expect(PAGE_NOW_BYTE(raw->head, 0x0a) != COUNTER_NATIVE_ID, 0))
		return -ENODATA;
	if (__builtin_expect(PAGE_NOW_BYTE(raw->hints, 0x22) == VMCLOCK_STATUS_UNRELIABLE, 0))
		return -ESTALE;
	err = page_reference_at(&raw->ref, raw->counter, &now->at);
	if (__builtin_expect(err, 0))
		return err;
	now->counter = raw->counter;
	now->marker = raw->marker;
	now->time_type = PAGE_NOW_BYTE(raw->head, 0x0b);
	return 0;
}

/*
 * The time now by the page at @map, which must hold VMCLOCK_ABI_BYTES, 8-byte aligned, and of which
 * a snapshot was PAGE_FULL; what can change after that is checked here.
 *
 * -ENODATA: no clock for this CPU's counter. -EBUSY: an update does not end. -ESTALE: the
 * hypervisor says UNRELIABLE. -EDOM, -ERANGE: as page_time_at(). @now is untouched on failure.
 */
static inline int page_now(const volatile void *map, struct page_now *now)
{
	struct page_now_raw raw;
	int err;

	err = page_now_collect(map, false, &raw);
	return err ? err : page_now_finish(&raw, now);
}

/*
 * The same, with the guaranteed bound of the error into @max_error_ns: one way, rounded up.
 * -ENOTSUP too, where the page gives no bound.
 */
static inline int page_now_bounded(const volatile void *map, struct page_now *now,
				   uint64_t *max_error_ns)
{
	const uint64_t valid =
		VMCLOCK_FLAG_TIME_MAXERROR_VALID | VMCLOCK_FLAG_PERIOD_MAXERROR_VALID;
	struct page_now_raw raw;
	uint64_t bound_ns;
	int err;

	err = page_now_collect(map, true, &raw);
	if (err)
		return err;
	if ((raw.flags & valid) != valid)
		return -ENOTSUP;
	err = page_error_at(raw.maxerror_ns, raw.maxerror_rate, raw.ref.shift,
			    (int64_t)(raw.counter - raw.ref.counter_value), &bound_ns);
	if (err)
		return err;
	err = page_now_finish(&raw, now);
	if (!err)
		*max_error_ns = bound_ns;
	return err;
}

#endif
