/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far a clock was off in the last minutes, second by second, and the same as a row of bars.
 * Pure and bounded.
 */
#ifndef VMCLOCK_TRACE_TOP_TOP_HISTORY_H
#define VMCLOCK_TRACE_TOP_TOP_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "show/sparkline.h"

/* What a row of bars covers, and so what is kept. */
#define TOP_HISTORY_SECONDS 120

/* Bars have these heights, from 0; and none where nothing is known. */
#define TOP_BAR_HEIGHTS SPARKLINE_HEIGHTS
#define TOP_BAR_NONE	(-1)

/* The largest error in one second of CLOCK_MONOTONIC; a second that is not kept has been reused. */
struct top_second {
	uint64_t second; /* its number, plus 1; 0: never used */
	uint64_t off_ns; /* either way */
};

/* All zero at first. */
struct top_history {
	struct top_second at[TOP_HISTORY_SECONDS];
};

/* It was off by @off_ns, either way, at @time_ns. */
void top_history_add(struct top_history *history, uint64_t time_ns, uint64_t off_ns);

/* How many seconds one of @columns bars stands for; @columns is not 0. */
unsigned int top_history_seconds_a_bar(unsigned int columns);

/*
 * The heights of @columns bars up to @now_ns into @bar, oldest first. The highest that can be is
 * @floor_ns, or the largest error among them if that is more: what is within a bound stays low.
 * Bars stand for whole seconds, always the same ones, so that none flickers as time goes by.
 * Returns what the highest stands for.
 */
uint64_t top_history_bars(const struct top_history *history, uint64_t now_ns, uint64_t floor_ns,
			  unsigned int columns, int bar[]);

#endif
