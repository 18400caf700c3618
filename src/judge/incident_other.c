// SPDX-License-Identifier: GPL-2.0-or-later
/* Of several reference clocks an incident shows the worst: the curve of all would be none. */
#include "judge/incident_state.h"

void incident_take_other(struct incidents *incidents, size_t at)
{
	struct incident_clock *clock = &incidents->incident.clock[OBSERVED_PHC_OTHER];
	struct newest_reading *newest = &incidents->newest[OBSERVED_PHC_OTHER];

	if (at != incidents->at_hand) {
		incidents->other[incidents->at_hand].clock = *clock;
		incidents->other[incidents->at_hand].newest = *newest;
		*clock = incidents->other[at].clock;
		*newest = incidents->other[at].newest;
		incidents->at_hand = at;
	}
	incidents->incident.others = incidents->others;
	incidents->incident.other = incidents->other[at].reference;
}

/* Put a new one at @at, where all below have a lower number. */
static void insert(struct incidents *incidents, size_t at, const struct reference *reference)
{
	if (incidents->others)
		incident_take_other(incidents, 0);
	for (size_t i = incidents->others; i > at; i--)
		incidents->other[i] = incidents->other[i - 1];
	incidents->others++;
	incidents->at_hand = incidents->others > 1 && !at;
	incidents->other[at] = (struct other_clock){.reference = *reference};
	/* None was bad before it was read. */
	incidents->other[at].clock.is_good = true;
}

bool incident_take_reading(struct incidents *incidents, const struct reference *reference)
{
	size_t at = 0;

	while (at < incidents->others && incidents->other[at].reference.number < reference->number)
		at++;
	if (at == incidents->others || incidents->other[at].reference.number != reference->number) {
		if (incidents->others == INCIDENT_OTHERS)
			return false;
		insert(incidents, at, reference);
	}
	incidents->other[at].reference = *reference;
	incident_take_other(incidents, at);
	return true;
}

static const struct incident_clock *clock_of(const struct incidents *incidents, size_t at)
{
	return at == incidents->at_hand ? &incidents->incident.clock[OBSERVED_PHC_OTHER]
					: &incidents->other[at].clock;
}

/* One that claims nothing can only be off, and comes after all that are wrong. */
static bool is_worse(const struct error_range *a, const struct error_range *b)
{
	if (!a->wrong != !b->wrong)
		return a->wrong;
	if (!a->off != !b->off)
		return a->off;
	if (!a->off)
		return !b->known && a->known;
	return surely_off_ns(a->worst) > surely_off_ns(b->worst);
}

void incident_take_worst(struct incidents *incidents)
{
	size_t worst = 0;

	for (size_t i = 1; i < incidents->others; i++) {
		if (is_worse(&clock_of(incidents, i)->errors, &clock_of(incidents, worst)->errors))
			worst = i;
	}
	if (incidents->others)
		incident_take_other(incidents, worst);
}

const struct newest_reading *incident_newest_of(const struct incidents *incidents,
						enum observed_clock id)
{
	return id == OBSERVED_PHC_OTHER && incidents->at_hand ? &incidents->other[0].newest
							      : &incidents->newest[id];
}
