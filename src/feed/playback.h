/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast the time of a recording goes by: as it did, so many times as fast, or without waiting.
 */
#ifndef VMCLOCK_TRACE_FEED_PLAYBACK_H
#define VMCLOCK_TRACE_FEED_PLAYBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "feed/stop_condition.h"

struct playback {
	int64_t speed;	   /* billionths of real time; 0: do not wait */
	uint64_t start_ns; /* where the recording starts, by its own CLOCK_MONOTONIC */
	uint64_t begun_ns; /* when it was begun here */
};

/* It begins now, at @start_ns of the recording. */
void playback_begin(struct playback *playback, int64_t speed, uint64_t start_ns);

/*
 * Wait until @time_ns of the recording is due, what was printed shown; false: a signal came first.
 */
bool playback_wait(const struct playback *playback, uint64_t time_ns, struct stop_condition *until);

#endif
