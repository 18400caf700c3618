/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system's own clocks: read between readings of something else, and what the kernel claims of
 * them.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_HOST_CLOCK_H
#define VMCLOCK_TRACE_OBSERVE_HOST_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "event/bracket.h"
#include "event/clock_sample.h"

/*
 * A bracket may be widened by an interrupt or by the host, never narrowed: of so many the tightest
 * is nearly always an undisturbed one.
 */
#define HOST_CLOCK_TRIES 16

/* @clock between two ordered readings of this CPU's counter; tightest of HOST_CLOCK_TRIES. */
struct counter_bracket host_clock_by_counter(clockid_t clock);

/* @inner between two readings of @outer; tightest of HOST_CLOCK_TRIES. */
struct bracket host_clock_between(clockid_t inner, clockid_t outer);

/* How well the kernel believes CLOCK_REALTIME to be set; the answer holds its own -errno. */
struct realtime_claim host_clock_claim(void);

/* The same of what adjtimex() gave: its @state, 0 or more, and what it filled in. */
struct timex;
struct realtime_claim host_clock_claim_of(int state, const struct timex *timex);

/*
 * The name of the clocksource that the system's clocks run on, such as "tsc", into @name, which is
 * terminated. -errno where the kernel does not show it; @name is then untouched.
 */
int host_clock_source(char *name, size_t bytes);

/*
 * Does the kernel know its TSC to be unstable? It then is no clocksource to choose any more. False
 * where that cannot be seen, and on machines that have none.
 */
bool host_clock_tsc_is_unstable(void);

/* Do the system's clocks run on the counter that a vmclock page of this machine refers to? */
bool host_clock_is_on_counter(void);

#endif
