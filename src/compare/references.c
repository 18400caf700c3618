// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/references.h"

#include "judge/clock_error.h"

static void note_off_page(struct compared_references *references, const struct event *event,
			  const struct clock_error *error)
{
	struct peer_pair pair;

	if (references->has_pair || !witness_peer_is_asked(&event->clock) ||
	    !witness_peers_off_page(event, error, &pair))
		return;
	references->has_pair = true;
	references->pair = pair;
}

static struct compared_reference *room_for(struct compared_references *references,
					   const struct event_clock *reading)
{
	if (reading->clock == OBSERVED_CLOCKBOUND) {
		references->has_clockbound = true;
		return &references->clockbound;
	}
	return references->count < COMPARED_REFERENCES ? &references->clock[references->count++]
						       : NULL;
}

/* What claims nothing tells no time; and without a line it tells CLOCK_REALTIME itself. */
static void take_clockbound(struct compared_references *references,
			    const struct event_clock *reading)
{
	struct compared_reference *clock = &references->clockbound;

	references->has_line = reading->has_claim && reading->realtime_before.tv_sec;
	if (!references->has_line)
		clock->realtime_why = clock->page_why = -(int)ERROR_NO_SCALE - 1;
}

void compared_references_add(struct compared_references *references, const struct event *event,
			     int result)
{
	const struct event_clock *reading = &event->clock;
	struct compared_reference *clock;
	struct clock_error error;

	clock = room_for(references, reading);
	if (!clock)
		return;
	*clock = (struct compared_reference){
		.number = reading->reference.number,
		.result = result,
		.reference = reading->reference,
		.scale = reading->scale,
		.has_claim = reading->has_claim,
		.claim_ns = reading->max_error_ns,
		.realtime_why = -(int)ERROR_FAILED - 1,
		.page_why = -(int)ERROR_FAILED - 1,
	};
	if (result)
		return;
	clock->realtime_why = witness_realtime_error(reading, &clock->realtime);
	clock->page_why = clock_error_of(event, &error);
	if (!clock->page_why) {
		clock->page = error.offset;
		note_off_page(references, event, &error);
	}
	if (reading->clock == OBSERVED_CLOCKBOUND) {
		take_clockbound(references, reading);
		if (!references->has_line)
			return;
	}
	if (witness_event_alone(&references->witness, event) && !clock->realtime_why)
		references->offset = clock->realtime;
}

/* Those with CLOCK_REALTIME are known by what stood around each reading. */
static bool is_shown(const struct peer_name *name)
{
	return name->clock != OBSERVED_REALTIME;
}

void compared_references_measure(struct compared_references *references,
				 const struct witness_peers *peers)
{
	struct compared_distance distance;

	references->distances = 0;
	for (size_t i = 1; i < peers->count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (!witness_peers_distance(peers, i, j, &distance.a, &distance.b,
						    &distance.apart) ||
			    !is_shown(&distance.a) || !is_shown(&distance.b) ||
			    references->distances == COMPARED_DISTANCES)
				continue;
			references->distance[references->distances++] = distance;
		}
	}
	if (!references->has_pair)
		references->has_pair = witness_peers_found(peers, &references->pair);
}
