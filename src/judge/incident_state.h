/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of incidents, for the files incident*.c only. */
#ifndef VMCLOCK_TRACE_JUDGE_INCIDENT_STATE_H
#define VMCLOCK_TRACE_JUDGE_INCIDENT_STATE_H

#include "judge/incident.h"
#include "judge/page_in_force.h"
#include "judge/read_verdict.h"
#include "judge/reference_moves.h"
#include "judge/refuted.h"
#include "judge/suspect.h"
#include "page/page.h"

/* Reads between two samples of the page, at most. */
#define INCIDENT_PENDING 512

/* What is kept of a read until a later page shows how wrong it was. */
struct pending_read {
	uint64_t number; /* the how-manieth of all */
	struct event_reader who;
	enum event_path path;
	uint64_t start_ns;
	uint64_t end_ns;
	bool failed;
	bool has_counter;
	uint64_t counter;
	struct timespec returned;
	bool has_marker;
	uint64_t marker;	/* of the page that the driver used */
	enum clock_scale scale; /* of what it returned, by that page; SCALE_UNKNOWN: not known */
};

/* Threads whose uses and events are held against each other, in entries near their number. */
#define INCIDENT_THREADS     1024
#define INCIDENT_THREAD_WAYS 8

struct counted_thread {
	struct event_reader who;
	uint64_t last_ns;	     /* of its newest tally: its last use, at the latest */
	int64_t unseen[EVENT_PATHS]; /* uses tallied less uses seen one by one */
};

/*
 * Does a clock show that the page of now is right, of those that contradict each other? Only if it
 * agreed with that one alone at each reading since, and was not set meanwhile: a clock that was bad
 * by the page, or as good by another one, and then is not, may have followed a lie. One that was
 * off already by the page before the first contradiction shows nothing.
 */
struct vouching {
	bool was_read; /* since the newest contradiction */
	bool was_bad;  /* by the page, at the newest reading */
	bool agrees;   /* at each reading since */
	bool was_set;  /* since the first one */
};

/* All zero: CLOCK_REALTIME was not seen to be moved, or to be off. */
struct realtime_proof {
	bool is_missing;      /* it was, and not seen to be right since */
	bool is_contradicted; /* by its newest reading another clock with a bound says otherwise */
	uint64_t bound_ns;    /* else: by that it is surely within this, */
	uint64_t claim_ns;    /* and claims this; 0: it claims nothing */
	struct witness by; /* one that claims no bound proved it, where those with one are wide */
	bool host_agreed;  /* did the host agree before the incident? */
};

/* Whom to say what of single reads, and how many there were; NULL: nobody. */
struct read_teller {
	void (*read)(const struct read_verdict *verdict, void *arg);
	void (*refuted)(const struct incident *incident, void *arg);
	uint64_t reads;
};

/* The newest reading of a clock. */
struct newest_reading {
	bool known;
	bool is_good;	/* by its own page */
	bool has_error; /* is point.error known, by all pages that may be right? */
	struct vouching vouching;
	bool unbounded;
	bool unsure;		/* by a witness that claims no bound */
	struct ns_interval own; /* its error by its own page alone, */
	uint64_t own_off_ns;	/* and how far it surely is off, by its own page alone */
	bool further_off;	/* than before the incident, though within its claim */
	struct error_point point;
	struct event_clock reading; /* by which it is so */
	bool in_claim; /* is it within what it may be off by, or where a leap second puts that? */
};

/* Reference clocks: those beyond are not held against the page here. */
#define INCIDENT_OTHERS 8

/* One of them that is not at hand. */
struct other_clock {
	struct reference reference;
	struct newest_reading newest;
	struct incident_clock clock;
};

struct incidents {
	const struct page_in_force *page;
	incident_fn fn;
	void *arg;
	struct read_teller tell;
	bool open;
	struct incident incident; /* the open one, or the last */
	uint64_t good_since_ns;	  /* all is good since; 0: it is not */
	uint64_t newest_ns;	  /* time of the newest event */
	uint64_t paused_ns;	  /* since good_since_ns, in pauses between events */

	bool not_updated;      /* not_updated was found, and no update since */
	uint64_t seq_count;    /* of the newest page */
	uint64_t clock_status; /* and this; unknown before the first */
	bool was_unknown;      /* did nobody vouch for the clock when the incident opened? */

	/*
	 * Pages with the marker of now that a later one refuted, or that refute it: errors are
	 * hulls by all of them. With more of them than fit no error is known.
	 */
	struct refuted refuted;

	/* What it is about beside the page and the guest's own clocks. */
	struct suspects suspects;
	bool had_clock;	  /* the page carried one when it opened, or since */
	bool has_clock;	  /* so did the newest page */
	bool lost_source; /* the host became FREERUNNING in it */
	/* A witness without a bound disagreed with CLOCK_REALTIME before anything moved that. */
	bool witness_in_doubt;

	struct realtime_proof proof;
	struct reference_moves reference_moves; /* of the witness, in the incident */
	uint64_t moved_ns;			/* when CLOCK_REALTIME may have been moved last */

	bool clocks_moved; /* or may have been, with no clock since to hold them against */

	/* Each clock's newest sample, also while there is no incident. */
	struct newest_reading newest[OBSERVED_CLOCKS];

	/* Who judges CLOCK_REALTIME where the page cannot, and what that claimed last. */
	struct event_clock realtime;
	uint64_t set_ns; /* when CLOCK_REALTIME was seen to be set last */

	/*
	 * All reference clocks, lowest number first. What is at hand of OBSERVED_PHC_OTHER, in
	 * `incident` and `newest`, is other[at_hand], whose own entry is stale.
	 */
	struct other_clock other[INCIDENT_OTHERS];
	size_t others;
	size_t at_hand;

	struct step_blamers blamers; /* who may say which page was wrong */

	enum clock_scale phc_scale; /* of the PTP clock, by what it last showed */
	struct pending_read pending[INCIDENT_PENDING];
	size_t pendings;
	uint64_t dropped; /* pending reads that did not fit */

	struct counted_thread thread[INCIDENT_THREADS];
	struct counted_thread other_threads; /* all for which there is no room, as one */
	bool has_unseen;		     /* was anything tallied that is not forgotten? */
};

/* The least distance of @error from 0: how wrong it surely was. */
uint64_t surely_off_ns(struct ns_interval error);

/*
 * Add one error at @time_ns; of a clock with @reading of it, NULL for one that claims nothing, and
 * @in_claim: by that the clock is within what it may be off by.
 */
void error_range_add(struct error_range *range, struct ns_interval error, bool unbounded,
		     uint64_t time_ns, const struct event_clock *reading, bool in_claim);

/* An EVENT_CLOCK: its error into the curve of the open incident; incident_clock.c. */
void incident_handle_clock(struct incidents *incidents, const struct event *event);

/* Have other[@at] at hand; incident_other.c. */
void incident_take_other(struct incidents *incidents, size_t at);

/* Have that reference clock at hand. False: it is one too many. */
bool incident_take_reading(struct incidents *incidents, const struct reference *reference);

/* Have the worst of them at hand: the most wrong, else the furthest off, else the first. */
void incident_take_worst(struct incidents *incidents);

/* The newest reading of clock @id, of reference clocks that of the first. */
const struct newest_reading *incident_newest_of(const struct incidents *incidents,
						enum observed_clock id);

/* The marker moved: which clock shows that the page of now is right begins anew. */
void incident_ask_anew(struct incidents *incidents);

/* CLOCK_REALTIME was set, by @finding: it no longer shows which of two pages is right. */
void incident_note_set(struct incidents *incidents, const struct finding *finding);

/* By refuted_by() of two pages one was wrong, and what was judged may be by that one. */
void incident_refute(struct incidents *incidents, const struct finding *finding);

/* The same of reads, as far as it is told. */
void incident_tell_refuted(const struct incidents *incidents);

/* Was a page refuted, and has no clock shown since @since_ns that the one of now is right? */
bool incident_page_is_refuted(const struct incidents *incidents, uint64_t since_ns);

/* Put each clock's last sample before the incident at the head of its curve. */
void incident_open_clocks(struct incidents *incidents);

/* May a clock of the guest be wrong after it, while nothing about the page is? */
bool incident_may_move_clocks(const struct incident *incident);

/* CLOCK_REALTIME was read: is it proven to be right, by all that bounds it? */
void incident_follow_proof(struct incidents *incidents);

/* Is it, if it was moved or was off; else what is missing? */
struct claim incident_proof_of_realtime(const struct incidents *incidents);

/* Has it recovered, now that all that is seen was good since @since_ns? incident_recovery.c */
struct claim incident_recovery_of(struct incidents *incidents, uint64_t since_ns);

/* Was the clock that judges CLOCK_REALTIME moved itself, and has not come back? */
bool incident_reference_has_moved(const struct incidents *incidents);

/* No more comes: was CLOCK_REALTIME last read before it was moved, if it was? */
bool incident_end_is_unchecked(struct incidents *incidents);

/* Did the host lose its source of time in it, and has none yet? It is not over before. */
bool incident_is_freerunning(const struct incidents *incidents);

/* How long all must have been good until it closes with that @recovery: more may become known. */
uint64_t incident_settle_ns(const struct incidents *incidents, struct claim recovery);

/* Of which clocks is the newest reading outdated? */
void incident_follow_outdated(struct incidents *incidents);

/* When a clock that can be waited for was seen to be bad, newest first; 0: all are back. */
uint64_t incident_clocks_bad_ns(const struct incidents *incidents);

/* EVENT_READ, EVENT_CALL: keep it until a page comes; incident_reader.c. */
void incident_handle_read(struct incidents *incidents, const struct event *event);

/* An own sample, its page whole: judge all that waited, or forget them while all is well. */
void incident_judge_reads(struct incidents *incidents, const struct event *event);

/* @reads more by @who on @path, of which it is not known how wrong they were. */
void incident_count_unknown(struct incident *incident, const struct event_reader *who,
			    enum event_path path, enum error_unknown why, uint64_t reads);

/* EVENT_READ, EVENT_CALL: a use that was seen; incident_count.c. */
void incident_count_seen(struct incidents *incidents, const struct event *event);

/* EVENT_TALLY: uses, of which some may have been seen. */
void incident_count_tally(struct incidents *incidents, const struct event *event);

/* The open incident ends: report the uses that were not seen. */
void incident_tell_unseen(struct incidents *incidents);

/* All is well: forget them. */
void incident_forget_unseen(struct incidents *incidents);

/* No page will come any more. */
void incident_give_up_reads(struct incidents *incidents);

#endif
