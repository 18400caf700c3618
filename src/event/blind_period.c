// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/blind_period.h"

void blind_period_add(struct blind_period *unseen, const struct event *event)
{
	uint64_t since_ns = event->hooks.unseen_since_ns;

	/* What a file says is believed as far as it makes sense. */
	if (since_ns > event->time_ns)
		since_ns = event->time_ns;
	if (unseen->since_ns && !since_ns) {
		unseen->over_ns += event->time_ns - unseen->since_ns;
		unseen->last_ns = event->time_ns;
	} else if (!unseen->since_ns && since_ns) {
		if (!unseen->times++)
			unseen->first_ns = since_ns;
	}
	if (!unseen->since_ns || !since_ns)
		unseen->since_ns = since_ns;
}

uint64_t blind_period_total_ns(const struct blind_period *unseen, uint64_t now_ns)
{
	uint64_t open_ns =
		unseen->since_ns && now_ns > unseen->since_ns ? now_ns - unseen->since_ns : 0;

	return unseen->over_ns + open_ns;
}
