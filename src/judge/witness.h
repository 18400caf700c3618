/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is the witness: by which clock may it be said how wrong CLOCK_REALTIME is? Pure.
 *
 * At each moment the best one that is there, in this order:
 *	1. a page that carries a clock and tells UTC, and can be believed: it is there, vouched for,
 *	   in range, and its reference is that of its marker (judge/page_in_force.h),
 *	2. another clock that claims a bound of its error: a PTP clock, or ClockBound's own line,
 *	3. a clock of the host, which claims none: the host itself may be wrong,
 *	4. a clock whose scale the user told, without a bound.
 * Of several with a bound the narrowest, which takes over where it claims less than half of what
 * the one before does; of two alike, the one with the lower number. One that was not read for
 * WITNESS_STALE_NS is none any more. Where no clock is left, nothing is known.
 *
 * Where the bound of that one, page or clock, is too wide to show that CLOCK_REALTIME has
 * recovered, a clock of the host without a bound may (judge/incident.h): then it is said to be by
 * that.
 *
 * While clocks that claim a bound contradict each other (judge/witness_peers.h), none of them is:
 * at least one is wrong, and a majority would be a guess.
 */
#ifndef VMCLOCK_TRACE_JUDGE_WITNESS_H
#define VMCLOCK_TRACE_JUDGE_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "event/event.h"

#define WITNESS_STALE_NS 10000000000ull

/* Better ones are greater. */
enum witness_rank {
	WITNESS_NONE,
	WITNESS_TOLD,
	WITNESS_HOST,
	WITNESS_BOUNDED,
	WITNESS_PAGE,
	WITNESS_RANKS
};

/* All zero: nobody yet. */
struct witness {
	enum witness_rank rank;
	/* Which clock; valid between _NONE and _PAGE. */
	enum observed_clock clock;  /* OBSERVED_PHC_OTHER, or OBSERVED_CLOCKBOUND */
	struct reference reference; /* of OBSERVED_PHC_OTHER */
	uint64_t bound_ns;	    /* WITNESS_BOUNDED: what it claimed last */
	uint64_t seen_ns;	    /* when it was read last, CLOCK_MONOTONIC */
	uint64_t turns;		    /* of CLOCK_REALTIME since then */
};

/* Is there a witness, and is it not the page? */
static inline bool witness_is_other(const struct witness *witness)
{
	return witness->rank != WITNESS_NONE && witness->rank != WITNESS_PAGE;
}

/* Does it claim a bound, so that what is beyond it is surely wrong? */
static inline bool witness_is_sure(const struct witness *witness)
{
	return witness->rank != WITNESS_HOST && witness->rank != WITNESS_TOLD;
}

/* What a reading of a reference clock (OBSERVED_PHC_OTHER) or of ClockBound is worth. */
enum witness_rank witness_rank_of(const struct event_clock *clock);

/* The clock of @event, a reading, as a witness. */
struct witness witness_of(const struct event *event);

/* Is it a reading of the witness's clock? False for the page. */
bool witness_is_clock(const struct witness *witness, const struct event_clock *clock);

/*
 * Take a reading for the best of those that are not the page. True: it is by the one who is that,
 * after it.
 */
bool witness_event(struct witness *other, const struct event *event);

/*
 * The same for the best of all where nothing is known of what was before: the page beside the
 * reading is that, if it tells UTC and is vouched for.
 */
bool witness_event_alone(struct witness *best, const struct event *event);

/*
 * CLOCK_REALTIME less the reference clock by one reading of that, the true value surely inside;
 * @clock's bound is not in it. 0, or an enum error_unknown as judge/clock_error.h gives it.
 */
int witness_realtime_error(const struct event_clock *clock, struct ns_interval *out);

/* "none", "told", "host", "bounded", "page": stable, for programs. Static. */
const char *witness_rank_name(enum witness_rank rank);

#define WITNESS_TEXT_BYTES 240

/* "the host's clock (KVM virtual PTP), which claims no bound" and the like; @out. */
const char *witness_text(const struct witness *witness, char out[WITNESS_TEXT_BYTES]);

#endif
