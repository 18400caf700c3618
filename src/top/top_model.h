/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the live view shows, apart from how it is drawn: events in, one state out. Pure and bounded
 * whatever the events are: time comes with them.
 */
#ifndef VMCLOCK_TRACE_TOP_TOP_MODEL_H
#define VMCLOCK_TRACE_TOP_TOP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/blind_period.h"
#include "event/event.h"
#include "event/gap.h"
#include "judge/clock_error.h"
#include "judge/judge.h"
#include "judge/outcome.h"
#include "judge/utc_track.h"
#include "top/top_history.h"
#include "top/top_readers.h"

#define TOP_CLOCKS   8
#define TOP_FINDINGS 32

/* Enough for why readers are not seen, and what to do about it. */
#define TOP_UNSEEN_BYTES 900

/* Another clock beside the page, by its newest reading. */
struct top_clock {
	enum observed_clock clock;
	struct reference reference; /* OBSERVED_PHC_OTHER: which it is */
	uint64_t read_ns;	    /* CLOCK_MONOTONIC */
	bool known;		    /* is it known how far it is off? */
	enum error_unknown why;	    /* if not; valid unless it judges */
	bool judges;		    /* it is the witness, by which CLOCK_REALTIME is judged */
	bool by_witness;	    /* is it judged by that, and not by the page? */
	struct witness witness;	    /* if so, by whom */
	struct ns_interval offset;  /* valid if known: by measurement, */
	struct ns_interval error;   /* and with the bound of who says so in it */
	bool has_claim;
	uint64_t claim_ns;
	struct top_history history;
};

/* A finding as it is kept: its words are made when it is shown. */
struct top_finding {
	struct finding finding;
	bool has_utc;	/* was it known by the page or the witness? */
	int64_t utc_ns; /* of found_ns; else by CLOCK_REALTIME of the start */
};

/* All that is shown. It points to nothing of its own: a copy is what was shown then. */
struct top_state {
	uint64_t start_ns; /* CLOCK_MONOTONIC */
	int64_t start_realtime_ns;
	uint64_t now_ns; /* of the newest event, or later */

	bool has_page; /* was it sampled, and is it there? */
	struct page page;
	bool page_is_torn;
	bool has_page_bound;
	uint64_t page_bound_ns; /* what it claims of its own error */
	uint64_t page_missed;	/* updates between two samples */
	struct top_history page_history;

	struct top_clock clock[TOP_CLOCKS];
	size_t clocks;
	struct top_readers readers;
	struct top_finding finding[TOP_FINDINGS]; /* newest first */
	size_t findings;

	bool has_losses;
	struct event_losses losses; /* totals of the newest EVENT_LOSS */
	struct blind_period blind;
	uint64_t own_uses; /* of this program itself, which are not shown */
	bool uses_are_seen;
	char unseen[TOP_UNSEEN_BYTES]; /* what is not seen and why; "": nothing is known to be */

	/* By top_model_state(). */
	bool is_bad;			 /* is a clock or the page known to be bad now? */
	bool is_critical;		 /* if so, how bad */
	struct claim well;		 /* are page and clocks well now? */
	bool has_incident;		 /* one is open: */
	struct finding incident_finding; /* its worst finding, the first of them */
	uint64_t incident_from_ns;
	bool page_is_good;
	bool says_unreliable; /* the page, of itself; */
	bool is_freerunning;  /* or that its host has no source of time */
	/* A disruption that the host announces, a sentence; NULL: it does not. Static. */
	const char *announced;
	bool by_witness;	/* the page carries no clock: another judges */
	struct outcome outcome; /* of all since the start */
	struct detector_counts counts;
	struct utc_track utc;
};

struct top_model;

/* What is known before the first event. */
struct top_start {
	uint64_t start_ns;
	int64_t start_realtime_ns;
	uint32_t own_pid; /* whose uses are not shown; 0: nobody's */
	bool uses_are_seen;
	const char *unseen;   /* as in struct top_state; copied */
	incident_fn incident; /* is told too, with @arg; NULL: nobody */
	void *arg;
};

/* NULL if out of memory. */
struct top_model *top_model_new(const struct top_start *start);

/* NULL is fine. */
void top_model_free(struct top_model *model);

/* Take one event, in order. It is judged only if it @is_watched (feed/source.h). */
void top_model_event(struct top_model *model, const struct event *event, bool is_watched);

/* Before the next event there is @gap. */
void top_model_gap(struct top_model *model, const struct event_gap *gap);

/* What else makes it unknown whether all is well. */
struct top_context {
	uint64_t now_ns;		   /* CLOCK_MONOTONIC */
	bool clocks;			   /* must a clock have been compared with the page? */
	struct claim elsewhere;		   /* holds; or why "all is well" is not known */
	const struct claim_span *recorded; /* of what a recording has so far; NULL: live */
};

/* All of it as of now. Owned by @model, and true until the next call of any of these. */
const struct top_state *top_model_state(struct top_model *model, const struct top_context *context);

/* Was another clock read beside the page, and is it still there? */
bool top_model_has_clocks(const struct top_model *model);

/* The page in force. Owned by @model. */
const struct page_in_force *top_model_page(const struct top_model *model);

/*
 * UTC at @time_ns, of CLOCK_MONOTONIC, into @utc_ns: by the page or the witness. False: by
 * CLOCK_REALTIME as it was at the start.
 */
bool top_state_utc(const struct top_state *state, uint64_t time_ns, int64_t *utc_ns);

#endif
