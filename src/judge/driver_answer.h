/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds what the driver returned against what the page says at the same counter value.
 *
 * Both are computed from one counter reading, so a healthy driver is 0 ns apart, not "close".
 */
#ifndef VMCLOCK_TRACE_JUDGE_DRIVER_ANSWER_H
#define VMCLOCK_TRACE_JUDGE_DRIVER_ANSWER_H

#include "event/event.h"
#include "judge/scale_inference.h"

enum driver_verdict {
	DRIVER_NOT_COMPARABLE, /* `why` says what is missing */
	DRIVER_EQUAL,	       /* 0 ns apart */
	DRIVER_DIFFERS,	       /* `minus_page_ns` apart, `why` if a cause is known */
};

struct driver_answer {
	enum driver_verdict verdict;
	enum clock_scale scale; /* the one of the page's scales to which the answer is nearest */
	int64_t minus_page_ns;	/* valid unless DRIVER_NOT_COMPARABLE */
	bool out_of_range;	/* further apart than 292 years: minus_page_ns is at its limit */
	const char *why;	/* static, or NULL */
};

/* Judge one EVENT_READ. */
struct driver_answer driver_answer_of(const struct event *event);

/* Verdicts counted. */
struct answer_tally {
	uint64_t equal;
	uint64_t apart;	      /* although the page was stable: the driver or the page is wrong */
	uint64_t apart_moved; /* while the page was being updated */
	uint64_t unknown;     /* not comparable */
};

/* Count the verdict on @event. */
void answer_tally_add(struct answer_tally *tally, const struct event *event,
		      const struct driver_answer *answer);

#endif
