// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/health.h"

#include <stddef.h>

#include "judge/error_bounds.h"

/* It says nothing of its clock, neither good nor bad. */
static bool is_not_vouched_for_yet(uint64_t status)
{
	return status == VMCLOCK_STATUS_UNKNOWN || status == VMCLOCK_STATUS_INITIALIZING;
}

bool health_of_page(const struct page_in_force *in_force, bool may_be_unknown)
{
	const struct page *page = &in_force->page;
	enum page_mode mode = page_mode(page);
	page_warning_set unsafe;

	if (!in_force->known || in_force->is_lost || in_force->is_torn || in_force->is_out_of_range)
		return false;
	unsafe = page_warnings_unsafe(mode, page_warnings(page));
	if (may_be_unknown && is_not_vouched_for_yet(page_get(page, PAGE_CLOCK_STATUS)))
		unsafe &= ~PAGE_WARNING_BIT(PAGE_WARN_STATUS_NOT_VALID);
	return !unsafe && (mode == PAGE_MARKER_ONLY ||
			   !(in_force->is_before_reference || in_force->reference_is_stale));
}

bool health_is_stood_in_for(const struct page_in_force *page)
{
	return page->witness.rank == WITNESS_BOUNDED && health_of_page(page, true);
}

page_warning_set health_bad_warnings(page_warning_set unsafe)
{
	return unsafe & (PAGE_WARNING_BIT(PAGE_WARN_STATUS_UNRELIABLE) |
			 PAGE_WARNING_BIT(PAGE_WARN_COUNTER_BEFORE_REFERENCE) |
			 PAGE_WARNING_BIT(PAGE_WARN_UPDATE_IN_PROGRESS));
}

bool health_is_freerunning(const struct page *page)
{
	return page_mode(page) == PAGE_FULL &&
	       page_get(page, PAGE_CLOCK_STATUS) == VMCLOCK_STATUS_FREERUNNING;
}

bool health_is_adrift(const struct page *page)
{
	return health_is_freerunning(page) &&
	       !page_has_flags(page, VMCLOCK_FLAG_TIME_MAXERROR_VALID |
					     VMCLOCK_FLAG_PERIOD_MAXERROR_VALID);
}

static uint64_t claim_of_ns(const struct event_clock *clock)
{
	return clock->has_claim ? clock->max_error_ns : HEALTH_BACK_NS;
}

bool health_of_clock(const struct event_clock *clock, struct ns_interval error)
{
	struct ns_interval allowed;

	/* A claim past 292 years is met by anything. */
	return interval_widen(interval_of(0), claim_of_ns(clock), &allowed) ||
	       interval_overlap(error, allowed);
}

bool health_is_far(struct ns_interval distance, uint64_t bound_ns)
{
	struct ns_interval near;

	/* A bound past 292 years: all is within it. */
	return !interval_widen(interval_of(0), HEALTH_FAR_NS, &near) &&
	       !interval_widen(near, bound_ns, &near) && !interval_overlap(distance, near);
}

bool health_of_reading(const struct event *event, const struct clock_error *own,
		       struct ns_interval error, const struct leap_turn *turn)
{
	return health_of_clock(&event->clock, error) ||
	       (!interval_widen(error, claim_of_ns(&event->clock), &error) &&
		clock_error_is_leap(event, own, error,
				    !turn || leap_turn_is_allowed(turn, event->clock.clock)));
}

static bool is_wrong(struct health *health, const struct page_in_force *page,
		     const struct event *event)
{
	struct clock_error own;

	health->clock_judged = !error_by_page_in_force(page, event, &own, &health->clock_error);
	return health->clock_judged &&
	       !health_of_reading(event, &own, health->clock_error, &page->leap_turn);
}

/* The same of CLOCK_REALTIME by a reading of the witness. */
static bool is_wrong_by_witness(struct health *health, const struct event_clock *reading)
{
	uint64_t bound_ns = reading->has_claim ? reading->max_error_ns : 0;
	struct ns_interval error;

	health->clock_judged = !witness_realtime_error(reading, &error) &&
			       !interval_widen(error, bound_ns, &health->clock_error);
	return health->clock_judged && !health_of_clock(&health->realtime, health->clock_error);
}

static void handle_clock(struct health *health, const struct page_in_force *page,
			 const struct event *event)
{
	enum observed_clock clock = event->clock.clock;

	if (page->is_contradicted)
		health->clock_wrong[OBSERVED_REALTIME] = false;
	if (page->is_by_witness) {
		health->clock_wrong[OBSERVED_REALTIME] = is_wrong_by_witness(health, &event->clock);
		health->clock_seen |= health->clock_judged;
		return;
	}
	/* A reference clock is not the guest's to set. */
	if ((unsigned int)clock >= OBSERVED_CLOCKS || clock == OBSERVED_PHC_OTHER)
		return;
	if (clock == OBSERVED_REALTIME)
		health->realtime = event->clock;
	if (witness_is_other(&page->witness))
		return;
	health->clock_wrong[clock] = is_wrong(health, page, event);
	health->clock_seen |= health->clock_judged && clock == OBSERVED_REALTIME;
}

void health_event(struct health *health, const struct page_in_force *page,
		  const struct event *event)
{
	health->page = health_of_page(page, false) || health_is_stood_in_for(page);
	health->clock_judged = false;
	if (event->type == EVENT_CLOCK)
		handle_clock(health, page, event);
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
