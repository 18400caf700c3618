/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vmclock page as the lab's hypervisor writes it.
 *
 * Written down here and not taken from linux/vmclock-abi.h, which a Debian 12 machine does not
 * have, and not shared with the program under test: the lab must not inherit its mistakes.
 */
#ifndef LAB_PAGE_H
#define LAB_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_COUNTER_INVALID 0xff
#define PAGE_TIME_UTC	     0
#define PAGE_TAI_OFFSET_SEC  (-37) /* UTC = TAI + offset */

enum {
	PAGE_STATUS_UNKNOWN,
	PAGE_STATUS_INITIALIZING,
	PAGE_STATUS_SYNCHRONIZED,
};

enum {
	PAGE_FLAG_TAI_OFFSET_VALID = 1 << 0,
	PAGE_FLAG_PERIOD_ESTERROR_VALID = 1 << 3,
	PAGE_FLAG_PERIOD_MAXERROR_VALID = 1 << 4,
	PAGE_FLAG_TIME_ESTERROR_VALID = 1 << 5,
	PAGE_FLAG_TIME_MAXERROR_VALID = 1 << 6,
	PAGE_FLAG_NOTIFICATION_PRESENT = 1 << 9,
	PAGE_FLAGS_OF_DEVICE = 1 << 8 | 1 << 9, /* it has a generation counter, it notifies */
};

/* Every field by its name in the kernel's header; all are little-endian, as the machines are. */
enum page_field {
	PAGE_MAGIC,
	PAGE_SIZE,
	PAGE_VERSION,
	PAGE_COUNTER_ID,
	PAGE_TIME_TYPE,
	PAGE_SEQ_COUNT,
	PAGE_DISRUPTION_MARKER,
	PAGE_FLAGS,
	PAGE_CLOCK_STATUS,
	PAGE_SMEARING_HINT,
	PAGE_TAI_OFFSET,
	PAGE_LEAP_INDICATOR,
	PAGE_PERIOD_SHIFT,
	PAGE_COUNTER_VALUE,
	PAGE_PERIOD,
	PAGE_PERIOD_ESTERROR,
	PAGE_PERIOD_MAXERROR,
	PAGE_TIME_SEC,
	PAGE_TIME_FRAC,
	PAGE_TIME_ESTERROR,
	PAGE_TIME_MAXERROR,
	PAGE_VM_GENERATION,
	PAGE_FIELDS
};

/* Values for some of the fields: those with their bit in `named` set. */
struct page_update {
	uint32_t named;
	uint64_t value[PAGE_FIELDS];
};

/* Names one more field and its value. */
void page_update_set(struct page_update *update, enum page_field field, uint64_t value);

/* The field called `name` in the kernel's header, PAGE_FIELDS if there is none. */
enum page_field page_field_find(const char *name);

/* Maps the page at this physical address through /dev/mem; NULL with errno set. */
volatile void *page_map(uint64_t physical_address);

uint64_t page_get(const volatile void *page, enum page_field field);

/*
 * Writes the named fields as one update under the sequence count. The marker may be moved by
 * QEMU in the middle of it (a migration): then the update is made once more on top of that.
 */
void page_publish(volatile void *page, const struct page_update *update);

/* Makes the sequence count odd (an update that hangs), or even again. */
void page_stick(volatile void *page, bool stuck);

#endif
