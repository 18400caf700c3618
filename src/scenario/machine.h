/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counter of a simulated machine as true time goes by, exact: a straight line from one change
 * of its rate to the next, in integers.
 *
 * True time is in nanoseconds since the scenario's start, at least 0 and never going back.
 */
#ifndef VMCLOCK_TRACE_SCENARIO_MACHINE_H
#define VMCLOCK_TRACE_SCENARIO_MACHINE_H

#include <stdint.h>

#include "scenario/scenario.h"

/* Seconds in 64.64 fixed point. */
typedef __int128 fixed_sec;

#define FIXED_SEC(sec) ((fixed_sec)((unsigned __int128)(__int128)(sec) << 64))

/* @ns in it, rounded down. */
fixed_sec fixed_sec_of_ns(int64_t ns);

struct machine {
	int64_t at_ns;	   /* where the line begins; ahead while the counter stands still */
	uint64_t count;	   /* the counter there */
	uint64_t rest;	   /* and what it has of the next tick, in 10^-18 */
	uint64_t base_nhz; /* the rate in 10^-9 Hz around which it wanders */
	uint64_t rate_nhz; /* the rate now */
};

/* A period as the page has it: period / 2^(64 + shift) s. */
struct machine_period {
	uint64_t frac_sec; /* 63 bits of it are used: as exact as a field can be that may grow */
	uint8_t shift;
};

/* A machine whose counter is @count at time 0, and runs at @hz. */
struct machine machine_at(uint64_t hz, uint64_t count);

/* The counter at @now_ns; before machine->at_ns it stands still. */
uint64_t machine_count(const struct machine *machine, int64_t now_ns);

/* When the counter became @count by the present line, after the start, rounded down to 2^-64 s. */
fixed_sec machine_time_of(const struct machine *machine, uint64_t count);

/* The counter does not count from @now_ns on for @length_ns. */
void machine_stand_still(struct machine *machine, int64_t now_ns, int64_t length_ns);

/* At @now_ns the counter jumps, and another rate is the middle of its wandering. */
void machine_jump(struct machine *machine, int64_t now_ns, const struct scenario_jump *jump);

/* From @now_ns on it is @ppb off the middle. */
void machine_wander(struct machine *machine, int64_t now_ns, int64_t ppb);

/* @nhz changed by @ppb; within what a counter can have. */
uint64_t machine_rate(uint64_t nhz, int64_t ppb);

/* The period of @nhz, to the nearest that the page can express. */
struct machine_period machine_period_of(uint64_t nhz);

#endif
