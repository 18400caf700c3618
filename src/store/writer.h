/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of a recording, written: by one thread, in transactions. Results are SQLite's. */
#ifndef VMCLOCK_TRACE_STORE_WRITER_H
#define VMCLOCK_TRACE_STORE_WRITER_H

#include "store/recorder.h"

struct writer;

/* Size and age limits. */
struct writer_bounds {
	uint64_t max_bytes;  /* of the file; 0: any */
	uint64_t max_age_ns; /* of events, or, with a ring, of windows; 0: any */
	uint64_t ring_ns;    /* what is older goes, but for windows; 0: it is no ring */
};

/* What had to go. */
struct writer_cuts {
	uint64_t events;
	uint64_t windows; /* that were to be kept for good */
	uint64_t found;	  /* findings and incidents */
};

/* Make the file and its tables. 0 or -errno, with @error filled. The caller closes *@out. */
int writer_open(const char *path, const struct writer_bounds *bounds, struct writer **out,
		struct error *error);

/* Begin a transaction, unless one is open. */
int writer_begin(struct writer *writer);

/* End it. Where that fails, nothing of it is there, once it is rolled back. */
int writer_commit(struct writer *writer);
void writer_rollback(struct writer *writer);

/* Have all that was committed on the disk, whatever happens to the power. None may be open. */
int writer_sync(struct writer *writer);

/* One row each. */
int writer_event(struct writer *writer, const struct event *event);
/* No event comes any more: how many there are now is told in the file, once it is committed. */
int writer_end(struct writer *writer);
/* So many events are not to be here before the next one: between windows they went. */
void writer_gap(struct writer *writer, uint64_t events);
int writer_finding(struct writer *writer, const struct recorded_finding *finding);
int writer_incident(struct writer *writer, const struct recorded_incident *incident);
int writer_cgroup(struct writer *writer, uint64_t id, const char *path);
int writer_fact(struct writer *writer, const char *name, const char *value);

/* @events should be here from about @time_ns and are not, for @cause. */
int writer_loss(struct writer *writer, uint64_t time_ns, uint64_t events, const char *cause);

/*
 * Keep a window for good. It is remembered, and stored by the next writer_cut(): no trouble of the
 * disk loses it.
 */
void writer_keep(struct writer *writer, const struct recorded_window *window);

/*
 * Let go what is too old at @now_ns (by the events' time), and what the file has no room for: an
 * epoch at a time, of a ring what is no window's first; and tell it in the file. Within a
 * transaction.
 */
int writer_cut(struct writer *writer, uint64_t now_ns);

/* What had to go, as of the last commit; and how many windows there are. */
struct writer_cuts writer_cuts(const struct writer *writer);
uint64_t writer_windows(const struct writer *writer);

/* The number of the newest event that is committed, 0: none. */
uint64_t writer_newest(const struct writer *writer);

/* What went wrong last, in SQLite's words: valid until the next call. */
const char *writer_trouble(const struct writer *writer);

/* Bytes of the file and its log. */
uint64_t writer_bytes(const struct writer *writer);

/* Put the log into the file, and close it. NULL is fine. */
void writer_close(struct writer *writer);

#endif
