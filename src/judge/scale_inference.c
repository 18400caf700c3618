// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/scale_inference.h"

const char *clock_scale_name(enum clock_scale scale)
{
	switch (scale) {
	case SCALE_UTC:
		return "UTC";
	case SCALE_TAI:
		return "TAI";
	case SCALE_UNKNOWN:
		break;
	}
	return "unknown";
}

/* How far apart the two are at most; UINT64_MAX for what is past 292 years. */
static uint64_t apart_ns(struct instant a, struct instant b)
{
	struct ns_interval apart;
	uint64_t lo, hi;

	if (instant_distance(a, b, &apart))
		return UINT64_MAX;
	lo = apart.lo_ns < 0 ? 0 - (uint64_t)apart.lo_ns : (uint64_t)apart.lo_ns;
	hi = apart.hi_ns < 0 ? 0 - (uint64_t)apart.hi_ns : (uint64_t)apart.hi_ns;
	return lo > hi ? lo : hi;
}

enum clock_scale clock_scale_nearest(struct instant at, const struct page_time *page)
{
	uint64_t utc = page->has_utc ? apart_ns(at, page->utc) : UINT64_MAX;
	uint64_t tai = page->has_tai ? apart_ns(at, page->tai) : UINT64_MAX;

	if (page->has_utc && utc <= tai)
		return SCALE_UTC;
	return page->has_tai ? SCALE_TAI : SCALE_UNKNOWN;
}

enum clock_scale clock_scale_by_page(struct instant at, const struct page_time *page)
{
	enum clock_scale scale = clock_scale_nearest(at, page);

	if (scale && apart_ns(at, scale == SCALE_UTC ? page->utc : page->tai) > SCALE_NEAR_NS)
		return SCALE_UNKNOWN;
	return scale;
}
