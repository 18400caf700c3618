/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All clocks of a machine, read once: raw evidence, not yet compared.
 */
#ifndef VMCLOCK_TRACE_EVENT_CLOCK_SAMPLE_H
#define VMCLOCK_TRACE_EVENT_CLOCK_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "event/bracket.h"
#include "page/page.h"

/* The ways of user space to read a PTP clock. */
enum phc_method {
	PHC_GETTIME,
	PHC_SYS_OFFSET,
	PHC_SYS_OFFSET_EXTENDED,
	PHC_SYS_OFFSET_PRECISE,
	PHC_METHODS
};

/* The PTP clock read in one way several times; each bracket is the tightest of its kind. */
struct phc_sample {
	int result;			/* 0, or -errno: there is no reading */
	struct bracket realtime;	/* CLOCK_REALTIME around it */
	struct counter_bracket counter; /* the CPU's counter around the whole call */
};

/* What the kernel says of CLOCK_REALTIME, by adjtimex(). */
struct realtime_claim {
	int result;	       /* 0, or -errno: the kernel would not say */
	bool claims;	       /* is max_error_ns below 16 s, so that somebody vouches for it? */
	bool synchronized;     /* neither STA_UNSYNC nor TIME_ERROR */
	uint64_t max_error_ns; /* one way */
	uint64_t est_error_ns;
	int32_t tai_offset_sec; /* TAI less UTC; 0: the kernel was not told */
};

struct clock_sample {
	/* 0: there is a page. -ETIMEDOUT: an update of it does not end. Else why there is none. */
	int page_result;
	struct page page;	/* in force when the first clock was read */
	struct page page_after; /* and after the last: the same, or the sample hit an update */

	struct counter_bracket realtime;
	struct counter_bracket monotonic;
	struct counter_bracket monotonic_raw;
	struct bracket realtime_by_raw; /* CLOCK_MONOTONIC_RAW around CLOCK_REALTIME */
	struct realtime_claim claim;

	bool has_phc;
	struct phc_sample phc[PHC_METHODS];
};

#endif
