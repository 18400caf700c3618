/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The times in which uses of the clock were not seen, for the driver had been released. */
#ifndef VMCLOCK_TRACE_EVENT_BLIND_PERIOD_H
#define VMCLOCK_TRACE_EVENT_BLIND_PERIOD_H

#include <stdint.h>

#include "event/event.h"

/* All zero at the beginning. CLOCK_MONOTONIC. */
struct blind_period {
	uint64_t times;
	uint64_t over_ns;  /* how long they were, those that are over */
	uint64_t since_ns; /* that which is not over; 0: uses are seen */
	uint64_t first_ns; /* the beginning of the first one, valid if there are any, */
	uint64_t last_ns;  /* and the end of the last one that is over */
};

/* An EVENT_HOOKS, in the order of time. */
void blind_period_add(struct blind_period *unseen, const struct event *event);

/* All of it until @now_ns. */
uint64_t blind_period_total_ns(const struct blind_period *unseen, uint64_t now_ns);

#endif
