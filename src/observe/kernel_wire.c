// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel_wire.h"

#include <errno.h>
#include <string.h>
#include <sys/timex.h>

#include "../bpf/wire.h"
#include "event/histogram.h"
#include "observe/host_clock.h"

enum event_path kernel_wire_path(uint32_t path)
{
	static const enum event_path paths[WIRE_PATHS] = {
#define PATH_OF_WIRE(name, text) [WIRE_PATH_##name] = PATH_##name,
		EVENT_PATH_LIST(PATH_OF_WIRE)
#undef PATH_OF_WIRE
	};

	return path < WIRE_PATHS ? paths[path] : PATH_UNKNOWN;
}

void kernel_wire_clock(struct event *event, uint32_t clock)
{
	event->is_phc = clock != WIRE_CLOCK_NONE && clock & WIRE_CLOCK_PHC;
	event->device = clock == WIRE_CLOCK_NONE ? -1 : (int32_t)(clock & ~WIRE_CLOCK_PHC);
}

/* A PTP_SYS_OFFSET_PRECISE that got an answer finds that the system clock has another counter. */
static enum event_cause late_cause(int32_t result, char source[EVENT_SOURCE_BYTES])
{
	/* On the page's own counter, the driver has not said that its counter is that. */
	if (result != -ENODEV || host_clock_is_on_counter())
		return CAUSE_AFTER_ANSWER;
	host_clock_source(source, EVENT_SOURCE_BYTES);
	return CAUSE_OTHER_COUNTER;
}

enum event_cause kernel_wire_cause(uint32_t cause, int32_t result, char source[EVENT_SOURCE_BYTES])
{
	switch (cause) {
	case WIRE_CAUSE_LATE:
		return late_cause(result, source);
	case WIRE_CAUSE_OFFSET:
		return host_clock_tsc_is_unstable() ? CAUSE_TSC_UNSTABLE : CAUSE_OFFSET;
	case WIRE_CAUSE_UNRELIABLE:
		return CAUSE_UNRELIABLE;
	case WIRE_CAUSE_SCALE:
		return CAUSE_SCALE;
	case WIRE_CAUSE_NOT_BY_PAGE:
		return host_clock_tsc_is_unstable() ? CAUSE_TSC_UNSTABLE : CAUSE_NOT_BY_PAGE;
	}
	return CAUSE_BY_RESULT;
}

void kernel_wire_add_latency(struct histogram *histogram, const struct wire_latency *wire)
{
	histogram->count += wire->count;
	histogram->sum_ns += wire->sum_ns;
	if (wire->max_ns > histogram->max_ns)
		histogram->max_ns = wire->max_ns;
	for (int i = 0; i < WIRE_BUCKETS; i++)
		histogram->bucket[i] += wire->bucket[i];
}

static enum event_page_state page_state_from_wire(uint32_t state)
{
	switch (state) {
	case WIRE_PAGE_STABLE:
		return EVENT_PAGE_STABLE;
	case WIRE_PAGE_MOVED:
		return EVENT_PAGE_MOVED;
	case WIRE_PAGE_TORN:
		return EVENT_PAGE_TORN;
	}
	return EVENT_PAGE_ABSENT;
}

/* What was not measured took less than the ticks that were seen to pass. */
static void latency_from_wire(const struct kernel_wire *state, struct event *event,
			      const struct wire_header *head)
{
	event->is_slow = head->latency_ticks > WIRE_TICKS_SHORT;
	event->latency_is_bound = !head->latency_ns && head->latency_ticks;
	event->latency_ns =
		head->latency_ns ? head->latency_ns : head->latency_ticks * state->tick_ns;
	event->time_ns = head->end_ns - event->latency_ns;
}

static void header_from_wire(const struct kernel_wire *state, struct event *event,
			     const struct wire_header *head)
{
	latency_from_wire(state, event, head);
	kernel_wire_clock(event, head->clock);
	event->result = head->result;
	event->path = kernel_wire_path(head->path);
	event->call_id = head->call_id;
	event->who.pid = head->pid;
	event->who.tid = head->tid;
	event->who.cgroup = head->cgroup;
	memcpy(event->who.comm, head->comm, sizeof(event->who.comm));
}

static void page_from_wire(struct event *event, uint32_t state, const uint8_t *bytes)
{
	event->page_state = page_state_from_wire(state);
	if (event->page_state != EVENT_PAGE_ABSENT)
		page_from_bytes(&event->page, bytes, WIRE_PAGE_BYTES);
}

static void read_from_wire(struct event *event, const struct wire_read *wire)
{
	char source[EVENT_SOURCE_BYTES];

	event->type = EVENT_READ;
	event->read.counter_source = wire->counter_source == WIRE_COUNTER_SYSTEM ? COUNTER_SYSTEM
				     : wire->counter_source == WIRE_COUNTER_SNAPSHOT
					     ? COUNTER_SNAPSHOT
					     : COUNTER_NONE;
	if (event->read.counter_source != COUNTER_NONE)
		event->read.counter = wire->counter;
	if (!event->result) {
		event->read.sec = wire->sec;
		event->read.nsec = wire->nsec;
	}
	event->read.ioctl = wire->ioctl;
	event->read.n_samples = wire->n_samples;
	event->read.via_kvmclock = wire->via_kvmclock;
	event->read.cause = kernel_wire_cause(wire->cause, event->result, source);
	page_from_wire(event, wire->page_state, wire->page);
}

static void call_from_wire(struct event *event, const struct wire_call *wire)
{
	event->type = EVENT_CALL;
	event->call.ioctl = wire->ioctl;
	event->call.n_samples = wire->n_samples;
	event->call.reads = wire->reads;
	event->call.wake_ns = wire->wake_ns;
	event->call.cause = kernel_wire_cause(wire->cause, event->result, event->call.source);
	page_from_wire(event, wire->page_state, wire->page);
}

static void notification_from_wire(struct event *event, const struct wire_notification *wire)
{
	event->type = EVENT_NOTIFICATION;
	event->notification.has_seq = true;
	event->notification.seq = wire->seq;
}

/* 2^-16 ppm and the length of a tick of 100 Hz in us, as parts in 10^12 off the nominal rate. */
static int64_t rate_ppt(int64_t freq, int64_t tick_us)
{
	int64_t ppt, ticks;

	/* The kernel lets no such rate in force. */
	if (__builtin_mul_overflow(freq, 1000000, &ppt) ||
	    __builtin_sub_overflow(tick_us, 10000, &ticks) ||
	    __builtin_mul_overflow(ticks, 100 * 1000000, &ticks) ||
	    __builtin_add_overflow(ppt / 65536, ticks, &ppt))
		return 0;
	return ppt;
}

/* @after less @before, or the nearest that a number can say. */
static int64_t less(int64_t after, int64_t before)
{
	int64_t difference;

	if (__builtin_sub_overflow(after, before, &difference))
		return after < 0 ? INT64_MIN : INT64_MAX;
	return difference;
}

static void step_from_wire(struct event *event, const struct wire_clock_change *wire)
{
	event->change.how = CLOCK_STEPPED;
	event->change.step = (struct ns_interval){
		.lo_ns = less(wire->after.lo_ns, wire->before.hi_ns),
		.hi_ns = less(wire->after.hi_ns, wire->before.lo_ns),
	};
}

static void slew_from_wire(struct kernel_wire *state, struct event *event,
			   const struct wire_clock_change *wire)
{
	event->change.how = CLOCK_SLEWED;
	event->change.old_ppt = state->rate_ppt;
	/* What was refused changed nothing, and what its caller wanted is not to be believed. */
	if (event->result >= 0)
		state->rate_ppt = rate_ppt(wire->freq, wire->tick);
	event->change.new_ppt = state->rate_ppt;
}

static int source_from_wire(const struct wire_clock_change *wire, const struct event *common,
			    struct event *event)
{
	*event = *common;
	event->change.how = CLOCK_NEW_SOURCE;
	memcpy(event->change.source, wire->source, EVENT_SOURCE_BYTES);
	return 1;
}

/* One call of adjtimex() can step and steer: then there are two events. */
static int changes_from_wire(struct kernel_wire *state, const struct wire_clock_change *wire,
			     const struct event *common, struct event *events)
{
	int count = 0;

	/* It has no modes: whatever stands there is nobody's. */
	if (wire->how == WIRE_CHANGE_SOURCE)
		return source_from_wire(wire, common, events);
	if (wire->how == WIRE_CHANGE_SETTIME || wire->modes & ADJ_SETOFFSET) {
		events[count] = *common;
		step_from_wire(&events[count++], wire);
	}
	if (wire->modes & (ADJ_FREQUENCY | ADJ_TICK | ADJ_OFFSET)) {
		events[count] = *common;
		slew_from_wire(state, &events[count++], wire);
	}
	return count;
}

void kernel_wire_init(struct kernel_wire *state)
{
	struct timex now = {0};
	struct timespec tick = {0};

	*state = (struct kernel_wire){0};
	/* The coarse clocks are as fine as a tick. */
	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	state->tick_ns = (uint64_t)tick.tv_nsec;
	if (adjtimex(&now) >= 0)
		state->rate_ppt = rate_ppt(now.freq, now.tick);
}

int kernel_wire_events(struct kernel_wire *state, const void *record, size_t bytes,
		       struct event events[KERNEL_WIRE_EVENTS])
{
	const struct wire_header *head = record;
	struct event event = {0};

	if (bytes < sizeof(*head))
		return -EPROTO;
	header_from_wire(state, &event, head);
	if (head->kind == WIRE_READ && bytes >= sizeof(struct wire_read)) {
		read_from_wire(&event, record);
	} else if (head->kind == WIRE_CALL && bytes >= sizeof(struct wire_call)) {
		call_from_wire(&event, record);
	} else if (head->kind == WIRE_NOTIFICATION && bytes >= sizeof(struct wire_notification)) {
		notification_from_wire(&event, record);
	} else if (head->kind == WIRE_CLOCK_CHANGE && bytes >= sizeof(struct wire_clock_change)) {
		event.type = EVENT_CLOCK_CHANGE;
		return changes_from_wire(state, record, &event, events);
	} else if (head->kind == WIRE_UNLOAD_REFUSED) {
		state->refused = event.who;
		state->refused_ns = head->end_ns;
		return 0;
	} else {
		return -EPROTO;
	}
	events[0] = event;
	return 1;
}
