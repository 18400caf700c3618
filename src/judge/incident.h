/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings that belong together: when clocks were bad, how wrong each was, and who read one
 * meanwhile. Pure, and bounded: what does not fit is counted.
 *
 *	static void on_finding(const struct finding *finding, void *arg)
 *	{
 *		incidents_finding(arg, finding);
 *	}
 *
 *	incidents = incidents_new(&page, on_incident, NULL);
 *	detector = detector_new(NULL, on_finding, incidents);
 *	for each event:
 *		page_in_force_event(&page, &event);
 *		detector_event(detector, &event);	first its findings ...
 *		incidents_event(incidents, &event);	... then what else it shows
 *	incidents_finish(incidents);
 *
 * An incident opens with the first finding that is more than news about what is to come: all but
 * leap_announced, leap_change, tai_offset_change, smearing_change, maintenance_*, data_loss, and a
 * status_change to SYNCHRONIZED; a clock_set opens one only if it is a step, a scale_mismatch only
 * by a clock. While it is open, every finding belongs to it.
 *
 * All is good when the page is, by judge/health.h, and was updated since it was found not to be,
 * and each other clock that was seen in the incident is back: its last reading meets the page's
 * time; one that was off before the incident is back when it is no further off than then, and
 * HEALTH_BACK_NS. Clocks that cannot be compared with the page cannot be waited for, nor can
 * reference clocks, which are not the guest's to set.
 *
 * The *bad window* is from the last good sample before the first finding (its not_before_ns) to
 * the first good sample from which on all stayed good, without a new finding of more than `info`,
 * for INCIDENT_SETTLE_NS. Then the incident closes, as recovered if every clock was seen to be
 * good: where the page carries no clock, CLOCK_REALTIME is held against the witness
 * (judge/witness.h), and where there is none that is not known after a disruption, stun or step of
 * the system clock, in this incident or one before, and a clock that was seen must have been
 * compared with the page since (for that the incident waits UNKNOWN_SETTLES times as long, of which
 * a pause between two events counts as INCIDENT_SETTLE_NS at most). Nor is
 * it known where a clock was bad before it began, and still is, or where a page was refuted and no
 * clock agrees with the one of now: at each reading, and without having been set since, for it may
 * have followed a page that was wrong. Where events end first, it is closed as not recovered if
 * something was still bad, else as not known.
 *
 * CLOCK_REALTIME, where something may have moved it (a disruption, restore, stun, clock_set) or it
 * was off, has recovered only when it is proven to be right: when the whole interval of its error,
 * by the page or the witness and by each other clock with a bound that nothing contradicts, is
 * within what it claims and RECOVERY_BEYOND_NS; one that claims nothing claims 0. Where a bound is
 * wider than that, not proven wrong is not right; then it is for the host's clocks without a bound
 * to say, if they agreed with CLOCK_REALTIME before, and do with what the bounds leave. Nor is it
 * known while a clock contradicts it, or the one by which it is judged: one that claims a bound, or
 * one without that agreed before.
 *
 * A clock that was off is not known to be so any more where later readings cannot show it and it
 * was moved since, or that is longer ago than WITNESS_STALE_NS; it is waited for GONE_SETTLES times
 * as long, as it may be seen again.
 *
 * A host that became FREERUNNING in the incident, and still is, or is so and gives no bound, knows
 * of no recovery. The former may still come back to its source: the incident stays open until then.
 *
 * Nor is it known where two clocks that claim a bound, and could judge, contradict each other.
 *
 * A reading is off where its error surely is not 0, and wrong where it is off by more than the
 * clock claims of itself, or than HEALTH_BACK_NS where it claims nothing; a reference clock that
 * claims nothing can only be off. A healthy clock that is slewed is not wrong. One that was moved
 * away, by whatever did it, and is within its claim, is not wrong, and not back.
 *
 * Nothing is judged by a page that another refutes: where a host_step or host_slew says that of two
 * pages one was wrong, and not which, errors are a hull by both, those found before in the incident
 * and those that come, until the marker moves.
 */
#ifndef VMCLOCK_TRACE_JUDGE_INCIDENT_H
#define VMCLOCK_TRACE_JUDGE_INCIDENT_H

#include <stddef.h>

#include "event/event.h"
#include "judge/claim.h"
#include "judge/clock_error.h"
#include "judge/finding.h"
#include "judge/page_in_force.h"
#include "judge/step_blame.h"
#include "judge/thresholds.h"
#include "judge/witness.h"

#define INCIDENT_FINDINGS 32
#define INCIDENT_READERS  128
#define INCIDENT_POINTS	  128

/*
 * A stretch of a clock's error: every sample in it lies inside `error`. When the curve is full, it
 * is thinned by joining neighbours: extremes stay.
 */
struct error_point {
	uint64_t from_ns; /* CLOCK_MONOTONIC of the first sample */
	uint64_t to_ns;	  /* and of the last */
	uint64_t samples;
	bool after_gap;		  /* between the one before and this it was not known */
	bool unbounded;		  /* one of them is by a clock that claims no bound */
	struct ns_interval error; /* the clock less true time, by the page and its bound */
};

/*
 * Is a clock or read with that error surely wrong: is 0 not in it? Where a page gave no bound
 * (@unbounded) its word is taken to HEALTH_BACK_NS.
 */
bool error_is_wrong(struct ns_interval error, bool unbounded);

/*
 * By how much may clock @id be off and not be wrong, if @has_claim by the @claim_ns that it claims?
 * One that claims nothing, by HEALTH_BACK_NS; a reference clock that does not can only be off.
 */
uint64_t clock_allowed_ns(enum observed_clock id, bool has_claim, uint64_t claim_ns);

/* Is @error surely by more than @allowed_ns from 0? */
bool error_is_beyond(struct ns_interval error, uint64_t allowed_ns);

/* The errors of one clock or reader: intervals, with measurement and the page's bound in them. */
struct error_range {
	uint64_t known;	  /* how many there are */
	uint64_t off;	  /* of them, surely not right: by error_is_wrong() */
	uint64_t wrong;	  /* of those, off by more than it may be: clock_allowed_ns() */
	uint64_t excused; /* of those off, by more than it claimed, but a leap second explains it */
	uint64_t claim_ns;	  /* the widest that it claimed of itself; 0: it claimed nothing */
	uint64_t unbounded;	  /* of them, by a page that gave no bound, taken at its word */
	struct ns_interval all;	  /* the hull; valid if known */
	struct ns_interval worst; /* the one that is surely the furthest from 0; valid if known */
	uint64_t worst_ns;	  /* when that was, CLOCK_MONOTONIC */
	uint64_t unknown[ERROR_UNKNOWNS]; /* those that are not known, by reason */
};

/* One clock over the window, the last sample before it first. */
struct incident_clock {
	bool seen;
	struct error_point point[INCIDENT_POINTS];
	size_t points;
	struct error_range errors;
	bool in_gap;  /* the newest sample is not known */
	bool is_good; /* is it within bound, by its newest sample? */
	/* since then those who could tell contradict each other: nothing is known */
	bool is_contradicted;
	bool is_outdated;   /* nor how it is now: it was moved since, or that is too long ago */
	uint64_t untold_ns; /* the newest sample that could not show whether it is good; 0: none */
	uint64_t good_ns;   /* since when, if is_good */
	bool was_bad;	 /* was it out of it already before the incident? Then none waits for it */
	bool has_before; /* was it read before? */
	uint64_t before_ns;	/* if so, how far it surely was off, */
	uint64_t before_own_ns; /* and how far by the page of then alone */
	bool worse;		/* was_bad, and further off now, so it is waited for */
};

/* What was still bad at the end, beside clocks: of several the first here. */
enum still_bad {
	STILL_BAD_NONE,
	STILL_BAD_DEVICE,      /* it was gone */
	STILL_BAD_UPDATE,      /* an update of the page did not end */
	STILL_BAD_STATUS,      /* `status` of the incident, by which the clock is not good */
	STILL_BAD_NOT_UPDATED, /* the page was not renewed */
	STILL_BAD_PAGE,	       /* it was none, or not good for another reason */
	STILL_BAD_ANSWERS,     /* the driver's were not what the page says */
	STILL_BAD_REFUSALS,    /* the driver refused */
};

/*
 * One process on one path, from the last own sample of the page before the incident to its end. The
 * path says which clock: the PTP clock by one of its calls, or the page itself. Each read is held
 * against the page in force afterwards; those that only a tally (EVENT_TALLY) tells of count too,
 * each once, as not known: from the last tally before the incident on, as a tally says no more of
 * when they were than that the last was not before it.
 */
struct incident_reader {
	struct event_reader who; /* the name of the last thread seen */
	enum event_path path;
	uint64_t reads;
	struct error_range errors;
};

struct incident {
	uint64_t number;		/* from 1 */
	enum finding_severity severity; /* the highest of its findings */
	uint64_t from_ns;		/* the bad window: last good sample ... */
	uint64_t to_ns; /* ... and recovery, or the newest event while there is none */
	/* It was seen to be bad from the one to the other: it was so at least in between. */
	uint64_t found_bad_ns;
	uint64_t last_bad_ns;
	bool recovered; /* it was seen to: recovery.state is CLAIM_HOLDS */
	struct claim recovery;
	/* Bit 1 << enum observed_clock: those that were not checked, if CLAIM_CLOCK_UNKNOWN. */
	unsigned int unchecked;
	/* CLAIM_WIDE: CLOCK_REALTIME is surely within the one, and claims the other, or 0. */
	uint64_t within_ns;
	uint64_t claim_ns;
	enum still_bad still_bad;     /* closed, and CLAIM_FAILS */
	uint64_t status;	      /* the page's last, with STILL_BAD_STATUS */
	struct step_blame step_blame; /* the page was stepped: when was it wrong? */
	struct witness witness;	      /* by whom clocks were judged last, judge/witness.h */
	struct witness proven_by;     /* recovered: who, with no bound, says so; or none */
	/* CLOCK_REALTIME by the host's clock without a bound, where it was the furthest off. */
	struct ns_interval by_host;
	bool closed;
	uint64_t
		/* since when the page itself is good; 0: it is not, or there is none */
		page_good_ns;

	struct finding finding[INCIDENT_FINDINGS];
	size_t findings;
	uint64_t findings_unlisted; /* beyond the table */
	uint64_t count[FINDINGS];   /* by kind, all of them */

	struct incident_clock clock[OBSERVED_CLOCKS];
	/* clock[OBSERVED_PHC_OTHER] is the worst of so many: */
	size_t others;
	struct reference other;
	struct incident_reader reader[INCIDENT_READERS];
	size_t readers;
	uint64_t reads_unlisted; /* of readers beyond the table */
	uint64_t reads_unjudged; /* more than could be kept until a page came to judge them by */
};

enum incident_news {
	INCIDENT_OPENED,
	INCIDENT_CLOSED,
};

/* @incident is valid during the call only. */
typedef void (*incident_fn)(const struct incident *incident, enum incident_news news, void *arg);

struct incidents;
struct refuted;
struct read_verdict;

/*
 * @page is the page in force, which takes each event before the detector and these do: borrowed.
 * NULL if out of memory.
 */
struct incidents *incidents_new(const struct page_in_force *page, incident_fn fn, void *arg);

/*
 * What becomes known of single reads (judge/read_verdict.h) is said to whom incidents_new() got:
 * @read when one was judged, @refuted when all those of the open incident are by a page that was
 * refuted. NULL: not said.
 */
void incidents_tell_reads(struct incidents *incidents,
			  void (*read)(const struct read_verdict *verdict, void *arg),
			  void (*refuted)(const struct incident *incident, void *arg));

/* NULL is fine. */
void incidents_free(struct incidents *incidents);

/* Take a finding, from within detector_event(). */
void incidents_finding(struct incidents *incidents, const struct finding *finding);

/* Take the event that the detector has just judged. */
void incidents_event(struct incidents *incidents, const struct event *event);

/*
 * What happens before the next event is not known: close what is open, as not recovered, and begin
 * anew. Numbers of incidents go on, and are above @number, of the newest that is known of.
 */
void incidents_forget(struct incidents *incidents, uint64_t number);

/* No more events: close what is open. */
void incidents_finish(struct incidents *incidents);

/* By whom it has recovered, if it has: the page, or another clock. */
static inline const struct witness *incident_recovered_by(const struct incident *incident)
{
	return incident->proven_by.rank == WITNESS_NONE ? &incident->witness : &incident->proven_by;
}

/* For how long it was surely bad: from the first sample found bad to the last one. */
uint64_t incident_least_ns(const struct incident *incident);

/* For how long it was bad at most, into @ns; false: it is not known to have recovered. */
bool incident_most_ns(const struct incident *incident, uint64_t *ns);

/* The highest severity of its findings, but for what was lost: what each part of it amounts to. */
enum finding_severity incident_alarm(const struct incident *incident);

/*
 * Of what has happened, is it still open how the clock is now? Into @why: a page was refuted, and
 * no clock shows that this one is right; or clocks were moved, and none was checked since.
 */
bool incidents_leave_doubt(const struct incidents *incidents, enum claim_why *why);

/* The pages that another refutes. Owned by @incidents. */
const struct refuted *incidents_refuted(const struct incidents *incidents);

/* The incident that is open, or NULL. Owned by @incidents. */
const struct incident *incidents_open(const struct incidents *incidents);

#endif
