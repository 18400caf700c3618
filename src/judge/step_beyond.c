// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/step_beyond.h"

#include "judge/health.h"
#include "judge/witness_peers.h"

static bool is_step(const struct finding *finding)
{
	return finding->kind == FINDING_CLOCK_SET && finding->event.change.how == CLOCK_STEPPED;
}

/* It moves the clock by an amount that is not known, or hides whether one did. */
static bool is_move(const struct finding *finding)
{
	return finding->kind == FINDING_DISRUPTION || finding->kind == FINDING_RESTORE ||
	       finding->kind == FINDING_STUN || finding->kind == FINDING_DATA_LOSS;
}

/*
 * Add the steps from @from_ns to @to_ns to @error, or take them off it. False where something else
 * moved it then, or past 292 years.
 */
static bool move_by_steps(const struct incident *incident, uint64_t from_ns, uint64_t to_ns,
			  bool forwards, struct ns_interval *error)
{
	for (size_t i = 0; i < incident->findings; i++) {
		const struct finding *finding = &incident->finding[i];
		struct ns_interval step = finding->event.change.step;

		if (finding->found_ns < from_ns || finding->not_before_ns > to_ns)
			continue;
		if (is_move(finding))
			return false;
		if (is_step(finding) && (forwards ? interval_add(*error, step, error)
						  : interval_sub(*error, step, error)))
			return false;
	}
	return !incident->findings_unlisted;
}

static bool is_beyond(struct ns_interval error, struct ns_interval all)
{
	return error.lo_ns > all.hi_ns || error.hi_ns < all.lo_ns;
}

static int64_t middle_ns(struct ns_interval interval)
{
	return interval.lo_ns / 2 + interval.hi_ns / 2;
}

/* The known readings around a moment. */
struct neighbours {
	size_t before; /* index and 1; 0: there is none */
	size_t after;  /* index; the number of points: there is none */
	bool is_gap;   /* between the two it was not known */
};

static struct neighbours neighbours_of(const struct incident_clock *clock, uint64_t at_ns)
{
	struct neighbours around = {0};

	while (around.before < clock->points && clock->point[around.before].to_ns < at_ns)
		around.before++;
	around.after = around.before;
	/* Several in one, of which some are before it and some after. */
	while (around.after < clock->points && clock->point[around.after].from_ns <= at_ns)
		around.after++;
	if (around.after == around.before)
		around.is_gap = around.after == clock->points
					? clock->in_gap
					: !around.before || clock->point[around.after].after_gap;
	return around;
}

/*
 * Is @error, by a reading @apart_ns away, further off than all that are known? Over a gap no
 * allowance is made for what the clock drifted: it is said to be about so.
 */
static bool is_news(struct ns_interval error, const struct incident_clock *clock, uint64_t apart_ns,
		    bool is_gap)
{
	uint64_t drift_ns = is_gap ? 0 : apart_ns / 1000000 * WITNESS_PEERS_RATE_PPM + 1000;

	return !interval_widen(error, drift_ns, &error) && is_beyond(error, clock->errors.all);
}

/* By the reading before the step (@is_before false: after it, it was so far off), or after it. */
static bool find_side(const struct incident *incident, const struct incident_clock *clock,
		      uint64_t at_ns, bool is_before, struct step_beyond *beyond)
{
	const struct neighbours around = neighbours_of(clock, at_ns);
	const struct error_point *point;
	uint64_t from_ns, to_ns;
	struct ns_interval error;

	/* Where no page came after it, the guest may have been moved meanwhile. */
	if (around.after == clock->points || (!is_before && !around.before))
		return false;
	point = &clock->point[is_before ? around.after : around.before - 1];
	error = point->error;
	from_ns = is_before ? at_ns : point->to_ns;
	to_ns = is_before ? point->from_ns : at_ns;
	if (from_ns > to_ns || !move_by_steps(incident, from_ns, to_ns, !is_before, &error) ||
	    !is_news(error, clock, to_ns - from_ns, around.is_gap))
		return false;
	beyond->has_side = true;
	beyond->is_before = is_before;
	beyond->about_ns = middle_ns(error);
	return true;
}

static uint64_t size_ns(int64_t ns)
{
	return ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
}

/* Is it the first, or further off than the one found so far, and by more than readings differ? */
static bool is_further(const struct step_beyond *beyond, const struct step_beyond *found)
{
	return !found->has_side ||
	       size_ns(beyond->about_ns) > size_ns(found->about_ns) + HEALTH_BACK_NS;
}

/*
 * Is it more than lies between the known errors, and than clocks drift? Then on one side of it the
 * error is another.
 */
static bool is_wide(struct ns_interval step, const struct error_range *errors)
{
	struct ns_interval width;

	if (step.hi_ns < 0)
		step = (struct ns_interval){.lo_ns = -(step.hi_ns + 1), .hi_ns = INT64_MAX};
	return !interval_sub(interval_of(errors->all.hi_ns), interval_of(errors->all.lo_ns),
			     &width) &&
	       step.lo_ns > HEALTH_BACK_NS && step.lo_ns - HEALTH_BACK_NS > width.hi_ns;
}

bool step_beyond_of(const struct incident *incident, struct step_beyond *out)
{
	const struct incident_clock *clock = &incident->clock[OBSERVED_REALTIME];
	struct step_beyond found = {0};
	bool is_found = false;

	for (size_t i = 0; clock->errors.known && i < incident->findings; i++) {
		const struct finding *finding = &incident->finding[i];
		struct step_beyond beyond = {.step_ns = middle_ns(finding->event.change.step)};

		if (!is_step(finding))
			continue;
		if (!is_found && is_wide(finding->event.change.step, &clock->errors)) {
			found = beyond;
			is_found = true;
		}
		for (int side = 0; side < 2; side++) {
			if (!find_side(incident, clock, finding->found_ns, side, &beyond) ||
			    !is_further(&beyond, &found))
				continue;
			found = beyond;
			is_found = true;
		}
	}
	if (is_found)
		*out = found;
	return is_found;
}
