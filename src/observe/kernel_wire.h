/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the BPF program's wire format to events: the one place that knows both. */
#ifndef VMCLOCK_TRACE_OBSERVE_KERNEL_WIRE_H
#define VMCLOCK_TRACE_OBSERVE_KERNEL_WIRE_H

#include <stddef.h>

#include "event/event.h"

/* As many events as one record gives at most: adjtimex() can step and steer in one call. */
#define KERNEL_WIRE_EVENTS 2

/* What must be known from before to say what changed. */
struct kernel_wire {
	int64_t rate_ppt; /* the system clock's correction now in force, parts in 10^12 */
	uint64_t tick_ns; /* how long one of the kernel's ticks is */
	struct event_reader refused; /* who last got the error that the driver is in use, */
	uint64_t refused_ns;	     /* and when, CLOCK_MONOTONIC; 0: never */
};

/* The path behind enum wire_path. */
enum event_path kernel_wire_path(uint32_t path);

/* Sets the clock of @event: WIRE_CLOCK_..., or N of vmclockN. */
void kernel_wire_clock(struct event *event, uint32_t clock);

/*
 * The cause behind enum wire_cause, with @result. What the page does not explain the kernel may,
 * which is asked. @source becomes the clocksource of CAUSE_OTHER_COUNTER.
 */
enum event_cause kernel_wire_cause(uint32_t cause, int32_t result, char source[EVENT_SOURCE_BYTES]);

struct histogram;
struct wire_latency;

/* Add what one CPU has measured. */
void kernel_wire_add_latency(struct histogram *histogram, const struct wire_latency *wire);

/* Ask the kernel for what is in force now. */
void kernel_wire_init(struct kernel_wire *state);

/*
 * The events of one record of @bytes. Returns how many (none, for a change that changes nothing
 * that is shown; or a refusal to unload the driver, which is kept in @state), or -EPROTO for a
 * record that is none.
 */
int kernel_wire_events(struct kernel_wire *state, const void *record, size_t bytes,
		       struct event events[KERNEL_WIRE_EVENTS]);

#endif
