// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/schema.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "event/event.h"

/* One statement each, kept by SQLite byte for byte: that is how a recording is recognised. */
static const char *const statements[] = {
	/* What is known of the machine and of the recording; values are text. */
	"CREATE TABLE facts(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
	/* States of the page: their bytes, as the hypervisor wrote them. */
	"CREATE TABLE pages(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)",
	"CREATE TABLE threads(id INTEGER PRIMARY KEY, pid INTEGER, tid INTEGER, cgroup INTEGER,"
	" comm TEXT)",
	"CREATE TABLE cgroups(id INTEGER PRIMARY KEY, path TEXT)",
	/* Names of events.type, events.path and events.page_state. */
	"CREATE TABLE types(id INTEGER PRIMARY KEY, name TEXT)",
	"CREATE TABLE paths(id INTEGER PRIMARY KEY, name TEXT)",
	/* In the order in which they were judged. */
	"CREATE TABLE events(id INTEGER PRIMARY KEY, time_ns INTEGER, type INTEGER, path INTEGER,"
	" result INTEGER, latency_ns INTEGER, flags INTEGER, device INTEGER, call INTEGER,"
	" thread INTEGER, page_state INTEGER, page INTEGER, detail BLOB)",
	"CREATE TABLE findings(number INTEGER PRIMARY KEY, kind TEXT, severity TEXT,"
	" not_before_ns INTEGER, found_ns INTEGER, json TEXT)",
	"CREATE TABLE incidents(number INTEGER PRIMARY KEY, severity TEXT, from_ns INTEGER,"
	" to_ns INTEGER, recovered INTEGER, json TEXT)",
	/* What should be here and is not, and why. */
	"CREATE TABLE losses(id INTEGER PRIMARY KEY, time_ns INTEGER, events INTEGER, cause TEXT)",
	/* For people: what happened when, in words. */
	"CREATE VIEW timeline AS SELECT events.id,"
	" (time_ns - (SELECT value FROM facts WHERE name = 'start_monotonic_ns')) / 1e9 AS seconds,"
	" strftime('%Y-%m-%dT%H:%M:%fZ', (time_ns"
	" - (SELECT value FROM facts WHERE name = 'start_monotonic_ns')"
	" + (SELECT value FROM facts WHERE name = 'start_realtime_ns')) / 1e9, 'unixepoch') AS utc,"
	" types.name AS type, paths.name AS path, pid, comm, result, latency_ns, page"
	" FROM events JOIN types ON types.id = type JOIN paths ON paths.id = path"
	" LEFT JOIN threads ON threads.id = thread",
	/* What a ring keeps for good: for which finding first, for how many, the worst of them. */
	"CREATE TABLE windows(number INTEGER PRIMARY KEY, from_ns INTEGER, to_ns INTEGER,"
	" finding INTEGER, findings INTEGER, severity TEXT)",
};

#define STATEMENTS (sizeof(statements) / sizeof(statements[0]))

/* How many of them each version has: they are only ever appended to. */
static const size_t statements_of[SCHEMA_VERSION + 1] = {0, STATEMENTS - 1, STATEMENTS};

static int name_values(sqlite3 *db, const char *table, int count, const char *(*name_of)(int))
{
	char sql[128];
	int result = SQLITE_OK;

	for (int i = 0; i < count && result == SQLITE_OK; i++) {
		snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES(%d, '%s')", table, i, name_of(i));
		result = sqlite3_exec(db, sql, NULL, NULL, NULL);
	}
	return result;
}

static const char *type_name(int type)
{
	return event_type_name((enum event_type)type);
}

static const char *path_name(int path)
{
	return event_path_name((enum event_path)path);
}

int schema_create(sqlite3 *db)
{
	char sql[128];
	int result;

	snprintf(sql, sizeof(sql), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 SCHEMA_APPLICATION_ID, SCHEMA_VERSION);
	result = sqlite3_exec(db, sql, NULL, NULL, NULL);
	for (size_t i = 0; i < STATEMENTS && result == SQLITE_OK; i++)
		result = sqlite3_exec(db, statements[i], NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result = name_values(db, "types", EVENT_TYPES, type_name);
	if (result == SQLITE_OK)
		result = name_values(db, "paths", EVENT_PATHS, path_name);
	return result;
}

/* A pragma that answers with one number; false where it cannot be asked. */
static bool ask_number(sqlite3 *db, const char *sql, int64_t *value)
{
	sqlite3_stmt *stmt = NULL;
	bool answered = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
			sqlite3_step(stmt) == SQLITE_ROW;

	if (answered)
		*value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return answered;
}

/*
 * Is each of the statements there, and nothing else but views? What SQLite makes for itself, such
 * as an index for a key, has no statement, so it is known by that and not by its name, which a
 * hostile file can choose.
 */
static bool has_own_tables(sqlite3 *db, int64_t version)
{
	sqlite3_stmt *stmt = NULL;
	size_t wanted = statements_of[version], known = 0, all = 0;

	if (sqlite3_prepare_v2(db,
			       "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"
			       " AND (type <> 'view' OR name = 'timeline')",
			       -1, &stmt, NULL) != SQLITE_OK)
		return false;
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *sql = (const char *)sqlite3_column_text(stmt, 0);

		all++;
		for (size_t i = 0; i < wanted && sql; i++)
			known += !strcmp(sql, statements[i]);
	}
	sqlite3_finalize(stmt);
	return known == wanted && all == wanted;
}

/*
 * SQLite refuses a file that is shorter than it says, unless its tables may be written to: for as
 * long as it begins to read it they may, though it is open only to be read.
 */
static void begin_cut_file(sqlite3 *db)
{
	int64_t id;

	if (ask_number(db, "PRAGMA application_id", &id) || sqlite3_errcode(db) != SQLITE_CORRUPT)
		return;
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
	sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	ask_number(db, "PRAGMA application_id", &id);
	sqlite3_db_config(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
}

int schema_check(sqlite3 *db, const char *path, struct error *error)
{
	int64_t id = 0, version = 0;

	begin_cut_file(db);
	if (!ask_number(db, "PRAGMA application_id", &id) ||
	    !ask_number(db, "PRAGMA user_version", &version)) {
		error_cause(error, "%s cannot be read as a recording: %s", path,
			    sqlite3_errmsg(db));
		if (sqlite3_errcode(db) == SQLITE_CANTOPEN)
			error_hint(error, "with its -wal file beside it the directory must be "
					  "writable: copy both to one that is");
		else
			error_hint(error, "recordings are made by: vmclock-trace record FILE");
		return -EIO;
	}
	if (id != SCHEMA_APPLICATION_ID) {
		error_cause(error, "%s is no recording of vmclock-trace", path);
		error_hint(error, "recordings are made by: vmclock-trace record FILE");
		return -EINVAL;
	}
	if (version < 1 || version > SCHEMA_VERSION) {
		error_cause(error, "%s is a recording of version %lld; this program knows 1 to %d",
			    path, (long long)version, SCHEMA_VERSION);
		error_hint(error, "use the vmclock-trace that made it, or a newer one");
		return -EINVAL;
	}
	if (!has_own_tables(db, version)) {
		error_cause(error, "the tables in %s are damaged, or not those of a recording",
			    path);
		error_hint(error, "look at it with care: sqlite3 -readonly -safe FILE .schema");
		return -EINVAL;
	}
	return 0;
}
