// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/exporter_clocks.h"

#include "judge/error_bounds.h"
#include "judge/health.h"

/* A reading that is not known says neither that it is wrong nor that it is not any more. */
static void set_wrong(struct metrics_clock *clock, bool wrong, struct ns_interval error,
		      uint64_t time_ns)
{
	if (wrong && !clock->wrong)
		clock->wrong_since_ns = time_ns;
	clock->wrong = wrong;
	clock->error = error;
}

static void take_by_page(struct metrics_clock *clock, const struct event *event,
			 const struct page_in_force *line)
{
	/* The guest sets no reference clock, and where another judges, the page does not. */
	bool judged = event->clock.clock != OBSERVED_PHC_OTHER && !witness_is_other(&line->witness);
	struct ns_interval bounded;
	struct clock_error error;
	int result = error_by_page_in_force(line, event, &error, &bounded);

	clock->seen = true;
	clock->known = !result;
	clock->has_claim = event->clock.has_claim;
	clock->claim_ns = event->clock.max_error_ns;
	if (result) {
		clock->why = clock_error_why(result);
	} else {
		clock->offset = error.offset;
		set_wrong(clock,
			  judged && !health_of_reading(event, &error, bounded, &line->leap_turn),
			  bounded, event->time_ns);
	}
	if (!witness_is_other(&line->witness) || event->clock.clock != OBSERVED_REALTIME)
		clock_history_add(&clock->history, event->time_ns, result ? NULL : &error.offset);
}

/* CLOCK_REALTIME by a reading of the one who judges it. */
static void take_by_witness(struct metrics_snapshot *snapshot, const struct event *event,
			    const struct page_in_force *line)
{
	struct metrics_clock *realtime = &snapshot->clock[OBSERVED_REALTIME];
	const struct event_clock claim = {.has_claim = realtime->has_claim,
					  .max_error_ns = realtime->claim_ns};
	struct metrics_witness *witness = &snapshot->witness;
	struct ns_interval error;

	if (!line->is_by_witness)
		return;
	witness->witness = line->witness;
	witness->known = !witness_realtime_error(&event->clock, &witness->offset);
	clock_history_add(&realtime->history, event->time_ns,
			  witness->known ? &witness->offset : NULL);
	if (witness->known && !interval_widen(witness->offset, line->witness.bound_ns, &error))
		set_wrong(realtime, realtime->seen && !health_of_clock(&claim, error), error,
			  event->time_ns);
}

void exporter_clocks_event(struct metrics_snapshot *snapshot, const struct event *event,
			   const struct page_in_force *line)
{
	take_by_page(&snapshot->clock[event->clock.clock], event, line);
	take_by_witness(snapshot, event, line);
	/* Those who could say so contradict each other. */
	if (line->is_contradicted)
		snapshot->clock[OBSERVED_REALTIME].wrong = false;
}
