/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moments and the distances between them, exact.
 *
 * A moment is 64.64 fixed point, so a page's time keeps every bit. A distance is an interval, so
 * what is not known (rounding, the width of a measurement) is never dropped on the way. What does
 * not fit is an error: no function here saturates or wraps.
 */
#ifndef VMCLOCK_TRACE_BASE_INSTANT_H
#define VMCLOCK_TRACE_BASE_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000

/* sec + frac / 2^64 seconds on a scale that the owner names; frac counts upwards, also before 0. */
struct instant {
	int64_t sec;
	uint64_t frac;
};

/* All values from lo_ns to hi_ns, both included; lo_ns <= hi_ns. */
struct ns_interval {
	int64_t lo_ns;
	int64_t hi_ns;
};

/* The moment of @ts, which must be normalised (0 <= tv_nsec < 10^9). It comes back exactly. */
struct instant instant_from_timespec(struct timespec ts);

/* The moment @ns nanoseconds after the zero of the scale. They come back exactly. */
struct instant instant_from_ns(int64_t ns);

/* The part of @at below a second in whole nanoseconds, 0..999999999, rounded down. */
static inline uint32_t instant_nsec(struct instant at)
{
	return (uint32_t)(((unsigned __int128)at.frac * NSEC_PER_SEC) >> 64);
}

/* @at for a system call or a printer, rounded down to a nanosecond. */
static inline struct timespec instant_to_timespec(struct instant at)
{
	return (struct timespec){.tv_sec = at.sec, .tv_nsec = instant_nsec(at)};
}

/* All of @at in nanoseconds, rounded down. -ERANGE past about 292 years; @ns is then untouched. */
int instant_to_ns(struct instant at, int64_t *ns);

/* <0, 0, >0 as @a is before, at or after @b. */
int instant_compare(struct instant a, struct instant b);

/* @at moved by whole seconds. -ERANGE where that leaves the scale; @out is then untouched. */
int instant_add_sec(struct instant at, int64_t sec, struct instant *out);

/* @at moved by @ns (either sign), floor to 2^-64 s. -ERANGE as above. */
int instant_add_ns(struct instant at, int64_t ns, struct instant *out);

/* a - b, rounded outwards to whole nanoseconds. -ERANGE past about 292 years, @out untouched. */
int instant_distance(struct instant a, struct instant b, struct ns_interval *out);

/*
 * @at, a moment on UTC, as ISO 8601 with nine digits: "2026-11-22T14:02:42.183111147Z". Years
 * outside 0..9999 get a sign. Always terminated; 48 bytes are enough for any moment.
 */
#define INSTANT_ISO_BYTES 48
void instant_format_utc(struct instant at, char *text, size_t bytes);

/* The exact interval of one value. */
struct ns_interval interval_of(int64_t ns);

/* a + b, each bound. -ERANGE on overflow, @out untouched (so for all below). */
int interval_add(struct ns_interval a, struct ns_interval b, struct ns_interval *out);

/* a - b: from a's low less b's high to a's high less b's low. */
int interval_sub(struct ns_interval a, struct ns_interval b, struct ns_interval *out);

/* @a with @by_ns more on either side, as by an error bound. */
int interval_widen(struct ns_interval a, uint64_t by_ns, struct ns_interval *out);

/* The smallest interval with both in it. */
struct ns_interval interval_hull(struct ns_interval a, struct ns_interval b);

/* hi - lo; every interval has one, since it fits in 64 unsigned bits. */
uint64_t interval_width_ns(struct ns_interval a);

/* From 0 to its far end: how far off it may be at most. */
uint64_t interval_furthest_ns(struct ns_interval a);

/* Is @ns inside? */
bool interval_has(struct ns_interval a, int64_t ns);

/* Do the two share a value? Two measurements of one quantity that do not contradict each other. */
bool interval_overlap(struct ns_interval a, struct ns_interval b);

#endif
