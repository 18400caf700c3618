/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One snapshot of a vmclock page, kept as the raw bytes that were seen, and what they say.
 *
 * The bytes are evidence: they are never converted in place, and any byte may hold anything. All
 * knowledge of the layout is in one table of fields, which reading, JSON and differences share.
 */
#ifndef VMCLOCK_TRACE_PAGE_PAGE_H
#define VMCLOCK_TRACE_PAGE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "page/abi.h"

/* Through `flags`: with fewer bytes than this nothing on the page can be trusted. */
#define PAGE_HEADER_BYTES 0x20

/* One snapshot. Bytes from `length` on are zero; `length` is at most VMCLOCK_ABI_BYTES. */
struct page {
	uint8_t bytes[VMCLOCK_ABI_BYTES]; /* little-endian, as the hypervisor wrote them */
	uint32_t length;		  /* how many of them were really there */
};

/* The fields in the order of the page. */
enum page_field {
	PAGE_MAGIC,
	PAGE_SIZE_BYTES, /* `size`: of the region; PAGE_SIZE is libc's */
	PAGE_VERSION,
	PAGE_COUNTER_ID,
	PAGE_TIME_TYPE,
	PAGE_SEQ_COUNT,
	PAGE_DISRUPTION_MARKER,
	PAGE_FLAGS,
	PAGE_CLOCK_STATUS,
	PAGE_SMEARING_HINT,
	PAGE_TAI_OFFSET_SEC,
	PAGE_LEAP_INDICATOR,
	PAGE_PERIOD_SHIFT,
	PAGE_COUNTER_VALUE,
	PAGE_PERIOD_FRAC_SEC,
	PAGE_PERIOD_ESTERROR_RATE,
	PAGE_PERIOD_MAXERROR_RATE,
	PAGE_TIME_SEC,
	PAGE_TIME_FRAC_SEC,
	PAGE_TIME_ESTERROR_NS,
	PAGE_TIME_MAXERROR_NS,
	PAGE_VM_GENERATION,
	PAGE_FIELDS, /* how many */
};

/* Where a field is. */
struct page_field_info {
	const char *name; /* as in the uAPI header */
	uint8_t offset;	  /* bytes */
	uint8_t width;	  /* bytes: 1, 2, 4 or 8 */
	bool is_signed;
};

/* The description of @field, which must be below PAGE_FIELDS. Never NULL; static. */
const struct page_field_info *page_field_info(enum page_field field);

/*
 * Make a snapshot of @length bytes at @bytes (more than VMCLOCK_ABI_BYTES are ignored). The bytes
 * must not change meanwhile: page/seqlock.h reads those that do.
 */
void page_from_bytes(struct page *page, const void *bytes, size_t length);

/* Is @field there: do both `size` and the bytes seen reach past it? The header always counts. */
bool page_has(const struct page *page, enum page_field field);

/* The value, sign-extended where the field is signed; 0 where it is not there. */
uint64_t page_get(const struct page *page, enum page_field field);

/* The same for a signed field. */
int64_t page_get_signed(const struct page *page, enum page_field field);

/* Are all bits of @mask set in `flags`? */
bool page_has_flags(const struct page *page, uint64_t mask);

/* What the page is good for. */
enum page_mode {
	PAGE_INVALID,	  /* not a vmclock page that this program can read */
	PAGE_MARKER_ONLY, /* reports disruptions, has no clock: QEMU and Firecracker have it */
	PAGE_FULL,	  /* holds a clock */
};

/* Which of the three @page is. */
enum page_mode page_mode(const struct page *page);

/* "invalid", "marker-only", "full". */
const char *page_mode_name(enum page_mode mode);

#endif
