/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a writer, for the files writer*.c only. */
#ifndef VMCLOCK_TRACE_STORE_WRITER_STATE_H
#define VMCLOCK_TRACE_STORE_WRITER_STATE_H

#include <sqlite3.h>

#include "store/epochs.h"
#include "store/intern.h"
#include "store/windows.h"
#include "store/writer.h"

enum writer_statement {
	PUT_EVENT,
	PUT_PAGE,
	PUT_THREAD,
	PUT_FINDING,
	PUT_INCIDENT,
	PUT_CGROUP,
	PUT_FACT,
	PUT_LOSS,
	PUT_WINDOW,
	CUT_EVENTS,
	CUT_PAGES,
	CUT_THREADS,
	CUT_WINDOW,
	CUT_FINDINGS,
	CUT_INCIDENTS,
	CUT_CGROUPS,
	JOIN_LOSSES,
	CUT_LOSSES,
	WRITER_STATEMENTS
};

struct writer {
	sqlite3 *db;
	char *path;
	struct writer_bounds bounds;
	sqlite3_stmt *stmt[WRITER_STATEMENTS];
	struct intern pages; /* of the newest epoch */
	struct intern threads;
	struct epochs epochs;
	struct windows windows;
	struct epoch next;	 /* the numbers that the next rows get */
	struct epoch committed;	 /* and those that they got if nothing since were there */
	uint64_t gaps;		 /* numbers of events that are not to be there */
	uint64_t found_bytes;	 /* of findings and incidents, more or less: none is left out */
	uint64_t cgroups;	 /* rows that were put since cgroups were cut */
	struct writer_cuts cuts; /* with those of this transaction */
	struct writer_cuts cuts_committed;
};

/* Step @stmt once and make it ready for the next time. */
int writer_run(sqlite3_stmt *stmt);

/* The number that @question gives, 0 where it gives none. */
int64_t writer_ask(struct writer *writer, const char *question);

#endif
