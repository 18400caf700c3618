/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a recording that is read, for the files recording*.c only. */
#ifndef VMCLOCK_TRACE_STORE_RECORDING_STATE_H
#define VMCLOCK_TRACE_STORE_RECORDING_STATE_H

#include <sqlite3.h>

#include "store/read_limit.h"
#include "store/recording.h"

#define RECORDING_CACHE 256 /* a power of two */

enum recording_statement {
	GET_EVENTS,
	GET_PAGE,
	GET_THREAD,
	GET_CGROUP,
	GET_FINDING,
	COUNT_FINDINGS,
	GET_INCIDENT,
	COUNT_INCIDENTS,
	WALK_FINDINGS,
	WALK_INCIDENTS,
	WALK_ALARMS,
	GET_LOSSES,
	RECORDING_STATEMENTS
};

/* How far a statement that walks over a table has come. */
struct recording_walker {
	uint64_t number;   /* of the newest row that was passed, 0: none */
	bool waits, ended; /* the row that it is at is not passed yet; there is none */
};

struct recording {
	sqlite3 *db;
	struct read_limit limit;
	sqlite3_stmt *stmt[RECORDING_STATEMENTS];
	struct fact_list facts;
	struct recording_damage damage;
	bool log_is_missing; /* and the file says that it has one */
	bool running;	     /* GET_EVENTS is */
	int led_back;	     /* times that a row had an earlier id than the one before */
	int64_t last_id;
	uint64_t last_ns;
	uint64_t rows; /* of events that were read */
	struct event_gap gap;
	uint64_t gaps;
	struct recording_walker findings;
	struct recording_walker incidents;
	struct recording_walker alarms;
	struct {
		int64_t id;
		struct page page;
	} pages[RECORDING_CACHE];
	struct {
		int64_t id;
		struct event_reader who;
	} threads[RECORDING_CACHE];
};

/* @why it is damaged: the first reason stays. */
void recording_damaged(struct recording *recording, const char *why);

#endif
