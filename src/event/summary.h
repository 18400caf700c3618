/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run of events adds up to: by clock and path, by cause of error, by reader.
 *
 * Uses are taken from EVENT_TALLY, which has each of them once; events of single reads and calls,
 * of which some may be missing, only add what tallies do not have. Memory is bounded whatever the
 * events are: what does not fit in a table is counted as unlisted.
 */
#ifndef VMCLOCK_TRACE_EVENT_SUMMARY_H
#define VMCLOCK_TRACE_EVENT_SUMMARY_H

#include "event/event.h"
#include "event/histogram.h"
#include "event/blind_period.h"

#define SUMMARY_CLOCKS	16
#define SUMMARY_READERS 1024
#define SUMMARY_ERRORS	64

struct summary_path {
	uint64_t uses;		  /* see struct event_tally */
	uint64_t errors;	  /* of them, failed */
	struct histogram latency; /* of those that were measured */
	uint64_t calls; /* user calls that were seen one by one; 0 unless they are traced */
	uint64_t failed_calls;
	struct histogram call_latency;
};

struct summary_clock {
	bool is_phc;	/* no vmclock's: `device` is N of /dev/ptpN */
	int32_t device; /* else of vmclockN; -1: a call that failed before it came to one */
	struct summary_path path[EVENT_PATHS];
};

/* Failures of one path with one result and cause. */
struct summary_error {
	enum event_path path;
	int32_t result;
	enum event_cause cause;
	char source[EVENT_SOURCE_BYTES]; /* the newest clocksource of CAUSE_OTHER_COUNTER */
	uint64_t count;
};

/* One process in one cgroup. The name is that of the last thread seen. */
struct summary_reader {
	struct event_reader who;
	uint64_t uses[EVENT_PATHS];
	uint64_t errors[EVENT_PATHS];
	uint64_t measured; /* of its uses, with their latency */
	uint64_t first_ns;
	uint64_t last_ns; /* true to ... */
	uint64_t last_error_ns;
	uint64_t worst_ns;	 /* the longest use that was measured */
	uint64_t worst_below_ns; /* none that was not took as long as this */
};

struct summary {
	uint64_t reads_seen; /* EVENT_READ and EVENT_CALL that arrived */
	uint64_t calls_seen;
	struct summary_clock clock[SUMMARY_CLOCKS];
	size_t clocks;
	uint64_t clock_uses_unlisted; /* uses of clocks beyond the table */
	struct summary_error error[SUMMARY_ERRORS];
	size_t errors;
	uint64_t errors_unlisted; /* failures beyond the table */
	struct summary_reader reader[SUMMARY_READERS];
	size_t readers;
	uint64_t reader_uses_unlisted; /* uses by processes beyond the tables */
	uint64_t moved;		       /* of the measured: while the page was updated, */
	uint64_t via_kvmclock;	       /* and converted to kvmclock's counter */
	uint64_t torn;		       /* of the events, with a torn page */
	struct blind_period unseen;    /* when there may have been uses that are not in here */
};

/* Count one event. */
void summary_add(struct summary *summary, const struct event *event);

/* All reads of the driver of vmclocks. */
uint64_t summary_reads(const struct summary *summary);

/* All clocks together. */
struct summary_totals {
	uint64_t uses;
	uint64_t errors;	  /* of them, failed */
	uint64_t measured;	  /* of them, with their latency */
	uint64_t others_below_ns; /* the others took less, each; 0: not known, or none */
};

struct summary_totals summary_totals_of(const struct summary *summary);

/* The uses of @reader by all paths, and how many failed. */
uint64_t summary_reader_uses(const struct summary_reader *reader);
uint64_t summary_reader_errors(const struct summary_reader *reader);

/* Did it map the page? Reads there are not visible. */
bool summary_reader_maps(const struct summary_reader *reader);

#endif
