/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clocks that were off while no incident said so, by the rule of judge/health.h: one that claims no
 * bound contradicts nothing by being off, and so no finding comes of it; but it is not well. Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_CLOCK_DOUBT_H
#define VMCLOCK_TRACE_JUDGE_CLOCK_DOUBT_H

#include "event/event.h"
#include "judge/health.h"
#include "judge/witness.h"

/* All zero: it never was. */
struct clock_doubt {
	uint64_t readings; /* by which it was off */
	uint64_t from_ns;  /* the first of them, and the last */
	uint64_t to_ns;
	struct ns_interval worst; /* its error by the one that was the furthest off */
	struct witness witness;	  /* by whom that was */
	bool has_claim;
	uint64_t claim_ns; /* what it claimed of itself then; valid if has_claim */
};

/* One each enum observed_clock. */
struct clock_doubts {
	struct clock_doubt of[OBSERVED_CLOCKS];
};

/* Take an event for which no incident is open, with the health after it. */
void clock_doubts_event(struct clock_doubts *doubts, const struct health *health,
			const struct page_in_force *page, const struct event *event);

/* Was any clock off that may be asked for, from @from_ns until before @to_ns? */
bool clock_doubts_any(const struct clock_doubts *doubts, uint64_t from_ns, uint64_t to_ns);

#define CLOCK_DOUBT_BYTES 512

/* "CLOCK_REALTIME was up to 60.000 s behind the page, and claimed no bound"; @out. */
const char *clock_doubt_text(const struct clock_doubts *doubts, enum observed_clock clock,
			     char out[CLOCK_DOUBT_BYTES]);

#endif
