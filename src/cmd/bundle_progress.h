/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For whoever sits before a terminal while a long recording is gone through. */
#ifndef VMCLOCK_TRACE_CMD_BUNDLE_PROGRESS_H
#define VMCLOCK_TRACE_CMD_BUNDLE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* All zero at first. */
struct bundle_progress {
	uint64_t calls;
	uint64_t due_ns; /* CLOCK_MONOTONIC; 0: not begun */
	bool shown;
	bool silent; /* there is no terminal */
};

/* Say "@what: @count events" on stderr, every two seconds; cheap enough for each event. */
void bundle_progress(struct bundle_progress *progress, const char *what, uint64_t count);

/* Say "@what ..." if that is about so many @bytes that it takes a while; NULL: it is done. */
void bundle_progress_say(const char *what, uint64_t bytes);

/* Leave nothing behind. */
void bundle_progress_end(struct bundle_progress *progress);

#endif
