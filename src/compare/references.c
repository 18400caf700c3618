// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/references.h"

#include "judge/clock_error.h"

void compared_references_add(struct compared_references *references, const struct event *event,
			     int result)
{
	const struct event_clock *reading = &event->clock;
	struct compared_reference *clock;
	struct clock_error error;

	if (references->count == COMPARED_REFERENCES)
		return;
	clock = &references->clock[references->count++];
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
	if (!clock->page_why)
		clock->page = error.offset;
	if (witness_event(&references->witness, event) && !clock->realtime_why)
		references->offset = clock->realtime;
}
