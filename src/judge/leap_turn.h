/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Around a leap second a clock may be off by a whole second, for it turns a moment before the page
 * or after it. But only one that was right until then: one that was off before, or was set, is off
 * as it was. Asked of the guest's own clocks. Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_LEAP_TURN_H
#define VMCLOCK_TRACE_JUDGE_LEAP_TURN_H

#include <stdbool.h>

#include "event/event.h"

/* All zero: nothing is known against any. */
struct leap_turn {
	bool was_off[OBSERVED_CLOCKS]; /* before the leap second, or since it was set */
};

/* Take an event: readings beside a page, and changes of CLOCK_REALTIME. */
void leap_turn_event(struct leap_turn *turn, const struct event *event);

/* May that the guest's @clock is off by a second be the leap second? */
bool leap_turn_is_allowed(const struct leap_turn *turn, enum observed_clock clock);

#endif
