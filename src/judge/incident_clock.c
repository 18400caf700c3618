// SPDX-License-Identifier: GPL-2.0-or-later
/* How wrong each clock was over the window of an incident. */
#include "judge/clock_error.h"
#include "judge/curve.h"
#include "judge/error_bounds.h"
#include "judge/health.h"
#include "judge/incident_state.h"
#include "judge/witness.h"

uint64_t surely_off_ns(struct ns_interval error)
{
	if (error.lo_ns > 0)
		return (uint64_t)error.lo_ns;
	return error.hi_ns < 0 ? 0 - (uint64_t)error.hi_ns : 0;
}

bool error_is_wrong(struct ns_interval error, bool unbounded)
{
	return surely_off_ns(error) > (unbounded ? HEALTH_BACK_NS : 0);
}

uint64_t clock_allowed_ns(enum observed_clock id, bool has_claim, uint64_t claim_ns)
{
	if (has_claim)
		return claim_ns;
	return id == OBSERVED_PHC_OTHER ? UINT64_MAX : HEALTH_BACK_NS;
}

bool error_is_beyond(struct ns_interval error, uint64_t allowed_ns)
{
	return surely_off_ns(error) > allowed_ns;
}

/* One that claims nothing, and is not the guest's. */
static bool can_only_be_off(const struct event_clock *reading)
{
	return reading && clock_allowed_ns(reading->clock, reading->has_claim, 0) == UINT64_MAX;
}

void error_range_add(struct error_range *range, struct ns_interval error, bool unbounded,
		     uint64_t time_ns, const struct event_clock *reading, bool in_claim)
{
	bool has_claim = reading && reading->has_claim, is_off = error_is_wrong(error, unbounded);

	if (!range->known || surely_off_ns(error) > surely_off_ns(range->worst)) {
		range->worst = error;
		range->worst_ns = time_ns;
	}
	range->all = range->known ? interval_hull(range->all, error) : error;
	range->known++;
	range->off += is_off;
	range->wrong += is_off && !in_claim && !can_only_be_off(reading);
	range->excused += is_off && in_claim && !health_of_clock(reading, error);
	range->unbounded += unbounded;
	if (has_claim && reading->max_error_ns > range->claim_ns)
		range->claim_ns = reading->max_error_ns;
}

/* The newest error of clock @id. */
static void add_point(struct incidents *incidents, enum observed_clock id)
{
	struct incident_clock *clock = &incidents->incident.clock[id];
	const struct error_point *point = &incidents->newest[id].point;

	/* The first one stays alone, for it is the last good one. */
	if (clock->points == INCIDENT_POINTS)
		clock->points = error_points_join(clock->point, 1, clock->points);
	clock->point[clock->points] = *point;
	clock->point[clock->points++].after_gap = clock->in_gap;
	clock->in_gap = false;
	error_range_add(&clock->errors, point->error, incidents->newest[id].unbounded,
			point->from_ns, &incidents->newest[id].reading,
			incidents->newest[id].in_claim);
}

/* Which single errors were surely wrong, beyond @allowed_ns, is known only if all were. */
static void refute_range(struct error_range *range, const struct finding *finding,
			 uint64_t allowed_ns)
{
	/* By how much more an error is not known after a slew goes by its time. */
	bool is_slew = finding->kind == FINDING_HOST_SLEW;

	if (!range->known)
		return;
	if (!is_slew && refuted_widen(finding, finding->found_ns, &range->all) &&
	    refuted_widen(finding, finding->found_ns, &range->worst)) {
		range->off = error_is_wrong(range->all, range->unbounded) ? range->known : 0;
		range->wrong = error_is_beyond(range->all, allowed_ns) ? range->off : 0;
		return;
	}
	range->unknown[ERROR_REFUTED] += range->known;
	range->known = range->off = range->wrong = range->excused = range->unbounded = 0;
}

static void refute_points(struct incident_clock *clock, const struct finding *finding)
{
	bool is_slew = finding->kind == FINDING_HOST_SLEW;

	for (size_t i = 0; i < clock->points; i++) {
		if (is_slew ||
		    !refuted_widen(finding, clock->point[i].from_ns, &clock->point[i].error))
			clock->points = 0;
	}
}

/* Is that clock on the scale that @finding is about, as far as it is known? */
static bool is_on_scale(const struct incidents *incidents, const struct finding *finding,
			enum observed_clock id)
{
	return !refuted_utc_alone(finding) || id == OBSERVED_REALTIME ||
	       (id == OBSERVED_PHC && incidents->phc_scale == SCALE_UTC);
}

/* The reading that the next incident would begin with. */
static void refute_newest(struct incidents *incidents, const struct finding *finding,
			  enum observed_clock id)
{
	struct error_point *point = &incidents->newest[id].point;

	if (incidents->newest[id].has_error &&
	    (finding->kind == FINDING_HOST_SLEW ||
	     !refuted_widen(finding, point->from_ns, &point->error)))
		incidents->newest[id].has_error = false;
}

static void ask_again(struct vouching *vouching, bool is_first)
{
	/* Off by a page that nothing contradicted: no page that steps onto it is right by it. */
	vouching->was_set = is_first ? vouching->was_bad : vouching->was_set;
	vouching->was_read = vouching->agrees = false;
}

/* Who agrees with the page of now is asked anew; who was set is not asked any more. */
static void refute_vouching(struct incidents *incidents, const struct finding *finding)
{
	bool is_first = !refuted_any(&incidents->refuted);

	for (int i = 0; i < OBSERVED_CLOCKS; i++)
		ask_again(&incidents->newest[i].vouching, is_first);
	for (size_t i = 0; i < incidents->others; i++)
		ask_again(&incidents->other[i].newest.vouching, is_first);
	incidents->newest[OBSERVED_REALTIME].vouching.was_set |=
		incidents->set_ns && incidents->set_ns >= finding->not_before_ns;
}

void incident_ask_anew(struct incidents *incidents)
{
	for (int i = 0; i < OBSERVED_CLOCKS; i++)
		incidents->newest[i].vouching = (struct vouching){0};
	for (size_t i = 0; i < incidents->others; i++)
		incidents->other[i].newest.vouching = (struct vouching){0};
}

void incident_note_set(struct incidents *incidents, const struct finding *finding)
{
	struct vouching *vouching = &incidents->newest[OBSERVED_REALTIME].vouching;

	if (finding->kind != FINDING_CLOCK_SET || finding->event.change.how == CLOCK_NEW_SOURCE)
		return;
	incidents->set_ns = finding->found_ns;
	vouching->was_set = true;
	vouching->agrees = false;
}

/* What is known of it, by the newest reading and those in the incident. */
static void refute_clock(struct incidents *incidents, const struct finding *finding,
			 enum observed_clock id)
{
	struct incident_clock *clock = &incidents->incident.clock[id];
	struct error_range *errors = &clock->errors;

	refute_newest(incidents, finding, id);
	refute_range(errors, finding, clock_allowed_ns(id, errors->claim_ns, errors->claim_ns));
	refute_points(clock, finding);
}

void incident_refute(struct incidents *incidents, const struct finding *finding)
{
	struct incident *incident = &incidents->incident;

	if (!refuted_utc_alone(finding))
		step_blame_finding(&incident->step_blame, &incidents->blamers, finding);
	refute_vouching(incidents, finding);
	refuted_add(&incidents->refuted, finding);
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (i != OBSERVED_PHC_OTHER &&
		    is_on_scale(incidents, finding, (enum observed_clock)i))
			refute_clock(incidents, finding, (enum observed_clock)i);
	}
	for (size_t i = 0; i < incidents->others; i++) {
		incident_take_other(incidents, i);
		if (is_on_scale(incidents, finding, OBSERVED_PHC_OTHER))
			refute_clock(incidents, finding, OBSERVED_PHC_OTHER);
	}
	incident_take_worst(incidents);
	/* They read the PTP clock. */
	for (size_t i = 0; i < incident->readers && is_on_scale(incidents, finding, OBSERVED_PHC);
	     i++)
		refute_range(&incident->reader[i].errors, finding, 0);
	incident_tell_refuted(incidents);
}

static void follow_good(struct incident_clock *clock, bool good, uint64_t time_ns)
{
	if (good && !clock->is_good)
		clock->good_ns = time_ns;
	clock->is_contradicted = false;
	clock->is_good = good;
	/* One that was bad before, and came back, is expected to stay. */
	if (good)
		clock->was_bad = false;
}

/* Why its error is not known, by a reading in an incident. */
static void add_unknown(struct incidents *incidents, struct incident_clock *clock, int why)
{
	clock->errors.unknown[clock_error_why(why)] += incidents->open;
	clock->in_gap = incidents->open;
}

/* The same, and nor is it known whether it was good. */
static void add_untold(struct incidents *incidents, struct incident_clock *clock, int why)
{
	clock->untold_ns = incidents->newest_ns;
	add_unknown(incidents, clock, why);
}

/* A clock that must be waited for again, for it is worse than before. */
static void note_worse(struct incident_clock *clock, struct ns_interval error)
{
	uint64_t off_ns = surely_off_ns(error);

	if (clock->was_bad && off_ns > clock->before_ns &&
	    off_ns - clock->before_ns > HEALTH_BACK_NS)
		clock->worse = true;
	else if (clock->was_bad)
		clock->worse = false;
}

/* By how much it may be further off than before the incident, and be back. */
static uint64_t back_ns(const struct event_clock *clock)
{
	uint64_t part_ns = clock->max_error_ns / HEALTH_BACK_PART;

	return clock->has_claim && part_ns < HEALTH_BACK_NS ? part_ns : HEALTH_BACK_NS;
}

/* What moved it away from where it was may be hidden by a wide claim. */
static bool is_further_off(const struct incident_clock *clock, const struct event_clock *reading,
			   uint64_t off_ns)
{
	return clock->has_before && off_ns > clock->before_own_ns &&
	       off_ns - clock->before_own_ns > back_ns(reading);
}

/* The newest error of clock @id, good or not: into the curve of the open incident. */
static void take_error(struct incidents *incidents, enum observed_clock id, bool good,
		       const struct event_clock *reading)
{
	struct incident_clock *clock = &incidents->incident.clock[id];

	/* Until it is back, or another incident begins. */
	incidents->newest[id].further_off =
		(incidents->open || incidents->newest[id].further_off) &&
		is_further_off(clock, reading, incidents->newest[id].own_off_ns);
	if (!incidents->open)
		return;
	/* While nobody could tell it is not known to have been good. */
	if (id != OBSERVED_PHC_OTHER && clock->untold_ns >= incidents->good_since_ns)
		incidents->good_since_ns = 0;
	note_worse(clock, incidents->newest[id].point.error);
	follow_good(clock, good, incidents->newest[id].point.from_ns);
	if (incidents->newest[id].has_error)
		add_point(incidents, id);
}

static struct error_point point_at(uint64_t time_ns, struct ns_interval error)
{
	return (struct error_point){
		.from_ns = time_ns, .to_ns = time_ns, .samples = 1, .error = error};
}

/* A reading of the witness, CLOCK_REALTIME around it, where no page tells the time. */
static void handle_witness(struct incidents *incidents, const struct event *event)
{
	struct incident_clock *clock = &incidents->incident.clock[OBSERVED_REALTIME];
	const struct event_clock *reading = &event->clock;
	struct ns_interval error, by_all;
	int why = witness_realtime_error(reading, &error);
	bool good;

	clock->seen = clock->seen || incidents->open;
	if (!why && reading->has_claim && interval_widen(error, reading->max_error_ns, &error))
		why = -(int)ERROR_OUT_OF_RANGE - 1;
	by_all = error;
	if (!why && !reference_moves_widen(&incidents->page->moves, &by_all))
		why = -(int)ERROR_OUT_OF_RANGE - 1;
	if (why) {
		add_untold(incidents, clock, why);
		return;
	}
	reference_moves_reading(&incidents->reference_moves, event, error, incidents->moved_ns);
	good = health_of_clock(&incidents->realtime, error);
	incidents->newest[OBSERVED_REALTIME].known = true;
	incidents->newest[OBSERVED_REALTIME].is_good = good;
	incidents->newest[OBSERVED_REALTIME].has_error = true;
	incidents->newest[OBSERVED_REALTIME].vouching.agrees = true;
	incidents->newest[OBSERVED_REALTIME].unbounded = !reading->has_claim;
	incidents->newest[OBSERVED_REALTIME].unsure = !reading->has_claim;
	incidents->newest[OBSERVED_REALTIME].own_off_ns = surely_off_ns(error);
	incidents->newest[OBSERVED_REALTIME].point = point_at(event->time_ns, by_all);
	incidents->newest[OBSERVED_REALTIME].reading = incidents->realtime;
	incidents->newest[OBSERVED_REALTIME].in_claim =
		health_of_clock(&incidents->realtime, by_all);
	incidents->newest[OBSERVED_REALTIME].own = error;
	incidents->incident.witness = incidents->page->witness;
	incident_follow_proof(incidents);
	take_error(incidents, OBSERVED_REALTIME, good, &incidents->realtime);
}

/* A reading that would tell, but for those that contradict it. */
static void handle_contradicted(struct incidents *incidents)
{
	struct incident_clock *clock = &incidents->incident.clock[OBSERVED_REALTIME];

	clock->seen = clock->seen || incidents->open;
	clock->is_contradicted = true;
	add_untold(incidents, clock, -(int)ERROR_WITNESSES - 1);
	incidents->newest[OBSERVED_REALTIME].known &= incidents->open;
}

/* It is @good by the page in force, and @in_doubt if it is so by a refuted one too. */
static void follow_vouching(struct vouching *vouching, bool good, bool in_doubt)
{
	/* Somebody set it, though it was not seen how. */
	if (vouching->was_read && good && vouching->was_bad)
		vouching->was_set = true;
	vouching->was_bad = !good;
	vouching->agrees = good && !in_doubt && !vouching->was_set &&
			   (vouching->agrees || !vouching->was_read);
	vouching->was_read = true;
}

/* A reading of a clock that is held against the page in force. */
static void handle_by_page(struct incidents *incidents, const struct event *event)
{
	enum observed_clock id = event->clock.clock;
	struct incident_clock *clock = &incidents->incident.clock[id];
	struct ns_interval bounded, by_all;
	struct clock_error error;
	bool good;
	int why = error_by_page_in_force(incidents->page, event, &error, &bounded);

	clock->seen = clock->seen || incidents->open;
	if (why) {
		add_untold(incidents, clock, why);
		/* What it was before is not the last that is known of it. */
		incidents->newest[id].known &= incidents->open;
		return;
	}
	if (id == OBSERVED_PHC)
		incidents->phc_scale = error.scale;
	good = health_of_reading(event, &error, bounded, &incidents->page->leap_turn);
	why = refuted_error(&incidents->refuted, event, &by_all);
	incidents->newest[id].known = true;
	incidents->newest[id].is_good = good;
	incidents->newest[id].has_error = !why;
	follow_vouching(&incidents->newest[id].vouching, good,
			refuted_in_doubt(&incidents->refuted, event, bounded));
	incidents->newest[id].unbounded =
		!error.has_page_claim || refuted_is_unbounded(&incidents->refuted);
	incidents->newest[id].unsure = false;
	incidents->newest[id].own_off_ns = surely_off_ns(bounded);
	incidents->newest[id].point = point_at(event->time_ns, why ? bounded : by_all);
	incidents->newest[id].reading = event->clock;
	incidents->newest[id].in_claim = health_of_reading(
		event, &error, incidents->newest[id].point.error, &incidents->page->leap_turn);
	incidents->newest[id].own = bounded;
	incidents->incident.witness = incidents->page->witness;
	if (id == OBSERVED_REALTIME)
		incident_follow_proof(incidents);
	take_error(incidents, id, good, &event->clock);
	if (why)
		add_unknown(incidents, clock, why);
}

/* Each reference clock may say which of two pages was wrong. */
static void ask_for_blame(struct incidents *incidents, const struct event *event)
{
	struct ns_interval bounded;
	struct clock_error error;

	if (!error_by_page_in_force(incidents->page, event, &error, &bounded))
		step_blame_reading(&incidents->incident.step_blame, &incidents->blamers,
				   &incidents->page->peers, event, bounded,
				   health_of_reading(event, &error, bounded, NULL));
	else if (!incidents->open)
		step_blamers_unknown(&incidents->blamers, &event->clock);
}

/* It may be the worst now, or not any more. */
static void handle_other(struct incidents *incidents, const struct event *event)
{
	if (!incident_take_reading(incidents, &event->clock.reference))
		return;
	handle_by_page(incidents, event);
	incident_take_worst(incidents);
}

void incident_handle_clock(struct incidents *incidents, const struct event *event)
{
	if ((unsigned int)event->clock.clock >= OBSERVED_CLOCKS)
		return;
	if (event->clock.clock == OBSERVED_REALTIME)
		incidents->realtime = event->clock;
	if (event->clock.clock == OBSERVED_PHC_OTHER)
		ask_for_blame(incidents, event);
	if (incidents->page->is_contradicted)
		handle_contradicted(incidents);
	else if (incidents->page->is_by_witness)
		handle_witness(incidents, event);
	/* Where the page cannot tell, and another can, nothing is unknown. */
	else if (witness_is_other(&incidents->page->witness))
		return;
	else if (event->clock.clock == OBSERVED_PHC_OTHER)
		handle_other(incidents, event);
	else
		handle_by_page(incidents, event);
}

static void open_clock(struct incidents *incidents, enum observed_clock id)
{
	struct incident_clock *clock = &incidents->incident.clock[id];
	struct newest_reading *newest = &incidents->newest[id];

	*clock = (struct incident_clock){.is_good = true};
	newest->further_off = false;
	if (!newest->known)
		return;
	clock->seen = true;
	clock->was_bad = !newest->is_good;
	clock->is_good = newest->is_good;
	clock->good_ns = newest->point.from_ns;
	clock->has_before = true;
	clock->before_own_ns = newest->own_off_ns;
	clock->before_ns = surely_off_ns(newest->point.error);
	incidents->witness_in_doubt |= clock->was_bad && newest->unsure;
	if (newest->has_error)
		add_point(incidents, id);
}

void incident_open_clocks(struct incidents *incidents)
{
	reference_moves_begin(&incidents->reference_moves);
	for (int i = 0; i < OBSERVED_CLOCKS; i++)
		open_clock(incidents, (enum observed_clock)i);
	for (size_t i = 0; i < incidents->others; i++) {
		incident_take_other(incidents, i);
		open_clock(incidents, OBSERVED_PHC_OTHER);
	}
	incident_take_worst(incidents);
}
