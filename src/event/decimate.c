// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/decimate.h"

#include <string.h>

static bool is_same_page(const struct page *a, const struct page *b)
{
	return a->length == b->length && !memcmp(a->bytes, b->bytes, a->length);
}

static bool is_dull_look(const struct thin *thin, const struct event *event)
{
	return event->type == EVENT_PAGE && event->page_state == EVENT_PAGE_STABLE &&
	       thin->has_page && is_same_page(&thin->page, &event->page);
}

static bool is_dull_tick(const struct event *event)
{
	return event->type == EVENT_TICK && event->time_ns < event->tick.due_ns + THIN_LATE_NS;
}

/* Does it come each second, whatever happens? While all is well nothing hangs on the looks around it. */
static bool is_habit(const struct event *event)
{
	return event->type == EVENT_CLOCK || event->type == EVENT_TALLY ||
	       event->type == EVENT_LATENCY || event->type == EVENT_LOSS;
}

/* Take the event at @at out of those held. */
static void drop(struct thin *thin, size_t at)
{
	thin->count--;
	memmove(&thin->held[at], &thin->held[at + 1], (thin->count - at) * sizeof(thin->held[0]));
}

/* The one of @event's type that is held, if any, is left out: @event is newer. */
static void supersede(struct thin *thin, const struct event *event)
{
	for (size_t i = 0; i < thin->count; i++) {
		if (thin->held[i].type != event->type)
			continue;
		drop(thin, i);
		thin->left_out++;
		return;
	}
}

/* What waits behind nothing does not wait. */
static void pass_on(struct thin *thin, thin_fn fn, void *arg)
{
	while (thin->count && is_habit(&thin->held[0])) {
		fn(&thin->held[0], arg);
		drop(thin, 0);
	}
}

static void hold(struct thin *thin, const struct event *event, thin_fn fn, void *arg)
{
	if (!is_habit(event))
		supersede(thin, event);
	if (thin->count == THIN_HELD)
		thin_flush(thin, fn, arg);
	thin->held[thin->count++] = *event;
	pass_on(thin, fn, arg);
}

void thin_flush(struct thin *thin, thin_fn fn, void *arg)
{
	for (size_t i = 0; i < thin->count; i++)
		fn(&thin->held[i], arg);
	thin->count = 0;
}

void thin_event(struct thin *thin, const struct event *event, bool matters, thin_fn fn, void *arg)
{
	bool is_look = event->type == EVENT_PAGE, is_tick = event->type == EVENT_TICK;

	if (!matters && (is_habit(event) || (thin->seen && is_dull_look(thin, event)) ||
			 (thin->ticked && is_dull_tick(event)))) {
		hold(thin, event, fn, arg);
		return;
	}
	thin_flush(thin, fn, arg);
	fn(event, arg);
	if (is_look && event->page_state == EVENT_PAGE_STABLE) {
		thin->page = event->page;
		thin->has_page = true;
	}
	/* The first look and the first tick after anything else stay. */
	thin->seen = is_look || (is_tick && thin->seen);
	thin->ticked = is_tick || (is_look && thin->ticked);
}
