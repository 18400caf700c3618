/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where events come from: this machine (feed/live.h), a recording (feed/recorded.h) or a scenario
 * (feed/simulated.h). Each is opened and closed in its own way; in between there is no difference:
 * source_run(), or source_begin(), source_next() and source_end().
 */
#ifndef VMCLOCK_TRACE_FEED_SOURCE_H
#define VMCLOCK_TRACE_FEED_SOURCE_H

#include <stdbool.h>
#include <stdio.h>

#include "event/event.h"
#include "event/gap.h"
#include "feed/stop_condition.h"
#include "judge/incident.h"

/* What a source knows of an event beside it. */
struct source_note {
	/* Is it of the machine, or of the page that is watched? Else it is not judged. */
	bool is_watched;
	const struct event_gap *gap; /* between the event before and this; NULL: none */
};

/* Takes one event, both valid during the call only. False: it is enough. */
typedef bool (*source_fn)(const struct event *event, const struct source_note *note, void *arg);

struct source;

/* What each source does in its own way; NULL: nothing. */
struct source_ops {
	void (*begin)(struct source *source);
	enum stop_condition_news (*next)(struct source *source, struct pollfd *more); /* not NULL */
	void (*end)(struct source *source);
	void (*incident)(struct source *source, enum incident_news news);
};

/* First in each source. All but `ops` is set by source_begin(). */
struct source {
	const struct source_ops *ops;
	struct stop_condition *until; /* NULL: nothing but its own end stops it */
	source_fn fn;
	void *arg;
	bool has_enough; /* fn said so */
};

/* It is open: from now on events go to @fn, the first of them at once. All is borrowed. */
void source_begin(struct source *source, struct stop_condition *until, source_fn fn, void *arg);

/*
 * Wait for the next events, and give them in order. @more, if not NULL, ends the wait too.
 * STOP_CONDITION_READY: there may be more; STOP_CONDITION_OVER: the source has ended, its time is
 * over, or the one who takes them had enough.
 */
enum stop_condition_news source_next(struct source *source, struct pollfd *more);

/* Stop observing, and give what was seen until then. */
void source_end(struct source *source);

/*
 * All three: give all events. What is printed to @out, if not NULL, is shown as it comes; when that
 * cannot be written, it ends.
 */
void source_run(struct source *source, struct stop_condition *until, FILE *out, source_fn fn,
		void *arg);

/* An incident opened or closed: a live source gives more detail meanwhile. NULL is fine. */
void source_incident(struct source *source, enum incident_news news);

/* For sources: hand out one event. */
void source_give(struct source *source, const struct event *event, const struct source_note *note);

#endif
