// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/clock_history.h"

#include <string.h>

static void join(struct clock_history_span *into, const struct clock_history_span *from)
{
	if (from->known && into->known) {
		if (from->error.lo_ns < into->error.lo_ns)
			into->error.lo_ns = from->error.lo_ns;
		if (from->error.hi_ns > into->error.hi_ns)
			into->error.hi_ns = from->error.hi_ns;
	} else if (from->known) {
		into->error = from->error;
	}
	into->known += from->known;
	into->unknown += from->unknown;
}

/* Two become one, twice as long. */
static void halve(struct clock_history *history)
{
	for (size_t i = 0; i < CLOCK_HISTORY_SPANS / 2; i++) {
		struct clock_history_span first = history->span[2 * i];

		join(&first, &history->span[2 * i + 1]);
		history->span[i] = first;
	}
	memset(history->span + CLOCK_HISTORY_SPANS / 2, 0, sizeof(history->span) / 2);
	history->spans = (history->spans + 1) / 2;
	history->span_ns *= 2;
}

/* The oldest @count are dropped. */
static void drop(struct clock_history *history, uint64_t count)
{
	size_t kept = count < CLOCK_HISTORY_SPANS ? CLOCK_HISTORY_SPANS - (size_t)count : 0;

	memmove(history->span, history->span + CLOCK_HISTORY_SPANS - kept,
		kept * sizeof(history->span[0]));
	memset(history->span + kept, 0, (CLOCK_HISTORY_SPANS - kept) * sizeof(history->span[0]));
	history->from_ns += count * history->span_ns;
	history->spans = kept;
}

static struct clock_history_span *span_at(struct clock_history *history, uint64_t time_ns)
{
	uint64_t index;

	if (!history->span_ns) {
		history->span_ns = NSEC_PER_SEC;
		history->from_ns = time_ns;
	}
	/* Readings come in order; one that does not is of the oldest. */
	index = time_ns > history->from_ns ? time_ns - history->from_ns : 0;
	for (; index / history->span_ns >= CLOCK_HISTORY_SPANS &&
	       history->span_ns < CLOCK_HISTORY_SPAN_MAX;)
		halve(history);
	index /= history->span_ns;
	if (index >= CLOCK_HISTORY_SPANS) {
		drop(history, index - CLOCK_HISTORY_SPANS + 1);
		index = CLOCK_HISTORY_SPANS - 1;
	}
	if (index >= history->spans)
		history->spans = (size_t)index + 1;
	return &history->span[index];
}

void clock_history_add(struct clock_history *history, uint64_t time_ns,
		       const struct ns_interval *error)
{
	struct clock_history_span one = {.known = error != NULL, .unknown = !error};

	if (error)
		one.error = *error;
	join(span_at(history, time_ns), &one);
}

uint64_t interval_reach_ns(struct ns_interval error)
{
	uint64_t lo_ns = error.lo_ns < 0 ? 0 - (uint64_t)error.lo_ns : (uint64_t)error.lo_ns;
	uint64_t hi_ns = error.hi_ns < 0 ? 0 - (uint64_t)error.hi_ns : (uint64_t)error.hi_ns;

	return lo_ns > hi_ns ? lo_ns : hi_ns;
}

bool clock_history_worst(const struct clock_history *history, uint64_t *ns)
{
	uint64_t worst_ns = 0, reach_ns;
	bool known = false;

	for (size_t i = 0; i < history->spans; i++) {
		if (!history->span[i].known)
			continue;
		reach_ns = interval_reach_ns(history->span[i].error);
		if (!known || reach_ns > worst_ns)
			worst_ns = reach_ns;
		known = true;
	}
	if (known)
		*ns = worst_ns;
	return known;
}

bool clock_history_has_gap(const struct clock_history *history)
{
	for (size_t i = 0; i < history->spans; i++) {
		if (!history->span[i].known || history->span[i].unknown)
			return true;
	}
	return false;
}
