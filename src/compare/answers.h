/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a full page, its driver, ClockBound's line and the kernel's clock answer at one counter
 * value. Pure.
 */
#ifndef VMCLOCK_TRACE_COMPARE_ANSWERS_H
#define VMCLOCK_TRACE_COMPARE_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "event/clock_sample.h"
#include "event/event.h"
#include "observe/clockbound.h"

/* What there is to ask. All zero but `sample`: the page and CLOCK_REALTIME alone. */
struct answers_sources {
	const struct clock_sample *sample;
	/* A read of the driver by PTP_SYS_OFFSET_PRECISE, its page stable; NULL: none seen. */
	const struct event *read;
	bool has_realtime;	  /* what the kernel returned with that read: */
	struct timespec realtime; /* CLOCK_REALTIME at the same counter value */
	bool has_clockbound;
	struct clockbound clockbound; /* read before, at */
	int64_t monotonic_ns;	      /* CLOCK_MONOTONIC */
};

/* Each less the page's UTC at that counter value. */
struct answers {
	bool is_known;	 /* false: there is no full page that tells UTC here */
	bool is_drivers; /* at the counter value that the driver used */
	uint64_t counter;
	struct instant utc; /* the page's */
	bool has_page_claim;
	uint64_t page_claim_ns;
	bool has_driver;
	int64_t driver_ns;
	bool has_clockbound;
	struct ns_interval clockbound;
	uint64_t clockbound_claim_ns;
	bool has_realtime;
	struct ns_interval realtime;
	bool has_realtime_claim;
	uint64_t realtime_claim_ns;
};

/* Ask all. */
struct answers answers_of(const struct answers_sources *sources);

#endif
