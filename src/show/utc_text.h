/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moments of CLOCK_MONOTONIC as UTC, by the clock that tells it. */
#ifndef VMCLOCK_TRACE_SHOW_UTC_TEXT_H
#define VMCLOCK_TRACE_SHOW_UTC_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "judge/utc_track.h"

/* Where no clock tells UTC it is by CLOCK_REALTIME of the start. */
struct utc_times {
	const struct utc_track *track; /* NULL: none tells it */
	uint64_t start_ns;	       /* CLOCK_MONOTONIC, */
	int64_t start_realtime_ns;     /* and CLOCK_REALTIME */
};

/*
 * @time_ns to the nearest millisecond, as "2026-11-22T14:02:42.183Z", with 23:59:60 as it is: @text
 * of INSTANT_ISO_BYTES, always terminated. Was it told by a clock of the track?
 */
bool utc_text(const struct utc_times *times, uint64_t time_ns, char *text);

#endif
