/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is all well with the clock now, for callers without history? Pure.
 *
 * judge/incident.h tells when something is over that it has seen begin; this tells of a moment. The
 * page must be there, whole and valid; where it holds a clock, the hypervisor must vouch for it,
 * have renewed it since the marker was seen to move, and the counter be behind its reference; and
 * CLOCK_REALTIME and the PTP clock, widened by both claims, must meet the page's time, as far as
 * they can be held against it.
 */
#ifndef VMCLOCK_TRACE_JUDGE_HEALTH_H
#define VMCLOCK_TRACE_JUDGE_HEALTH_H

#include <stdbool.h>

#include "event/event.h"
#include "judge/page_line.h"

/* Near enough for a clock that claims no bound. */
#define HEALTH_BACK_NS 1000000

/* All zero at first. */
struct health {
	struct page_line line;
	bool page;			   /* the newest sample was good */
	bool clock_seen;		   /* was any clock read since the page became good? */
	bool clock_wrong[OBSERVED_CLOCKS]; /* the newest reading was */
};

/* Take an event. */
void health_event(struct health *good, const struct event *event);

/* With @clocks, at least one clock must have been seen too. */
bool health_now(const struct health *good, bool clocks);

#endif
