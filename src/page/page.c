// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/page.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#define FIELD(name_, offset_, width_)                                                              \
	{                                                                                          \
		.name = (name_), .offset = (offset_), .width = (width_)                            \
	}

/* struct vmclock_abi of the uAPI header. */
static const struct page_field_info fields[PAGE_FIELDS] = {
	[PAGE_MAGIC] = FIELD("magic", 0x00, 4),
	[PAGE_SIZE_BYTES] = FIELD("size", 0x04, 4),
	[PAGE_VERSION] = FIELD("version", 0x08, 2),
	[PAGE_COUNTER_ID] = FIELD("counter_id", 0x0a, 1),
	[PAGE_TIME_TYPE] = FIELD("time_type", 0x0b, 1),
	[PAGE_SEQ_COUNT] = FIELD("seq_count", 0x0c, 4),
	[PAGE_DISRUPTION_MARKER] = FIELD("disruption_marker", 0x10, 8),
	[PAGE_FLAGS] = FIELD("flags", 0x18, 8),
	[PAGE_CLOCK_STATUS] = FIELD("clock_status", 0x22, 1),
	[PAGE_SMEARING_HINT] = FIELD("leap_second_smearing_hint", 0x23, 1),
	[PAGE_TAI_OFFSET_SEC] = {"tai_offset_sec", 0x24, 2, true},
	[PAGE_LEAP_INDICATOR] = FIELD("leap_indicator", 0x26, 1),
	[PAGE_PERIOD_SHIFT] = FIELD("counter_period_shift", 0x27, 1),
	[PAGE_COUNTER_VALUE] = FIELD("counter_value", 0x28, 8),
	[PAGE_PERIOD_FRAC_SEC] = FIELD("counter_period_frac_sec", 0x30, 8),
	[PAGE_PERIOD_ESTERROR_RATE] = FIELD("counter_period_esterror_rate_frac_sec", 0x38, 8),
	[PAGE_PERIOD_MAXERROR_RATE] = FIELD("counter_period_maxerror_rate_frac_sec", 0x40, 8),
	[PAGE_TIME_SEC] = FIELD("time_sec", 0x48, 8),
	[PAGE_TIME_FRAC_SEC] = FIELD("time_frac_sec", 0x50, 8),
	[PAGE_TIME_ESTERROR_NS] = FIELD("time_esterror_nanosec", 0x58, 8),
	[PAGE_TIME_MAXERROR_NS] = FIELD("time_maxerror_nanosec", 0x60, 8),
	[PAGE_VM_GENERATION] = FIELD("vm_generation_counter", 0x68, 8),
};

const struct page_field_info *page_field_info(enum page_field field)
{
	assert(field < PAGE_FIELDS);
	return &fields[field];
}

void page_from_bytes(struct page *page, const void *bytes, size_t length)
{
	if (length > VMCLOCK_ABI_BYTES)
		length = VMCLOCK_ABI_BYTES;
	memset(page, 0, sizeof(*page));
	if (length)
		memcpy(page->bytes, bytes, length);
	page->length = (uint32_t)length;
}

/* The field's bytes as a number, whether or not it is there. */
static uint64_t raw(const struct page *page, const struct page_field_info *info)
{
	uint64_t value;

	/* No field begins in the last seven bytes: eight can always be taken, without a branch. */
	memcpy(&value, page->bytes + info->offset, sizeof(value));
	return le64toh(value) & UINT64_MAX >> (64 - 8 * info->width);
}

bool page_has(const struct page *page, enum page_field field)
{
	const struct page_field_info *info = page_field_info(field);
	uint32_t end = (uint32_t)info->offset + info->width;

	/* `size` itself says nothing about the header that it is part of. */
	return end <= page->length &&
	       (end <= PAGE_HEADER_BYTES || end <= raw(page, &fields[PAGE_SIZE_BYTES]));
}

uint64_t page_get(const struct page *page, enum page_field field)
{
	const struct page_field_info *info = page_field_info(field);
	uint64_t value, sign;

	if (!page_has(page, field))
		return 0;
	value = raw(page, info);
	if (!info->is_signed)
		return value;
	sign = 1ull << (8 * info->width - 1);
	return (value ^ sign) - sign;
}

int64_t page_get_signed(const struct page *page, enum page_field field)
{
	return (int64_t)page_get(page, field);
}

bool page_has_flags(const struct page *page, uint64_t mask)
{
	return (page_get(page, PAGE_FLAGS) & mask) == mask;
}

enum page_mode page_mode(const struct page *page)
{
	uint64_t counter_id = page_get(page, PAGE_COUNTER_ID);

	if (page->length < PAGE_HEADER_BYTES || page_get(page, PAGE_MAGIC) != VMCLOCK_MAGIC ||
	    page_get(page, PAGE_VERSION) != VMCLOCK_VERSION ||
	    page_get(page, PAGE_SIZE_BYTES) < PAGE_HEADER_BYTES)
		return PAGE_INVALID;
	if (counter_id != VMCLOCK_COUNTER_ARM_VCNT && counter_id != VMCLOCK_COUNTER_X86_TSC)
		return PAGE_MARKER_ONLY;
	return page_has(page, PAGE_TIME_FRAC_SEC) ? PAGE_FULL : PAGE_MARKER_ONLY;
}

const char *page_mode_name(enum page_mode mode)
{
	static const char *const names[] = {"invalid", "marker-only", "full"};

	return names[mode];
}
