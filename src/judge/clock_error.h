/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far another clock is from the page's time, by one EVENT_CLOCK; or why that is not known. */
#ifndef VMCLOCK_TRACE_JUDGE_CLOCK_ERROR_H
#define VMCLOCK_TRACE_JUDGE_CLOCK_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "event/event.h"
#include "page/time.h"

/* Why an error is not known. */
enum error_unknown {
	ERROR_NO_CLOCK,	    /* the page carries no clock (marker-only) */
	ERROR_NOT_VOUCHED,  /* the hypervisor did not vouch for the page's clock */
	ERROR_NO_COUNTER,   /* the counter at the read is not known */
	ERROR_DISRUPTED,    /* the counter was disrupted between the read and the page */
	ERROR_NO_SCALE,	    /* the page does not give the clock's scale */
	ERROR_OUT_OF_RANGE, /* past 292 years, or the page's numbers give no time */
	ERROR_NOT_SEEN,	    /* a program that maps or read()s the page computes the time unseen */
	ERROR_TORN,	    /* the page was being updated */
	ERROR_FAILED,	    /* the read returned no time */
	ERROR_NEVER_AFTER,  /* no page that could decide came afterwards */
	ERROR_OLD_LINE,	    /* the marker had moved, the page's line of time was not renewed yet */
	ERROR_COUNTED,	 /* the read was counted, no event of it came: when it was, is not known */
	ERROR_NO_PAGE,	 /* there was no valid page: its device was gone, or garbage was there */
	ERROR_REFUTED,	 /* a later page says that this one was wrong, or is wrong itself */
	ERROR_WITNESSES, /* clocks that could tell, and claim a bound, contradict each other */
	ERROR_UNKNOWNS
};

/* The clock less the page's time, both at the same moment. */
struct clock_error {
	enum clock_scale scale; /* on which they were compared: the clock's own, stated or seen */
	struct ns_interval offset; /* by measurement alone; the true value is inside */
	bool has_other;		   /* does the page give the other scale too? */
	struct ns_interval other;  /* the same against that; valid if has_other */
	bool has_page_claim;
	uint64_t page_claim_ns; /* the page's max error there, one way; valid if has_page_claim */
};

/*
 * Compare the clock of @event with the stable page in it. 0, or one of the reasons above as a
 * negative number less 1 (clock_error_why()); @out is then untouched.
 */
int clock_error_of(const struct event *event, struct clock_error *out);

/* The same, with the page's own bound in @bounded; a page that gives none is taken at its word. */
int clock_error_bounded(const struct event *event, struct clock_error *error,
			struct ns_interval *bounded);

/*
 * Is that clock, @bounded away from the page's time of @error with all bounds in it, where a leap
 * second puts it (leap_second_explains(), with @may_turn)? TAI has none.
 */
bool clock_error_is_leap(const struct event *event, const struct clock_error *error,
			 struct ns_interval bounded, bool may_turn);

/* The reason in a negative result of clock_error_of(). */
static inline enum error_unknown clock_error_why(int result)
{
	return (enum error_unknown)(-result - 1);
}

/* Was the counter read, and did it go forwards? */
bool event_ticks_known(const struct event_ticks *ticks);

/* Can @page give the time at @ticks: is it full, and are they of its counter? */
bool event_ticks_fit(const struct event_ticks *ticks, const struct page *page);

/* "no_clock", "not_vouched", ...: stable; and the same as a clause for people. Static. */
const char *error_unknown_name(enum error_unknown why);
const char *error_unknown_means(enum error_unknown why);

#endif
