// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store/codec.h"
#include "store/recording.h"
#include "store/schema.h"
#include "store/writer_files.h"
#include "store/writer_state.h"

/* So much goes at once: a few ms of work; and of a ring this part of its age. */
#define EPOCH_EVENTS 8192
#define RING_EPOCHS  16
/* A window may be so long at least, and four rings, before another finding begins the next one. */
#define WINDOW_LONG_NS 3600000000000ull

static const char *const sql[WRITER_STATEMENTS] = {
	[PUT_EVENT] = "INSERT INTO events VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[PUT_PAGE] = "INSERT INTO pages VALUES(?, ?)",
	[PUT_THREAD] = "INSERT INTO threads VALUES(?, ?, ?, ?, ?)",
	[PUT_FINDING] = "INSERT OR REPLACE INTO findings VALUES(?, ?, ?, ?, ?, ?)",
	[PUT_INCIDENT] = "INSERT OR REPLACE INTO incidents VALUES(?, ?, ?, ?, ?, ?)",
	[PUT_CGROUP] = "INSERT OR REPLACE INTO cgroups VALUES(?, ?)",
	[PUT_FACT] = "INSERT OR REPLACE INTO facts VALUES(?, ?)",
	[PUT_LOSS] = "INSERT INTO losses(time_ns, events, cause) VALUES(?, ?, ?)",
	[PUT_WINDOW] = "INSERT OR REPLACE INTO windows VALUES(?, ?, ?, ?, ?, ?)",
	[CUT_EVENTS] = "DELETE FROM events WHERE id >= ? AND id < ?",
	[CUT_PAGES] = "DELETE FROM pages WHERE id >= ? AND id < ?",
	[CUT_THREADS] = "DELETE FROM threads WHERE id >= ? AND id < ?",
	[CUT_WINDOW] = "DELETE FROM windows WHERE number = ?",
	[CUT_FINDINGS] = "DELETE FROM findings WHERE number >= ? AND number < ?",
	[CUT_INCIDENTS] = "DELETE FROM incidents WHERE number >= ? AND number < ?",
	[CUT_CGROUPS] = "DELETE FROM cgroups WHERE id NOT IN (SELECT cgroup FROM threads)",
	[JOIN_LOSSES] = "UPDATE losses SET events ="
			" (SELECT sum(events) FROM losses WHERE id <= ?1) WHERE id = ?1",
	[CUT_LOSSES] = "DELETE FROM losses WHERE id >= ? AND id < ?",
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
	/* In the file itself: it is then known for what it is also without its log. */
	if (result == SQLITE_OK)
		result = sqlite3_exec(writer->db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)", NULL,
				      NULL, NULL);
	for (int i = 0; i < WRITER_STATEMENTS && result == SQLITE_OK; i++)
		result = sqlite3_prepare_v3(writer->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
					    &writer->stmt[i], NULL);
	return result;
}

/* What is numbered from now on belongs to a new epoch: with it all is stored anew. */
static void forget_numbers(struct writer *writer)
{
	memset(&writer->pages, 0, sizeof(writer->pages));
	memset(&writer->threads, 0, sizeof(writer->threads));
}

static void begin_epoch(struct writer *writer)
{
	if (epochs_begin(&writer->epochs, &writer->next))
		forget_numbers(writer);
}

/* SQLite's word for it is "unable to open": the system has a better one. */
static const char *why_not_made(const struct writer *writer)
{
	char directory[PATH_MAX];
	int err = sqlite3_system_errno(writer->db);

	snprintf(directory, sizeof(directory), "%s", writer->path);
	if (access(dirname(directory), W_OK))
		return strerror(errno);
	return err ? strerror(err) : writer_trouble(writer);
}

/* Each of them is this process's own: it was not there. */
static void remove_all(struct writer *writer)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", writer->path);
	writer_close(writer);
	writer_files_remove(path);
}

int writer_open(const char *path, const struct writer_bounds *bounds, struct writer **out,
		struct error *error)
{
	struct writer *writer;
	int err = writer_files_make(path, error);

	if (err)
		return err;
	writer = calloc(1, sizeof(*writer));
	if (writer)
		writer->path = strdup(path);
	if (!writer || !writer->path) {
		free(writer);
		return writer_files_refuse(path, strerror(ENOMEM), -ENOMEM, error);
	}
	writer->bounds = *bounds;
	/* Long ones go in parts. */
	writer->windows.longest_ns = 4 * bounds->ring_ns;
	if (writer->windows.longest_ns < WINDOW_LONG_NS)
		writer->windows.longest_ns = WINDOW_LONG_NS;
	writer->next = (struct epoch){.event = 1, .page = 1, .thread = 1};
	writer->committed = writer->next;
	begin_epoch(writer);
	if (sqlite3_open_v2(path, &writer->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
	    set_up(writer) != SQLITE_OK) {
		writer_files_refuse(path, why_not_made(writer), -sqlite3_system_errno(writer->db),
				    error);
		remove_all(writer);
		return -EIO;
	}
	if (!writer_files_are_own(path)) {
		writer_files_refuse(path, "another put a file of his beside it", -EIO, error);
		remove_all(writer);
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
	int result = sqlite3_get_autocommit(writer->db)
			     ? SQLITE_OK
			     : sqlite3_exec(writer->db, "COMMIT", NULL, NULL, NULL);

	if (result == SQLITE_OK) {
		writer->committed = writer->next;
		writer->cuts_committed = writer->cuts;
		epochs_commit(&writer->epochs);
		windows_commit(&writer->windows);
	}
	return result;
}

void writer_rollback(struct writer *writer)
{
	if (!sqlite3_get_autocommit(writer->db))
		sqlite3_exec(writer->db, "ROLLBACK", NULL, NULL, NULL);
	/* Numbers that were given out in it are not. */
	writer->next = writer->committed;
	writer->cuts = writer->cuts_committed;
	epochs_rollback(&writer->epochs, &writer->next);
	windows_rollback(&writer->windows);
	forget_numbers(writer);
}

/* With FULL a commit waits until the log is on the disk, all of it. */
int writer_sync(struct writer *writer)
{
	char text[24];
	int result = sqlite3_exec(writer->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);

	if (result == SQLITE_OK)
		result = writer_begin(writer);
	snprintf(text, sizeof(text), "%" PRIu64, writer->committed.from_ns);
	if (result == SQLITE_OK)
		result = writer_fact(writer, "synced_ns", text);
	if (result == SQLITE_OK)
		result = writer_commit(writer);
	if (result != SQLITE_OK)
		writer_rollback(writer);
	sqlite3_exec(writer->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
	return result;
}

int64_t writer_ask(struct writer *writer, const char *question)
{
	sqlite3_stmt *stmt = NULL;
	int64_t value = 0;

	if (sqlite3_prepare_v2(writer->db, question, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

int writer_run(sqlite3_stmt *stmt)
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
	result = writer_run(stmt);
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
	result = writer_run(stmt);
	if (result == SQLITE_OK)
		intern_set(&writer->threads, who, sizeof(*who), *number = writer->next.thread++);
	return result;
}

static bool has_thread(const struct event_reader *who)
{
	static const struct event_reader nobody;

	return memcmp(who, &nobody, sizeof(nobody));
}

/* Of events that come out of order, each belongs to the time that was reached. */
static bool is_epoch_over(struct writer *writer, const struct event *event)
{
	const struct epoch *begun = &writer->epochs.span[writer->epochs.count - 1].begin;
	uint64_t *now_ns = &writer->next.from_ns;
	uint64_t ring_ns = writer->bounds.ring_ns;

	if (event->time_ns > *now_ns)
		*now_ns = event->time_ns;
	return writer->next.event - begun->event >= EPOCH_EVENTS ||
	       (ring_ns && *now_ns - begun->from_ns >= ring_ns / RING_EPOCHS &&
		writer->next.event > begun->event);
}

int writer_event(struct writer *writer, const struct event *event)
{
	sqlite3_stmt *stmt = writer->stmt[PUT_EVENT];
	uint8_t detail[CODEC_BYTES];
	size_t bytes = codec_encode(event, detail);
	int64_t page = 0, thread = 0;
	int result = SQLITE_OK;

	if (is_epoch_over(writer, event))
		begin_epoch(writer);
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
	result = writer_run(stmt);
	writer->next.event += result == SQLITE_OK;
	return result;
}

void writer_gap(struct writer *writer, uint64_t events)
{
	writer->next.event += (int64_t)events;
	writer->gaps += events;
}

int writer_end(struct writer *writer)
{
	uint64_t numbers = (uint64_t)writer->next.event - 1;
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, numbers - writer->gaps - writer->cuts.events);
	return writer_fact(writer, RECORDING_FACT_STORED, text);
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
	writer->found_bytes += strlen(finding->json);
	return writer_run(stmt);
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
	writer->found_bytes += strlen(incident->json);
	return writer_run(stmt);
}

int writer_cgroup(struct writer *writer, uint64_t id, const char *path)
{
	writer->cgroups++;
	bind_u64(writer->stmt[PUT_CGROUP], 1, id);
	bind_text(writer->stmt[PUT_CGROUP], 2, path);
	return writer_run(writer->stmt[PUT_CGROUP]);
}

int writer_fact(struct writer *writer, const char *name, const char *value)
{
	bind_text(writer->stmt[PUT_FACT], 1, name);
	bind_text(writer->stmt[PUT_FACT], 2, value);
	return writer_run(writer->stmt[PUT_FACT]);
}

int writer_loss(struct writer *writer, uint64_t time_ns, uint64_t events, const char *cause)
{
	bind_u64(writer->stmt[PUT_LOSS], 1, time_ns);
	bind_u64(writer->stmt[PUT_LOSS], 2, events);
	bind_text(writer->stmt[PUT_LOSS], 3, cause);
	return writer_run(writer->stmt[PUT_LOSS]);
}

void writer_keep(struct writer *writer, const struct recorded_window *wanted)
{
	struct window window = {
		.from_ns = wanted->from_ns,
		.to_ns = wanted->to_ns,
		.finding = wanted->finding,
		.findings = wanted->findings,
		.rank = wanted->rank,
	};

	snprintf(window.severity, sizeof(window.severity), "%s", wanted->severity);
	windows_add(&writer->windows, &window);
}

struct writer_cuts writer_cuts(const struct writer *writer)
{
	return writer->cuts_committed;
}

uint64_t writer_windows(const struct writer *writer)
{
	return windows_kept(&writer->windows);
}

uint64_t writer_newest(const struct writer *writer)
{
	return (uint64_t)writer->committed.event - 1;
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
	for (int i = 0; i < WRITER_STATEMENTS; i++)
		sqlite3_finalize(writer->stmt[i]);
	/* Of one that is closed all is on the disk. */
	sqlite3_exec(writer->db, "DELETE FROM facts WHERE name = 'synced_ns'", NULL, NULL, NULL);
	/* Without a log it is one file, which can be read from a read-only directory. */
	sqlite3_exec(writer->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	sqlite3_close(writer->db);
	epochs_free(&writer->epochs);
	windows_free(&writer->windows);
	free(writer->path);
	free(writer);
}
