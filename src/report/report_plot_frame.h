/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where on a plot things are drawn, for the files that draw it. */
#ifndef VMCLOCK_TRACE_REPORT_REPORT_PLOT_FRAME_H
#define VMCLOCK_TRACE_REPORT_REPORT_PLOT_FRAME_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "judge/analysis.h"
#include "report/report_view.h"

/* In units of the drawing, which a browser scales. */
#define WIDTH	    960
#define HEIGHT	    400
#define LEFT	    128
#define RIGHT	    16
#define TOP	    34 /* above it are the numbers of findings */
#define BOTTOM	    44
#define LABEL_APART 15	    /* labels nearer than this would touch, */
#define DENSE_APART 30	    /* and nearer than this on a narrow screen: they are of class "dense" */
#define STEP_NS	    1000000 /* two stretches farther apart than this are a step, not a slope */
#define WORST_Y	    26	    /* the label of the worst value is so far from an edge */
#define TICK_HALF   64	    /* of the width of a label below the axis, on a narrow screen */

/* Where things are drawn: time linear, lengths by their order of magnitude on either side of 0. */
struct frame {
	uint64_t from_ns;
	uint64_t to_ns;
	double most;	/* the largest magnitude, as scaled() gives it */
	bool from_zero; /* nothing is below 0 */
	const struct analysis *analysis;
};

/* From 1 us on each power of ten is as far from the next; what is smaller is near 0. */
static inline double scaled(int64_t ns)
{
	double size = log10(1 + fabs((double)ns) / 100);

	return ns < 0 ? -size : size;
}

/* Across: a moment outside is at the edge. */
static inline double x_of(const struct frame *frame, uint64_t time_ns)
{
	uint64_t within = time_ns < frame->from_ns ? frame->from_ns
			  : time_ns > frame->to_ns ? frame->to_ns
						   : time_ns;

	return LEFT + (double)(within - frame->from_ns) * (WIDTH - LEFT - RIGHT) /
			      (double)(frame->to_ns - frame->from_ns);
}

/* Up and down: 0 is in the middle, or at the bottom. */
static inline double y_of(const struct frame *frame, int64_t ns)
{
	double zero = TOP + (HEIGHT - TOP - BOTTOM) / (frame->from_zero ? 1.0 : 2.0);

	return zero - scaled(ns) / frame->most * (zero - TOP);
}

/* Is any of it to be seen? */
static inline bool is_within(const struct frame *frame, const struct error_point *point)
{
	return point->to_ns >= frame->from_ns && point->from_ns <= frame->to_ns;
}

/*
 * The time below: round moments of UTC, by the clock that tells it, else by CLOCK_REALTIME of the
 * start. The legend, which this begins, says by which, and the day.
 */
void report_plot_time_axis(FILE *out, const struct report *report, const struct frame *frame);
void report_plot_legend(FILE *out, const struct report *report, const struct frame *frame);

/*
 * The findings within @frame, each with its number, which is a link to it in the timeline if that
 * has it. Those whose numbers would touch share one label.
 */
void report_plot_findings(FILE *out, const struct report *report, const struct frame *frame);

/* Is there one? */
bool report_plot_has_finding(const struct report *report, const struct frame *frame);

/*
 * A dot at the clock that surely was the furthest off, of what is to be seen, and by how much;
 * of @incident, NULL: of the whole recording. Nothing where none was.
 */
void report_plot_worst_clock(FILE *out, const struct frame *frame, const struct incident *incident);

/* The same at the longest read. */
void report_plot_longest(FILE *out, const struct frame *frame, const struct curve *latency);

#endif
