/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is well: the page, another clock beside it, and all of it now. Pure.
 *
 * judge/incident.h follows when something is over that it has seen begin, and asks here what is
 * good; for callers without history health_now() says it of a moment. The page must be there and
 * whole, and nothing in it may make it unsafe (page/warning.h); where it holds a clock, it must
 * have been renewed since the marker was seen to move, and the counter not be before its
 * reference; and CLOCK_REALTIME and the PTP clock, widened by both claims, must meet the page's
 * time, as far as they can be compared with it. Where the page carries no clock, CLOCK_REALTIME
 * must meet the witness (judge/witness.h), if there is one.
 */
#ifndef VMCLOCK_TRACE_JUDGE_HEALTH_H
#define VMCLOCK_TRACE_JUDGE_HEALTH_H

#include <stdbool.h>

#include "event/event.h"
#include "judge/clock_error.h"
#include "judge/leap_turn.h"
#include "judge/page_in_force.h"
#include "judge/thresholds.h"
#include "page/warning.h"

/*
 * Is the page good? With @may_be_unknown, a hypervisor that leaves clock_status unknown, or at
 * INITIALIZING, need not vouch for the clock.
 */
bool health_of_page(const struct page_in_force *page, bool may_be_unknown);

/*
 * Of what makes a page unsafe (page/warning.h), that which shows it to be bad: it says so itself,
 * or it misleads or holds up its readers. By the rest it is no page, gives no time, or nobody
 * vouches for that (yet): then nothing is known of the clock, neither good nor bad.
 */
page_warning_set health_bad_warnings(page_warning_set unsafe);

/*
 * Has the host no source of time, and does its page give no bound that grows meanwhile? Then nobody
 * knows how far its clock is off.
 */
bool health_is_adrift(const struct page *page);

/*
 * Does another clock with a bound tell the time in place of a page that is good but for this, that
 * nobody vouches for its clock? Then that says nothing against CLOCK_REALTIME.
 */
bool health_is_stood_in_for(const struct page_in_force *page);

/* Has the host no source of time, with a bound or without? That is bad, and no doubt. */
bool health_is_freerunning(const struct page *page);

/*
 * Does a clock meet the page's time, or the witness's, by what both claim? @error is how far it is
 * from that, the bound of who says so included.
 */
bool health_of_clock(const struct event_clock *clock, struct ns_interval error);

/*
 * The same for the clock of @event by its page, by which it is @own off, and @error bound included:
 * where a leap second puts it there, it is well too (clock_error_is_leap()), as far as @turn allows
 * it (judge/leap_turn.h); NULL: nothing is known against it.
 */
bool health_of_reading(const struct event *event, const struct clock_error *own,
		       struct ns_interval error, const struct leap_turn *turn);

/*
 * Is @distance, of CLOCK_REALTIME from a clock that claims to be within @bound_ns, more than
 * HEALTH_FAR_NS beyond that, which is more than a page may have to do with this machine? Less has
 * innocent causes: the second that a leap smear may take, and the one that the hardware clock, from
 * which the kernel starts, resolves.
 */
bool health_is_far(struct ns_interval distance, uint64_t bound_ns);

/* All zero at first. */
struct health {
	bool page;	 /* is the page good? */
	bool clock_seen; /* was CLOCK_REALTIME compared since the page became good? */
	bool clock_wrong[OBSERVED_CLOCKS]; /* the newest reading was */
	bool clock_judged;		   /* could the newest event show whether one is? */
	struct ns_interval clock_error;	   /* if so, by how much it is off, bound included */
	struct event_clock realtime;	   /* its newest reading, beside the page */
};

/* Take an event, with the page that is in force by then. */
void health_event(struct health *health, const struct page_in_force *page,
		  const struct event *event);

/* Is all well now? With @clocks, at least one clock must have been seen too. */
bool health_now(const struct health *health, bool clocks);

#endif
