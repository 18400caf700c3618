/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine for tests: a page, and clocks with chosen offsets, read at chosen counter values. */
#ifndef VMCLOCK_TRACE_TESTS_COMPARE_MACHINE_H
#define VMCLOCK_TRACE_TESTS_COMPARE_MACHINE_H

#include <string.h>

#include "event/clock_sample.h"
#include "page_make.h"
#include "page/time.h"

#define MACHINE_TICKS_PER_SEC (1ull << 30)
#define MACHINE_WIDTH_TICKS   64 /* of each bracket: about 60 ns */

struct machine {
	struct page page;
	int64_t realtime_ns; /* CLOCK_REALTIME less the page's UTC */
	int64_t phc_sec;     /* the PTP clock less the page's UTC: 37 on TAI */
	int64_t phc_ns;	     /* and its error */
};

static inline struct machine machine_make(void)
{
	return (struct machine){.page = make_full_page(), .phc_sec = 37};
}

/* The page's UTC at @counter, moved. */
static inline struct timespec machine_time(const struct page *page, uint64_t counter, int64_t sec,
					   int64_t ns)
{
	struct timespec ts = {.tv_sec = (time_t)(counter >> 30)};
	struct page_time time;

	if (page_time_at(page, counter, &time) || !time.has_utc)
		return ts;
	/* In whole nanoseconds, so that nothing is rounded twice. */
	ts = instant_to_timespec(time.utc);
	ns += ts.tv_nsec;
	ts.tv_nsec = (long)(((ns % NSEC_PER_SEC) + NSEC_PER_SEC) % NSEC_PER_SEC);
	ts.tv_sec += sec + (ns - ts.tv_nsec) / NSEC_PER_SEC;
	return ts;
}

static inline struct counter_bracket machine_bracket(struct timespec inner, uint64_t counter)
{
	return (struct counter_bracket){.before = counter - MACHINE_WIDTH_TICKS / 2,
					.inner = inner,
					.after = counter + MACHINE_WIDTH_TICKS / 2};
}

/* Everything read at @counter; the clocks that have no epoch count it. */
static inline struct clock_sample machine_sample(const struct machine *machine, uint64_t counter)
{
	struct timespec realtime = machine_time(&machine->page, counter, 0, machine->realtime_ns);
	struct timespec phc =
		machine_time(&machine->page, counter, machine->phc_sec, machine->phc_ns);
	uint64_t ns = (uint64_t)((unsigned __int128)counter * NSEC_PER_SEC >> 30);
	struct timespec up = {.tv_sec = (time_t)(ns / NSEC_PER_SEC),
			      .tv_nsec = (long)(ns % NSEC_PER_SEC)};
	struct clock_sample sample = {
		.page = machine->page,
		.page_after = machine->page,
		.realtime = machine_bracket(realtime, counter),
		.monotonic = machine_bracket(up, counter),
		.monotonic_raw = machine_bracket(up, counter),
		.realtime_by_raw = {up, realtime, up},
		.has_phc = true,
	};

	for (enum phc_method method = 0; method < PHC_METHODS; method++)
		sample.phc[method] = (struct phc_sample){
			.realtime = {realtime, phc, realtime},
			.counter = machine_bracket(phc, counter),
		};
	return sample;
}

#endif
