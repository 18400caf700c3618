/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario as a source of events, for a detector that knows no difference: a program in the
 * simulated guest samples the page once in a while, and when it is notified. Virtual time, no
 * root, no waiting, and beside each event the truth.
 */
#ifndef VMCLOCK_TRACE_SCENARIO_SCENARIO_SOURCE_H
#define VMCLOCK_TRACE_SCENARIO_SCENARIO_SOURCE_H

#include "event/event.h"
#include "scenario/simulation.h"

/* CLOCK_MONOTONIC of the guest at the start: it has been up for a while. */
#define SCENARIO_MONOTONIC_START_NS (100LL * NSEC_PER_SEC)

/* What no program in the guest can know. */
struct scenario_truth {
	int64_t at_ns;	    /* true time since the start */
	uint64_t counter;   /* the counter then: the event's first reading */
	struct instant tai; /* when the counter became that, exact to 2^-64 s */
	int64_t tai_less_utc;
};

struct scenario_source;

/*
 * Begin to watch @scenario, which must live as long, every @sample_ns of the guest's
 * CLOCK_MONOTONIC (0: as the scenario says). Errors as simulation_new(). The caller frees.
 */
int scenario_source_new(const struct scenario *scenario, const struct simulation_options *options,
			int64_t sample_ns, struct scenario_source **out);

/* NULL is fine. */
void scenario_source_free(struct scenario_source *source);

/*
 * The next event into @event, and what was true then into @truth (NULL: not wanted). False at the
 * end of the scenario; both are then untouched.
 */
bool scenario_source_next(struct scenario_source *source, struct event *event,
			  struct scenario_truth *truth);

#endif
