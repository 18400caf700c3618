/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a machine's CLOCK_MONOTONIC to UTC, as an interval for each moment that is asked about.
 *
 * An *anchor* is a moment of CLOCK_MONOTONIC and an interval that UTC less CLOCK_MONOTONIC was in
 * then. Away from it the difference changes by no more than rate_ppm of the time that passes, so
 * each anchor bounds each moment, and all of them together do so by what they have in common. That
 * is exact: nothing is sampled, thinned or rounded but outwards.
 *
 * A *break* is a stretch in which CLOCK_MONOTONIC may have jumped or stood (a migration, a
 * restore): no anchor says anything beyond it, but that what came earlier was earlier.
 *
 * Anchors that *contradict* each other, where there is no break and no leap second between them,
 * are not all true, and it is not known which are; nor are those before and after a step of their
 * clock. Each run of them that agree is taken to be off by the same amount throughout, and one of
 * the runs to be right: a moment's interval then is the hull of what follows from each choice.
 *
 * Where the leap indicator changes between two anchors, UTC may have moved by a second: each anchor
 * holds on its own side, and either in between.
 */
#ifndef VMCLOCK_TRACE_FLEET_ALIGN_TRACK_H
#define VMCLOCK_TRACE_FLEET_ALIGN_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From lo_ns to hi_ns, CLOCK_MONOTONIC. */
struct align_stretch {
	uint64_t lo_ns;
	uint64_t hi_ns;
};

/* A moment that is asked about. */
struct align_moment {
	uint64_t ns; /* CLOCK_MONOTONIC */
	bool before; /* of two at one ns, with a break between them: is it the earlier one? */
};

/* <0, 0, >0 as @a is before, at or after @b. */
int align_moment_compare(const struct align_moment *a, const struct align_moment *b);

/* What a track is measured along. The arrays are borrowed. */
struct align_axis {
	const struct align_moment *moment; /* ascending */
	size_t moments;
	/*
	 * Ascending, the next one not before the end of the one before: after lo_ns, up to hi_ns.
	 */
	const struct align_stretch *broken;
	size_t breaks;
	const uint64_t *step_ns; /* ascending: when the clock that gives the anchors stepped */
	size_t steps;
	uint32_t rate_ppm; /* CLOCK_MONOTONIC against UTC, either way; below 10^6 */
};

/* UTC from lo_ns to hi_ns (since 1970, as POSIX counts); the limits of int64_t: no such bound. */
struct utc_span {
	int64_t lo_ns;
	int64_t hi_ns;
};

#define UTC_SPAN_UNKNOWN ((struct utc_span){INT64_MIN, INT64_MAX})

static inline bool utc_span_is_known(struct utc_span span)
{
	return span.lo_ns != INT64_MIN && span.hi_ns != INT64_MAX;
}

/* hi - lo; UINT64_MAX where an end is not known. */
static inline uint64_t utc_span_width_ns(struct utc_span span)
{
	return utc_span_is_known(span) ? (uint64_t)span.hi_ns - (uint64_t)span.lo_ns : UINT64_MAX;
}

/* What one sample showed. */
struct align_anchor {
	uint64_t from_ns; /* at some moment from here ... */
	uint64_t to_ns;	  /* ... to here, CLOCK_MONOTONIC, */
	int64_t lo_ns;	  /* UTC was in here */
	int64_t hi_ns;
	uint8_t leap; /* the leap indicator, or align_leap_unknown() */
};

/* Instead of a leap indicator where none is known: any month may end with a leap second. */
uint8_t align_leap_unknown(int64_t utc_ns);

struct align_track;

/* NULL without memory. @axis must live as long. */
struct align_track *align_track_new(const struct align_axis *axis);

/* NULL is fine. */
void align_track_free(struct align_track *track);

/*
 * The break in or before which @ns is: *@chain is how many breaks are over by then. False: it is
 * within the next one.
 */
bool align_axis_locate(const struct align_axis *axis, const struct align_moment *at, size_t *chain);

/* Take an anchor; one that is earlier than the one before, or within a break, is passed over. */
void align_track_add(struct align_track *track, const struct align_anchor *anchor);

/* How many were taken. */
uint64_t align_track_anchors(const struct align_track *track);

/* How often one contradicted those before. */
uint64_t align_track_contradictions(const struct align_track *track);

/*
 * No more anchors: UTC at each moment of the axis into @out, as many. False without memory, or
 * where the anchors are at odds beyond counting: then nothing is known of any.
 */
bool align_track_finish(struct align_track *track, struct utc_span *out);

#endif
