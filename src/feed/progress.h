/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far something has come that takes long: one line on stderr, if that is a terminal. */
#ifndef VMCLOCK_TRACE_FEED_PROGRESS_H
#define VMCLOCK_TRACE_FEED_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool wanted;
	bool shown;
	uint64_t due_ns; /* when it is to be shown next, CLOCK_MONOTONIC */
};

/* It begins, and is shown from two seconds on; only if it is @wanted too. */
struct progress progress_begin(bool wanted);

/* Is it time to say something? Looks at the clock. */
bool progress_is_due(const struct progress *progress);

/* Say it, in place of what was said before. */
void progress_say(struct progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * What cannot tell how far it is, begins: "@what ...", at once, if it is about so many @bytes to
 * pack or unpack that it takes more than two seconds.
 */
struct progress progress_of_bytes(const char *what, uint64_t bytes);

/* It is over: nothing is left on the terminal. */
void progress_end(struct progress *progress);

#endif
