/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between two events others were, of which nothing is left but what is here. */
#ifndef VMCLOCK_TRACE_EVENT_GAP_H
#define VMCLOCK_TRACE_EVENT_GAP_H

#include <stdbool.h>
#include <stdint.h>

/* `finding` and `incident` are numbers; 0: not known. */
struct event_gap {
	uint64_t events;   /* how many are missing */
	uint64_t from_ns;  /* CLOCK_MONOTONIC of the event before; 0: there is none */
	uint64_t to_ns;	   /* and of the one after */
	uint64_t findings; /* that were made live in between */
	uint64_t alarms;   /* of these, and of the event after, those that are no mere news */
	/* The worst of these that is known: its kind as it is written; "": none. */
	char worst[32];
	bool worst_is_critical;
	uint64_t worst_ns; /* when it was found; valid if there is one */
	uint64_t finding;  /* the newest that was made live before to_ns */
	uint64_t incident; /* the newest that was over then */
};

#endif
