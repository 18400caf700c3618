// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/clock_doubt.h"

#include <stdio.h>

#include "base/text.h"

void clock_doubts_event(struct clock_doubts *doubts, const struct health *health,
			const struct page_in_force *page, const struct event *event)
{
	enum observed_clock id = page->is_by_witness ? OBSERVED_REALTIME : event->clock.clock;
	const struct event_clock *clock = page->is_by_witness ? &health->realtime : &event->clock;
	struct ns_interval error = health->clock_error;
	struct clock_doubt *doubt;

	if (event->type != EVENT_CLOCK || (unsigned int)id >= OBSERVED_CLOCKS ||
	    !health->clock_judged || !health->clock_wrong[id])
		return;
	/* The other one may have moved itself. */
	if (page->is_by_witness &&
	    (!reference_moves_widen(&page->moves, &error) || health_of_clock(clock, error)))
		return;
	doubt = &doubts->of[id];
	if (!doubt->readings++)
		doubt->from_ns = event->time_ns;
	doubt->to_ns = event->time_ns;
	if (doubt->readings > 1 &&
	    interval_furthest_ns(error) <= interval_furthest_ns(doubt->worst))
		return;
	doubt->worst = error;
	doubt->witness = page->witness;
	doubt->has_claim = clock->has_claim;
	doubt->claim_ns = clock->max_error_ns;
}

bool clock_doubts_any(const struct clock_doubts *doubts, uint64_t from_ns, uint64_t to_ns)
{
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct clock_doubt *doubt = &doubts->of[i];

		if (doubt->readings && doubt->from_ns < to_ns && doubt->to_ns >= from_ns)
			return true;
	}
	return false;
}

const char *clock_doubt_text(const struct clock_doubts *doubts, enum observed_clock clock,
			     char out[CLOCK_DOUBT_BYTES])
{
	const struct clock_doubt *doubt = &doubts->of[clock];
	char off[TEXT_NS_BYTES], claim[TEXT_NS_BYTES], witness[WITNESS_TEXT_BYTES];
	bool by_other = witness_is_other(&doubt->witness);

	text_ns_u64(interval_furthest_ns(doubt->worst), off, sizeof(off));
	text_ns_u64(doubt->claim_ns, claim, sizeof(claim));
	snprintf(out, CLOCK_DOUBT_BYTES, "%s was up to %s %s %s, and %s%s",
		 observed_clock_name(clock), off, doubt->worst.hi_ns < 0 ? "behind" : "ahead of",
		 by_other ? witness_text(&doubt->witness, witness) : "the page",
		 doubt->has_claim ? "claimed to be within " : "claimed no bound",
		 doubt->has_claim ? claim : "");
	return out;
}
