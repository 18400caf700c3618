// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/heartbeat.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "page/counter.h"

/* Of the thread that opens it: time on a CPU, time ready without one, turns. */
#define SCHEDSTAT_PATH "/proc/thread-self/schedstat"

void heartbeat_open(struct heartbeat *heartbeat, bool counts)
{
	*heartbeat = (struct heartbeat){
		.counts = counts,
		.schedstat = open(SCHEDSTAT_PATH, O_RDONLY | O_CLOEXEC),
	};
}

void heartbeat_close(struct heartbeat *heartbeat)
{
	if (heartbeat->schedstat >= 0)
		close(heartbeat->schedstat);
	heartbeat->schedstat = -1;
}

/* How long this thread has waited for a CPU in its life; 0 where the kernel does not say. */
static uint64_t run_delay_ns(const struct heartbeat *heartbeat)
{
	char text[96];
	ssize_t length;
	uint64_t delay_ns;

	if (heartbeat->schedstat < 0)
		return 0;
	length = pread(heartbeat->schedstat, text, sizeof(text) - 1, 0);
	if (length <= 0)
		return 0;
	text[length] = '\0';
	return sscanf(text, "%*u %" SCNu64, &delay_ns) == 1 ? delay_ns : 0;
}

void heartbeat_tick(struct heartbeat *heartbeat, uint64_t due_ns, struct event *event)
{
	uint64_t delay_ns = run_delay_ns(heartbeat);

	memset(event, 0, sizeof(*event));
	event->type = EVENT_TICK;
	event->tick.due_ns = due_ns;
	event->tick.last_ns = heartbeat->last_ns;
	event->tick.waited_ns = heartbeat->last_ns ? delay_ns - heartbeat->last_delay_ns : 0;
	event->tick.ticks.counter_id = VMCLOCK_COUNTER_INVALID;
	if (heartbeat->counts) {
		counter_rate_feed(&heartbeat->rate);
		event->tick.ticks.counter_id = COUNTER_NATIVE_ID;
		event->tick.ticks.before = counter_read_ordered();
	}
	event->time_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (heartbeat->counts) {
		event->tick.ticks.after = counter_read_ordered();
		event->tick.last_counter = heartbeat->last_counter;
		event->tick.counter_hz = heartbeat->rate.hz;
	}
	heartbeat->last_ns = event->time_ns;
	heartbeat->last_counter = event->tick.ticks.after;
	heartbeat->last_delay_ns = delay_ns;
}

void heartbeat_disrupted(struct heartbeat *heartbeat)
{
	heartbeat->rate = (struct counter_rate){0};
}
