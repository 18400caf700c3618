/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An error over time, however long: a bounded number of stretches, in each of which every sample
 * lies inside an interval. Extremes stay, whatever is joined.
 */
#ifndef VMCLOCK_TRACE_JUDGE_CURVE_H
#define VMCLOCK_TRACE_JUDGE_CURVE_H

#include <stddef.h>

#include "judge/incident.h"

#define CURVE_POINTS 512

/* All zero at first. */
struct curve {
	struct error_point point[CURVE_POINTS];
	size_t points;
	uint64_t span_ns; /* samples within so long are one stretch; 0: each is its own */
	bool in_gap;
	bool keeps_steps; /* make room by error_points_join(): dearer, and a step stays one */
};

/*
 * Make room for one: of the neighbours from the @first on, join those two that are the shortest
 * stretch, extremes stay. Over a step of more than 1 ms, and over a gap, only where there are no
 * others. Returns how many are left.
 */
size_t error_points_join(struct error_point *point, size_t first, size_t points);

/* Add a sample, in order of time. */
void curve_add(struct curve *curve, uint64_t time_ns, struct ns_interval error);

/* A sample that is not known: the next stretch begins behind a gap. */
void curve_break(struct curve *curve);

#endif
