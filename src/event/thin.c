// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/thin.h"

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

/* Does it come each second, whatever happens? While all is well nothing hangs on the look after it. */
static bool is_habit(const struct event *event)
{
	return event->type == EVENT_CLOCK || event->type == EVENT_TALLY ||
	       event->type == EVENT_LATENCY || event->type == EVENT_LOSS;
}

/* Put @event in the place of the one that is held, if any: that one is left out. */
static void hold(struct thin *thin, bool *held, struct event *place, const struct event *event)
{
	thin->left_out += *held;
	thin->tick_is_last = event->type == EVENT_TICK;
	*held = true;
	*place = *event;
}

void thin_flush(struct thin *thin, thin_fn fn, void *arg)
{
	if (thin->tick_held && !thin->tick_is_last)
		fn(&thin->tick, arg);
	if (thin->look_held)
		fn(&thin->look, arg);
	if (thin->tick_held && thin->tick_is_last)
		fn(&thin->tick, arg);
	thin->look_held = false;
	thin->tick_held = false;
}

void thin_event(struct thin *thin, const struct event *event, bool matters, thin_fn fn, void *arg)
{
	bool is_look = event->type == EVENT_PAGE, is_tick = event->type == EVENT_TICK;
	bool goes_on = !matters && is_habit(event);

	if (!matters && thin->seen && is_dull_look(thin, event)) {
		hold(thin, &thin->look_held, &thin->look, event);
		return;
	}
	if (!matters && thin->ticked && is_dull_tick(event)) {
		hold(thin, &thin->tick_held, &thin->tick, event);
		return;
	}
	thin_flush(thin, fn, arg);
	fn(event, arg);
	if (is_look && event->page_state == EVENT_PAGE_STABLE) {
		thin->page = event->page;
		thin->has_page = true;
	}
	/* The first look and the first tick after anything else stay. */
	thin->seen = is_look || ((is_tick || goes_on) && thin->seen);
	thin->ticked = is_tick || ((is_look || goes_on) && thin->ticked);
}
