/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Was the clock by which CLOCK_REALTIME is judged stepped onto it, while that was off? Each reading
 * of it was between two of CLOCK_MONOTONIC, which nobody sets: what it moved against that is its
 * own doing, but for a disruption, over which CLOCK_MONOTONIC stands still. Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_REFERENCE_MOVES_H
#define VMCLOCK_TRACE_JUDGE_REFERENCE_MOVES_H

#include "base/instant.h"
#include "event/event.h"

/* All zero: it was not read. */
struct reference_moves {
	bool is_known;
	struct event newest;	  /* its newest reading */
	struct ns_interval error; /* CLOCK_REALTIME less it by that, its bound included */
	struct ns_interval sum;	  /* by how much it was moved */
	bool is_onto;		  /* and once towards CLOCK_REALTIME */
	struct ns_interval away;  /* how far it is from where it was first, since the disruption */
	struct ns_interval doubt; /* and from all places where it was; 0 is in it */
};

/* Only what moves it from now on counts. */
void reference_moves_begin(struct reference_moves *moves);

/* A reading of it, with CLOCK_REALTIME off by @error; @moved_ns: the newest disruption. */
void reference_moves_reading(struct reference_moves *moves, const struct event *event,
			     struct ns_interval error, uint64_t moved_ns);

/* Is it not where it was before, by its own doing? Which of the two was right is not known. */
bool reference_moves_are_away(const struct reference_moves *moves);

/*
 * Widen @error of CLOCK_REALTIME by it, so that it holds by each place where it was, as long as it
 * has not come back. False past 292 years; @error is then undefined.
 */
bool reference_moves_widen(const struct reference_moves *moves, struct ns_interval *error);

/* Was it moved onto CLOCK_REALTIME, and not back to where it was? */
bool reference_moves_are_onto(const struct reference_moves *moves);

#endif
