/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This machine as a source of events, as recorded.h is a recording: what trace and record share. */
#ifndef VMCLOCK_TRACE_FEED_LIVE_FEED_H
#define VMCLOCK_TRACE_FEED_LIVE_FEED_H

#include "feed/live_sources.h"
#include "feed/stop_condition.h"
#include "event/event.h"
#include "judge/incident.h"

/*
 * Takes one event. Unless it @is_watched, it is of another clock than the one that is looked at: to
 * be shown at most, and not judged by that one's page.
 */
typedef void (*live_feed_fn)(const struct event *event, bool is_watched, void *arg);

/* The caller sets what comes first, and borrows it to the feed; the rest is zero. */
struct live_feed {
	const struct live_sources
		*sources; /* opened by the caller, and closed after the feed's end */
	struct stop_condition *until;
	bool every_event; /* each use is an event anyway: no incident has to ask for it */
	live_feed_fn fn;
	void *arg;
	int32_t device; /* N of the vmclockN that is looked at, or -1 */
	uint64_t tally_due_ns;
	uint64_t detail_until_ns; /* 0: an incident asks for nothing */
};

/* The sources are open: give who maps the page already. */
void live_feed_begin(struct live_feed *feed);

/*
 * Wait until something comes, and give all of it in order: what the page shows, who used the clock,
 * who maps the page, and once a second what the kernel counted and lost. @more, if not NULL, ends
 * the wait too. False: the time is over, a signal came, or the kernel gives no more.
 */
bool live_feed_next(struct live_feed *feed, struct pollfd *more);

/*
 * Take the hooks away, and give what they saw until then: what was made is now what was seen and
 * lost.
 */
void live_feed_end(struct live_feed *feed);

/*
 * While an incident is open each use is an event, for a minute at most, whoever is not asked for
 * it: who was hurt, and how badly, is then known read by read.
 */
void live_feed_incident(struct live_feed *feed, enum incident_news news);

#endif
