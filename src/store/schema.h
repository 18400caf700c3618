/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a recording, as vmclock-trace-recording(5) describes them; and is a file one? */
#ifndef VMCLOCK_TRACE_STORE_SCHEMA_H
#define VMCLOCK_TRACE_STORE_SCHEMA_H

#include <sqlite3.h>

#include "base/error.h"

#define SCHEMA_APPLICATION_ID 0x564d4354 /* "VMCT" */
#define SCHEMA_VERSION	      2

/* Bits of events.flags. */
#define SCHEMA_LATENCY_IS_BOUND 1
#define SCHEMA_IS_SLOW		2
#define SCHEMA_IS_PHC		4

/* Make the tables in the empty database @db. An SQLite result code. */
int schema_create(sqlite3 *db);

/*
 * Is @db, opened from @path, a recording of a version that is known, with the very tables that this
 * program makes? What others have put in their place (a view, a trigger) could make a query do
 * anything. 0 or -EINVAL, -errno of reading it, with @error filled.
 */
int schema_check(sqlite3 *db, const char *path, struct error *error);

#endif
