/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a recorder, for the files recorder*.c only: what who observes and who writes share.
 */
#ifndef VMCLOCK_TRACE_STORE_RECORDER_STATE_H
#define VMCLOCK_TRACE_STORE_RECORDER_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/backlog.h"
#include "store/queue.h"
#include "store/recorder.h"
#include "store/writer.h"

/* As much as a recorded line of JSON may have. */
#define RECORD_BYTES (1u << 20)

enum record_kind {
	RECORD_EVENT,
	RECORD_FINDING,
	RECORD_INCIDENT,
	RECORD_WINDOW,
	RECORD_CGROUP,
	RECORD_FACT,
	RECORD_END,
};

/* The head of what goes through the queue; an event or strings follow. */
struct record {
	enum record_kind kind;
	uint64_t number; /* of a finding, of an incident, of a cgroup */
	uint64_t from_ns;
	uint64_t to_ns;
	uint64_t findings; /* of a window */
	int rank;
	bool recovered;
};

struct recorder {
	struct recorder_options options;
	struct queue *queue;
	struct writer *writer;
	pthread_t thread;

	/* Of who observes. */
	uint8_t *record; /* RECORD_BYTES to put one together */
	uint64_t kept;

	_Atomic uint64_t overflowed; /* events for which the queue had no room, not reported yet */
	_Atomic uint64_t lost;
	_Atomic uint64_t rows_lost; /* that are no events */
	_Atomic uint64_t cut;
	_Atomic uint64_t synced;
	_Atomic uint64_t windows;
	_Atomic uint64_t windows_cut;
	_Atomic uint64_t bytes;
	pthread_mutex_t trouble_lock;
	char trouble[ERROR_CAUSE_BYTES]; /* the last there was */
	bool in_trouble;
	bool failed; /* it was so when all was over */

	/* Of the thread. */
	uint8_t *taken;
	struct backlog backlog;	 /* rows that are no events, not committed yet */
	bool owed;		 /* those are to be written again */
	bool ended;		 /* nothing comes any more */
	bool urgent;		 /* something was found, and is not on the disk yet */
	uint64_t unsaved;	 /* rows of this transaction that are in no backlog */
	uint64_t rows_told;	 /* of rows_lost, in the file */
	uint64_t in_transaction; /* events */
	uint64_t unwritten;	 /* events lost by errors, not reported yet */
	uint64_t unwritten_ns;	 /* since when */
	uint64_t telling;	 /* of `overflowed`, reported in this transaction */
	uint64_t newest_ns;	 /* time of the newest event */
	uint64_t retry_ns;	 /* not before; 0: all is well */
	uint64_t commit_due_ns;
	uint64_t cut_due_ns;
	uint64_t since_cut; /* events */
	uint64_t sync_due_ns;
	uint64_t tidy_due_ns;
	char removed[FACT_VALUE_BYTES]; /* to be reported; "": nothing */
};

/* Take all that comes until the end, and write it: the thread, with the recorder as @arg. */
void *recorder_write(void *arg);

#endif
