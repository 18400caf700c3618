// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/playback.h"

#include <stdio.h>

#include "base/clock_now.h"
#include "base/instant.h"

#define SPEED_REAL NSEC_PER_SEC

void playback_begin(struct playback *playback, int64_t speed, uint64_t start_ns)
{
	*playback = (struct playback){
		.speed = speed,
		.start_ns = start_ns,
		.begun_ns = clock_now_ns(CLOCK_MONOTONIC),
	};
}

bool playback_wait(const struct playback *playback, uint64_t time_ns, struct stop_condition *until)
{
	uint64_t since_ns = time_ns > playback->start_ns ? time_ns - playback->start_ns : 0, now_ns;
	unsigned __int128 due_ns;
	struct pollfd none[1];

	if (!playback->speed)
		return true;
	due_ns = (unsigned __int128)since_ns * SPEED_REAL / (uint64_t)playback->speed +
		 playback->begun_ns;
	/* Being stopped and continued (Ctrl-Z) is no reason to be early. */
	while (now_ns = clock_now_ns(CLOCK_MONOTONIC), due_ns > now_ns) {
		fflush(stdout);
		stop_condition_limit(until, due_ns - now_ns > UINT64_MAX
						    ? UINT64_MAX
						    : (uint64_t)(due_ns - now_ns));
		if (stop_condition_wait(until, none, 1) >= STOP_CONDITION_SIGNAL)
			return false;
	}
	return true;
}
