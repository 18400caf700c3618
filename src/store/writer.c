// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store/codec.h"
#include "store/epochs.h"
#include "store/intern.h"
#include "store/schema.h"

/* So much goes at once: a few ms of work. */
#define EPOCH_EVENTS 8192

/* Room above the limit for what is written before the next cut. */
#define SPARE_BYTES (1u << 20)

enum statement {
	PUT_EVENT,
	PUT_PAGE,
	PUT_THREAD,
	PUT_FINDING,
	PUT_INCIDENT,
	PUT_CGROUP,
	PUT_FACT,
	PUT_LOSS,
	CUT_EVENTS,
	CUT_PAGES,
	CUT_THREADS,
	STATEMENTS
};

static const char *const sql[STATEMENTS] = {
	[PUT_EVENT] = "INSERT INTO events VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[PUT_PAGE] = "INSERT INTO pages VALUES(?, ?)",
	[PUT_THREAD] = "INSERT INTO threads VALUES(?, ?, ?, ?, ?)",
	[PUT_FINDING] = "INSERT OR REPLACE INTO findings VALUES(?, ?, ?, ?, ?, ?)",
	[PUT_INCIDENT] = "INSERT OR REPLACE INTO incidents VALUES(?, ?, ?, ?, ?, ?)",
	[PUT_CGROUP] = "INSERT OR REPLACE INTO cgroups VALUES(?, ?)",
	[PUT_FACT] = "INSERT OR REPLACE INTO facts VALUES(?, ?)",
	[PUT_LOSS] = "INSERT INTO losses(time_ns, events, cause) VALUES(?, ?, ?)",
	[CUT_EVENTS] = "DELETE FROM events WHERE id < ?",
	[CUT_PAGES] = "DELETE FROM pages WHERE id < ?",
	[CUT_THREADS] = "DELETE FROM threads WHERE id < ?",
};

struct writer {
	sqlite3 *db;
	char *path;
	uint64_t max_bytes;
	sqlite3_stmt *stmt[STATEMENTS];
	struct intern pages; /* of the newest epoch */
	struct intern threads;
	struct epochs epochs;
	struct epoch next; /* the numbers that the next rows get */
};

const char *writer_trouble(const struct writer *writer)
{
	return sqlite3_errmsg(writer->db);
}

/*
 * A write-ahead log: a commit does not wait for the disk, others can read meanwhile, and neither a
 * killed program nor a power cut leaves half a transaction. Cells that are deleted are used again.
 */
static int set_up(struct writer *writer)
{
	int result =
		sqlite3_exec(writer->db,
			     "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL;"
			     "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 4194304;"
			     "PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY;"
			     "BEGIN",
			     NULL, NULL, NULL);

	if (result == SQLITE_OK)
		result = schema_create(writer->db);
	if (result == SQLITE_OK)
		result = sqlite3_exec(writer->db, "COMMIT", NULL, NULL, NULL);
	for (int i = 0; i < STATEMENTS && result == SQLITE_OK; i++)
		result = sqlite3_prepare_v3(writer->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
					    &writer->stmt[i], NULL);
	return result;
}

/* What is numbered from now on belongs to a new epoch. */
static void begin_epoch(struct writer *writer, uint64_t time_ns)
{
	writer->next.from_ns = time_ns;
	if (!epochs_begin(&writer->epochs, &writer->next))
		return;
	memset(&writer->pages, 0, sizeof(writer->pages));
	memset(&writer->threads, 0, sizeof(writer->threads));
}

static int fail_to_make(const char *path, const char *why, int err, struct error *error)
{
	error_cause(error, "%s cannot be made: %s", path, why);
	if (err == -EEXIST)
		error_hint(error, "a recording is never written over: give another name");
	else
		error_hint(error, "give a FILE in a directory with room that you may write to");
	return err;
}

int writer_open(const char *path, uint64_t max_bytes, struct writer **out, struct error *error)
{
	struct writer *writer;
	struct stat there;

	if (!lstat(path, &there))
		return fail_to_make(path, "it is there already", -EEXIST, error);
	writer = calloc(1, sizeof(*writer));
	if (writer)
		writer->path = strdup(path);
	if (!writer || !writer->path) {
		free(writer);
		return fail_to_make(path, strerror(ENOMEM), -ENOMEM, error);
	}
	writer->max_bytes = max_bytes;
	writer->next = (struct epoch){.event = 1, .page = 1, .thread = 1};
	begin_epoch(writer, 0);
	if (sqlite3_open_v2(path, &writer->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
		    SQLITE_OK ||
	    set_up(writer) != SQLITE_OK) {
		fail_to_make(path, sqlite3_errmsg(writer->db), -EIO, error);
		writer_close(writer);
		/* Nobody else's: it was not there. */
		unlink(path);
		return -EIO;
	}
	*out = writer;
	return 0;
}

int writer_begin(struct writer *writer)
{
	return sqlite3_get_autocommit(writer->db)
		       ? sqlite3_exec(writer->db, "BEGIN", NULL, NULL, NULL)
		       : SQLITE_OK;
}

int writer_commit(struct writer *writer)
{
	return sqlite3_get_autocommit(writer->db)
		       ? SQLITE_OK
		       : sqlite3_exec(writer->db, "COMMIT", NULL, NULL, NULL);
}

static int64_t ask(struct writer *writer, const char *question)
{
	sqlite3_stmt *stmt = NULL;
	int64_t value = 0;

	if (sqlite3_prepare_v2(writer->db, question, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

void writer_rollback(struct writer *writer)
{
	if (!sqlite3_get_autocommit(writer->db))
		sqlite3_exec(writer->db, "ROLLBACK", NULL, NULL, NULL);
	/* Numbers that were given out in it are not. */
	writer->next.event = ask(writer, "SELECT max(id) FROM events") + 1;
	writer->next.page = ask(writer, "SELECT max(id) FROM pages") + 1;
	writer->next.thread = ask(writer, "SELECT max(id) FROM threads") + 1;
	epochs_rewind(&writer->epochs, writer->next.event);
	begin_epoch(writer, writer->next.from_ns);
}

static int run(sqlite3_stmt *stmt)
{
	int result = sqlite3_step(stmt);

	sqlite3_reset(stmt);
	return result == SQLITE_DONE ? SQLITE_OK : result;
}

static void bind_text(sqlite3_stmt *stmt, int at, const char *text)
{
	sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC);
}

static void bind_u64(sqlite3_stmt *stmt, int at, uint64_t value)
{
	sqlite3_bind_int64(stmt, at, (sqlite3_int64)value);
}

static int number_page(struct writer *writer, const struct page *page, int64_t *number)
{
	sqlite3_stmt *stmt = writer->stmt[PUT_PAGE];
	int result;

	*number = intern_get(&writer->pages, page->bytes, page->length);
	if (*number)
		return SQLITE_OK;
	sqlite3_bind_int64(stmt, 1, writer->next.page);
	sqlite3_bind_blob(stmt, 2, page->bytes, (int)page->length, SQLITE_STATIC);
	result = run(stmt);
	if (result == SQLITE_OK)
		intern_set(&writer->pages, page->bytes, page->length,
			   *number = writer->next.page++);
	return result;
}

static int number_thread(struct writer *writer, const struct event_reader *who, int64_t *number)
{
	sqlite3_stmt *stmt = writer->stmt[PUT_THREAD];
	int result;

	*number = intern_get(&writer->threads, who, sizeof(*who));
	if (*number)
		return SQLITE_OK;
	sqlite3_bind_int64(stmt, 1, writer->next.thread);
	bind_u64(stmt, 2, who->pid);
	bind_u64(stmt, 3, who->tid);
	bind_u64(stmt, 4, who->cgroup);
	sqlite3_bind_text(stmt, 5, who->comm, (int)strnlen(who->comm, EVENT_COMM_BYTES),
			  SQLITE_STATIC);
	result = run(stmt);
	if (result == SQLITE_OK)
		intern_set(&writer->threads, who, sizeof(*who), *number = writer->next.thread++);
	return result;
}

static bool has_thread(const struct event_reader *who)
{
	static const struct event_reader nobody;

	return memcmp(who, &nobody, sizeof(nobody));
}

int writer_event(struct writer *writer, const struct event *event)
{
	sqlite3_stmt *stmt = writer->stmt[PUT_EVENT];
	uint8_t detail[CODEC_BYTES];
	size_t bytes = codec_encode(event, detail);
	int64_t page = 0, thread = 0;
	int result = SQLITE_OK;

	writer->next.from_ns = event->time_ns;
	if (writer->next.event % EPOCH_EVENTS == 0)
		begin_epoch(writer, event->time_ns);
	if (event->page_state != EVENT_PAGE_ABSENT)
		result = number_page(writer, &event->page, &page);
	if (result == SQLITE_OK && has_thread(&event->who))
		result = number_thread(writer, &event->who, &thread);
	if (result != SQLITE_OK)
		return result;
	sqlite3_clear_bindings(stmt);
	sqlite3_bind_int64(stmt, 1, writer->next.event);
	bind_u64(stmt, 2, event->time_ns);
	sqlite3_bind_int(stmt, 3, (int)event->type);
	sqlite3_bind_int(stmt, 4, (int)event->path);
	sqlite3_bind_int(stmt, 5, event->result);
	bind_u64(stmt, 6, event->latency_ns);
	sqlite3_bind_int(stmt, 7,
			 (event->latency_is_bound ? SCHEMA_LATENCY_IS_BOUND : 0) |
				 (event->is_slow ? SCHEMA_IS_SLOW : 0) |
				 (event->is_phc ? SCHEMA_IS_PHC : 0));
	sqlite3_bind_int(stmt, 8, event->device);
	bind_u64(stmt, 9, event->call_id);
	if (thread)
		sqlite3_bind_int64(stmt, 10, thread);
	sqlite3_bind_int(stmt, 11, (int)event->page_state);
	if (page)
		sqlite3_bind_int64(stmt, 12, page);
	if (bytes)
		sqlite3_bind_blob(stmt, 13, detail, (int)bytes, SQLITE_STATIC);
	result = run(stmt);
	writer->next.event += result == SQLITE_OK;
	return result;
}

int writer_finding(struct writer *writer, const struct recorded_finding *finding)
{
	sqlite3_stmt *stmt = writer->stmt[PUT_FINDING];

	bind_u64(stmt, 1, finding->number);
	bind_text(stmt, 2, finding->kind);
	bind_text(stmt, 3, finding->severity);
	bind_u64(stmt, 4, finding->not_before_ns);
	bind_u64(stmt, 5, finding->found_ns);
	bind_text(stmt, 6, finding->json);
	return run(stmt);
}

int writer_incident(struct writer *writer, const struct recorded_incident *incident)
{
	sqlite3_stmt *stmt = writer->stmt[PUT_INCIDENT];

	bind_u64(stmt, 1, incident->number);
	bind_text(stmt, 2, incident->severity);
	bind_u64(stmt, 3, incident->from_ns);
	bind_u64(stmt, 4, incident->to_ns);
	sqlite3_bind_int(stmt, 5, incident->recovered);
	bind_text(stmt, 6, incident->json);
	return run(stmt);
}

int writer_cgroup(struct writer *writer, uint64_t id, const char *path)
{
	bind_u64(writer->stmt[PUT_CGROUP], 1, id);
	bind_text(writer->stmt[PUT_CGROUP], 2, path);
	return run(writer->stmt[PUT_CGROUP]);
}

int writer_fact(struct writer *writer, const char *name, const char *value)
{
	bind_text(writer->stmt[PUT_FACT], 1, name);
	bind_text(writer->stmt[PUT_FACT], 2, value);
	return run(writer->stmt[PUT_FACT]);
}

int writer_loss(struct writer *writer, uint64_t time_ns, uint64_t events, const char *cause)
{
	bind_u64(writer->stmt[PUT_LOSS], 1, time_ns);
	bind_u64(writer->stmt[PUT_LOSS], 2, events);
	bind_text(writer->stmt[PUT_LOSS], 3, cause);
	return run(writer->stmt[PUT_LOSS]);
}

/* What is in use of the file: pages that a cut has freed are filled before it grows. */
static uint64_t used_bytes(struct writer *writer)
{
	int64_t pages = ask(writer, "PRAGMA page_count") - ask(writer, "PRAGMA freelist_count");

	return (uint64_t)pages * (uint64_t)ask(writer, "PRAGMA page_size");
}

static int cut_rows(struct writer *writer, enum statement which, int64_t from)
{
	sqlite3_bind_int64(writer->stmt[which], 1, from);
	return run(writer->stmt[which]);
}

static int cut_oldest(struct writer *writer, uint64_t *cut)
{
	const struct epoch *kept = epochs_second(&writer->epochs);
	int result = cut_rows(writer, CUT_EVENTS, kept->event);

	if (result != SQLITE_OK)
		return result;
	*cut += (uint64_t)sqlite3_changes(writer->db);
	result = cut_rows(writer, CUT_PAGES, kept->page);
	if (result == SQLITE_OK)
		result = cut_rows(writer, CUT_THREADS, kept->thread);
	epochs_drop(&writer->epochs);
	return result;
}

static bool is_too_large(struct writer *writer)
{
	return writer->max_bytes && used_bytes(writer) > writer->max_bytes - SPARE_BYTES;
}

int writer_cut(struct writer *writer, uint64_t oldest_ns, uint64_t *cut)
{
	const struct epoch *kept;
	int result = SQLITE_OK;

	while (result == SQLITE_OK && (kept = epochs_second(&writer->epochs)) &&
	       (kept->from_ns < oldest_ns || is_too_large(writer)))
		result = cut_oldest(writer, cut);
	return result;
}

uint64_t writer_bytes(const struct writer *writer)
{
	char log[4096];
	struct stat there;
	uint64_t bytes = 0;

	if (!stat(writer->path, &there))
		bytes += (uint64_t)there.st_size;
	snprintf(log, sizeof(log), "%s-wal", writer->path);
	if (!stat(log, &there))
		bytes += (uint64_t)there.st_size;
	return bytes;
}

void writer_close(struct writer *writer)
{
	if (!writer)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(writer->stmt[i]);
	/* Without a log it is one file, which can be read where nobody may write. */
	sqlite3_exec(writer->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	sqlite3_close(writer->db);
	epochs_free(&writer->epochs);
	free(writer->path);
	free(writer);
}
