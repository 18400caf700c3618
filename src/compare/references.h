/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What compare has of the PTP clocks beside the page's own, and of ClockBound: each against
 * CLOCK_REALTIME, the page, and each other.
 */
#ifndef VMCLOCK_TRACE_COMPARE_REFERENCES_H
#define VMCLOCK_TRACE_COMPARE_REFERENCES_H

#include <stdbool.h>
#include <stddef.h>

#include "event/event.h"
#include "judge/witness.h"
#include "judge/witness_peers.h"

#define COMPARED_REFERENCES 16
#define COMPARED_DISTANCES  (COMPARED_REFERENCES * (COMPARED_REFERENCES + 1) / 2)

struct compared_reference {
	int32_t number; /* N of /dev/ptpN */
	int result;	/* 0, or -errno: it cannot be read */
	struct reference reference;
	enum clock_scale scale;
	bool has_claim;
	uint64_t claim_ns;
	/* CLOCK_REALTIME less the clock, by measurement alone; else why, as clock_error_of(). */
	int realtime_why;
	struct ns_interval realtime;
	/* The clock less the page's time, the same. */
	int page_why;
	struct ns_interval page;
};

/* Two of them at one moment: a less b, by measurement alone. */
struct compared_distance {
	struct peer_name a;
	struct peer_name b;
	struct ns_interval apart;
};

struct compared_references {
	struct compared_reference clock[COMPARED_REFERENCES];
	size_t count;
	bool has_clockbound;		      /* it is there: */
	struct compared_reference clockbound; /* number and reference mean nothing */
	bool has_line; /* and it claims for a line on the counter of its own; else CLOCK_REALTIME */
	struct compared_distance distance[COMPARED_DISTANCES];
	size_t distances;
	bool has_pair; /* do two contradict each other, other than page and CLOCK_REALTIME? */
	struct peer_pair pair;
	struct witness witness;	   /* the best of them, the page among them */
	struct ns_interval offset; /* CLOCK_REALTIME less the witness, if witness_is_other() */
};

/*
 * Add one reading, an EVENT_CLOCK (OBSERVED_PHC_OTHER or _CLOCKBOUND) with its page if there is
 * one; or with @result that the clock of which it holds what is known cannot be read. Pure.
 */
void compared_references_add(struct compared_references *references, const struct event *event,
			     int result);

/* How far each two of @peers are apart, and who contradicts whom. Pure. */
void compared_references_measure(struct compared_references *references,
				 const struct witness_peers *peers);

#endif
