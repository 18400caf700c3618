/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of report_perfetto*.c. */
#ifndef VMCLOCK_TRACE_REPORT_REPORT_PERFETTO_H
#define VMCLOCK_TRACE_REPORT_REPORT_PERFETTO_H

#include "report/perfetto.h"
#include "report/report_form.h"

/* uuids of the tracks that are always there; those of processes and threads are far above. */
enum {
	TRACK_ALL = 1, /* the parent of the others */
	TRACK_INCIDENTS,
	TRACK_FINDINGS,
	TRACK_KNOWN,
	TRACK_PAGE,
	TRACK_CHANGES,
	TRACK_OBSERVER,
	TRACK_BOUND,
	TRACK_CLOCKS, /* two for each clock: from so much, to so much */
};

/* As many threads as are known to have been described; one that had to make room is again. */
#define DESCRIBED 1024

/* Beside the values of enum observed_clock: CLOCK_REALTIME, by a clock that is not the page. */
#define TRACE_BY_WITNESS OBSERVED_CLOCKS

/* Beside the values of enum error_unknown. */
#define TRACE_NO_SLICE (-1)
#define TRACE_KNOWN    ERROR_UNKNOWNS

struct trace {
	FILE *out;
	const struct report *report;
	uint64_t last_ns;
	bool has_status; /* a slice of the page's status is open */
	char status[32]; /* its name */
	int unknown;	 /* why nothing is known, by the open slice; TRACE_KNOWN, TRACE_NO_SLICE */
	bool described_clock[OBSERVED_CLOCKS + 1];
	bool described_bound;
	struct event_reader described[DESCRIBED];
};

/* An EVENT_READ or EVENT_CALL; @read: what was found of it, NULL: nothing. */
void trace_use(struct trace *trace, const struct event *event, const struct read_verdict *read);

/* An EVENT_TALLY: uses that are known by their number only, when they were counted. */
void trace_tally(struct trace *trace, const struct event *event);

/*
 * A judged event: a slice for as long as it is known how wrong CLOCK_REALTIME is, or is not for one
 * reason. @gap: what went before it; NULL: nothing.
 */
void trace_known(struct trace *trace, const struct event *event, const struct judge *judge,
		 const struct event_gap *gap);

/* No more comes. */
void trace_end_known(struct trace *trace);

/* An EVENT_MAPPER. */
void trace_mapper(struct trace *trace, const struct event *event);

#endif
