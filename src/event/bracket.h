/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One clock read between two readings of another: how two clocks are compared that nothing reads at
 * the same moment.
 */
#ifndef VMCLOCK_TRACE_EVENT_BRACKET_H
#define VMCLOCK_TRACE_EVENT_BRACKET_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/instant.h"

/*
 * `inner` was read at some moment from `before` to `after`, which are readings of another clock.
 * All three are as clocks answer: normalised, and rounded down to a nanosecond.
 */
struct bracket {
	struct timespec before;
	struct timespec inner;
	struct timespec after;
};

/* The same around a clock by the CPU's counter, in ticks. */
struct counter_bracket {
	uint64_t before;
	struct timespec inner;
	uint64_t after;
};

/*
 * inner - outer, the true value surely inside: from inner - after to inner - before, and 1 ns more
 * on either side for what was rounded off. -EINVAL where `after` is before `before` (the outer
 * clock was set back meanwhile), -ERANGE past 292 years; @out is then untouched.
 */
int bracket_offset(const struct bracket *bracket, struct ns_interval *out);

/* after - before in ns; UINT64_MAX where that is negative. */
uint64_t bracket_width_ns(const struct bracket *bracket);

/* after - before in ticks; a counter that went back is very wide. */
static inline uint64_t counter_bracket_width(const struct counter_bracket *bracket)
{
	return bracket->after - bracket->before;
}

/* a - b in ns. -ERANGE past 292 years, @out is then untouched. */
int timespec_distance_ns(struct timespec a, struct timespec b, int64_t *out);

#endif
