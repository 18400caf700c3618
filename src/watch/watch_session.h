/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events in: judged, and shown where something happened. What `watch` does with each source. */
#ifndef VMCLOCK_TRACE_WATCH_WATCH_SESSION_H
#define VMCLOCK_TRACE_WATCH_WATCH_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "judge/judge.h"
#include "judge/utc_track.h"
#include "watch/watch_view.h"

struct watch_session {
	const struct watch_view *view;
	struct watch_context context;
	bool updates; /* is each one shown? */
	struct judge *judge;
	struct utc_track utc;
	enum finding_severity worst; /* outcome_worse() of what was found */
	uint64_t missed_told;	  /* of the page's updates, by findings or on lines of their own */
	uint64_t missed_told_ns;  /* when the newest such line was */
	uint64_t stopped_told_ns; /* how long this program was stopped until then */
	uint64_t missed_by_ns;	  /* found_ns of the newest finding that reported some */
};

/* @session is all zero but for what its source knows. EXIT_DONE, or the exit code, that said. */
int watch_session_open(struct watch_session *session);

/* Fine after a failure too. */
void watch_session_close(struct watch_session *session);

/* Take one event; in order. */
void watch_session_event(struct watch_session *session, const struct event *event);

/* Before the next event there is @gap, of which nothing is known. */
void watch_session_resume(struct watch_session *session, const struct event_gap *gap);

/*
 * No more come: close what is open, and show what it adds up to. @result has what the source knows:
 * all but updates, missed, counts and outcome. Returns the exit code.
 */
int watch_session_end(struct watch_session *session, struct watch_result *result);

#endif
