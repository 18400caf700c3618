// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/utc_track.h"

#include <errno.h>

#include "judge/clock_error.h"
#include "judge/page_update.h"
#include "page/smear.h"
#include "page/time.h"

/* No clock is steered further; what moved more has jumped. */
#define LINE_PPM 1000
#define LINE_NS	 10000

static int narrow(__int128 ns, int64_t *out)
{
	*out = (int64_t)ns;
	return ns == *out ? 0 : -ERANGE;
}

/* --- Points, in */

/* UTC of @page at @counter, and the leap second that it tells of. */
static bool utc_of(const struct page *page, uint64_t counter, struct utc_point *point)
{
	struct smear_clocks clocks;
	struct leap_second leap;
	struct page_time time;

	if (page_time_at(page, counter, &time) || !time.has_utc || time.delta_ticks < 0)
		return false;
	if (!smear_clocks_of_page(page, counter, &clocks)) {
		time.utc = clocks.utc;
		point->utc.in_leap_second = clocks.in_leap_second;
	}
	if (!leap_second_of_page(page, &leap) && leap.sign &&
	    !__builtin_mul_overflow(leap.utc_midnight, (int64_t)NSEC_PER_SEC, &point->leap_ns))
		point->leap = leap.sign;
	return !instant_to_ns(time.utc, &point->utc.ns);
}

static bool is_on_line(const struct utc_point *before, const struct utc_point *point)
{
	__int128 ns = (__int128)point->time_ns - before->time_ns;
	__int128 off = (__int128)point->utc.ns - before->utc.ns - ns;
	__int128 allowed = ns * LINE_PPM / 1000000 + LINE_NS;

	return before->leap == point->leap && !before->utc.in_leap_second &&
	       !point->utc.in_leap_second && off <= allowed && off >= -allowed;
}

/* Leave out each second one of those on a line with both neighbours. */
static void thin(struct utc_track *track)
{
	struct utc_point *point = track->point;
	size_t kept = 1;

	for (size_t i = 1; i < track->points; i++) {
		bool between = i + 1 < track->points && !point[i].jumped && !point[i + 1].jumped;

		if (!between || i % 2 == 0)
			point[kept++] = point[i];
	}
	/* Nothing but jumps: those at the beginning stay, as in every table that is full. */
	track->points = kept < UTC_TRACK_POINTS ? kept : UTC_TRACK_POINTS - 1;
	track->apart_ns = (point[track->points - 1].time_ns - point[0].time_ns) / UTC_TRACK_POINTS;
}

static void add_point(struct utc_track *track, struct utc_point point)
{
	struct utc_point *last = track->points ? &track->point[track->points - 1] : NULL;

	if (last && point.time_ns <= last->time_ns)
		return;
	point.broken_ns = track->broken_ns;
	track->broken_ns = 0;
	point.jumped = last && !is_on_line(last, &point);
	if (last && !point.jumped && !point.broken_ns &&
	    point.time_ns - last->time_ns < track->apart_ns)
		return;
	if (track->points == UTC_TRACK_POINTS)
		thin(track);
	track->point[track->points++] = point;
}

void utc_track_add(struct utc_track *track, const struct event *event,
		   const struct page_in_force *line)
{
	const struct event_ticks *ticks = &event->sample.ticks;
	struct utc_point point = {.time_ns = event->time_ns};

	if (event->page_state != EVENT_PAGE_STABLE || line->reference_is_stale ||
	    !event_ticks_fit(ticks, &event->page) || !page_is_vouched_for(&event->page) ||
	    !utc_of(&event->page, ticks->before + (ticks->after - ticks->before) / 2, &point))
		return;
	track->has_page = true;
	add_point(track, point);
}

void utc_track_add_witness(struct utc_track *track, const struct event *event)
{
	const struct event_clock *clock = &event->clock;
	struct utc_point point = {.time_ns = event->time_ns};
	struct instant at = instant_from_timespec(clock->at);
	bool is_tai = clock->scale == SCALE_TAI;

	if (clock->scale == SCALE_UNKNOWN || (is_tai && !clock->kernel_tai_offset_sec) ||
	    (is_tai && instant_add_sec(at, -(int64_t)clock->kernel_tai_offset_sec, &at)) ||
	    instant_to_ns(at, &point.utc.ns))
		return;
	track->has_witness = true;
	add_point(track, point);
}

void utc_track_break(struct utc_track *track, uint64_t time_ns)
{
	bool by_then = track->points && track->point[track->points - 1].time_ns >= time_ns;

	if (!track->broken_ns && !by_then)
		track->broken_ns = time_ns;
}

/* Where it came back to the line of the point before @away, by a shorter way than it was there. */
static size_t back_from(const struct utc_track *track, size_t away)
{
	const struct utc_point *before = &track->point[away - 1];
	uint64_t there_ns = before->time_ns - track->point[0].time_ns;

	for (size_t i = away; i < track->points; i++) {
		const struct utc_point *point = &track->point[i];

		if (point->broken_ns || point->time_ns - before->time_ns > there_ns)
			return 0;
		if (is_on_line(before, point))
			return point->jumped && i > away ? i : 0;
		if (point->leap || point->utc.in_leap_second)
			return 0;
	}
	return 0;
}

void utc_track_finish(struct utc_track *track)
{
	size_t kept = track->points ? 1 : 0;

	for (size_t i = 1; i < track->points; i++) {
		size_t back = track->point[i].jumped ? back_from(track, i) : 0;

		if (back) {
			i = back;
			track->point[i].jumped = false;
		}
		track->point[kept++] = track->point[i];
	}
	track->points = kept;
}

/* --- Moments, out */

/* @utc_ns counted on from @point without a leap second: with it. */
static struct utc_moment over_leap(const struct utc_point *point, int64_t utc_ns)
{
	struct utc_moment utc = {utc_ns, point->utc.in_leap_second && utc_ns < point->leap_ns};

	if (point->leap > 0 && !point->utc.in_leap_second && point->utc.ns < point->leap_ns &&
	    utc_ns >= point->leap_ns) {
		utc.in_leap_second = utc_ns - point->leap_ns < (int64_t)NSEC_PER_SEC;
		utc.ns -= (int64_t)NSEC_PER_SEC;
	} else if (point->leap < 0 && point->utc.ns < point->leap_ns - (int64_t)NSEC_PER_SEC &&
		   utc_ns >= point->leap_ns - (int64_t)NSEC_PER_SEC) {
		utc.ns += (int64_t)NSEC_PER_SEC;
	}
	return utc;
}

/* The point by which UTC at @time_ns is. */
static size_t point_for(const struct utc_track *track, uint64_t time_ns)
{
	size_t low = 0, high = track->points;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (track->point[middle].time_ns <= time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < track->points && track->point[low].broken_ns &&
	    track->point[low].broken_ns <= time_ns)
		return low;
	return low ? low - 1 : 0;
}

int utc_track_at(const struct utc_track *track, uint64_t time_ns, struct utc_moment *out)
{
	size_t i = point_for(track, time_ns);
	const struct utc_point *point = &track->point[i], *next = point + 1;
	__int128 since = (__int128)time_ns - point->time_ns;
	int64_t ns;

	if (!track->points)
		return -ENODATA;
	if (since > 0 && i + 1 < track->points && !next->jumped)
		since = since * ((__int128)next->utc.ns - point->utc.ns) /
			((__int128)next->time_ns - point->time_ns);
	if (narrow(point->utc.ns + since, &ns))
		return -ERANGE;
	*out = over_leap(point, ns);
	return 0;
}

static bool is_before(struct utc_moment a, struct utc_moment b)
{
	if (a.in_leap_second != b.in_leap_second &&
	    a.ns / (int64_t)NSEC_PER_SEC == b.ns / (int64_t)NSEC_PER_SEC)
		return b.in_leap_second;
	return a.ns < b.ns;
}

/* By halves: UTC goes forward but where the page set it back, and there either moment will do. */
int utc_track_find(const struct utc_track *track, struct utc_moment utc, uint64_t *time_ns)
{
	uint64_t low = 0, high = UINT64_MAX / 2;

	if (!track->points)
		return -ENODATA;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		struct utc_moment at;

		if (!utc_track_at(track, middle, &at) && is_before(at, utc))
			low = middle + 1;
		else
			high = middle;
	}
	*time_ns = low;
	return 0;
}
