/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events in: shown, added up, and judged. What `trace` does with each source. */
#ifndef VMCLOCK_TRACE_TRACE_TRACE_SESSION_H
#define VMCLOCK_TRACE_TRACE_TRACE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "event/mapper_list.h"
#include "event/summary.h"
#include "feed/source.h"
#include "judge/disruption.h"
#include "judge/driver_answer.h"
#include "judge/judge.h"
#include "trace/trace_view.h"

/* So many processes that map the page are remembered. */
#define TRACE_MAPPED 64
/* Of so many of the newest reads is remembered whether they were shown. */
#define TRACE_READS 1024

struct trace_session {
	const struct trace_view *view;
	struct trace_context context;
	uint64_t count; /* events to show; 0: any number */
	struct judge *judge;
	struct summary *summary;
	struct mapper_list mapper_list;
	struct answer_tally answers;
	struct disruption_detector disruptions;
	struct event_losses losses; /* of the newest EVENT_LOSS; valid if has_losses */
	bool has_losses;
	uint64_t shown;		       /* events */
	uint32_t mapped[TRACE_MAPPED]; /* processes whose mapping of the page was shown */
	size_t mapped_next;
	uint64_t reads;			  /* EVENT_READs that were judged */
	uint64_t shown_read[TRACE_READS]; /* of them, the numbers of those that were shown */
	uint64_t clock_changes;
	enum finding_severity worst; /* outcome_worse() of what was found */
	struct source *source;	     /* of the events; notified when an incident opens or closes */
	/* The name of a cgroup, valid until the next call; NULL: not found out. */
	const char *(*cgroup_name)(uint64_t id, void *arg);
	void *arg;
};

/* @session is all zero but for what its source knows. EXIT_DONE, or the exit code, that said. */
int trace_session_open(struct trace_session *session);

/* Fine after a failure too. */
void trace_session_close(struct trace_session *session);

/* The first lines, once the context is known. */
void trace_session_begin(const struct trace_session *session);

/* Show @event if it is one of those that are, and add it up. In order, each before it is judged. */
void trace_session_show(struct trace_session *session, const struct event *event);

/* Judge @event, and show what is found. */
void trace_session_judge(struct trace_session *session, const struct event *event);

/* Have as many events been shown as were asked for? */
bool trace_session_has_enough(const struct trace_session *session);

/* Before the next event there is @gap, of which nothing is known. */
void trace_session_resume(struct trace_session *session, const struct event_gap *gap);

/*
 * No more come: close what is open, and show what it adds up to. @result has what the source knows:
 * duration_ns, mapper_counts, page, recorded. Returns the exit code.
 */
int trace_session_end(struct trace_session *session, struct trace_result *result);

#endif
