/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen: a state drawn into a window of any size, the answer first. */
#ifndef VMCLOCK_TRACE_TOP_TOP_SCREEN_H
#define VMCLOCK_TRACE_TOP_TOP_SCREEN_H

#include "top/top_canvas.h"
#include "top/top_model.h"

/* What is drawn, and how. Strings are fit to show; borrowed. */
struct top_picture {
	const struct top_state *state;
	const char *subject;  /* which page is watched, or which recording is played */
	const char *progress; /* of what is played: where, how fast; NULL: this machine, live */
	bool is_paused;
	enum top_sort sort;
	size_t scroll; /* so many readers are above the first that is shown */
};

/* Into the window; it is not brought to the terminal yet. */
void top_screen_draw(const struct top_canvas *canvas, const struct top_picture *picture);

#endif
