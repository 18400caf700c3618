/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clock in the page: it follows the true time, and tells something else where it was told to.
 *
 * There is one clock and one page, so that they are not passed around.
 */
#ifndef LAB_CLOCK_H
#define LAB_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "page.h"

/* Sets the guest's clock to the host's; where no host answers it stays as the RTC told it. */
void guest_clock_set(void);

/*
 * Maps the page of the vmclock of this index; -errno. If the time in it is ours to tell, it is
 * measured and told, and what accuracy that has is left in a file for who wants to know.
 */
int clock_start(int index, uint64_t physical_address, bool tells_time);

/* Takes up what the guest's clock says, and whether QEMU has moved the marker. */
void clock_sample_page(void);
void clock_check_migration(void);

/* Writes the page as it is now. */
void clock_renew(void);

/* The commands of the same names; the page shows them at once. */
void clock_set(const struct page_update *fields);
void clock_free(const struct page_update *fields);
void clock_step(int64_t ns);
void clock_slew(double ppm);
void clock_stick(bool stuck);
void clock_disrupt(void);
void clock_migrated(void);

#endif
