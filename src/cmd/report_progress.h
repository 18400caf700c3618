/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far the reading of a recording has come: on stderr, if that is a terminal and it takes long. */
#ifndef VMCLOCK_TRACE_CMD_REPORT_PROGRESS_H
#define VMCLOCK_TRACE_CMD_REPORT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool wanted;
	bool shown;
	uint64_t events;
	uint64_t next_ns; /* when it is to be shown next, CLOCK_MONOTONIC */
};

/* The reading begins. It is shown only if it is @wanted too. */
struct progress progress_begin(bool wanted);

/* One event more. */
void progress_event(struct progress *progress);

/* It is over: nothing is left on the terminal. */
void progress_end(const struct progress *progress);

#endif
