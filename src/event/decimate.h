/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be left out of a run of events so that it is judged as before: samples and ticks without
 * news are dropped, except the first and the last between two events of other kinds; between events
 * that come each second (clocks, tallies) these are dropped too. The last one bounds the time of
 * the next change from below. Pure.
 */
#ifndef VMCLOCK_TRACE_EVENT_DECIMATE_H
#define VMCLOCK_TRACE_EVENT_DECIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"

/* A tick that came later than this always stays: it may mean that the machine did not run. */
#define DECIMATE_LATE_NS 25000000

typedef void (*decimate_fn)(const struct event *event, void *arg);

/* As many events as wait at most; then they stay. */
#define DECIMATE_HELD 8

/* All zero at first. */
struct decimate {
	bool seen;	  /* a sample since the last event of another kind */
	bool ticked;	  /* a tick, the same */
	struct page page; /* of the newest whole sample */
	bool has_page;
	/*
	 * Not passed on yet, in their order: the newest unchanged sample, the newest tick that
	 * shows nothing new, and what came behind one of them.
	 */
	struct event held[DECIMATE_HELD];
	size_t count;
	uint64_t left_out;
};

/*
 * Take @event; pass on to @fn what is to stay of it and of those before, in the order in which they
 * came. @matters: it stays whatever it is, for something was found by it, or an incident is open.
 */
void decimate_event(struct decimate *decimate, const struct event *event, bool matters,
		    decimate_fn fn, void *arg);

/* Pass on what is held: the run ends, or it has to be complete as far as it goes. */
void decimate_flush(struct decimate *decimate, decimate_fn fn, void *arg);

#endif
