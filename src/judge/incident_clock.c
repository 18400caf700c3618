// SPDX-License-Identifier: GPL-2.0-or-later
/* How wrong each clock was over the window of an incident. */
#include "judge/clock_error.h"
#include "judge/curve.h"
#include "judge/incident_state.h"

/* The least distance of the interval from 0: how wrong it surely was. */
static uint64_t surely_off_ns(struct ns_interval error)
{
	if (error.lo_ns > 0)
		return (uint64_t)error.lo_ns;
	return error.hi_ns < 0 ? 0 - (uint64_t)error.hi_ns : 0;
}

static struct ns_interval hull(struct ns_interval a, struct ns_interval b)
{
	return (struct ns_interval){.lo_ns = a.lo_ns < b.lo_ns ? a.lo_ns : b.lo_ns,
				    .hi_ns = a.hi_ns > b.hi_ns ? a.hi_ns : b.hi_ns};
}

void error_range_add(struct error_range *range, struct ns_interval error, bool unbounded,
		     uint64_t time_ns)
{
	if (!range->known || surely_off_ns(error) > surely_off_ns(range->worst)) {
		range->worst = error;
		range->worst_ns = time_ns;
	}
	range->all = range->known ? hull(range->all, error) : error;
	range->known++;
	range->wrong += surely_off_ns(error) > 0;
	range->unbounded += unbounded;
}

static void add_point(struct incident_clock *clock, const struct error_point *point, bool unbounded)
{
	/* The first one stays alone, for it is the last good one. */
	if (clock->points == INCIDENT_POINTS)
		clock->points = error_points_halve(clock->point, 1, clock->points);
	clock->point[clock->points] = *point;
	clock->point[clock->points++].after_gap = clock->in_gap;
	clock->in_gap = false;
	error_range_add(&clock->errors, point->error, unbounded, point->from_ns);
}

/* Does the clock meet the page's time, by what both claim? @error holds the page's claim. */
static bool is_good(const struct incidents *incidents, const struct event_clock *clock,
		    struct ns_interval error)
{
	uint64_t claim_ns = clock->has_claim ? clock->max_error_ns : incidents->options.back_ns;
	struct ns_interval allowed;

	/* A claim past 292 years is met by anything. */
	return interval_widen(interval_of(0), claim_ns, &allowed) ||
	       interval_overlap(error, allowed);
}

static void follow_good(struct incident_clock *clock, bool good, uint64_t time_ns)
{
	if (good && !clock->is_good)
		clock->good_ns = time_ns;
	clock->is_good = good;
	/* One that was bad before, and came back, is expected to stay. */
	if (good)
		clock->was_bad = false;
}

void incident_handle_clock(struct incidents *incidents, const struct event *event)
{
	enum observed_clock id = event->clock.clock;
	struct incident_clock *clock;
	struct clock_error error;
	struct ns_interval bounded;
	bool good;
	int why;

	if ((unsigned int)id >= OBSERVED_CLOCKS)
		return;
	clock = &incidents->incident.clock[id];
	why = clock_error_of(event, &error);
	if (!why && interval_widen(error.offset, error.page_claim_ns, &bounded))
		why = -(int)ERROR_OUT_OF_RANGE - 1;
	if (!why && incidents->line.reference_is_stale)
		why = -(int)ERROR_OLD_LINE - 1;
	clock->seen = clock->seen || incidents->open;
	if (why) {
		clock->errors.unknown[clock_error_why(why)] += incidents->open;
		clock->in_gap = incidents->open;
		return;
	}
	if (id == OBSERVED_PHC)
		incidents->phc_scale = error.scale;
	good = is_good(incidents, &event->clock, bounded);
	incidents->newest[id].known = true;
	incidents->newest[id].is_good = good;
	incidents->newest[id].unbounded = !error.has_page_claim;
	incidents->newest[id].point = (struct error_point){
		.from_ns = event->time_ns, .to_ns = event->time_ns, .samples = 1, .error = bounded};
	if (!incidents->open)
		return;
	add_point(clock, &incidents->newest[id].point, !error.has_page_claim);
	follow_good(clock, good, event->time_ns);
}

void incident_open_clocks(struct incidents *incidents)
{
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		struct incident_clock *clock = &incidents->incident.clock[i];

		clock->is_good = true;
		if (!incidents->newest[i].known)
			continue;
		clock->seen = true;
		clock->was_bad = !incidents->newest[i].is_good;
		clock->is_good = incidents->newest[i].is_good;
		clock->good_ns = incidents->newest[i].point.from_ns;
		add_point(clock, &incidents->newest[i].point, incidents->newest[i].unbounded);
	}
}

bool incident_clocks_are_good(const struct incidents *incidents)
{
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct incident_clock *clock = &incidents->incident.clock[i];

		if (clock->seen && !clock->is_good && !clock->was_bad)
			return false;
	}
	return true;
}
