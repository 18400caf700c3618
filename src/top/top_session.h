/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen and its keys, whatever the events come from: what `top` does with each source. */
#ifndef VMCLOCK_TRACE_TOP_TOP_SESSION_H
#define VMCLOCK_TRACE_TOP_TOP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "top/top_model.h"
#include "top/top_screen.h"
#include "top/top_terminal.h"

/* At least so long between two pictures, but for what a key changes. */
#define TOP_PICTURE_NS 250000000

/* All zero at first. */
struct top_session {
	struct top_terminal *terminal;
	struct top_picture picture;
	bool is_over;	   /* by a key, or the terminal is gone */
	bool has_news;	   /* since the newest picture */
	bool is_urgent;	   /* a key changed it: show it at once */
	uint64_t drawn_ns; /* CLOCK_MONOTONIC of this machine */
};

/* Take over the terminal. EXIT_DONE, or the exit code: what is wrong has then been said. */
int top_session_open(struct top_session *session, enum colour_when colour);

/* Give it back. Fine after a failure too. */
void top_session_close(struct top_session *session);

/*
 * Do what keys ask for. Returns the next one that depends on the source (pause, seek), as ncurses
 * calls it; ERR: there is no key left.
 */
int top_session_key(struct top_session *session);

/* Is it time for another picture? Only if there is news, and not too often. */
bool top_session_is_due(const struct top_session *session);

/* Draw it. */
void top_session_draw(struct top_session *session);

#endif
