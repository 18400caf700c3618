/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a detector, for the files detector*.c only: what it remembers, and which of them
 * looks for what.
 */
#ifndef VMCLOCK_TRACE_JUDGE_DETECTOR_STATE_H
#define VMCLOCK_TRACE_JUDGE_DETECTOR_STATE_H

#include <stdbool.h>

#include "judge/detector.h"
#include "judge/page_step.h"

#define DETECTOR_CAUSES	      32 /* of driver errors */
#define DETECTOR_FAILED_CALLS 16
#define DETECTOR_REFERENCES   8

/* The newest valid page. */
struct known_page {
	bool known;
	struct page page;
	uint64_t since_ns;	  /* first seen so */
	uint64_t seen_ns;	  /* last seen so */
	struct event_ticks ticks; /* of the last own sample of it; unknown: it had none */
};

/* How often the host refreshes the clock. */
struct cadence {
	uint64_t refreshed_ns;	 /* the newest refresh, or the first sample */
	uint64_t longest_gap_ns; /* between two of them; 0: not known yet */
	bool refreshed;		 /* was one seen since start or disruption? */
	bool stale;		 /* not_updated was found since */
};

struct stuck_update {
	bool odd;
	bool told;
	uint32_t seq;
	uint64_t first_ns;
};

/* Failures of one path with one errno. */
struct error_cause {
	enum event_path path;
	int32_t result;
	uint64_t last_ns;
};

/* What was found of another clock and still holds. */
struct known_clock {
	int32_t number; /* of a reference clock */
	bool wrong_bound;
	bool off_page; /* as clocks_disagree has it */
	bool wrong_scale;
};

struct detector {
	struct detector_options options;
	finding_fn found;
	void *arg;
	struct detector_counts counts;
	uint64_t not_counted; /* findings that have numbers, too */

	struct known_page newest;
	/*
	 * The marker moved, but the page still holds the clock from before, as QEMU leaves it until
	 * somebody publishes anew: what comes then is a new clock, and no step of the old one.
	 */
	bool clock_is_old;
	bool clock_is_new; /* this very change brings it */
	/*
	 * The newest page of this clock that was vouched for, while the newest one is not: what
	 * comes next that is may contradict it.
	 */
	bool has_vouched;
	struct page vouched;
	uint64_t vouched_ns;		  /* it was last seen then */
	struct event_ticks vouched_ticks; /* as newest.ticks */
	struct page first_page; /* of this clock: since start or disruption; valid with newest */
	uint64_t marked_ns;	/* the first page was seen then */
	uint64_t disrupted_ns;	/* the newest change of the marker: found then; 0: none */
	struct ns_interval stepped; /* the newest host_step: as it moved, and when it was found */
	uint64_t stepped_ns;
	/* A stun by the counter alone, until the page shows whether the counter was right. */
	bool has_held;
	struct finding held;
	struct cadence cadence;
	struct stuck_update stuck;
	bool lost;
	bool returned;	    /* this very page is the first one after it was */
	uint64_t broken_ns; /* the newest time the writer was seen not to follow the seqlock; 0 */

	bool before_reference;	 /* counter_before_reference was found, and holds */
	uint64_t before_marker;	 /* with this marker */
	uint64_t before_last_ns; /* when it was seen last */
	uint64_t behind_last_ns; /* when the counter was last seen behind its reference; 0: never */

	struct error_cause cause[DETECTOR_CAUSES];
	size_t causes;
	uint64_t failed_call[DETECTOR_FAILED_CALLS]; /* newest ids of calls with a failed read */
	unsigned int failed_calls;
	bool mismatch;

	struct known_clock clock[OBSERVED_CLOCKS];
	struct known_clock reference[DETECTOR_REFERENCES]; /* those of OBSERVED_PHC_OTHER */
	size_t references;
	const struct page_in_force *page; /* names the witness; NULL: there is none */
	bool has_realtime;
	struct event_clock realtime; /* its newest reading, beside the page */
	bool kernel_offset;
	bool has_losses;
	struct event_losses losses;
};

/* When @event ended: the time of what it shows. */
static inline uint64_t event_end_ns(const struct event *event)
{
	uint64_t end_ns;

	return __builtin_add_overflow(event->time_ns, event->latency_ns, &end_ns) ? UINT64_MAX
										  : end_ns;
}

/* Is @event an observer's own sample, with a whole page? */
static inline bool event_is_sample(const struct event *event)
{
	return (event->type == EVENT_PAGE || event->type == EVENT_CLOCK) &&
	       event->page_state == EVENT_PAGE_STABLE;
}

/* The ticks of @event, NULL for a type that has none. */
const struct event_ticks *event_ticks_of(const struct event *event);

/* A finding of @event, which happened when it ended; the caller adds what else is known. */
struct finding finding_of(enum finding_kind kind, enum finding_severity severity,
			  const struct event *event);

/* Set the time before which it cannot have happened. */
void finding_not_before(struct finding *finding, uint64_t time_ns);

/* Number it, count it, hand it out. */
void detector_emit(struct detector *detector, struct finding *finding);

/* Compare the page in @event with the newest: detector_page.c. */
void detector_handle_page(struct detector *detector, const struct event *event);

/* What differs from @before to @after, both valid; @base has the times and updates. */
void detector_handle_change(struct detector *detector, const struct finding *base,
			    const struct counter_range *range);

/* What is so already at the first sample @base->after. */
void detector_handle_first(struct detector *detector, const struct finding *base);

/* A torn copy, and whole ones: detector_time.c. */
void detector_handle_torn(struct detector *detector, const struct event *event);
void detector_handle_age(struct detector *detector, const struct event *event);
void detector_handle_reference(struct detector *detector, const struct event *event);
void detector_handle_tick(struct detector *detector, const struct event *event);

/*
 * A stun by the counter alone waits for the next clock of the page, or HELD_NS of @event's time: at
 * a page that steps back by as much the counter was disturbed, and nothing was stunned. @renewed:
 * this event brought one.
 */
void detector_handle_held(struct detector *detector, const struct event *event, bool renewed);

/* EVENT_READ and EVENT_CALL: detector_driver.c. */
void detector_handle_driver(struct detector *detector, const struct event *event);

/*
 * Any event: who judges CLOCK_REALTIME where the page cannot, and by a reading of that one whether
 * it contradicts what CLOCK_REALTIME claims; and which clocks contradict each other;
 * detector_witness.c.
 */
void detector_handle_witness(struct detector *detector, const struct event *event);

/* EVENT_CLOCK and EVENT_CLOCK_CHANGE: detector_clock.c. */
void detector_handle_clock(struct detector *detector, const struct event *event);
void detector_handle_clock_change(struct detector *detector, const struct event *event);

#endif
