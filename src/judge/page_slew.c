// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/page_step.h"

#include "page/time.h"

typedef unsigned __int128 wide;

#define PPT_PER_ONE 1000000000000ull

/* A page's period and its bound, in units of 2^-(64+shift) s. */
struct rate {
	wide period;
	wide bound;
	bool has_bound;
	unsigned int shift;
};

static bool rate_of(const struct page *page, struct rate *rate)
{
	*rate = (struct rate){
		.period = page_get(page, PAGE_PERIOD_FRAC_SEC),
		.bound = page_get(page, PAGE_PERIOD_MAXERROR_RATE),
		.has_bound = page_has_flags(page, VMCLOCK_FLAG_PERIOD_MAXERROR_VALID) &&
			     page_has(page, PAGE_PERIOD_MAXERROR_RATE),
		.shift = (unsigned int)page_get(page, PAGE_PERIOD_SHIFT),
	};
	return page_mode(page) == PAGE_FULL && rate->period && rate->shift < PAGE_SHIFT_LIMIT;
}

/* Bring both to one unit. No two rates of one counter are 2^63 apart: false says they are not. */
static bool align(struct rate *a, struct rate *b)
{
	struct rate *coarse = a->shift < b->shift ? a : b;
	unsigned int by = a->shift < b->shift ? b->shift - a->shift : a->shift - b->shift;

	if (by > 62)
		return false;
	coarse->period <<= by;
	coarse->bound <<= by;
	coarse->shift += by;
	return true;
}

/* part / whole in parts in 10^12, rounded down; exact for a whole below 2^87. */
static uint64_t ratio_ppt(wide part, wide whole)
{
	wide ppt;

	while (part >> 87 || whole >> 87) {
		part >>= 1;
		whole >>= 1;
	}
	if (!whole)
		return UINT64_MAX;
	ppt = part * PPT_PER_ONE / whole;
	return ppt > UINT64_MAX ? UINT64_MAX : (uint64_t)ppt;
}

/*
 * By how much time runs faster in @b than in @a: its period is longer, so each tick counts for
 * more. Out of 64 bits is at the limit.
 */
static int64_t faster_ppt(struct rate a, struct rate b, bool *out_of_range)
{
	uint64_t ppt;
	bool slower;

	if (!align(&a, &b)) {
		*out_of_range = true;
		return INT64_MAX;
	}
	slower = b.period < a.period;
	ppt = ratio_ppt(slower ? a.period - b.period : b.period - a.period, a.period);
	if (ppt > INT64_MAX) {
		*out_of_range = true;
		ppt = INT64_MAX;
	}
	return slower ? -(int64_t)ppt : (int64_t)ppt;
}

static uint64_t magnitude(int64_t value)
{
	return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* Is the change more than the two pages allow? */
static bool is_slew(struct rate old, struct rate new, struct slew_limits limits,
		    struct finding_slew *slew)
{
	wide apart;

	slew->has_bound = old.has_bound && new.has_bound;
	slew->change_ppt = faster_ppt(old, new, &slew->out_of_range);
	if (!slew->has_bound) {
		slew->bound_ppt = limits.unbounded_ppt;
		return magnitude(slew->change_ppt) >= limits.unbounded_ppt;
	}
	if (!align(&old, &new))
		return true;
	apart = old.period < new.period ? new.period - old.period : old.period - new.period;
	slew->bound_ppt = ratio_ppt(old.bound + new.bound, old.period);
	slew->bound_ppt += slew->bound_ppt < UINT64_MAX; /* was rounded down */
	return apart > old.bound + new.bound &&magnitude(slew->change_ppt) >= limits.least_ppt;
}

bool page_slew_between(const struct page *first, const struct page *before,
		       const struct page *after, struct slew_limits limits,
		       struct finding_slew *slew)
{
	struct finding_slew made = {0};
	struct rate base, old, new;

	if (!page_may_be_compared(before, after) || !rate_of(before, &old) ||
	    !rate_of(after, &new) || !is_slew(old, new, limits, &made))
		return false;
	if (!rate_of(first, &base))
		base = old;
	made.old_ppt = faster_ppt(base, old, &made.out_of_range);
	made.new_ppt = faster_ppt(base, new, &made.out_of_range);
	*slew = made;
	return true;
}
