/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who uses the clock, how often now, how slow, how wrong and how often in vain. Pure and bounded:
 * where there is no room, the one that was seen longest ago makes some, and that is counted.
 */
#ifndef VMCLOCK_TRACE_TOP_TOP_READERS_H
#define VMCLOCK_TRACE_TOP_TOP_READERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "judge/incident.h"

#define TOP_READERS 256

/* A rate is that of so many whole seconds, the one that is not over not among them. */
#define TOP_RATE_SECONDS 5

/* Orders, each with the largest first. */
enum top_sort {
	TOP_BY_USES,
	TOP_BY_LATENCY,
	TOP_BY_ERROR,
	TOP_BY_FAILURES,
	TOP_SORTS
};

/* One process in one cgroup. */
struct top_reader {
	struct event_reader who; /* pid 0: those for which the kernel's table had no room */
	uint64_t uses[EVENT_PATHS];
	uint64_t failures;
	bool is_measured; /* was any latency? */
	uint64_t slowest_ns;
	uint64_t seen_ns; /* when it was seen last */
	struct {
		uint64_t second; /* its number, plus 1 */
		uint64_t uses;
	} recent[TOP_RATE_SECONDS + 1];
	bool has_error;		  /* was it seen how wrong a read was, */
	struct ns_interval error; /* the worst of them, in the newest incident */
	bool maps;		  /* it maps the page: what it reads there is not visible */
};

/* All zero at first. */
struct top_readers {
	struct top_reader reader[TOP_READERS];
	size_t readers;
	uint64_t evicted;    /* that had to make room */
	bool by_tally;	     /* did a tally come? Until then uses are those that came one by one */
	uint64_t started_ns; /* since when uses are counted: no rate is of longer */
};

/*
 * Take one event. Uses are counted by EVENT_TALLY, which has each of them once; where none has
 * come, as of a scenario, by those that were seen one by one.
 */
void top_readers_event(struct top_readers *readers, const struct event *event);

/* Who read how wrong in @incident, the newest one. */
void top_readers_incident(struct top_readers *readers, const struct incident *incident);

/* Uses a second around @now_ns; 0 in the first second. */
double top_reader_rate(const struct top_readers *readers, const struct top_reader *reader,
		       uint64_t now_ns);

/* The path that it used most. */
enum event_path top_reader_path(const struct top_reader *reader);

/* How many paths it used. */
unsigned int top_reader_paths(const struct top_reader *reader);

/* How far its worst read surely was off; 0: not at all, or it is not known. */
uint64_t top_reader_off_ns(const struct top_reader *reader);

/* All of them in that order, as indexes into reader[], into @order; as many as there are. */
void top_readers_sort(const struct top_readers *readers, enum top_sort sort, uint64_t now_ns,
		      size_t order[TOP_READERS]);

#endif
