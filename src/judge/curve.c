// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/curve.h"

#include <string.h>

#define STEP_NS 1000000

static void join(struct error_point *to, const struct error_point *next)
{
	to->to_ns = next->to_ns;
	to->samples += next->samples;
	to->unbounded |= next->unbounded;
	if (next->error.lo_ns < to->error.lo_ns)
		to->error.lo_ns = next->error.lo_ns;
	if (next->error.hi_ns > to->error.hi_ns)
		to->error.hi_ns = next->error.hi_ns;
}

static size_t halve_runs(struct error_point *point, size_t points, bool over_gaps)
{
	size_t kept = 0;

	for (size_t i = 0; i < points; i++) {
		point[kept] = point[i];
		if (i + 1 < points && (over_gaps || !point[i + 1].after_gap))
			join(&point[kept], &point[++i]);
		kept++;
	}
	return kept;
}

/* Join neighbours; those with a gap between them only where less would go than a quarter. */
static size_t halve_points(struct error_point *point, size_t points)
{
	size_t kept = halve_runs(point, points, false);

	return kept <= points - points / 4 ? kept : halve_runs(point, kept, true);
}

/* Did the clock jump between two neighbours? */
static bool is_step(const struct error_point *a, const struct error_point *b)
{
	struct ns_interval wide;

	return !interval_widen(a->error, STEP_NS, &wide) && !interval_overlap(wide, b->error);
}

/* What it takes from a curve to join @point and the next; the least is given up first. */
static unsigned __int128 loss_of(const struct error_point *point)
{
	uint64_t kind = point[1].after_gap ? 2 : is_step(&point[0], &point[1]);

	return (unsigned __int128)kind << 64 | (point[1].to_ns - point[0].from_ns);
}

size_t error_points_join(struct error_point *point, size_t first, size_t points)
{
	size_t at = first;

	if (points < first + 2)
		return points;
	for (size_t i = first + 1; i + 1 < points; i++) {
		if (loss_of(&point[i]) < loss_of(&point[at]))
			at = i;
	}
	join(&point[at], &point[at + 1]);
	memmove(&point[at + 1], &point[at + 2], (points - at - 2) * sizeof(*point));
	return points - 1;
}

/* Twice as long stretches from here on, and half as many so far. */
static void halve(struct curve *curve)
{
	const struct error_point *last = &curve->point[curve->points - 1];

	curve->span_ns = curve->span_ns
				 ? 2 * curve->span_ns
				 : (last->to_ns - curve->point[0].from_ns) / CURVE_POINTS * 2;
	curve->points = halve_points(curve->point, curve->points);
}

void curve_break(struct curve *curve)
{
	curve->in_gap = curve->points;
}

void curve_add(struct curve *curve, uint64_t time_ns, struct ns_interval error)
{
	const struct error_point sample = {.from_ns = time_ns,
					   .to_ns = time_ns,
					   .samples = 1,
					   .after_gap = curve->in_gap,
					   .error = error};
	struct error_point *last = curve->points ? &curve->point[curve->points - 1] : NULL;

	if (last && !curve->in_gap && time_ns - last->from_ns < curve->span_ns) {
		join(last, &sample);
		return;
	}
	if (curve->points == CURVE_POINTS && curve->keeps_steps)
		curve->points = error_points_join(curve->point, 0, curve->points);
	else if (curve->points == CURVE_POINTS)
		halve(curve);
	curve->point[curve->points++] = sample;
	curve->in_gap = false;
}
