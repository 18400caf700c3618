/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads all clocks of a machine at nearly the same time, without comparing any. */
#ifndef VMCLOCK_TRACE_OBSERVE_CLOCK_SAMPLER_H
#define VMCLOCK_TRACE_OBSERVE_CLOCK_SAMPLER_H

#include "event/clock_sample.h"
#include "observe/page_reader.h"
#include "observe/phc.h"

/* Readings of the PTP clock in each way; a system call each, or a trap to nowhere. */
#define CLOCK_SAMPLER_PHC_TRIES 8

/*
 * Take a sample into @sample. Either source may be NULL: what cannot be read is marked so in the
 * sample, and the rest is there. Takes well below a millisecond, and up to half a second where the
 * driver waits for an update that does not end.
 */
void clock_sampler_take(struct page_reader *reader, const struct phc *phc,
			struct clock_sample *sample);

/* What PTP_SYS_OFFSET_PRECISE returned meanwhile. */
struct clock_sampler_shown {
	struct phc_precise precise[CLOCK_SAMPLER_PHC_TRIES];
	size_t count;
};

/* The name of the thread while clock_sampler_show_driver() runs; a filter for observe/kernel.h. */
#define CLOCK_SAMPLER_SHOW_COMM "vmclock-compare"

/*
 * Read the PTP clock only to be watched at it, in those ways where the kernel shows the counter
 * value that the driver used. Apart from the sample, because being watched makes a read several
 * times as long and each bracket as wide. What is read is forgotten, errors too, but for @shown.
 */
void clock_sampler_show_driver(const struct phc *phc, struct clock_sampler_shown *shown);

#endif
