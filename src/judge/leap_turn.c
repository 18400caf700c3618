// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/leap_turn.h"

#include "judge/clock_error.h"
#include "judge/health.h"

static bool is_asked(enum observed_clock clock)
{
	return clock == OBSERVED_REALTIME || clock == OBSERVED_PHC;
}

static void handle_reading(struct leap_turn *turn, const struct event *event)
{
	enum observed_clock clock = event->clock.clock;
	struct ns_interval bounded;
	struct clock_error error;

	if (!is_asked(clock) || clock_error_bounded(event, &error, &bounded))
		return;
	if (health_of_clock(&event->clock, bounded))
		turn->was_off[clock] = false;
	else if (!health_of_reading(event, &error, bounded, turn))
		turn->was_off[clock] = true;
}

void leap_turn_event(struct leap_turn *turn, const struct event *event)
{
	if (event->type == EVENT_CLOCK)
		handle_reading(turn, event);
	else if (event->type == EVENT_CLOCK_CHANGE && event->result >= 0 &&
		 event->change.how == CLOCK_STEPPED)
		turn->was_off[OBSERVED_REALTIME] = true;
}

bool leap_turn_is_allowed(const struct leap_turn *turn, enum observed_clock clock)
{
	return !is_asked(clock) || !turn->was_off[clock];
}
