/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time that a page gives at a counter value, exact, and how far it may be off.
 *
 *   time = time_sec + (time_frac_sec + ((delta * period) >> shift)) / 2^64, delta signed
 *
 * Every value on the page is hostile: each step is either wide enough for all inputs or checked.
 */
#ifndef VMCLOCK_TRACE_PAGE_TIME_H
#define VMCLOCK_TRACE_PAGE_TIME_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "page/page.h"

/* `counter_period_shift` of this and above means nothing: the product has 128 bits. */
#define PAGE_SHIFT_LIMIT 128

/* The time at one counter value. */
struct page_time {
	uint64_t counter;      /* ticks, the question */
	int64_t delta_ticks;   /* counter less the page's reference; negative before it */
	struct instant at;     /* on the page's own scale, floor to 2^-64 s */
	bool has_utc;	       /* does the page give UTC? */
	bool has_tai;	       /* does the page give TAI? */
	struct instant utc;    /* valid if has_utc; a leap second is not marked */
	struct instant tai;    /* valid if has_tai */
	bool has_est_error;    /* false also where the value is past 64 bits */
	bool has_max_error;    /* the same */
	bool error_overflow;   /* a valid error is past 64 bits of ns, so none is given */
	uint64_t est_error_ns; /* estimated, one way, rounded up; valid if has_est_error */
	uint64_t max_error_ns; /* guaranteed, one way, rounded up; valid if has_max_error */
};

/*
 * The time of @page at @counter into @out.
 * -ENODATA: the page holds no clock. -EDOM: shift out of range, or a period of 0. -ERANGE: the
 * result is past 2^63 seconds. @out is untouched on failure.
 */
int page_time_at(const struct page *page, uint64_t counter, struct page_time *out);

/* Does @page carry a clock from which UTC can be told: one on UTC, or on TAI with its offset? */
bool page_tells_utc(const struct page *page);

/* What the time of day is computed from; page/now.h reads it straight from a mapping. */
struct page_reference {
	uint64_t counter_value;	  /* ticks */
	uint64_t period_frac_sec; /* 2^-(64+shift) s per tick */
	uint64_t time_sec;
	uint64_t time_frac_sec; /* 2^-64 s */
	uint8_t shift;
};

/*
 * The formula above: the moment of @counter by @ref. -EDOM and -ERANGE as page_time_at().
 * Inline, since it is most of the cost of reading the clock.
 */
static inline int page_reference_at(const struct page_reference *ref, uint64_t counter,
				    struct instant *out)
{
	uint64_t delta = counter - ref->counter_value;
	unsigned __int128 product;
	uint64_t frac;
	int64_t sec;
	__int128 moved;

	if (__builtin_expect(ref->shift >= PAGE_SHIFT_LIMIT || ref->period_frac_sec == 0, 0))
		return -EDOM;

	/* Signed times unsigned: take back 2^64 periods for a delta that stands for a negative. */
	product = (unsigned __int128)delta * ref->period_frac_sec;
	product -= (unsigned __int128)(ref->period_frac_sec & (0 - (delta >> 63))) << 64;
	moved = (__int128)product >> ref->shift; /* arithmetic: rounds down for both signs */

	/* |moved| < 2^127, and its upper half is short of INT64_MAX: the carry always fits. */
	sec = (int64_t)(moved >> 64);
	sec += __builtin_add_overflow(ref->time_frac_sec, (uint64_t)moved, &frac);
	if (__builtin_expect(__builtin_add_overflow(ref->time_sec, sec, &sec), 0))
		return -ERANGE;
	out->sec = sec;
	out->frac = frac;
	return 0;
}

/*
 * An error bound at a distance: time_error_ns + |delta_ticks| * rate / 2^(64+shift) s, rounded up
 * to ns. -EDOM: shift out of range. -ERANGE: past 64 bits. @out_ns is untouched on failure.
 */
static inline int page_error_at(uint64_t time_error_ns, uint64_t rate_frac_sec, uint8_t shift,
				int64_t delta_ticks, uint64_t *out_ns)
{
	uint64_t ticks = delta_ticks < 0 ? 0 - (uint64_t)delta_ticks : (uint64_t)delta_ticks;
	unsigned __int128 product = (unsigned __int128)ticks * rate_frac_sec;
	unsigned __int128 low = (unsigned __int128)(uint64_t)product * NSEC_PER_SEC;
	/* ns * 2^shift in 94 bits; what is below that in `low` only matters for rounding up. */
	unsigned __int128 high = (product >> 64) * NSEC_PER_SEC + (low >> 64);
	unsigned __int128 ns;

	if (shift >= PAGE_SHIFT_LIMIT)
		return -EDOM;
	ns = high >> shift;
	if ((uint64_t)low || ns << shift != high)
		ns++;
	ns += time_error_ns;
	if (ns != (uint64_t)ns)
		return -ERANGE;
	*out_ns = (uint64_t)ns;
	return 0;
}

#endif
