/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes EVENT_TICK: the evidence for how long this machine did not run. */
#ifndef VMCLOCK_TRACE_OBSERVE_HEARTBEAT_H
#define VMCLOCK_TRACE_OBSERVE_HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "observe/counter_rate.h"

struct heartbeat {
	bool counts; /* does it read this CPU's counter? */
	int schedstat;
	uint64_t last_ns;
	uint64_t last_counter;
	uint64_t last_delay_ns;
	struct counter_rate rate;
};

/* Begin. Without @counts no counter is read. */
void heartbeat_open(struct heartbeat *heartbeat, bool counts);

/* Close what is open. */
void heartbeat_close(struct heartbeat *heartbeat);

/* The tick that was due at @due_ns into @event, all of it but the device. */
void heartbeat_tick(struct heartbeat *heartbeat, uint64_t due_ns, struct event *event);

/* Discard what was measured of the counter: the marker changed. */
void heartbeat_disrupted(struct heartbeat *heartbeat);

#endif
