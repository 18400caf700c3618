/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events in: judged, shown where something is found, and kept. What `record` does with each source.
 */
#ifndef VMCLOCK_TRACE_RECORD_RECORD_SESSION_H
#define VMCLOCK_TRACE_RECORD_RECORD_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "record/journal.h"
#include "event/event.h"
#include "event/fact.h"
#include "event/decimate.h"
#include "feed/source.h"
#include "judge/judge.h"
#include "record/record_view.h"
#include "store/recorder.h"

/* What a ring keeps for good, around what findings. */
struct record_session_ring {
	uint64_t ring_ns; /* 0: it is none, and all is kept */
	uint64_t before_ns;
	uint64_t after_ns;
	enum finding_severity on;
};

/* The newest window of a ring. */
struct record_session_window {
	uint64_t to_ns;	     /* it is kept until then; 0: there is none */
	uint64_t finding;    /* the number of the newest one that it is kept for */
	uint64_t incident;   /* the one that is open since; 0: none */
	uint64_t longest_ns; /* until when an incident that stays open makes it longer */
	enum finding_severity severity;
};

struct record_session {
	const struct record_view *view;
	struct record_session_ring ring;
	bool wants_journal; /* note there what is found; without one there is nothing to record */
	/* the same, for what is shown goes there anyway: then it is not shown */
	bool is_in_journal;
	struct journal journal;
	bool has_journal;
	struct record_session_window window;
	struct recorder *recorder;
	struct judge *judge;
	struct decimate decimate;
	uint64_t start_ns;
	uint64_t events; /* judged */
	uint64_t newest_ns;
	struct event_losses losses; /* of the newest EVENT_LOSS that was kept */
	uint64_t losses_ns;
	bool found;		     /* something, by the event that is being judged */
	enum finding_severity worst; /* outcome_worse() of what was found */
	struct source *source;	     /* of the events; notified when an incident opens or closes */
};

/*
 * Make the recording with @facts, and be ready for events from @start_ns (CLOCK_MONOTONIC) on. The
 * view, ring, wants_journal, is_in_journal and source are the caller's to set before. 0 or
 * -errno, with @error filled; record_session_close() is due in either case.
 */
int record_session_open(struct record_session *session, const struct recorder_options *options,
			const struct fact_list *facts, uint64_t start_ns, struct error *error);

/* Take one event; in order. */
void record_session_event(struct record_session *session, const struct event *event);

/* No more come: close what is open, write all, and fill @counts. */
void record_session_finish(struct record_session *session, struct recorder_counts *counts);

/* Free all. */
void record_session_close(struct record_session *session);

#endif
