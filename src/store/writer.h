/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of a recording, written: by one thread, in transactions. Results are SQLite's. */
#ifndef VMCLOCK_TRACE_STORE_WRITER_H
#define VMCLOCK_TRACE_STORE_WRITER_H

#include "store/recorder.h"

struct writer;

/* Make the file and its tables. 0 or -errno, with @error filled. The caller closes *@out. */
int writer_open(const char *path, uint64_t max_bytes, struct writer **out, struct error *error);

/* Begin a transaction, unless one is open. */
int writer_begin(struct writer *writer);

/* End it. Where that fails, nothing of it is there. */
int writer_commit(struct writer *writer);
void writer_rollback(struct writer *writer);

/* One row each. */
int writer_event(struct writer *writer, const struct event *event);
int writer_finding(struct writer *writer, const struct recorded_finding *finding);
int writer_incident(struct writer *writer, const struct recorded_incident *incident);
int writer_cgroup(struct writer *writer, uint64_t id, const char *path);
int writer_fact(struct writer *writer, const char *name, const char *value);

/* @events should be here from about @time_ns and are not, for @cause. */
int writer_loss(struct writer *writer, uint64_t time_ns, uint64_t events, const char *cause);

/*
 * Let the oldest events go until the file is in its size, and those before @oldest_ns, thousands at
 * a time; how many that were is added to @cut. Within a transaction.
 */
int writer_cut(struct writer *writer, uint64_t oldest_ns, uint64_t *cut);

/* What went wrong last, in SQLite's words: valid until the next call. */
const char *writer_trouble(const struct writer *writer);

/* Bytes of the file and its log. */
uint64_t writer_bytes(const struct writer *writer);

/* Put the log into the file, and close it. NULL is fine. */
void writer_close(struct writer *writer);

#endif
