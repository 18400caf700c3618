/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps what was observed in a recording, which is an SQLite database; vmclock-trace-recording(5).
 *
 * A thread of its own writes, so that no disk makes an observer wait. What comes faster than it can
 * be written, or cannot be written at all, is counted, and told in the recording as soon as that is
 * possible. What was committed stays, whatever happens to this program; a commit comes ten times a
 * second at most, and at least once a second.
 */
#ifndef VMCLOCK_TRACE_STORE_RECORDER_H
#define VMCLOCK_TRACE_STORE_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "event/event.h"
#include "event/fact.h"

/* Smaller than this a recording cannot be kept. */
#define RECORDER_MIN_BYTES (4u << 20)

struct recorder_options {
	const char *path;    /* must not exist yet */
	uint64_t max_bytes;  /* of the file: beyond, the oldest events go; 0: any size */
	uint64_t max_age_ns; /* of events, the same; 0: any age */
	bool may_wait;	     /* rather wait for the disk than lose an event: for what is not live */
};

/* What was found, beside the events that it was found by. */
struct recorded_finding {
	uint64_t number;
	const char *kind;
	const char *severity;
	uint64_t not_before_ns;
	uint64_t found_ns;
	const char *json; /* as it was shown */
};

struct recorded_incident {
	uint64_t number;
	const char *severity;
	uint64_t from_ns;
	uint64_t to_ns;
	bool recovered;
	const char *json;
};

/* How it goes. */
struct recorder_counts {
	uint64_t kept;			 /* events that were handed over to be written */
	uint64_t lost;			 /* that were not, or could not be written */
	uint64_t cut;			 /* that were written, and had to go for size or age */
	uint64_t bytes;			 /* size of the file, its log included */
	char trouble[ERROR_CAUSE_BYTES]; /* why nothing can be written now; empty: it can */
};

struct recorder;

/*
 * Make the recording, with @facts in it, and start. 0, or -errno with @error filled: -EEXIST, else
 * why the file cannot be made. The caller closes *@out.
 */
int recorder_open(const struct recorder_options *options, const struct fact_list *facts,
		  struct recorder **out, struct error *error);

/* Hand over one event; they come in the order in which they were judged. */
void recorder_event(struct recorder *recorder, const struct event *event);

/* Hand over what was found; the strings are copied. */
void recorder_finding(struct recorder *recorder, const struct recorded_finding *finding);
void recorder_incident(struct recorder *recorder, const struct recorded_incident *incident);

/* The cgroup @id is called @path, which is copied. */
void recorder_cgroup(struct recorder *recorder, uint64_t id, const char *path);

/* Set a fact, in place of one of that name; both are copied. */
void recorder_fact(struct recorder *recorder, const char *name, const char *value);

/* How it goes at this moment. */
void recorder_counts(struct recorder *recorder, struct recorder_counts *counts);

/*
 * Write all that waits and close the file, in which everything then is. @counts (NULL: not wanted)
 * gets the last figures, and what trouble there ever was. NULL is fine.
 */
void recorder_close(struct recorder *recorder, struct recorder_counts *counts);

#endif
