// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/reference_moves.h"

#include "judge/witness_peers.h"

void reference_moves_begin(struct reference_moves *moves)
{
	moves->sum = interval_of(0);
	moves->is_onto = false;
}

static bool is_same(const struct event_clock *a, const struct event_clock *b)
{
	return a->clock == b->clock && a->reference.number == b->reference.number &&
	       a->scale == b->scale;
}

static uint64_t claim_ns(const struct event *event)
{
	return event->clock.has_claim ? event->clock.max_error_ns : 0;
}

/* By how much it surely was moved between two readings; false: by nothing. */
static bool move_of(const struct event *last, const struct event *now, struct ns_interval *move)
{
	struct ns_interval passed = {
		.lo_ns = (int64_t)(now->time_ns - last->time_ns - last->latency_ns),
		.hi_ns = (int64_t)(now->time_ns + now->latency_ns - last->time_ns)};
	uint64_t drift_ns =
		(now->time_ns - last->time_ns) / 1000000 * WITNESS_PEERS_RATE_PPM + 1000;

	return !instant_distance(instant_from_timespec(now->clock.at),
				 instant_from_timespec(last->clock.at), move) &&
	       !interval_sub(*move, passed, move) && !interval_widen(*move, drift_ns, move) &&
	       !interval_widen(*move, claim_ns(now), move) &&
	       !interval_widen(*move, claim_ns(last), move) && !interval_has(*move, 0);
}

static struct ns_interval sum_of(struct ns_interval a, struct ns_interval b)
{
	struct ns_interval sum;

	return interval_add(a, b, &sum) ? (struct ns_interval){INT64_MAX, INT64_MAX} : sum;
}

static void follow_move(struct reference_moves *moves, struct ns_interval move)
{
	moves->is_onto |= (move.hi_ns < 0 && moves->error.hi_ns < 0) ||
			  (move.lo_ns > 0 && moves->error.lo_ns > 0);
	moves->sum = sum_of(moves->sum, move);
	moves->away = sum_of(moves->away, move);
	moves->doubt = interval_hull(sum_of(moves->doubt, move), interval_of(0));
	if (interval_has(moves->away, 0))
		moves->away = moves->doubt = interval_of(0);
}

void reference_moves_reading(struct reference_moves *moves, const struct event *event,
			     struct ns_interval error, uint64_t moved_ns)
{
	struct ns_interval move;
	bool goes_on = moves->is_known && is_same(&moves->newest.clock, &event->clock) &&
		       moved_ns < moves->newest.time_ns;

	if (event->clock.clock != OBSERVED_PHC_OTHER && event->clock.clock != OBSERVED_CLOCKBOUND)
		return;
	if (!goes_on)
		moves->away = moves->doubt = interval_of(0);
	else if (move_of(&moves->newest, event, &move))
		follow_move(moves, move);
	moves->is_known = true;
	moves->newest = *event;
	moves->error = error;
}

bool reference_moves_are_away(const struct reference_moves *moves)
{
	return moves->doubt.lo_ns || moves->doubt.hi_ns;
}

bool reference_moves_widen(const struct reference_moves *moves, struct ns_interval *error)
{
	return !interval_add(*error, moves->doubt, error);
}

bool reference_moves_are_onto(const struct reference_moves *moves)
{
	return moves->is_onto && !interval_has(moves->sum, 0);
}
