/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thing that was looked at on this machine, how it stands, and what to do about it. */
#ifndef VMCLOCK_TRACE_EVENT_CHECK_H
#define VMCLOCK_TRACE_EVENT_CHECK_H

enum check_state {
	CHECK_OK,
	CHECK_WARN, /* something is not seen, or not safe */
	CHECK_FAIL, /* the tool's main job cannot be done */
	CHECK_SKIP, /* could not be looked at; the text says why */
};

#define CHECK_TEXT_BYTES 240
#define CHECK_HINT_BYTES 240

struct check {
	const char *name; /* stable, for programs; static */
	enum check_state state;
	char text[CHECK_TEXT_BYTES]; /* what was found; printable */
	char hint[CHECK_HINT_BYTES]; /* what to do; empty: nothing */
};

/* "ok", "warn", "fail", "skip" */
static inline const char *check_state_name(enum check_state state)
{
	static const char *const names[] = {"ok", "warn", "fail", "skip"};

	return names[state];
}

#endif
