// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/instant.h"

#include <errno.h>
#include <stdio.h>

#define SEC_PER_DAY 86400

/*
 * ns / 10^9 s in units of 2^-64 s; ns below 10^9. Rounded up, by far less than a nanosecond, so
 * that rounding it down to nanoseconds again gives back what it was.
 */
static uint64_t frac_of_nsec(uint64_t ns)
{
	return (uint64_t)((((unsigned __int128)ns << 64) + NSEC_PER_SEC - 1) / NSEC_PER_SEC);
}

/* a / b and what is left, rounded down for negative a too; b > 0. */
static int64_t floor_div(int64_t a, int64_t b, int64_t *rest)
{
	int64_t quotient = a / b;

	*rest = a % b;
	if (*rest < 0) {
		*rest += b;
		quotient--;
	}
	return quotient;
}

/* Narrow to 64 bits or say that it cannot be done. */
static int narrow(__int128 wide, int64_t *out)
{
	if (wide != (int64_t)wide)
		return -ERANGE;
	*out = (int64_t)wide;
	return 0;
}

struct instant instant_from_timespec(struct timespec ts)
{
	return (struct instant){.sec = ts.tv_sec, .frac = frac_of_nsec((uint64_t)ts.tv_nsec)};
}

struct instant instant_from_ns(int64_t ns)
{
	int64_t rest;
	int64_t sec = floor_div(ns, NSEC_PER_SEC, &rest);

	return (struct instant){.sec = sec, .frac = frac_of_nsec((uint64_t)rest)};
}

int instant_to_ns(struct instant at, int64_t *ns)
{
	return narrow((__int128)at.sec * NSEC_PER_SEC + instant_nsec(at), ns);
}

int instant_compare(struct instant a, struct instant b)
{
	if (a.sec != b.sec)
		return a.sec < b.sec ? -1 : 1;
	return (a.frac > b.frac) - (a.frac < b.frac);
}

int instant_add_sec(struct instant at, int64_t sec, struct instant *out)
{
	int err = narrow((__int128)at.sec + sec, &at.sec);

	if (!err)
		*out = at;
	return err;
}

int instant_add_ns(struct instant at, int64_t ns, struct instant *out)
{
	struct instant by = instant_from_ns(ns);
	struct instant sum = {.frac = at.frac + by.frac};
	int err = narrow((__int128)at.sec + by.sec + (sum.frac < at.frac), &sum.sec);

	if (!err)
		*out = sum;
	return err;
}

int instant_distance(struct instant a, struct instant b, struct ns_interval *out)
{
	uint64_t frac = a.frac - b.frac;
	__int128 sec = (__int128)a.sec - b.sec - (a.frac < b.frac);
	unsigned __int128 scaled = (unsigned __int128)frac * NSEC_PER_SEC;
	__int128 lo = sec * NSEC_PER_SEC + (int64_t)(scaled >> 64);
	struct ns_interval exact;

	if (narrow(lo, &exact.lo_ns) || narrow(lo + ((uint64_t)scaled != 0), &exact.hi_ns))
		return -ERANGE;
	*out = exact;
	return 0;
}

/*
 * Days since 1970-01-01 to a date of the Gregorian calendar, for any day that 64-bit seconds
 * reach: gmtime() gives up past year 2^31. Counts from 0000-03-01, so that the leap day is the
 * last of its year (Howard Hinnant, "chrono-compatible low-level date algorithms").
 */
static void date_of_day(int64_t day, int64_t *year, int *month, int *mday)
{
	int64_t in_era;
	int64_t era = floor_div(day + 719468, 146097, &in_era);
	int64_t in_era_year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * in_era_year + in_era_year / 4 - in_era_year / 100);
	int64_t from_march = (5 * in_year + 2) / 153;

	*mday = (int)(in_year - (153 * from_march + 2) / 5 + 1);
	*month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
	*year = era * 400 + in_era_year + (*month <= 2);
}

void instant_format_utc(struct instant at, char *text, size_t bytes)
{
	int64_t sec, year;
	int64_t day = floor_div(at.sec, SEC_PER_DAY, &sec);
	int month, mday;

	date_of_day(day, &year, &month, &mday);
	snprintf(text, bytes,
		 year < 0 || year > 9999 ? "%+05lld-%02d-%02dT%02d:%02d:%02d.%09uZ"
					 : "%04lld-%02d-%02dT%02d:%02d:%02d.%09uZ",
		 (long long)year, month, mday, (int)(sec / 3600), (int)(sec / 60 % 60),
		 (int)(sec % 60), instant_nsec(at));
}

struct ns_interval interval_of(int64_t ns)
{
	return (struct ns_interval){.lo_ns = ns, .hi_ns = ns};
}

struct ns_interval interval_hull(struct ns_interval a, struct ns_interval b)
{
	return (struct ns_interval){.lo_ns = a.lo_ns < b.lo_ns ? a.lo_ns : b.lo_ns,
				    .hi_ns = a.hi_ns > b.hi_ns ? a.hi_ns : b.hi_ns};
}

int interval_add(struct ns_interval a, struct ns_interval b, struct ns_interval *out)
{
	struct ns_interval sum;

	if (__builtin_add_overflow(a.lo_ns, b.lo_ns, &sum.lo_ns) ||
	    __builtin_add_overflow(a.hi_ns, b.hi_ns, &sum.hi_ns))
		return -ERANGE;
	*out = sum;
	return 0;
}

int interval_sub(struct ns_interval a, struct ns_interval b, struct ns_interval *out)
{
	struct ns_interval rest;

	if (__builtin_sub_overflow(a.lo_ns, b.hi_ns, &rest.lo_ns) ||
	    __builtin_sub_overflow(a.hi_ns, b.lo_ns, &rest.hi_ns))
		return -ERANGE;
	*out = rest;
	return 0;
}

int interval_widen(struct ns_interval a, uint64_t by_ns, struct ns_interval *out)
{
	struct ns_interval wide;

	if (narrow((__int128)a.lo_ns - by_ns, &wide.lo_ns) ||
	    narrow((__int128)a.hi_ns + by_ns, &wide.hi_ns))
		return -ERANGE;
	*out = wide;
	return 0;
}

uint64_t interval_width_ns(struct ns_interval a)
{
	return (uint64_t)a.hi_ns - (uint64_t)a.lo_ns;
}

uint64_t interval_furthest_ns(struct ns_interval a)
{
	uint64_t lo_ns = a.lo_ns < 0 ? 0 - (uint64_t)a.lo_ns : (uint64_t)a.lo_ns;
	uint64_t hi_ns = a.hi_ns < 0 ? 0 - (uint64_t)a.hi_ns : (uint64_t)a.hi_ns;

	return lo_ns > hi_ns ? lo_ns : hi_ns;
}

bool interval_has(struct ns_interval a, int64_t ns)
{
	return a.lo_ns <= ns && ns <= a.hi_ns;
}

bool interval_overlap(struct ns_interval a, struct ns_interval b)
{
	return a.lo_ns <= b.hi_ns && b.lo_ns <= a.hi_ns;
}
