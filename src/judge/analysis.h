/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run of events amounts to, for a report: findings and incidents with their evidence, each
 * clock's error over the whole time, who used the clock, and what was not seen. Pure and bounded:
 * what does not fit is counted.
 */
#ifndef VMCLOCK_TRACE_JUDGE_ANALYSIS_H
#define VMCLOCK_TRACE_JUDGE_ANALYSIS_H

#include <stdbool.h>
#include <stdint.h>

#include "event/mapper_list.h"
#include "event/summary.h"
#include "judge/curve.h"
#include "judge/downtime.h"
#include "judge/driver_answer.h"
#include "judge/finding.h"
#include "judge/judge.h"
#include "judge/refuted.h"
#include "judge/utc_track.h"

#define ANALYSIS_FINDINGS  512
#define ANALYSIS_INCIDENTS 64
#define ANALYSIS_GAPS	   64
#define ANALYSIS_PAGE_RUNS 256

/* Whiles in which something was so of the page. */
struct page_runs {
	struct {
		uint64_t from_ns;
		uint64_t to_ns; /* UINT64_MAX: its end was not seen */
	} run[ANALYSIS_PAGE_RUNS];
	size_t runs; /* where there is no room, the last one has no end */
	bool goes_on;
};

/* One clock over the whole time, where the page showed how wrong it was. */
struct analysis_clock {
	uint64_t seen;	/* readings */
	uint64_t known; /* of them, with an error that is known */
	/* Of those, as struct error_range has them; at least so many, where a page was refuted. */
	uint64_t off;
	uint64_t wrong;
	/* Not wrong as far as is known, and not known to be within what it claims either. */
	uint64_t unproven;
	struct curve curve;
	uint64_t off_before; /* of them, before `since_ns` of the analysis */
	uint64_t wrong_before;
	uint64_t unproven_before;
	uint64_t allowed_ns; /* the widest by which it might be off and not be wrong */
};

struct analysis {
	uint64_t events;
	uint64_t first_ns; /* CLOCK_MONOTONIC of the first event, and of the newest */
	uint64_t last_ns;
	struct finding *finding; /* the first ACCOUNT_FINDINGS */
	size_t findings;
	uint64_t findings_unlisted;
	struct incident *incident[ANALYSIS_INCIDENTS]; /* that are over */
	size_t incidents;
	uint64_t incidents_unlisted;
	struct event_gap gap[ANALYSIS_GAPS]; /* the first ones */
	size_t gaps;
	struct event_gap oldest; /* what is not there before the first event */
	uint64_t gaps_unlisted;
	uint64_t gap_ns;     /* how long they are, all of them */
	uint64_t gap_events; /* and how many events are missing in them */
	/*
	 * The page itself was not good, from its last good sample to the next. Other than an
	 * incident, it is over when the page is good, whatever other clocks do.
	 */
	struct page_runs page_bad;
	struct page_runs unvouched; /* a page with a clock was gone, or not SYNCHRONIZED */
	struct analysis_clock clock[OBSERVED_CLOCKS];
	struct witness witness;	 /* who judged CLOCK_REALTIME last, where the page could not */
	struct curve page_bound; /* what the page claims of its own error, either way */
	struct curve latency;	 /* how long the reads took that were measured one by one */
	struct utc_track utc;	 /* by the page, or by the witness */
	const struct page_in_force *page; /* its judge's */
	bool has_first_page;
	struct page first_page; /* valid if has_first_page */
	struct summary summary;
	struct mapper_list mappers;
	struct answer_tally answers;
	struct downtimes downtimes;
	struct event_losses losses; /* totals of the newest EVENT_LOSS; valid if has_losses */
	bool has_losses;
	struct event_clock realtime; /* its newest reading */
	uint64_t clock_changes;
	uint64_t steered_ppt; /* the largest correction of CLOCK_MONOTONIC's rate that was seen */

	struct read_list *reads; /* of incidents; NULL: none are kept */

	/* Its own. */
	struct judge *judge;
	bool had_clock;		/* the page, once */
	uint64_t page_doubt_ns; /* since when a finding of this event says so; UINT64_MAX: none */
	uint64_t newest_ns;	/* of the event before, with the page good */
	const struct page_in_force *line; /* as of the event that is judged */
	uint64_t since_ns;		  /* the marker moved last, or there was a gap */
};

/* NULL without memory. */
struct analysis *analysis_new(void);

/*
 * Keep what is found of each read, of @incident or, if that is 0, of all. False if out of memory.
 * Before the first event.
 */
bool analysis_keep_reads(struct analysis *analysis, uint64_t incident);

/* NULL is fine. */
void analysis_free(struct analysis *analysis);

/* Take one event; in the order in which they were judged. */
void analysis_event(struct analysis *analysis, const struct event *event);

/*
 * Before the next event there is @gap: it is judged as the first one after a start. Before the
 * first event it says how numbers begin, and else is told elsewhere.
 */
void analysis_gap(struct analysis *analysis, const struct event_gap *gap);

/* No more events. */
void analysis_finish(struct analysis *analysis);

#endif
