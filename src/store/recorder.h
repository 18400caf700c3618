/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps what was observed in a recording, which is an SQLite database; vmclock-trace-recording(5).
 *
 * A thread of its own writes, so that no disk makes an observer wait. What comes faster than it can
 * be written, or cannot be written at all, is counted, and told in the recording as soon as that is
 * possible. What was committed stays, whatever happens to this program; a commit comes ten times a
 * second, and with a ring once a second while nothing is found. What is on the disk survives a
 * power cut too: what was found at its commit, all else at most ten seconds later.
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
	uint64_t max_age_ns; /* of events, the same; 0: any age. With a ring: of windows */
	uint64_t ring_ns;    /* keep events of this age, and older ones in windows; 0: no ring */
	bool may_wait;	     /* rather wait for the disk than lose an event: for what is not live */

	/*
	 * For giving up rights. Either may be NULL. The file is open, and the thread that writes is
	 * not started yet; and that thread begins.
	 */
	void (*is_open)(void *is_open_arg);
	void *is_open_arg;
	int (*thread_begins)(void);

	/*
	 * Called once a minute by the thread that writes (so it may take its time), with the size
	 * of the file: to make room elsewhere. What it did goes to @told, "" for nothing, and
	 * stands in the file as the fact "removed". NULL: nobody.
	 */
	void (*tidy)(uint64_t bytes, char told[FACT_VALUE_BYTES], void *arg);
	void *arg;
	char removed[FACT_VALUE_BYTES]; /* what was done before the start, reported the same way */
};

/* A stretch of time that is to be kept for good. */
struct recorded_window {
	uint64_t from_ns; /* CLOCK_MONOTONIC */
	uint64_t to_ns;
	uint64_t finding;     /* the number of the one that it is kept for */
	uint64_t findings;    /* 1; 0 where it is the same for longer */
	const char *severity; /* of the finding */
	int rank;	      /* the higher, the worse */
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
	uint64_t synced;		 /* number of the newest event that no power cut can take */
	uint64_t windows;		 /* that are kept for good */
	uint64_t windows_cut;		 /* that were to be, and had to go for size or age */
	uint64_t bytes;			 /* size of the file, its log included */
	char trouble[ERROR_CAUSE_BYTES]; /* why nothing can be written now; empty: it can */
	bool failed; /* when it was closed nothing could be written, or only what was last */
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

/* Keep a window for good, of a ring; one that meets the newest makes it longer. */
void recorder_window(struct recorder *recorder, const struct recorded_window *window);

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
