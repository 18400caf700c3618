// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/step_blame.h"

#include <stdio.h>

#include "judge/clock_error.h"
#include "judge/health.h"
#include "judge/refuted.h"

void step_blame_finding(struct step_blame *blame, const struct finding *finding, bool was_read,
			bool was_good)
{
	bool is_first = !blame->was_asked && finding->kind == FINDING_HOST_STEP;

	/* With two of them any of three pages may be the wrong one. */
	*blame = (struct step_blame){.is_asked = is_first,
				     .was_asked = true,
				     .was_read = was_read,
				     .was_good = was_good,
				     .before = finding->before};
}

/* Whom does the clock of @event contradict, and not the other? */
static enum step_fault fault_by(const struct step_blame *blame, const struct event *event,
				struct ns_interval error)
{
	struct event by = *event;
	struct clock_error own;
	struct ns_interval before;
	bool good_now = health_of_clock(&event->clock, error), good_before;

	by.page = blame->before;
	if (clock_error_bounded(&by, &own, &before) ||
	    !refuted_leap(&by.page, &event->page, own.scale, &before))
		return STEP_FAULT_UNKNOWN;
	good_before = health_of_clock(&event->clock, before);
	if (good_now == good_before)
		return STEP_FAULT_UNKNOWN;
	return good_now ? STEP_FAULT_BEFORE : STEP_FAULT_SINCE;
}

void step_blame_reading(struct step_blame *blame, const struct event *event,
			struct ns_interval error)
{
	enum step_fault fault;

	if (!blame->is_asked || !event->clock.has_claim)
		return;
	fault = blame->was_read ? fault_by(blame, event, error) : STEP_FAULT_UNKNOWN;
	/* It would have moved itself. */
	if (fault == STEP_FAULT_UNKNOWN || blame->was_good != (fault == STEP_FAULT_SINCE) ||
	    (blame->fault && blame->fault != fault)) {
		blame->is_asked = false;
		blame->fault = STEP_FAULT_UNKNOWN;
		return;
	}
	blame->fault = fault;
	blame->by = (struct witness){.rank = WITNESS_BOUNDED,
				     .reference = event->clock.reference,
				     .bound_ns = event->clock.max_error_ns,
				     .seen_ns = event->time_ns};
}

const char *step_fault_name(enum step_fault fault)
{
	switch (fault) {
	case STEP_FAULT_BEFORE:
		return "before";
	case STEP_FAULT_SINCE:
		return "since";
	case STEP_FAULT_UNKNOWN:
		break;
	}
	return "unknown";
}

const char *step_blame_text(const struct step_blame *blame, char out[STEP_BLAME_BYTES])
{
	char by[WITNESS_TEXT_BYTES];

	if (blame->fault == STEP_FAULT_UNKNOWN)
		return "";
	snprintf(out, STEP_BLAME_BYTES, "by %s, the page %s", witness_text(&blame->by, by),
		 blame->fault == STEP_FAULT_SINCE ? "has been wrong since it was stepped"
						  : "was wrong until it was stepped");
	return out;
}
