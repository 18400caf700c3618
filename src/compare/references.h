/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What compare has of the PTP clocks beside the page's own: each against CLOCK_REALTIME, and the
 * page.
 */
#ifndef VMCLOCK_TRACE_COMPARE_REFERENCES_H
#define VMCLOCK_TRACE_COMPARE_REFERENCES_H

#include <stdbool.h>
#include <stddef.h>

#include "event/event.h"
#include "judge/witness.h"

#define COMPARED_REFERENCES 16

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

struct compared_references {
	struct compared_reference clock[COMPARED_REFERENCES];
	size_t count;
	struct witness witness;	   /* the best of them, the page among them */
	struct ns_interval offset; /* CLOCK_REALTIME less the witness, if witness_is_other() */
};

/*
 * Add one reading, an EVENT_CLOCK (OBSERVED_PHC_OTHER) with its page if there is one; or with
 * @result that the clock of which it holds what is known cannot be read. Pure.
 */
void compared_references_add(struct compared_references *references, const struct event *event,
			     int result);

#endif
