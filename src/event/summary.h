/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run of events adds up to: by path, by cause of error, by reader.
 *
 * Memory is bounded whatever the events are: what does not fit in a table is counted as unlisted.
 */
#ifndef VMCLOCK_TRACE_EVENT_SUMMARY_H
#define VMCLOCK_TRACE_EVENT_SUMMARY_H

#include "event/event.h"
#include "event/histogram.h"

#define SUMMARY_READERS 1024
#define SUMMARY_ERRORS	64

struct summary_path {
	uint64_t calls;	       /* user calls seen */
	uint64_t reads;	       /* passes through the driver's choke point */
	uint64_t failed_calls; /* with a negative result */
	uint64_t failed_reads;
	struct histogram call_latency;
	struct histogram read_latency;
};

/* Failures of one path with one errno. */
struct summary_error {
	enum event_path path;
	int32_t result;
	uint64_t calls;
	uint64_t reads;
};

/* One process. The name is that of the last thread seen. */
struct summary_reader {
	struct event_reader who;
	uint64_t calls;
	uint64_t reads;
	uint64_t errors; /* failed calls */
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t worst_ns; /* longest call */
	bool maps;	   /* it mapped the page: later reads cannot be seen */
};

struct summary {
	uint64_t events;
	struct summary_path path[EVENT_PATHS];
	struct summary_error error[SUMMARY_ERRORS];
	size_t errors;
	uint64_t errors_unlisted; /* failures beyond the table */
	struct summary_reader reader[SUMMARY_READERS];
	size_t readers;
	uint64_t reader_events_unlisted; /* events of processes beyond the table */
	uint64_t page_moved;		 /* reads during which the page was updated */
	uint64_t page_torn;
};

/* Count one event. */
void summary_add(struct summary *summary, const struct event *event);

/* The sum of calls over all paths, and of reads that belong to no call that was seen. */
uint64_t summary_calls(const struct summary *summary);
uint64_t summary_reads(const struct summary *summary);

#endif
