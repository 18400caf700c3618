// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/machine.h"

#define NHZ_PER_HZ 1000000000ull
/* Ticks are nanoseconds times nanohertz in this unit. */
#define TICK 1000000000000000000ull
/* Past these no arithmetic here is sure: 100 Hz and 16 GHz. */
#define NHZ_MIN (100 * NHZ_PER_HZ)
#define NHZ_MAX (16000000000 * NHZ_PER_HZ)
#define PPB	1000000000

fixed_sec fixed_sec_of_ns(int64_t ns)
{
	struct instant at = instant_from_ns(ns);

	return FIXED_SEC(at.sec) + at.frac;
}

struct machine machine_at(uint64_t hz, uint64_t count)
{
	return (struct machine){
		.count = count, .base_nhz = hz * NHZ_PER_HZ, .rate_nhz = hz * NHZ_PER_HZ};
}

/*
 * Ticks and their rest by @now_ns; below 2^55 ns times 2^64: it fits. Before at_ns it stands still.
 */
static uint64_t counted(const struct machine *machine, int64_t now_ns, uint64_t *rest)
{
	int64_t ns = now_ns > machine->at_ns ? now_ns - machine->at_ns : 0;
	unsigned __int128 sum = (unsigned __int128)(uint64_t)ns * machine->rate_nhz + machine->rest;

	*rest = (uint64_t)(sum % TICK);
	return (uint64_t)(sum / TICK);
}

uint64_t machine_count(const struct machine *machine, int64_t now_ns)
{
	uint64_t rest;

	return machine->count + counted(machine, now_ns, &rest);
}

fixed_sec machine_time_of(const struct machine *machine, uint64_t count)
{
	/* Seconds are in units of 10^-18 ticks over 10^-9 Hz * 10^9; below 2^94. */
	__int128 unit = (__int128)machine->rate_nhz * 1000000000;
	__int128 sum = (__int128)(int64_t)(count - machine->count) * TICK - machine->rest;
	__int128 sec = sum / unit - (sum % unit < 0), part = sum - sec * unit;
	uint64_t frac;

	/* 64 bits of quotient in two halves, since part << 64 does not fit. */
	frac = (uint64_t)((part << 32) / unit) << 32;
	frac |= (uint64_t)((((part << 32) % unit) << 32) / unit);
	return fixed_sec_of_ns(machine->at_ns) + FIXED_SEC(sec) + frac;
}

/* Let count, rest and at_ns be those of @now_ns. */
static void advance(struct machine *machine, int64_t now_ns)
{
	machine->count += counted(machine, now_ns, &machine->rest);
	if (now_ns > machine->at_ns)
		machine->at_ns = now_ns;
}

void machine_stand_still(struct machine *machine, int64_t now_ns, int64_t length_ns)
{
	advance(machine, now_ns);
	machine->at_ns += length_ns;
}

uint64_t machine_rate(uint64_t nhz, int64_t ppb)
{
	__int128 rate = nhz + (__int128)nhz * ppb / PPB;

	if (rate < (__int128)NHZ_MIN)
		return NHZ_MIN;
	return rate > (__int128)NHZ_MAX ? NHZ_MAX : (uint64_t)rate;
}

void machine_jump(struct machine *machine, int64_t now_ns, const struct scenario_jump *jump)
{
	advance(machine, now_ns);
	machine->count += (uint64_t)((__int128)jump->ns * machine->base_nhz / (__int128)TICK) +
			  (uint64_t)jump->ticks;
	machine->base_nhz = machine_rate(machine->base_nhz, jump->rate_ppb);
	machine->rate_nhz = machine->base_nhz;
}

void machine_wander(struct machine *machine, int64_t now_ns, int64_t ppb)
{
	advance(machine, now_ns);
	machine->rate_nhz = machine_rate(machine->base_nhz, ppb);
}

struct machine_period machine_period_of(uint64_t nhz)
{
	unsigned __int128 scaled = (unsigned __int128)1000000000 << 97;
	struct machine_period period = {.shift = 97 - 64};
	unsigned __int128 quotient = (scaled + nhz / 2) / nhz;

	/*
	 * Slower counters have longer periods, which need fewer digits after the point. The upper
	 * bit stays free, for a slew.
	 */
	while (quotient >> 63) {
		scaled >>= 1;
		period.shift--;
		quotient = (scaled + nhz / 2) / nhz;
	}
	period.frac_sec = (uint64_t)quotient;
	return period;
}
