// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/decimate.h"

#include <string.h>

static bool is_same_page(const struct page *a, const struct page *b)
{
	return a->length == b->length && !memcmp(a->bytes, b->bytes, a->length);
}

static bool is_unchanged_sample(const struct decimate *decimate, const struct event *event)
{
	return event->type == EVENT_PAGE && event->page_state == EVENT_PAGE_STABLE &&
	       decimate->has_page && is_same_page(&decimate->page, &event->page);
}

static bool is_unchanged_tick(const struct event *event)
{
	return event->type == EVENT_TICK && event->time_ns < event->tick.due_ns + DECIMATE_LATE_NS;
}

/*
 * Does it come each second, whatever happens? While all is well nothing hangs on the samples around
 * it.
 */
static bool is_periodic(const struct event *event)
{
	return event->type == EVENT_CLOCK || event->type == EVENT_TALLY ||
	       event->type == EVENT_LATENCY || event->type == EVENT_LOSS;
}

/* Take the event at @at out of those held. */
static void drop(struct decimate *decimate, size_t at)
{
	decimate->count--;
	memmove(&decimate->held[at], &decimate->held[at + 1],
		(decimate->count - at) * sizeof(decimate->held[0]));
}

/* The one of @event's type that is held, if any, is left out: @event is newer. */
static void supersede(struct decimate *decimate, const struct event *event)
{
	for (size_t i = 0; i < decimate->count; i++) {
		if (decimate->held[i].type != event->type)
			continue;
		drop(decimate, i);
		decimate->left_out++;
		return;
	}
}

/* What waits behind nothing does not wait. */
static void pass_on(struct decimate *decimate, decimate_fn fn, void *arg)
{
	while (decimate->count && is_periodic(&decimate->held[0])) {
		fn(&decimate->held[0], arg);
		drop(decimate, 0);
	}
}

static void hold(struct decimate *decimate, const struct event *event, decimate_fn fn, void *arg)
{
	if (!is_periodic(event))
		supersede(decimate, event);
	if (decimate->count == DECIMATE_HELD)
		decimate_flush(decimate, fn, arg);
	decimate->held[decimate->count++] = *event;
	pass_on(decimate, fn, arg);
}

void decimate_flush(struct decimate *decimate, decimate_fn fn, void *arg)
{
	for (size_t i = 0; i < decimate->count; i++)
		fn(&decimate->held[i], arg);
	decimate->count = 0;
}

void decimate_event(struct decimate *decimate, const struct event *event, bool matters,
		    decimate_fn fn, void *arg)
{
	bool is_sample = event->type == EVENT_PAGE, is_tick = event->type == EVENT_TICK;

	if (!matters &&
	    (is_periodic(event) || (decimate->seen && is_unchanged_sample(decimate, event)) ||
	     (decimate->ticked && is_unchanged_tick(event)))) {
		hold(decimate, event, fn, arg);
		return;
	}
	decimate_flush(decimate, fn, arg);
	fn(event, arg);
	if (is_sample && event->page_state == EVENT_PAGE_STABLE) {
		decimate->page = event->page;
		decimate->has_page = true;
	}
	/* The first sample and the first tick after anything else stay. */
	decimate->seen = is_sample || (is_tick && decimate->seen);
	decimate->ticked = is_tick || (is_sample && decimate->ticked);
}
