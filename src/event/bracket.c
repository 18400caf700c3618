// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/bracket.h"

#include <errno.h>

static __int128 distance(struct timespec a, struct timespec b)
{
	return ((__int128)a.tv_sec - b.tv_sec) * NSEC_PER_SEC + a.tv_nsec - b.tv_nsec;
}

int timespec_distance_ns(struct timespec a, struct timespec b, int64_t *out)
{
	__int128 ns = distance(a, b);

	if (ns != (int64_t)ns)
		return -ERANGE;
	*out = (int64_t)ns;
	return 0;
}

int bracket_offset(const struct bracket *bracket, struct ns_interval *out)
{
	__int128 lo = distance(bracket->inner, bracket->after) - 1;
	__int128 hi = distance(bracket->inner, bracket->before) + 1;

	if (distance(bracket->after, bracket->before) < 0)
		return -EINVAL;
	if (lo != (int64_t)lo || hi != (int64_t)hi)
		return -ERANGE;
	*out = (struct ns_interval){.lo_ns = (int64_t)lo, .hi_ns = (int64_t)hi};
	return 0;
}

uint64_t bracket_width_ns(const struct bracket *bracket)
{
	__int128 ns = distance(bracket->after, bracket->before);

	return ns < 0 || ns > UINT64_MAX ? UINT64_MAX : (uint64_t)ns;
}
