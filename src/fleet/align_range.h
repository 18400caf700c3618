/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Intervals of nanoseconds in which sums are exact, also with a rate in ppm. */
#ifndef VMCLOCK_TRACE_FLEET_ALIGN_RANGE_H
#define VMCLOCK_TRACE_FLEET_ALIGN_RANGE_H

#include <stdint.h>

/* Nanoseconds in 10^-6: with a rate in ppm all sums are exact. Far from what 128 bits hold. */
typedef __int128 micro_ns;
#define PARTS 1000000
#define FAR   ((micro_ns)1 << 120)

struct range {
	micro_ns lo;
	micro_ns hi;
};

#define EVERYTHING ((struct range){-FAR, FAR})

/* What is in both. */
static inline void narrow(struct range *range, struct range by)
{
	range->lo = by.lo > range->lo ? by.lo : range->lo;
	range->hi = by.hi < range->hi ? by.hi : range->hi;
}

/* What is in either, or between them. */
static inline struct range hull(struct range a, struct range b)
{
	return (struct range){a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi};
}

/* Of any in @a and any in @b. */
static inline struct range sum(struct range a, struct range b)
{
	return (struct range){a.lo + b.lo, a.hi + b.hi};
}

/* The same for @a less @b. */
static inline struct range less(struct range a, struct range b)
{
	return (struct range){a.lo - b.hi, a.hi - b.lo};
}

/* By so much either way. */
static inline struct range widened(struct range range, micro_ns by)
{
	return (struct range){range.lo - by, range.hi + by};
}

/* In whole nanoseconds, downwards. */
static inline micro_ns floor_ns(micro_ns value)
{
	return value / PARTS - (value % PARTS < 0);
}

/* As near as 64 bits can hold. */
static inline int64_t bounded(micro_ns ns)
{
	return ns <= INT64_MIN ? INT64_MIN : ns >= INT64_MAX ? INT64_MAX : (int64_t)ns;
}

#endif
