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

/* Twice as long stretches from here on, and half as many so far. */
static void halve(struct curve *curve)
{
	const struct error_point *last = &curve->point[curve->points - 1];
	size_t kept = 0;

	curve->span_ns = curve->span_ns
				 ? 2 * curve->span_ns
				 : (last->to_ns - curve->point[0].from_ns) / CURVE_POINTS * 2;
	for (size_t i = 0; i < curve->points; i += 2) {
		curve->point[kept] = curve->point[i];
		if (i + 1 < curve->points)
			join(&curve->point[kept], &curve->point[i + 1]);
		kept++;
	}
	curve->points = kept;
}

void curve_add(struct curve *curve, uint64_t time_ns, struct ns_interval error)
{
	const struct error_point sample = {
		.from_ns = time_ns, .to_ns = time_ns, .samples = 1, .error = error};
	struct error_point *last = curve->points ? &curve->point[curve->points - 1] : NULL;

	if (last && time_ns - last->from_ns < curve->span_ns) {
		join(last, &sample);
		return;
	}
	if (curve->points == CURVE_POINTS)
		halve(curve);
	curve->point[curve->points++] = sample;
}
