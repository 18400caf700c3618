/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chance that is the same on every machine for one seed: splitmix64 (Steele, Lea, Flood 2014). */
#ifndef VMCLOCK_TRACE_SCENARIO_RANDOM_H
#define VMCLOCK_TRACE_SCENARIO_RANDOM_H

#include <stdint.h>

/* Set it to the seed. */
struct random_source {
	uint64_t state;
};

/* The next 64 bits. */
static inline uint64_t random_u64(struct random_source *source)
{
	uint64_t z = source->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* A number from -@limit to @limit; the limit is not negative and far below 2^63. */
static inline int64_t random_within(struct random_source *source, int64_t limit)
{
	unsigned __int128 span = 2 * (unsigned __int128)limit + 1;

	return (int64_t)((random_u64(source) * span) >> 64) - limit;
}

#endif
