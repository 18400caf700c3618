// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/playback.h"

#include <stdio.h>
#include <string.h>

#include "base/clock_now.h"
#include "base/instant.h"
#include "base/parse.h"
#include "feed/message.h"

#define SPEED_REAL NSEC_PER_SEC

/* A number with a fraction, in billionths, as a duration in seconds is in nanoseconds. */
int pace_parse(const char *text, int64_t *speed)
{
	size_t length = strlen(text);

	if (!length || text[length - 1] < '0' || text[length - 1] > '9' ||
	    parse_duration_ns(text, speed) || *speed < SPEED_REAL / 1000)
		return message_bad_argument("--speed", text,
					    "a number from 0.001, such as 1 or 60");
	return MESSAGE_GO_ON;
}

void pace_begin(struct pace *pace, int64_t speed, uint64_t start_ns)
{
	*pace = (struct pace){
		.speed = speed,
		.start_ns = start_ns,
		.begun_ns = clock_now_ns(CLOCK_MONOTONIC),
	};
}

bool pace_wait(const struct pace *pace, uint64_t time_ns, struct until *until)
{
	uint64_t since_ns = time_ns > pace->start_ns ? time_ns - pace->start_ns : 0, now_ns;
	unsigned __int128 due_ns;
	struct pollfd none[1];

	if (!pace->speed)
		return true;
	due_ns = (unsigned __int128)since_ns * SPEED_REAL / (uint64_t)pace->speed + pace->begun_ns;
	/* Being stopped and continued (Ctrl-Z) is no reason to be early. */
	while (now_ns = clock_now_ns(CLOCK_MONOTONIC), due_ns > now_ns) {
		fflush(stdout);
		until_limit(until, due_ns - now_ns > UINT64_MAX ? UINT64_MAX
								: (uint64_t)(due_ns - now_ns));
		if (until_wait(until, none, 1) >= UNTIL_SIGNAL)
			return false;
	}
	return true;
}
