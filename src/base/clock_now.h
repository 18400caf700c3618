/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a clock of the system shows, in whole nanoseconds. */
#ifndef VMCLOCK_TRACE_BASE_CLOCK_NOW_H
#define VMCLOCK_TRACE_BASE_CLOCK_NOW_H

#include <stdint.h>
#include <time.h>

/* With a clock that every Linux has this cannot fail, and no such clock is negative. */
static inline uint64_t clock_now_ns(clockid_t clock)
{
	struct timespec now = {0};

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
