/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast this CPU's counter runs, measured: x86 does not tell it to user space reliably.
 *
 * Two windows against CLOCK_MONOTONIC_RAW must agree, so that a guest that stood still in one of
 * them does not pass for a slow counter.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_COUNTER_RATE_H
#define VMCLOCK_TRACE_OBSERVE_COUNTER_RATE_H

#include <stdint.h>

#define COUNTER_RATE_WINDOW_NS 100000000

/* How far two windows may differ: the width of a reading, and what an emulated counter wavers. */
#define COUNTER_RATE_AGREE_PPM 100

/* All zero: nothing is known yet; also the way to forget what was. */
struct counter_rate {
	uint64_t from_counter;
	uint64_t from_raw_ns;
	uint64_t last_hz;
	uint64_t hz; /* 0: not known yet */
};

/* Take a reading of both clocks where one is needed; cheap once the rate is known. */
void counter_rate_feed(struct counter_rate *rate);

#endif
