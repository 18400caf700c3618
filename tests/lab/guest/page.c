// SPDX-License-Identifier: GPL-2.0-or-later
/* The vmclock page: where its fields are, and how an update is made that no reader sees half. */
#include "page.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAP_BYTES 4096

static const struct {
	const char *name;
	uint8_t offset, bytes;
} fields[PAGE_FIELDS] = {
	[PAGE_MAGIC] = {"magic", 0x00, 4},
	[PAGE_SIZE] = {"size", 0x04, 4},
	[PAGE_VERSION] = {"version", 0x08, 2},
	[PAGE_COUNTER_ID] = {"counter_id", 0x0a, 1},
	[PAGE_TIME_TYPE] = {"time_type", 0x0b, 1},
	[PAGE_SEQ_COUNT] = {"seq_count", 0x0c, 4},
	[PAGE_DISRUPTION_MARKER] = {"disruption_marker", 0x10, 8},
	[PAGE_FLAGS] = {"flags", 0x18, 8},
	[PAGE_CLOCK_STATUS] = {"clock_status", 0x22, 1},
	[PAGE_SMEARING_HINT] = {"leap_second_smearing_hint", 0x23, 1},
	[PAGE_TAI_OFFSET] = {"tai_offset_sec", 0x24, 2},
	[PAGE_LEAP_INDICATOR] = {"leap_indicator", 0x26, 1},
	[PAGE_PERIOD_SHIFT] = {"counter_period_shift", 0x27, 1},
	[PAGE_COUNTER_VALUE] = {"counter_value", 0x28, 8},
	[PAGE_PERIOD] = {"counter_period_frac_sec", 0x30, 8},
	[PAGE_PERIOD_ESTERROR] = {"counter_period_esterror_rate_frac_sec", 0x38, 8},
	[PAGE_PERIOD_MAXERROR] = {"counter_period_maxerror_rate_frac_sec", 0x40, 8},
	[PAGE_TIME_SEC] = {"time_sec", 0x48, 8},
	[PAGE_TIME_FRAC] = {"time_frac_sec", 0x50, 8},
	[PAGE_TIME_ESTERROR] = {"time_esterror_nanosec", 0x58, 8},
	[PAGE_TIME_MAXERROR] = {"time_maxerror_nanosec", 0x60, 8},
	[PAGE_VM_GENERATION] = {"vm_generation_counter", 0x68, 8},
};

void page_update_set(struct page_update *update, enum page_field field, uint64_t value)
{
	update->named |= 1u << field;
	update->value[field] = value;
}

enum page_field page_field_find(const char *name)
{
	enum page_field field = 0;

	while (field < PAGE_FIELDS && strcmp(fields[field].name, name) != 0)
		field++;
	return field;
}

volatile void *page_map(uint64_t physical_address)
{
	int fd = open("/dev/mem", O_RDWR | O_CLOEXEC); /* with O_SYNC the mapping is uncached */
	void *map;

	if (fd < 0)
		return NULL;
	map = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		   (off_t)physical_address);
	close(fd);
	return map == MAP_FAILED ? NULL : map;
}

uint64_t page_get(const volatile void *page, enum page_field field)
{
	const volatile uint8_t *at = (const volatile uint8_t *)page + fields[field].offset;

	switch (fields[field].bytes) {
	case 1:
		return *at;
	case 2:
		return *(const volatile uint16_t *)at;
	case 4:
		return *(const volatile uint32_t *)at;
	default:
		return *(const volatile uint64_t *)at;
	}
}

static void page_put(volatile void *page, enum page_field field, uint64_t value)
{
	volatile uint8_t *at = (volatile uint8_t *)page + fields[field].offset;

	switch (fields[field].bytes) {
	case 1:
		*at = (uint8_t)value;
		break;
	case 2:
		*(volatile uint16_t *)at = (uint16_t)value;
		break;
	case 4:
		*(volatile uint32_t *)at = (uint32_t)value;
		break;
	default:
		*(volatile uint64_t *)at = value;
	}
}

void page_publish(volatile void *page, const struct page_update *update)
{
	uint32_t odd;

	do {
		odd = (uint32_t)page_get(page, PAGE_SEQ_COUNT) | 1;
		page_put(page, PAGE_SEQ_COUNT, odd);
		__sync_synchronize();
		for (enum page_field field = 0; field < PAGE_FIELDS; field++)
			if (field != PAGE_SEQ_COUNT && (update->named & (1u << field)))
				page_put(page, field, update->value[field]);
		__sync_synchronize();
	} while ((uint32_t)page_get(page, PAGE_SEQ_COUNT) != odd);
	page_put(page, PAGE_SEQ_COUNT, odd + 1);
}

void page_stick(volatile void *page, bool stuck)
{
	uint32_t odd = (uint32_t)page_get(page, PAGE_SEQ_COUNT) | 1;

	page_put(page, PAGE_SEQ_COUNT, stuck ? odd : odd + 1);
}
