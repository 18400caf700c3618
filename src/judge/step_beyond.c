// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/step_beyond.h"

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

/* Are there known readings on both sides, with none between that is not? */
static bool is_covered(const struct incident_clock *clock, uint64_t at_ns, size_t *next)
{
	for (*next = 0; *next < clock->points && clock->point[*next].from_ns <= at_ns; ++*next) {
		if (clock->point[*next].to_ns >= at_ns)
			return true;
	}
	return *next == clock->points ? !clock->in_gap : *next && !clock->point[*next].after_gap;
}

/* By the reading before the step, or the one after it, which is number @next. */
static bool find_side(const struct incident *incident, const struct incident_clock *clock,
		      uint64_t at_ns, size_t next, struct step_beyond *beyond)
{
	for (int side = 0; side < 2; side++) {
		bool is_before = side;
		size_t point = is_before ? next : next - 1;
		uint64_t from_ns, to_ns;
		struct ns_interval error;

		/* Where no page came after it, the guest may have been moved meanwhile. */
		if (next == clock->points || (!is_before && !next))
			continue;
		error = clock->point[point].error;
		from_ns = is_before ? at_ns : clock->point[point].to_ns;
		to_ns = is_before ? clock->point[point].from_ns : at_ns;
		if (from_ns > to_ns ||
		    !move_by_steps(incident, from_ns, to_ns, !is_before, &error) ||
		    !is_beyond(error, clock->errors.all))
			continue;
		beyond->has_side = true;
		beyond->is_before = is_before;
		beyond->about_ns = middle_ns(error);
		return true;
	}
	return false;
}

/* Is it more than lies between the known errors? Then on one side of it the error is another. */
static bool is_wide(struct ns_interval step, const struct error_range *errors)
{
	struct ns_interval width;

	if (step.hi_ns < 0)
		step = (struct ns_interval){.lo_ns = -(step.hi_ns + 1), .hi_ns = INT64_MAX};
	return !interval_sub(interval_of(errors->all.hi_ns), interval_of(errors->all.lo_ns),
			     &width) &&
	       step.lo_ns > 0 && step.lo_ns > width.hi_ns;
}

bool step_beyond_of(const struct incident *incident, struct step_beyond *out)
{
	const struct incident_clock *clock = &incident->clock[OBSERVED_REALTIME];
	bool is_found = false;

	for (size_t i = 0; clock->errors.known && i < incident->findings; i++) {
		const struct finding *finding = &incident->finding[i];
		struct step_beyond beyond = {.step_ns = middle_ns(finding->event.change.step)};
		size_t next;

		if (!is_step(finding) || is_covered(clock, finding->found_ns, &next))
			continue;
		if (find_side(incident, clock, finding->found_ns, next, &beyond)) {
			*out = beyond;
			return true;
		}
		if (!is_found && is_wide(finding->event.change.step, &clock->errors)) {
			*out = beyond;
			is_found = true;
		}
	}
	return is_found;
}
