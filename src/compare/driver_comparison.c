// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/driver_comparison.h"

/* A difference that nothing excuses counts more than any that an update of the page explains. */
static bool is_worse(const struct driver_comparison *comparison, bool stable,
		     const struct driver_answer *answer)
{
	int64_t old = comparison->worst.minus_page_ns, new = answer->minus_page_ns;
	uint64_t old_size = old < 0 ? 0 - (uint64_t)old : (uint64_t)old;
	uint64_t new_size = new < 0 ? 0 - (uint64_t) new : (uint64_t) new;

	if (!comparison->has_worst)
		return true;
	if (stable != comparison->worst_is_stable)
		return stable;
	return new_size > old_size;
}

void driver_comparison_add(struct driver_comparison *comparison, const struct event *event,
			   bool snapshots_count)
{
	bool stable = event->page_state == EVENT_PAGE_STABLE;
	struct driver_answer answer;

	if (event->type != EVENT_READ || event->result ||
	    event->read.counter_source == COUNTER_NONE ||
	    (event->read.counter_source == COUNTER_SNAPSHOT && !snapshots_count))
		return;
	answer = driver_answer_of(event);
	answer_tally_add(&comparison->tally, event, &answer);
	comparison->path[event->path]++;
	if (answer.verdict != DRIVER_NOT_COMPARABLE)
		comparison->scale = answer.scale;
	if (answer.verdict != DRIVER_DIFFERS || !is_worse(comparison, stable, &answer))
		return;
	comparison->has_worst = true;
	comparison->worst_is_stable = stable;
	comparison->worst = answer;
	comparison->worst_counter = event->read.counter;
	comparison->worst_returned =
		(struct timespec){.tv_sec = event->read.sec, .tv_nsec = event->read.nsec};
}

void driver_comparison_merge(struct driver_comparison *total, const struct driver_comparison *more)
{
	total->tally.equal += more->tally.equal;
	total->tally.apart += more->tally.apart;
	total->tally.apart_moved += more->tally.apart_moved;
	total->tally.unknown += more->tally.unknown;
	for (int path = 0; path < EVENT_PATHS; path++)
		total->path[path] += more->path[path];
	if (more->scale)
		total->scale = more->scale;
	if (!more->has_worst || !is_worse(total, more->worst_is_stable, &more->worst))
		return;
	total->has_worst = true;
	total->worst_is_stable = more->worst_is_stable;
	total->worst = more->worst;
	total->worst_counter = more->worst_counter;
	total->worst_returned = more->worst_returned;
}

uint64_t driver_comparison_reads(const struct driver_comparison *comparison)
{
	const struct answer_tally *tally = &comparison->tally;

	return tally->equal + tally->apart + tally->apart_moved + tally->unknown;
}
