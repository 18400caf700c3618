/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a hostile database could do, taken away, and what reading it may cost, bounded by its size.
 * A signal that is blocked, and so waited for by others, ends it as well.
 */
#ifndef VMCLOCK_TRACE_STORE_READ_LIMIT_H
#define VMCLOCK_TRACE_STORE_READ_LIMIT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#define READ_LIMIT_WHY "to read it takes more work than there can be in its size"

struct read_limit {
	char path[PATH_MAX];
	uint64_t steps, allowed; /* of SQLite's machine */
	bool is_spent;
	bool stopped; /* for good: spent, or a signal has come; each further step fails */
};

/*
 * From now on statements on @db, of the file at @path, are limited. @limit must live as long as
 * @db.
 */
void read_limit_begin(struct read_limit *limit, sqlite3 *db, const char *path);

#endif
