// SPDX-License-Identifier: GPL-2.0-or-later
/* What CLOCK_REALTIME claims, against the witness, where no page tells the time. */
#include "judge/detector_state.h"
#include "judge/health.h"

/* How far the two may be apart; a witness without a bound may be off by as much as a clock. */
static bool allowance(const struct event_clock *realtime, const struct witness *witness,
		      int64_t *out_ns)
{
	uint64_t bound_ns =
		witness->rank == WITNESS_BOUNDED ? witness->bound_ns : (uint64_t)HEALTH_BACK_NS;
	uint64_t sum_ns;

	if (__builtin_add_overflow(realtime->max_error_ns, bound_ns, &sum_ns) || sum_ns > INT64_MAX)
		return false;
	*out_ns = (int64_t)sum_ns;
	return true;
}

static void emit(struct detector *detector, const struct event *event, struct ns_interval offset,
		 int64_t allowed_ns)
{
	bool is_sure = witness_is_sure(&detector->page->witness);
	struct finding finding = finding_of(FINDING_WRONG_BOUND,
					    is_sure ? FINDING_CRITICAL : FINDING_WARNING, event);

	finding.clock = (struct finding_clock){
		.clock = OBSERVED_REALTIME,
		.offset = offset,
		.scale = event->clock.scale,
		.claim_ns = detector->realtime.max_error_ns,
		.witness = detector->page->witness,
	};
	/* Towards 0, so it fits. */
	interval_sub(offset, interval_of(offset.lo_ns > 0 ? allowed_ns : -allowed_ns),
		     &finding.clock.beyond);
	detector_emit(detector, &finding);
}

static void handle_reading(struct detector *detector, const struct event *event)
{
	bool *is_apart = &detector->clock[OBSERVED_REALTIME].wrong_bound, was_apart = *is_apart;
	struct ns_interval offset;
	int64_t allowed_ns;

	if (!detector->has_realtime || !detector->realtime.has_claim ||
	    witness_realtime_error(&event->clock, &offset) ||
	    !allowance(&detector->realtime, &detector->page->witness, &allowed_ns))
		return;
	*is_apart = offset.lo_ns > allowed_ns || offset.hi_ns < -allowed_ns;
	if (*is_apart && !was_apart)
		emit(detector, event, offset, allowed_ns);
}

/* Two clocks that contradict each other, by their newest readings. */
static void handle_pairs(struct detector *detector, const struct event *event)
{
	const struct witness_peers *peers = &detector->page->peers;
	struct peer_pair pair;
	uint64_t agreed_ns;

	for (size_t i = 0; witness_peers_news(peers, i, &pair, &agreed_ns); i++) {
		struct finding finding =
			finding_of(FINDING_CLOCKS_DISAGREE, FINDING_WARNING, event);

		finding.since_start = !agreed_ns;
		if (agreed_ns)
			finding_not_before(&finding, agreed_ns);
		finding.pair = pair;
		detector_emit(detector, &finding);
	}
}

void detector_handle_witness(struct detector *detector, const struct event *event)
{
	if (!detector->page)
		return;
	handle_pairs(detector, event);
	if (event->type == EVENT_CLOCK && event->clock.clock == OBSERVED_REALTIME) {
		detector->has_realtime = true;
		detector->realtime = event->clock;
	}
	if (detector->page->is_by_witness)
		handle_reading(detector, event);
}
