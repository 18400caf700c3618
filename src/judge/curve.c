// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/curve.h"

static void join(struct error_point *to, const struct error_point *next)
{
	to->to_ns = next->to_ns;
	to->samples += next->samples;
	if (next->error.lo_ns < to->error.lo_ns)
		to->error.lo_ns = next->error.lo_ns;
	if (next->error.hi_ns > to->error.hi_ns)
		to->error.hi_ns = next->error.hi_ns;
}

static size_t halve_runs(struct error_point *point, size_t first, size_t points, bool over_gaps)
{
	size_t kept = first;

	for (size_t i = first; i < points; i++) {
		point[kept] = point[i];
		if (i + 1 < points && (over_gaps || !point[i + 1].after_gap))
			join(&point[kept], &point[++i]);
		kept++;
	}
	return kept;
}

size_t error_points_halve(struct error_point *point, size_t first, size_t points)
{
	size_t kept = halve_runs(point, first, points, false);

	return kept <= points - points / 4 ? kept : halve_runs(point, first, kept, true);
}

/* Twice as long stretches from here on, and half as many so far. */
static void halve(struct curve *curve)
{
	const struct error_point *last = &curve->point[curve->points - 1];

	curve->span_ns = curve->span_ns
				 ? 2 * curve->span_ns
				 : (last->to_ns - curve->point[0].from_ns) / CURVE_POINTS * 2;
	curve->points = error_points_halve(curve->point, 0, curve->points);
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
	if (curve->points == CURVE_POINTS)
		halve(curve);
	curve->point[curve->points++] = sample;
	curve->in_gap = false;
}
