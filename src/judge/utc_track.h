/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which UTC was it at a moment of CLOCK_MONOTONIC, by the page, or by another clock where the page
 * carries none? Pure and bounded: for the times that a report shows; how surely they are known is
 * in fleet/align.h.
 *
 * A point is a sample of a page that is vouched for and tells UTC, or a reading of the other clock.
 * Between two of them UTC is on a straight line, unless it jumped: then it is taken from the one
 * before, and from the one after as soon as the marker was seen to move. A leap second that the
 * page tells of is 23:59:60.
 */
#ifndef VMCLOCK_TRACE_JUDGE_UTC_TRACK_H
#define VMCLOCK_TRACE_JUDGE_UTC_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "judge/page_in_force.h"

#define UTC_TRACK_POINTS 512

/* A moment of UTC, as POSIX counts it: 23:59:60 has the count of 23:59:59. */
struct utc_moment {
	int64_t ns; /* since 1970 */
	bool in_leap_second;
};

struct utc_point {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	struct utc_moment utc;
	int leap;	    /* a leap second is near: +1 inserted, -1 left out, 0 none */
	int64_t leap_ns;    /* the count of 00:00:00 after it; valid if leap */
	bool jumped;	    /* it is not on a line with the point before */
	uint64_t broken_ns; /* since then UTC is by this point already; 0: from itself on */
};

/* All zero at first. */
struct utc_track {
	struct utc_point point[UTC_TRACK_POINTS];
	size_t points;
	uint64_t apart_ns;  /* points on one line are at least so far apart */
	uint64_t broken_ns; /* since the newest point a disruption was found: when; 0: none */
	bool has_page;	    /* were there points of a page, */
	bool has_witness;   /* and of another clock? */
};

/* Take a sample of the page; @line has taken it. */
void utc_track_add(struct utc_track *track, const struct event *event,
		   const struct page_in_force *line);

/* Take a reading of another clock, where the page carries none: @event, an EVENT_CLOCK. */
void utc_track_add_witness(struct utc_track *track, const struct event *event);

/* CLOCK_MONOTONIC may have jumped by @time_ns: a disruption was found. */
void utc_track_break(struct utc_track *track, uint64_t time_ns);

/*
 * No more points. Where the page's time jumped away and came back to the line that it was on, with
 * no disruption between, what it told meanwhile is refuted: those points are left out.
 */
void utc_track_finish(struct utc_track *track);

/* UTC at @time_ns; -ENODATA: no clock told it, -ERANGE: past 292 years. */
int utc_track_at(const struct utc_track *track, uint64_t time_ns, struct utc_moment *out);

/* When it was @utc first, of CLOCK_MONOTONIC; 0: before that began. Errors as above. */
int utc_track_find(const struct utc_track *track, struct utc_moment utc, uint64_t *time_ns);

#endif
