// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/align_track.h"

#include <stdlib.h>
#include <time.h>

#include "base/instant.h"
#include "fleet/align_range.h"

/* Anchors in runs that contradict each other, or on legs of their own: more are no clock. */
#define MOST_RUNS 1024

#define LEAP_NS NSEC_PER_SEC

/*
 * What anchors have in common, each as UTC less CLOCK_MONOTONIC, carried to CLOCK_MONOTONIC 0: by
 * the rate back from where it bounds later moments, and forth from where it bounds earlier ones.
 */
struct cone {
	struct range later;
	struct range earlier;
};

/* Anchors between two moments that are asked about, of one run. */
struct section {
	size_t chain; /* breaks before it */
	size_t leg;   /* changes of the leap indicator before it, in all */
	size_t run;
	size_t gap; /* moments before it */
	uint8_t leap;
	int64_t first_utc_ns; /* at most, at its first anchor, a leap second still to come, */
	int64_t last_utc_ns;  /* and at least, at its last, one just over */
	struct cone cone;
};

/* A run of anchors that agree. */
struct run {
	size_t leg;
	struct range step; /* how far it is off the run before, on the same leg */
	struct range off;  /* how far it may be off the truth */
};

struct align_track {
	const struct align_axis *axis;
	struct section *section;
	size_t sections, sections_room;
	struct run *run;
	size_t runs, legs;
	struct range now; /* of the newest run, as cone.later */
	uint64_t newest_ns;
	size_t stepped; /* steps up to the newest anchor */
	uint8_t leap;
	bool at_odds; /* or there was no memory */
	uint64_t anchors, contradictions;
};

int align_moment_compare(const struct align_moment *a, const struct align_moment *b)
{
	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	return (int)b->before - (int)a->before;
}

struct align_track *align_track_new(const struct align_axis *axis)
{
	struct align_track *track = calloc(1, sizeof(*track));

	if (!track)
		return NULL;
	track->axis = axis;
	track->run = calloc(MOST_RUNS, sizeof(*track->run));
	if (track->run)
		return track;
	free(track);
	return NULL;
}

void align_track_free(struct align_track *track)
{
	if (!track)
		return;
	free(track->section);
	free(track->run);
	free(track);
}

static micro_ns drift(const struct align_track *track, uint64_t ns)
{
	return (micro_ns)ns * track->axis->rate_ppm;
}

/* --- Anchors, in */

static int month_of(int64_t utc_ns)
{
	time_t sec = utc_ns / NSEC_PER_SEC;
	struct tm tm = {0};

	gmtime_r(&sec, &tm);
	return tm.tm_year * 12 + tm.tm_mon;
}

/* Another one each month, and none that a page can hold. */
uint8_t align_leap_unknown(int64_t utc_ns)
{
	return (uint8_t)(0x80 | (month_of(utc_ns) & 0x7f));
}

/* How many breaks are surely over at @at. */
static size_t breaks_over(const struct align_axis *axis, const struct align_moment *at)
{
	size_t low = 0, high = axis->breaks;

	while (low < high) {
		size_t middle = (low + high) / 2;
		uint64_t end = axis->broken[middle].hi_ns;

		if (end < at->ns || (end == at->ns && !at->before))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool align_axis_locate(const struct align_axis *axis, const struct align_moment *at, size_t *chain)
{
	size_t over = breaks_over(axis, at);
	uint64_t begin;

	*chain = over;
	if (over == axis->breaks)
		return true;
	begin = axis->broken[over].lo_ns;
	return at->ns < begin || (at->ns == begin && at->before);
}

/* On which side of the breaks is an anchor? At the last sample before one it is before, too. */
static bool locate_anchor(const struct align_axis *axis, uint64_t ns, size_t *chain)
{
	const struct align_moment early = {ns, true}, late = {ns, false};
	size_t other;

	if (align_axis_locate(axis, &early, chain))
		/* Where a break has no length, it may be after that as well. */
		return !align_axis_locate(axis, &late, &other) || other == *chain;
	return align_axis_locate(axis, &late, chain);
}

/* The moments before @ns: those that an anchor there bounds as later than they are. */
static size_t gap_of(const struct align_axis *axis, uint64_t ns)
{
	size_t low = 0, high = axis->moments;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (axis->moment[middle].ns < ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct section *add_section(struct align_track *track, const struct section *like)
{
	if (track->sections == track->sections_room) {
		size_t room = track->sections_room ? 2 * track->sections_room : 64;
		struct section *more = realloc(track->section, room * sizeof(*more));

		if (!more) {
			track->at_odds = true;
			return NULL;
		}
		track->section = more;
		track->sections_room = room;
	}
	track->section[track->sections] = *like;
	track->section[track->sections].cone = (struct cone){EVERYTHING, EVERYTHING};
	return &track->section[track->sections++];
}

static bool add_run(struct align_track *track, struct range step)
{
	if (track->runs == MOST_RUNS) {
		track->at_odds = true;
		return false;
	}
	track->run[track->runs++] = (struct run){.leg = track->legs, .step = step};
	track->now = EVERYTHING;
	return true;
}

/* Has the anchored clock stepped since the newest anchor? */
static bool has_stepped(struct align_track *track, uint64_t ns)
{
	const struct align_axis *axis = track->axis;
	size_t before = track->stepped;

	while (track->stepped < axis->steps && axis->step_ns[track->stepped] <= ns)
		track->stepped++;
	return track->stepped > before;
}

/* Begin a leg or a run where @offset at @ns asks for that. */
static bool go_on(struct align_track *track, size_t chain, uint64_t ns, struct range offset,
		  uint8_t leap)
{
	const struct section *last = track->sections ? &track->section[track->sections - 1] : NULL;
	struct range expected = widened(track->now, drift(track, ns));
	bool stepped = has_stepped(track, ns);

	if (!last || last->chain != chain || track->leap != leap) {
		track->legs++;
		return add_run(track, (struct range){0, 0});
	}
	if (offset.lo > expected.hi || offset.hi < expected.lo)
		track->contradictions++;
	else if (!stepped)
		return true;
	return add_run(track, less(offset, expected));
}

static void add_to(struct align_track *track, size_t chain, const struct align_anchor *anchor,
		   struct range offset)
{
	uint64_t ns = anchor->from_ns;
	const struct section at = {.chain = chain,
				   .leg = track->legs,
				   .run = track->runs - 1,
				   .gap = gap_of(track->axis, ns),
				   .leap = anchor->leap,
				   .first_utc_ns = bounded((micro_ns)anchor->hi_ns + LEAP_NS)};
	struct section *last = track->sections ? &track->section[track->sections - 1] : NULL;
	micro_ns carried = drift(track, ns);

	if (!last || last->run != at.run || last->gap != at.gap)
		last = add_section(track, &at);
	if (!last)
		return;
	last->last_utc_ns = bounded((micro_ns)anchor->lo_ns - LEAP_NS);
	narrow(&last->cone.later, widened(offset, -carried));
	narrow(&last->cone.earlier, widened(offset, carried));
	narrow(&track->now, widened(offset, -carried));
	track->anchors++;
}

void align_track_add(struct align_track *track, const struct align_anchor *anchor)
{
	struct range offset = {((micro_ns)anchor->lo_ns - anchor->to_ns - 1) * PARTS,
			       ((micro_ns)anchor->hi_ns - anchor->from_ns) * PARTS};
	size_t chain;

	if (track->at_odds || anchor->to_ns < anchor->from_ns || anchor->hi_ns < anchor->lo_ns ||
	    (track->anchors && anchor->from_ns < track->newest_ns) ||
	    !locate_anchor(track->axis, anchor->from_ns, &chain))
		return;
	/* It was true at any moment of these: from here on it is taken for the first. */
	offset = widened(offset, drift(track, anchor->to_ns - anchor->from_ns));
	if (!go_on(track, chain, anchor->from_ns, offset, anchor->leap))
		return;
	track->newest_ns = anchor->from_ns;
	track->leap = anchor->leap;
	add_to(track, chain, anchor, offset);
}

uint64_t align_track_anchors(const struct align_track *track)
{
	return track->anchors;
}

uint64_t align_track_contradictions(const struct align_track *track)
{
	return track->contradictions;
}

/* --- Moments, out */

/* How far each run may be off, if any one of those on its leg is right. */
static void bound_runs(struct align_track *track)
{
	for (size_t i = 0; i < track->runs; i++) {
		struct run *run = &track->run[i];
		struct range between = {0, 0};

		run->off = between;
		for (size_t j = i; j > 0 && track->run[j - 1].leg == run->leg; j--) {
			between = sum(between, track->run[j].step);
			run->off = hull(run->off, between);
		}
		between = (struct range){0, 0};
		for (size_t j = i + 1; j < track->runs && track->run[j].leg == run->leg; j++) {
			between = less(between, track->run[j].step);
			run->off = hull(run->off, between);
		}
	}
}

/* From what a section's own anchors say to what those of its run up to it, or from it on, say. */
static void gather(struct align_track *track)
{
	struct section *section = track->section;

	for (size_t i = 1; i < track->sections; i++) {
		if (section[i].run == section[i - 1].run)
			narrow(&section[i].cone.later, section[i - 1].cone.later);
	}
	for (size_t i = track->sections; i-- > 1;) {
		if (section[i].run == section[i - 1].run)
			narrow(&section[i - 1].cone.earlier, section[i].cone.earlier);
	}
}

/* UTC less CLOCK_MONOTONIC at @ns, by the run of the sections around it, either NULL. */
static struct range by_run(const struct align_track *track, const struct section *before,
			   const struct section *after, uint64_t ns)
{
	const struct section *any = before ? before : after;
	struct range range = EVERYTHING;

	if (before)
		narrow(&range, widened(before->cone.later, drift(track, ns)));
	if (after)
		narrow(&range, widened(after->cone.earlier, -drift(track, ns)));
	return less(range, track->run[any->run].off);
}

/* The same of sections that may be of two runs, or on two legs. */
static struct range by_both(const struct align_track *track, const struct section *before,
			    const struct section *after, uint64_t ns)
{
	struct range first, second, common;

	if (!before || !after || before->run == after->run)
		return by_run(track, before, after, ns);
	first = by_run(track, before, NULL, ns);
	second = by_run(track, NULL, after, ns);
	common = first;
	narrow(&common, second);
	return before->leg != after->leg || common.lo > common.hi ? hull(first, second) : common;
}

/*
 * Where a leap second is told: near the end of a month a second has two names, and past it, without
 * an anchor on the other side, it is not known whether it came.
 */
static struct utc_span over_leap(const struct section *before, const struct section *after,
				 struct utc_span span)
{
	const struct utc_span wide = {bounded((micro_ns)span.lo_ns - LEAP_NS),
				      bounded((micro_ns)span.hi_ns + LEAP_NS)};
	int first = month_of(bounded((micro_ns)wide.lo_ns - LEAP_NS));
	int last = month_of(bounded((micro_ns)wide.hi_ns + LEAP_NS));

	if (!(before && before->leap) && !(after && after->leap))
		return span;
	if (!after && month_of(before->last_utc_ns) != last)
		return wide;
	if (!before && month_of(after->first_utc_ns) != first)
		return wide;
	return first != last ? wide : span;
}

/* A reading of @ns was made in the nanosecond that begins there. */
static struct utc_span utc_at(const struct section *before, const struct section *after,
			      uint64_t ns, struct range offset)
{
	const struct utc_span span = {bounded((micro_ns)ns + floor_ns(offset.lo)),
				      bounded((micro_ns)ns + 1 - floor_ns(-offset.hi))};

	return over_leap(before, after, span);
}

/* The first section that is past @chains breaks, or has @gaps moments before it. */
static size_t section_after(const struct align_track *track, size_t chains, size_t gaps)
{
	size_t low = 0, high = track->sections;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (track->section[middle].chain < chains && track->section[middle].gap < gaps)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* No anchor reaches there; what was before the last one was earlier, and so on. */
static struct utc_span between(const struct align_track *track, size_t next)
{
	const struct align_stretch *broken = track->axis->broken;
	const struct section *before = next > 0 ? &track->section[next - 1] : NULL;
	const struct section *after = next < track->sections ? &track->section[next] : NULL;
	struct utc_span span = UTC_SPAN_UNKNOWN;

	if (before) {
		uint64_t ns = broken[before->chain].lo_ns;

		span.lo_ns = utc_at(before, NULL, ns, by_run(track, before, NULL, ns)).lo_ns;
	}
	if (after) {
		uint64_t ns = broken[after->chain - 1].hi_ns;

		span.hi_ns = utc_at(NULL, after, ns, by_run(track, NULL, after, ns)).hi_ns;
	}
	return span;
}

static struct utc_span at_moment(const struct align_track *track, size_t i)
{
	const struct align_moment *at = &track->axis->moment[i];
	const struct section *before, *after;
	size_t chain, next;

	if (!align_axis_locate(track->axis, at, &chain))
		return between(track, section_after(track, chain + 1, SIZE_MAX));
	next = section_after(track, SIZE_MAX, i + 1);
	before = next > 0 ? &track->section[next - 1] : NULL;
	after = next < track->sections ? &track->section[next] : NULL;
	before = before && before->chain == chain ? before : NULL;
	after = after && after->chain == chain ? after : NULL;
	if (!before && !after)
		return between(track, section_after(track, chain + 1, SIZE_MAX));
	return utc_at(before, after, at->ns, by_both(track, before, after, at->ns));
}

/* What came later was later; where UTC may go back by a second, there is a second more of room. */
static void order(const struct align_track *track, struct utc_span *span)
{
	size_t moments = track->axis->moments;

	for (size_t i = 1; i < moments; i++) {
		if (span[i].lo_ns < span[i - 1].lo_ns)
			span[i].lo_ns = span[i - 1].lo_ns;
	}
	for (size_t i = moments; i-- > 1;) {
		if (span[i - 1].hi_ns > span[i].hi_ns)
			span[i - 1].hi_ns = span[i].hi_ns;
	}
}

bool align_track_finish(struct align_track *track, struct utc_span *out)
{
	if (track->at_odds)
		return false;
	bound_runs(track);
	gather(track);
	for (size_t i = 0; i < track->axis->moments; i++)
		out[i] = at_moment(track, i);
	order(track, out);
	return true;
}
