// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/read_limit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

/* No recorder writes a value longer than this. */
#define VALUE_BYTES (1 << 20)

/*
 * A row takes some 50 steps and 30 bytes. A file in which a page is reached by many ways costs more
 * than its size, without end.
 */
#define STEPS_LEAST    10000000
#define STEPS_PER_BYTE 64
/* Whether to go on is asked so often: some hundred microseconds. */
#define STEPS_A_BREAK 10000

/* Is a signal pending that the caller has blocked and waits for? */
static bool is_signalled(void)
{
	sigset_t set;

	return !sigpending(&set) && (sigismember(&set, SIGINT) || sigismember(&set, SIGTERM) ||
				     sigismember(&set, SIGHUP));
}

static uint64_t steps_for(const char *path)
{
	char log[PATH_MAX + 8];
	struct stat file;
	uint64_t bytes = 0;

	snprintf(log, sizeof(log), "%s-wal", path);
	if (!stat(path, &file))
		bytes = (uint64_t)file.st_size;
	if (!stat(log, &file))
		bytes += (uint64_t)file.st_size;
	return STEPS_LEAST + STEPS_PER_BYTE * bytes;
}

/* Called by SQLite meanwhile: is it to stop? */
static int check(void *arg)
{
	struct read_limit *limit = arg;

	limit->steps += STEPS_A_BREAK;
	/* It may have grown since. */
	if (limit->steps > limit->allowed)
		limit->allowed = steps_for(limit->path);
	limit->is_spent = limit->steps > limit->allowed;
	limit->stopped |= limit->is_spent || is_signalled();
	return limit->stopped;
}

void read_limit_begin(struct read_limit *limit, sqlite3 *db, const char *path)
{
	snprintf(limit->path, sizeof(limit->path), "%s", path);
	limit->allowed = steps_for(path);
	sqlite3_progress_handler(db, STEPS_A_BREAK, check, limit);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, VALUE_BYTES);
	sqlite3_busy_timeout(db, 2000);
	sqlite3_exec(db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0", NULL, NULL, NULL);
}
