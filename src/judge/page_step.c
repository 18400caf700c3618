// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/page_step.h"

#include "judge/page_update.h"
#include "page/smear.h"
#include "page/time.h"

/* Both pages asked at one counter value. */
struct two_times {
	struct page_time old;
	struct page_time new;
	bool measured;		 /* is there a scale that both give? */
	bool out_of_range;	 /* the move is past 292 years: at its limit */
	struct ns_interval move; /* the smallest on any such scale */
};

bool page_may_be_compared(const struct page *before, const struct page *after)
{
	if (page_get(before, PAGE_DISRUPTION_MARKER) != page_get(after, PAGE_DISRUPTION_MARKER) ||
	    page_get(before, PAGE_COUNTER_ID) != page_get(after, PAGE_COUNTER_ID))
		return false;
	if (page_is_vouched_for(before) && page_is_vouched_for(after))
		return true;
	return page_get(before, PAGE_CLOCK_STATUS) == VMCLOCK_STATUS_UNKNOWN &&
	       page_get(after, PAGE_CLOCK_STATUS) == VMCLOCK_STATUS_UNKNOWN;
}

static uint64_t reach_ns(struct ns_interval a)
{
	uint64_t lo = a.lo_ns < 0 ? 0 - (uint64_t)a.lo_ns : (uint64_t)a.lo_ns;
	uint64_t hi = a.hi_ns < 0 ? 0 - (uint64_t)a.hi_ns : (uint64_t)a.hi_ns;

	return lo > hi ? lo : hi;
}

/* Keep @move if it is the smallest so far. */
static void offer(struct two_times *times, struct ns_interval move, bool out_of_range)
{
	if (times->measured && reach_ns(move) >= reach_ns(times->move))
		return;
	times->measured = true;
	times->move = move;
	times->out_of_range = out_of_range;
}

static void offer_scale(struct two_times *times, struct instant old, struct instant new)
{
	struct ns_interval move;

	if (!instant_distance(new, old, &move)) {
		offer(times, move, false);
		return;
	}
	/* Both ends at the limit: it is at least that. */
	offer(times, interval_of(instant_compare(new, old) < 0 ? -INT64_MAX : INT64_MAX), true);
}

/* A host that rarely updates its page announces a leap second this late, at most. */
#define LEAP_UPDATE_SEC 3600

/* By how much UTC itself moves in the leap second that lies between the two; 0 for none. */
static int64_t leap_sec(const struct page *before)
{
	switch (page_get(before, PAGE_LEAP_INDICATOR)) {
	case VMCLOCK_LEAP_PRE_POS:
	case VMCLOCK_LEAP_POS:
		return -1;
	case VMCLOCK_LEAP_PRE_NEG:
		return 1;
	default:
		return 0;
	}
}

/* Is a leap second that either page announces due about @counter? */
static bool leap_is_due(const struct page *before, const struct page *after, uint64_t counter)
{
	return leap_second_is_within(before, counter, LEAP_UPDATE_SEC, LEAP_UPDATE_SEC) ||
	       leap_second_is_within(after, counter, LEAP_UPDATE_SEC, LEAP_UPDATE_SEC);
}

/* A page on UTC that gives no TAI repeats or skips a second, as its leap indicator said. */
static void offer_leap(struct two_times *times, const struct page *before, const struct page *after)
{
	int64_t sec = leap_sec(before);
	struct instant moved_back;

	if (!sec || page_get(before, PAGE_LEAP_INDICATOR) == page_get(after, PAGE_LEAP_INDICATOR) ||
	    page_get(after, PAGE_TIME_TYPE) != VMCLOCK_TIME_UTC)
		return;
	if (!instant_add_sec(times->new.at, -sec, &moved_back))
		offer_scale(times, times->old.at, moved_back);
}

/* On the pages' own scale; on the others only where that is another, or a leap second is due. */
static void ask(const struct page *before, const struct page *after, uint64_t counter,
		struct two_times *times)
{
	bool same = page_get(before, PAGE_TIME_TYPE) == page_get(after, PAGE_TIME_TYPE);
	struct page_time *old = &times->old, *new = &times->new;

	times->measured = false;
	if (page_time_at(before, counter, old) || page_time_at(after, counter, new))
		return;
	if (same)
		offer_scale(times, old->at, new->at);
	if (same && !leap_is_due(before, after, counter))
		return;
	if (old->has_tai && new->has_tai)
		offer_scale(times, old->tai, new->tai);
	else if (same)
		offer_leap(times, before, after);
	if (old->has_utc && new->has_utc)
		offer_scale(times, old->utc, new->utc);
}

static bool is_outside(struct ns_interval move, uint64_t bound_ns, struct ns_interval *beyond)
{
	struct ns_interval allowed;

	/* A bound past 292 years forbids nothing. */
	if (interval_widen(interval_of(0), bound_ns, &allowed) || interval_overlap(move, allowed))
		return false;
	/* Towards 0, so it fits. */
	if (move.lo_ns > 0)
		interval_sub(move, interval_of(allowed.hi_ns), beyond);
	else
		interval_sub(move, interval_of(allowed.lo_ns), beyond);
	return true;
}

/*
 * Is the jump at @counter surely too far? Where both pages guarantee their error, some time must be
 * outside of one of the two: noise within both is no step.
 */
static bool step_at(const struct page *before, const struct page *after, uint64_t counter,
		    uint64_t threshold_ns, struct finding_step *step)
{
	struct two_times times;
	struct ns_interval beyond, beyond_both;
	bool vouched = page_is_vouched_for(before) && page_is_vouched_for(after);
	bool has_bound;
	uint64_t bound_ns;

	ask(before, after, counter, &times);
	if (!times.measured || (vouched && times.old.error_overflow))
		return false;
	has_bound = vouched && times.old.has_max_error;
	/* A bound without a valid status proves nothing, but can excuse. */
	bound_ns = times.old.has_max_error && (has_bound || times.old.max_error_ns > threshold_ns)
			   ? times.old.max_error_ns
			   : threshold_ns;
	if (!is_outside(times.move, bound_ns, &beyond))
		return false;
	*step = (struct finding_step){
		.counter = counter,
		.moved = times.move,
		.has_bound = has_bound,
		.bound_ns = bound_ns,
		.beyond = beyond,
		.out_of_range = times.out_of_range,
	};
	if (!has_bound || !times.new.has_max_error)
		return true;
	step->bounds_disjoint = is_outside(beyond, times.new.max_error_ns, &beyond_both);
	return step->bounds_disjoint;
}

bool page_step_between(const struct page *before, const struct page *after,
		       const struct counter_range *range, bool missed, uint64_t threshold_ns,
		       struct finding_step *step)
{
	struct finding_step first, last;

	if (!page_may_be_compared(before, after))
		return false;
	/*
	 * With an update missed in between, the new reference may be far behind a change of rate
	 * that came with that one: then it shows a slew, not a step.
	 */
	if ((!missed || !range) &&
	    step_at(before, after, page_get(after, PAGE_COUNTER_VALUE), threshold_ns, step))
		return true;
	/*
	 * Beyond the bound at both ends on one side is beyond it throughout, for the bound is
	 * convex and the move a straight line.
	 */
	if (!range || !step_at(before, after, range->first, threshold_ns, &first) ||
	    !step_at(before, after, range->last, threshold_ns, &last) ||
	    (first.moved.lo_ns > 0) != (last.moved.lo_ns > 0))
		return false;
	*step = reach_ns(first.beyond) < reach_ns(last.beyond) ? first : last;
	return true;
}
