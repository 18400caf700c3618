// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/health.h"

#include "judge/error_bounds.h"
#include "judge/page_update.h"

bool health_of_page(const struct page_line *in_force, bool may_be_unknown)
{
	const struct page *page = &in_force->page;

	if (!in_force->known || in_force->is_lost || in_force->is_torn)
		return false;
	if (page_mode(page) == PAGE_MARKER_ONLY)
		return true;
	if (in_force->is_before_reference || in_force->reference_is_stale)
		return false;
	return page_is_vouched_for(page) ||
	       (may_be_unknown && page_get(page, PAGE_CLOCK_STATUS) == VMCLOCK_STATUS_UNKNOWN);
}

bool health_of_clock(const struct event_clock *clock, struct ns_interval error)
{
	uint64_t claim_ns = clock->has_claim ? clock->max_error_ns : HEALTH_BACK_NS;
	struct ns_interval allowed;

	/* A claim past 292 years is met by anything. */
	return interval_widen(interval_of(0), claim_ns, &allowed) ||
	       interval_overlap(error, allowed);
}

static bool is_wrong(const struct page_line *page, const struct event *event)
{
	struct ns_interval error;

	return error_bounds_of_clock(page, event, &error) && !health_of_clock(&event->clock, error);
}

void health_event(struct health *health, const struct page_line *page, const struct event *event)
{
	health->page = health_of_page(page, false);
	if (event->type == EVENT_CLOCK) {
		health->clock_seen = true;
		health->clock_wrong[event->clock.clock] = is_wrong(page, event);
	}
	health->clock_seen &= health->page;
}

bool health_now(const struct health *health, bool clocks)
{
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (health->clock_wrong[i])
			return false;
	}
	return health->page && (health->clock_seen || !clocks);
}
