// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/elapsed.h"

#include <errno.h>

#include "event/bracket.h"

#define PPT 1000000000000LL

/* numerator * 10^12 / denominator, rounded down; denominator > 0. */
static __int128 ppt_floor(int64_t numerator, int64_t denominator)
{
	__int128 scaled = (__int128)numerator * PPT;
	__int128 quotient = scaled / denominator;

	return scaled % denominator < 0 ? quotient - 1 : quotient;
}

/* The extremes of difference / since: which end of `since` makes one depends on the sign. */
static bool rate_of(struct ns_interval difference, struct ns_interval since,
		    struct rate_interval *rate)
{
	__int128 lo, hi;

	if (since.lo_ns <= 0)
		return false;
	lo = ppt_floor(difference.lo_ns, difference.lo_ns < 0 ? since.lo_ns : since.hi_ns);
	hi = -ppt_floor(-difference.hi_ns, difference.hi_ns < 0 ? since.hi_ns : since.lo_ns);
	if (lo != (int64_t)lo || hi != (int64_t)hi)
		return false;
	*rate = (struct rate_interval){.lo_ppt = (int64_t)lo, .hi_ppt = (int64_t)hi};
	return true;
}

int elapsed_between(struct ns_interval offset_then, struct timespec b_then,
		    struct ns_interval offset_now, struct timespec b_now, struct elapsed *out)
{
	struct elapsed elapsed = {0};
	int64_t since_ns;

	if (timespec_distance_ns(b_now, b_then, &since_ns) ||
	    interval_sub(offset_now, offset_then, &elapsed.difference) ||
	    elapsed.difference.hi_ns == INT64_MIN ||
	    interval_widen(interval_of(since_ns), 1, &elapsed.since))
		return -ERANGE;
	if (since_ns <= 0)
		return -EINVAL;
	elapsed.has_rate = rate_of(elapsed.difference, elapsed.since, &elapsed.rate);
	*out = elapsed;
	return 0;
}
