/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page in force: the newest whole and valid one that the observer sampled, whether it may be
 * believed yet, and what changed since the sample before. The judge annotates each event with it
 * once; all that asks about the page asks here. Pure.
 *
 * Some hypervisors move the marker first, and renew the reference a moment later. Until then the
 * page gives, perhaps vouched for and with a bound, a time that belongs to another counter: no
 * clock may be compared with it. Once it is renewed, it holds for all counter values since the
 * marker moved.
 *
 * While it is not to be believed, because it is gone, torn, not vouched for, late as above, out of
 * range or undefined, the best of the other clocks is the witness.
 */
#ifndef VMCLOCK_TRACE_JUDGE_PAGE_IN_FORCE_H
#define VMCLOCK_TRACE_JUDGE_PAGE_IN_FORCE_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "event/page_change.h"
#include "judge/leap_turn.h"
#include "judge/reference_moves.h"
#include "judge/witness.h"
#include "judge/witness_peers.h"
#include "page/page.h"

/*
 * What came and went between two samples that were no farther apart is shorter than what is
 * promised to be seen, and told as a number; with more between them the page was not watched.
 */
#define PAGE_WATCHED_NS 1000000000ull

/* All zero at first. */
struct page_in_force {
	/* Of all samples of the observer's own, those beside a clock included. */
	bool known;
	struct page page; /* the newest whole and valid one; valid if known */
	/* its marker moved, and its reference has not been renewed */
	bool reference_is_stale;
	bool is_before_reference; /* the counter was behind its reference */
	bool is_out_of_range;	  /* its time or its error bound was past what can be computed */
	uint64_t marker_ns;	  /* when its marker was new; 0: never seen to change */
	bool is_torn;		  /* the newest sample was torn */
	bool is_lost;		  /* the device is gone, or what is there is no page any more */

	struct witness witness; /* by which clock CLOCK_REALTIME is judged: the page, or another */
	struct witness other;	/* the best one beside the page */
	bool is_by_witness;	/* is this event a reading by it, which is no page? */
	struct reference_moves moves; /* of the other clock that is the witness */
	struct leap_turn leap_turn;   /* may a leap second explain that a clock is off? */
	/* It would be, but clocks that claim a bound contradict each other: nothing is known. */
	bool is_contradicted;
	struct witness_peers peers; /* all that could be one, and who contradicts whom */

	/* Of EVENT_PAGE alone. */
	bool is_sampled;	    /* is there a whole one, valid or not? */
	struct page sample;	    /* the newest of them */
	uint64_t sample_ns;	    /* and when that was */
	uint64_t updates;	    /* by seq_count, all */
	uint64_t missed;	    /* of them, between two samples, */
	uint64_t unwatched;	    /* and of those, between two that were too far apart, */
	uint64_t unwatched_from_ns; /* all of them from this sample ... */
	uint64_t unwatched_to_ns;   /* ... to this; valid if there are any */
	bool has_changed;	    /* does the sample of this event differ from the one before? */
	struct page_change change;  /* how; valid if has_changed */
};

/* Take an event. */
void page_in_force_event(struct page_in_force *in_force, const struct event *event);

/*
 * What happens until the next event is not known, and the page went through updates that were not
 * missed: it begins anew, but for the numbers of updates.
 */
void page_in_force_resume(struct page_in_force *in_force);

/* Has @after another reference, counter value or time, than @before? */
bool page_in_force_is_renewed(const struct page *before, const struct page *after);

#endif
