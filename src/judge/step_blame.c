// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/step_blame.h"

#include <stdio.h>

#include "judge/clock_error.h"
#include "judge/health.h"
#include "judge/refuted.h"

void step_blame_finding(struct step_blame *blame, struct step_blamers *blamers,
			const struct finding *finding)
{
	bool is_first = !blame->was_asked && finding->kind == FINDING_HOST_STEP;

	/* With two of them any of three pages may be the wrong one. */
	*blame = (struct step_blame){
		.is_asked = is_first, .was_asked = true, .before = finding->before};
	for (size_t i = 0; i < blamers->count; i++) {
		struct step_blamer *blamer = &blamers->of[i];

		blamer->was_read = blamer->is_read;
		blamer->was_good = blamer->is_good;
		blamer->is_out = false;
		blamer->fault = STEP_FAULT_UNKNOWN;
	}
}

static struct step_blamer *blamer_of(struct step_blamers *blamers, const struct event_clock *clock)
{
	struct step_blamer *blamer = blamers->of;

	for (size_t i = 0; i < blamers->count; i++, blamer++) {
		if (blamer->who.clock == clock->clock &&
		    blamer->who.reference.number == clock->reference.number)
			return blamer;
	}
	if (blamers->count == STEP_BLAMERS)
		return NULL;
	blamers->count++;
	blamer->who = (struct witness){.clock = clock->clock, .reference = clock->reference};
	return blamer;
}

void step_blamers_unknown(struct step_blamers *blamers, const struct event_clock *clock)
{
	struct step_blamer *blamer = blamer_of(blamers, clock);

	if (blamer)
		blamer->is_read = false;
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

/* One more reading of @blamer since the step. */
static void take_side(const struct step_blame *blame, struct step_blamer *blamer,
		      const struct witness_peers *peers, const struct event *event,
		      struct ns_interval error)
{
	enum step_fault fault =
		event->clock.has_claim ? fault_by(blame, event, error) : STEP_FAULT_UNKNOWN;

	/* It would have moved itself. */
	blamer->is_out |= fault == STEP_FAULT_UNKNOWN ||
			  blamer->was_good != (fault == STEP_FAULT_SINCE) ||
			  (blamer->fault && blamer->fault != fault) ||
			  witness_peers_against(peers, &event->clock);
	blamer->fault = blamer->is_out ? STEP_FAULT_UNKNOWN : fault;
}

/* What all of them say. */
static void decide(struct step_blame *blame, const struct step_blamers *blamers)
{
	enum step_fault fault = STEP_FAULT_UNKNOWN;

	for (size_t i = 0; i < blamers->count; i++) {
		const struct step_blamer *blamer = &blamers->of[i];

		if (!blamer->fault)
			continue;
		if (fault && blamer->fault != fault) {
			fault = STEP_FAULT_UNKNOWN;
			break;
		}
		if (!fault || blamer->who.bound_ns < blame->by.bound_ns)
			blame->by = blamer->who;
		fault = blamer->fault;
	}
	blame->fault = fault;
}

void step_blame_reading(struct step_blame *blame, struct step_blamers *blamers,
			const struct witness_peers *peers, const struct event *event,
			struct ns_interval error, bool is_good)
{
	struct step_blamer *blamer = blamer_of(blamers, &event->clock);

	if (!blamer)
		return;
	blamer->who = witness_of(event);
	blamer->is_read = true;
	blamer->is_good = is_good;
	if (!blame->is_asked || !blamer->was_read || blamer->is_out)
		return;
	take_side(blame, blamer, peers, event, error);
	decide(blame, blamers);
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
