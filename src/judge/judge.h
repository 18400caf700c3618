/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one door of the judge: events in; findings, incidents and health out. Pure: time comes with
 * the events, and the same events give the same findings, whether they are live, recorded or
 * simulated.
 *
 *	static const struct judge_handlers handlers = {.finding = on_finding,
 *						       .incident = on_incident};
 *
 *	struct judge *judge = judge_new(&handlers, session);
 *	while (next(source, &event))
 *		judge_event(judge, &event);
 *	judge_finish(judge);
 *	judge_free(judge);
 */
#ifndef VMCLOCK_TRACE_JUDGE_JUDGE_H
#define VMCLOCK_TRACE_JUDGE_JUDGE_H

#include "event/gap.h"
#include "judge/clock_doubt.h"
#include "judge/detector.h"
#include "judge/incident.h"
#include "judge/page_in_force.h"
#include "judge/read_verdict.h"
#include "judge/witness.h"
#include "page/warning.h"

struct judge;
struct refuted;

/*
 * What a caller is told, in this order of each event; NULL: it does not want to know. What they are
 * given is valid during the call only, and judge_event(), judge_resume() and judge_finish() must
 * not be called from them.
 */
struct judge_handlers {
	/* An event before it is judged, with the page in force, which has taken it. */
	void (*event)(const struct event *event, const struct page_in_force *page, void *arg);
	/* By then the incident to which it belongs is open. */
	finding_fn finding;
	incident_fn incident;
	/* Of a read that counts in the open incident, and of all of them: read_list_refute(). */
	void (*read)(const struct read_verdict *verdict, void *arg);
	void (*refuted)(const struct incident *incident, void *arg);
};

/*
 * A judge for one machine with at most one page. @handlers is borrowed for as long as it lives, and
 * @arg is theirs. NULL if out of memory.
 */
struct judge *judge_new(const struct judge_handlers *handlers, void *arg);

/* NULL is fine. */
void judge_free(struct judge *judge);

/* Judge one event; they come in the order in which they were observed. */
void judge_event(struct judge *judge, const struct event *event);

/*
 * Before the next event there is @gap: an open incident is closed as not recovered, and the event
 * is judged as the first. Numbers go on, above those that were given until then.
 */
void judge_resume(struct judge *judge, const struct event_gap *gap);

/* No more events: close the incident that is open. */
void judge_finish(struct judge *judge);

/* The incident that is open, or NULL. Owned by @judge. */
const struct incident *judge_open_incident(const struct judge *judge);

/* The page in force, by the events until now. Owned by @judge, for as long as that lives. */
const struct page_in_force *judge_page(const struct judge *judge);

/*
 * Is all well now: page and clocks are good by their newest samples (judge/health.h), and no
 * incident is open, nor has one left open whether they are? It is not known where nothing tells the
 * time, and with @clocks, until one was read since the page became good.
 */
struct claim judge_is_well(const struct judge *judge, bool clocks);

/* Is the page good, by the newest events (judge/health.h)? */
bool judge_page_is_good(const struct judge *judge);

/* The page was bad by its own samples while no incident was open: no finding says so. */
struct page_doubt {
	page_warning_set unsafe;	  /* why; 0: it never was */
	bool is_adrift;			  /* or it was FREERUNNING without a bound, */
	bool is_out_of_range;		  /* or its time or bound past what can be computed, */
	char undefined[PAGE_DOUBT_BYTES]; /* or not as the ABI defines it: the first such */
	uint64_t from_ns;		  /* the first such sample, and the last */
	uint64_t to_ns;
	uint64_t unreliable_from_ns; /* the same of those in which it said UNRELIABLE of itself: */
	uint64_t unreliable_to_ns;   /* valid if `unsafe` has that */
	bool is_freerunning; /* did it say so of itself? With a bound that is no doubt, but bad: */
	uint64_t freerunning_from_ns; /* the first such sample, and the last */
	uint64_t freerunning_to_ns;
};

/* Did the page say UNRELIABLE of itself meanwhile? That is no doubt, but bad. */
static inline bool page_doubt_is_unreliable(const struct page_doubt *doubt)
{
	return doubt->unsafe & PAGE_WARNING_BIT(PAGE_WARN_STATUS_UNRELIABLE);
}

/* Was there any of it, but for what is known to be bad? */
bool page_doubt_any(const struct page_doubt *doubt);

/* Owned by @judge. */
const struct page_doubt *judge_page_doubt(const struct judge *judge);

/* Clocks that were off while no incident was open. Owned by @judge. */
const struct clock_doubts *judge_clock_doubts(const struct judge *judge);

/*
 * Into @span: was CLOCK_REALTIME compared with page or witness from @from_ns until before @to_ns,
 * and nothing left out? Where the page is to tell it no stretch of struct untold is allowed; where
 * only other clocks do, they may last for WITNESS_STALE_NS in all, as when a daemon is restarted.
 */
void judge_add_compared(const struct judge *judge, uint64_t from_ns, uint64_t to_ns,
			struct claim_span *span);

#define UNTOLD_STRETCHES 8

/*
 * When no incident was open, and nothing told how it was: for more than UNTOLD_READINGS in a row,
 * or where another clock than the page told it before, for longer than UNTOLD_BETWEEN_NS.
 */
struct untold {
	uint64_t times;	  /* how often; 0: never */
	uint64_t sum_ns;  /* and for how long in all */
	uint64_t from_ns; /* the first time began, and the last ended; valid if there is one */
	uint64_t to_ns;
	bool is_counted; /* is there one now, so that its end was not seen? */
	struct {
		uint64_t from_ns;
		uint64_t to_ns;
	} stretch[UNTOLD_STRETCHES]; /* the first of them */

	/* Its own. */
	bool by_page;	   /* the page was to tell it in one of them */
	uint64_t readings; /* of CLOCK_REALTIME, since it was judged last */
	uint64_t since_ns; /* and when that was */
};

/* Owned by @judge. */
const struct untold *judge_untold(const struct judge *judge);

/* Into @span: what of page and clocks was bad with no incident to say so, or was not watched. */
void judge_add_doubt(const struct judge *judge, struct claim_span *span);

/* By which clock CLOCK_REALTIME is judged now. Owned by @judge. */
const struct witness *judge_witness(const struct judge *judge);

/* Is it a clock other than the page? */
bool judge_has_witness_but_page(const struct judge *judge);

/* The pages that another refutes, as incidents take them. Owned by @judge. */
const struct refuted *judge_refuted(const struct judge *judge);

/* What has passed through. Owned by @judge. */
const struct detector_counts *judge_counts(const struct judge *judge);

#endif
