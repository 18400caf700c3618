// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/recording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "store/codec.h"
#include "store/recording_file.h"
#include "store/recording_state.h"
#include "store/schema.h"

/* Behind damage it is tried again so many rows further on, twice as many each time. */
#define SKIP_MOST 30

/* A damaged tree can lead back to where it was read before, for ever: not more often than this. */
#define LED_BACK_MOST 16

/* Far more windows than a ring keeps. */
#define GAPS 16384

/* Counts have a LIMIT: a bare count(*) is one step of SQLite's, however long it takes. */
static const char *const sql[RECORDING_STATEMENTS] = {
	[GET_EVENTS] = "SELECT id, time_ns, type, path, result, latency_ns, flags, device, call,"
		       " thread, page_state, page, detail FROM events WHERE id > ? ORDER BY id",
	[GET_PAGE] = "SELECT bytes FROM pages WHERE id = ?",
	[GET_THREAD] = "SELECT pid, tid, cgroup, comm FROM threads WHERE id = ?",
	[GET_CGROUP] = "SELECT path FROM cgroups WHERE id = ?",
	[GET_FINDING] = "SELECT json FROM findings WHERE number = ?",
	[COUNT_FINDINGS] = "SELECT count(*) FROM (SELECT 1 FROM findings LIMIT 1000000000)",
	[GET_INCIDENT] = "SELECT json FROM incidents WHERE number = ?",
	[COUNT_INCIDENTS] = "SELECT count(*) FROM (SELECT 1 FROM incidents LIMIT 1000000000)",
	[GET_LOSSES] = "SELECT events, cause, time_ns FROM losses ORDER BY id LIMIT 100000",
	[WALK_FINDINGS] = "SELECT number, found_ns FROM findings ORDER BY number",
	/* What is gone may have been one. */
	[WALK_ALARMS] = "SELECT number, found_ns, severity, kind FROM findings AS f"
			" WHERE severity <> 'info' OR"
			" number > 1 AND NOT EXISTS (SELECT 1 FROM findings WHERE number ="
			" f.number - 1) ORDER BY number",
	[WALK_INCIDENTS] = "SELECT number, to_ns FROM incidents ORDER BY number",
};

void recording_damaged(struct recording *recording, const char *why)
{
	if (!*recording->damage.why)
		snprintf(recording->damage.why, sizeof(recording->damage.why), "%s", why);
}

static int read_facts(struct recording *recording)
{
	sqlite3_stmt *stmt = NULL;
	int result = sqlite3_prepare_v2(recording->db, "SELECT name, value FROM facts LIMIT 1000",
					-1, &stmt, NULL);

	while (result == SQLITE_OK && (result = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0);
		const char *value = (const char *)sqlite3_column_text(stmt, 1);

		if (name && value)
			fact_set(&recording->facts, name, "%s", value);
		result = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	return result == SQLITE_DONE ? SQLITE_OK : result;
}

static void check_size(struct recording *recording, const char *path)
{
	uint64_t bytes, expected_bytes;
	char why[ERROR_CAUSE_BYTES];

	if (recording_file_is_whole(path, &bytes, &expected_bytes))
		return;
	snprintf(why, sizeof(why), "it has %" PRIu64 " bytes, and by its header %" PRIu64, bytes,
		 expected_bytes);
	recording_damaged(recording, why);
}

int recording_open(const char *path, struct recording **out, struct error *error)
{
	struct recording *recording;
	int err = recording_file_check(path, error);

	if (err)
		return err;
	recording = calloc(1, sizeof(*recording));
	if (!recording)
		return error_no_memory(error);
	/* Reading may make an empty one. */
	recording->log_is_missing = recording_file_lacks_log(path);
	check_size(recording, path);
	if (sqlite3_open_v2(path, &recording->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
		error_cause(error, "%s cannot be opened: %s", path, sqlite3_errmsg(recording->db));
		error_hint(error, "recordings are made by: vmclock-trace record FILE");
		err = sqlite3_system_errno(recording->db);
		err = err ? -err : -EIO;
	}
	if (!err) {
		read_limit_begin(&recording->limit, recording->db, path);
		err = schema_check(recording->db, path, error);
	}
	for (int i = 0; i < RECORDING_STATEMENTS && !err; i++) {
		if (sqlite3_prepare_v2(recording->db, sql[i], -1, &recording->stmt[i], NULL) !=
		    SQLITE_OK)
			err = -EIO;
	}
	if (!err && read_facts(recording) != SQLITE_OK)
		recording_damaged(recording, sqlite3_errmsg(recording->db));
	if (err == -EIO && !*error->cause)
		error_cause(error, "%s cannot be read: %s", path, sqlite3_errmsg(recording->db));
	if (err) {
		recording_close(recording);
		return err;
	}
	*out = recording;
	return 0;
}

void recording_close(struct recording *recording)
{
	if (!recording)
		return;
	for (int i = 0; i < RECORDING_STATEMENTS; i++)
		sqlite3_finalize(recording->stmt[i]);
	sqlite3_close(recording->db);
	free(recording);
}

const struct fact_list *recording_facts(const struct recording *recording)
{
	return &recording->facts;
}

enum recording_end recording_end(const struct recording *recording)
{
	if (fact_get(&recording->facts, "end_monotonic_ns"))
		return RECORDING_CLOSED;
	return recording->log_is_missing || fact_get(&recording->facts, RECORDING_FACT_LOG)
		       ? RECORDING_WITHOUT_LOG
		       : RECORDING_CUT;
}

const struct recording_damage *recording_damage(const struct recording *recording)
{
	return &recording->damage;
}

static bool take_page(struct recording *recording, int64_t id, struct page *page)
{
	sqlite3_stmt *stmt = recording->stmt[GET_PAGE];
	size_t slot = (size_t)id & (RECORDING_CACHE - 1);
	bool found = false;
	int bytes;

	if (id <= 0)
		return false;
	if (recording->pages[slot].id == id) {
		*page = recording->pages[slot].page;
		return true;
	}
	sqlite3_bind_int64(stmt, 1, id);
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		bytes = sqlite3_column_bytes(stmt, 0);
		found = bytes <= VMCLOCK_ABI_BYTES;
		if (found) {
			page_from_bytes(page, sqlite3_column_blob(stmt, 0), (size_t)bytes);
			recording->pages[slot].id = id;
			recording->pages[slot].page = *page;
		}
	}
	sqlite3_reset(stmt);
	return found;
}

static bool take_thread(struct recording *recording, int64_t id, struct event_reader *who)
{
	sqlite3_stmt *stmt = recording->stmt[GET_THREAD];
	size_t slot = (size_t)id & (RECORDING_CACHE - 1);
	const void *comm;
	bool found = false;
	int bytes;

	if (recording->threads[slot].id == id) {
		*who = recording->threads[slot].who;
		return true;
	}
	sqlite3_bind_int64(stmt, 1, id);
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		*who = (struct event_reader){
			.pid = (uint32_t)sqlite3_column_int64(stmt, 0),
			.tid = (uint32_t)sqlite3_column_int64(stmt, 1),
			.cgroup = (uint64_t)sqlite3_column_int64(stmt, 2),
		};
		comm = sqlite3_column_blob(stmt, 3);
		bytes = sqlite3_column_bytes(stmt, 3);
		found = bytes <= EVENT_COMM_BYTES;
		if (found && bytes)
			memcpy(who->comm, comm, (size_t)bytes);
		recording->threads[slot].id = found ? id : 0;
		recording->threads[slot].who = *who;
	}
	sqlite3_reset(stmt);
	return found;
}

/* The column as a number from @least to @most; false where it is none. */
static bool take(sqlite3_stmt *stmt, int column, int64_t least, int64_t most, int64_t *value)
{
	*value = sqlite3_column_int64(stmt, column);
	return *value >= least && *value <= most;
}

static bool take_row(struct recording *recording, sqlite3_stmt *stmt, struct event *event)
{
	int64_t type, path, result, flags, device, state;
	const void *detail;
	int bytes;

	if (!take(stmt, 2, 0, EVENT_TYPES - 1, &type) ||
	    !take(stmt, 3, 0, EVENT_PATHS - 1, &path) ||
	    !take(stmt, 4, INT32_MIN, INT32_MAX, &result) || !take(stmt, 6, 0, 7, &flags) ||
	    !take(stmt, 7, -1, INT32_MAX, &device) ||
	    !take(stmt, 10, EVENT_PAGE_ABSENT, EVENT_PAGE_TORN, &state))
		return false;
	*event = (struct event){
		.type = (enum event_type)type,
		.time_ns = (uint64_t)sqlite3_column_int64(stmt, 1),
		.latency_ns = (uint64_t)sqlite3_column_int64(stmt, 5),
		.latency_is_bound = flags & SCHEMA_LATENCY_IS_BOUND,
		.is_slow = flags & SCHEMA_IS_SLOW,
		.is_phc = flags & SCHEMA_IS_PHC,
		.device = (int32_t)device,
		.result = (int32_t)result,
		.path = (enum event_path)path,
		.call_id = (uint64_t)sqlite3_column_int64(stmt, 8),
		.page_state = (enum event_page_state)state,
	};
	detail = sqlite3_column_blob(stmt, 12);
	bytes = sqlite3_column_bytes(stmt, 12);
	if (bytes && codec_decode(detail, (size_t)bytes, event))
		return false;
	if (sqlite3_column_type(stmt, 9) != SQLITE_NULL &&
	    !take_thread(recording, sqlite3_column_int64(stmt, 9), &event->who))
		return false;
	return state == EVENT_PAGE_ABSENT ||
	       take_page(recording, sqlite3_column_int64(stmt, 11), &event->page);
}

/* The next row, behind damage too where there is one; false: there is none. */
static bool step(struct recording *recording)
{
	sqlite3_stmt *stmt = recording->stmt[GET_EVENTS];
	int64_t skip = 0;
	int result;

	for (int tries = 0; tries <= SKIP_MOST && !recording->limit.stopped; tries++) {
		if (!recording->running)
			sqlite3_bind_int64(stmt, 1,
					   recording->last_id > INT64_MAX - skip
						   ? INT64_MAX
						   : recording->last_id + skip);
		recording->running = true;
		result = sqlite3_step(stmt);
		if (result == SQLITE_ROW)
			return true;
		sqlite3_reset(stmt);
		recording->running = false;
		if (recording->limit.is_spent)
			recording_damaged(recording, READ_LIMIT_WHY);
		if (result == SQLITE_DONE || recording->limit.stopped)
			return false;
		recording_damaged(recording, sqlite3_errmsg(recording->db));
		recording->damage.gaps += tries == 0;
		skip = skip ? 2 * skip : 1;
	}
	return false;
}

const struct event_gap *recording_gap(const struct recording *recording)
{
	return &recording->gap;
}

/* The alarm of this row of WALK_ALARMS, if it is worse than those before. */
static void note_worst(struct event_gap *gap, sqlite3_stmt *stmt)
{
	const char *severity = (const char *)sqlite3_column_text(stmt, 2);
	const char *kind = (const char *)sqlite3_column_text(stmt, 3);
	bool is_critical = severity && !strcmp(severity, "critical");

	if (!severity || !kind || !strcmp(severity, "info") || !strcmp(kind, "data_loss") ||
	    (*gap->worst && (gap->worst_is_critical || !is_critical)))
		return;
	snprintf(gap->worst, sizeof(gap->worst), "%s", kind);
	gap->worst_is_critical = is_critical;
	gap->worst_ns = (uint64_t)sqlite3_column_int64(stmt, 1);
}

/*
 * On in a table that is in the order of its times, to the first row that is not before @to_ns.
 * Returns how many of those passed are behind @from_ns.
 */
static uint64_t walk(struct recording_walker *walker, sqlite3_stmt *stmt, uint64_t from_ns,
		     uint64_t to_ns, struct event_gap *gap)
{
	uint64_t between = 0;

	while (!walker->ended) {
		if (!walker->waits && sqlite3_step(stmt) != SQLITE_ROW) {
			walker->ended = true;
			sqlite3_reset(stmt);
			break;
		}
		walker->waits = (uint64_t)sqlite3_column_int64(stmt, 1) >= to_ns;
		if (walker->waits)
			break;
		walker->number = (uint64_t)sqlite3_column_int64(stmt, 0);
		if ((uint64_t)sqlite3_column_int64(stmt, 1) <= from_ns)
			continue;
		between++;
		if (gap)
			note_worst(gap, stmt);
	}
	return between;
}

/*
 * Ids have no gaps but where events went. What could not be read is damage, and reported as such.
 */
static void handle_gap(struct recording *recording, uint64_t missing, const struct event *event)
{
	sqlite3_stmt *findings = recording->stmt[WALK_FINDINGS];
	sqlite3_stmt *incidents = recording->stmt[WALK_INCIDENTS];
	struct event_gap *gap = &recording->gap;

	*gap = (struct event_gap){.from_ns = recording->last_ns, .to_ns = event->time_ns};
	if (!missing || recording->damage.gaps)
		return;
	if (++recording->gaps > GAPS) {
		recording_damaged(recording,
				  "more is missing in it, here and there, than a recorder cuts");
		return;
	}
	gap->events = missing;
	gap->findings = walk(&recording->findings, findings, gap->from_ns, gap->to_ns, NULL);
	gap->finding = recording->findings.number;
	/* That of the event behind the gap came of what is missing. */
	gap->alarms = walk(&recording->alarms, recording->stmt[WALK_ALARMS], gap->from_ns,
			   gap->to_ns + 1, gap);
	walk(&recording->incidents, incidents, gap->from_ns, gap->to_ns, NULL);
	gap->incident = recording->incidents.number;
}

/* What was found live in what cannot be read, up to @to_ns, is there nevertheless. */
static void handle_damage(struct recording *recording, uint64_t to_ns)
{
	walk(&recording->alarms, recording->stmt[WALK_ALARMS], recording->last_ns, to_ns,
	     &recording->damage.found);
}

/*
 * All rows were read: are they those that it was closed with? Older versions told only what they
 * cut of those that they numbered, and of a part that bundle(1) made not even that.
 */
static void check_rows(struct recording *recording)
{
	const struct fact_list *facts = &recording->facts;
	uint64_t cut = fact_get_u64(facts, "events_cut", 0);
	uint64_t stored = (uint64_t)recording->last_id > cut ? recording->last_id - cut : 0;
	char why[ERROR_CAUSE_BYTES];

	if (fact_get(facts, RECORDING_FACT_STORED))
		stored = fact_get_u64(facts, RECORDING_FACT_STORED, 0);
	else if (recording_end(recording) != RECORDING_CLOSED || fact_get(facts, "bundle"))
		return;
	snprintf(why, sizeof(why), "of its %" PRIu64 " events %" PRIu64 " are there", stored,
		 recording->rows);
	if (recording->rows != stored)
		recording_damaged(recording, why);
}

bool recording_next(struct recording *recording, struct event *event)
{
	uint64_t missing = 0, bad_rows = recording->damage.bad_rows, gaps = recording->damage.gaps;

	while (step(recording)) {
		int64_t id = sqlite3_column_int64(recording->stmt[GET_EVENTS], 0);

		if (id <= recording->last_id) {
			recording_damaged(recording, "its events are out of order");
			if (recording->led_back++ == LED_BACK_MOST)
				return false;
			recording->damage.bad_rows++;
			continue;
		}
		missing += (uint64_t)id - (uint64_t)recording->last_id - 1;
		recording->last_id = id;
		recording->rows++;
		if (take_row(recording, recording->stmt[GET_EVENTS], event)) {
			handle_gap(recording, missing, event);
			if (recording->damage.bad_rows != bad_rows ||
			    recording->damage.gaps != gaps)
				handle_damage(recording, event->time_ns + 1);
			recording->last_ns = event->time_ns;
			return true;
		}
		recording->damage.bad_rows++;
		recording_damaged(recording, "events in it hold what no recorder writes");
	}
	check_rows(recording);
	if (*recording->damage.why)
		handle_damage(recording, INT64_MAX);
	return false;
}

void recording_check(struct recording *recording)
{
	sqlite3_stmt *stmt = NULL;
	const char *found;

	if (sqlite3_prepare_v2(recording->db, "PRAGMA quick_check(1)", -1, &stmt, NULL) ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		found = recording->limit.is_spent ? READ_LIMIT_WHY : sqlite3_errmsg(recording->db);
	else
		found = (const char *)sqlite3_column_text(stmt, 0) ?: "it cannot be checked";
	if (strcmp(found, "ok") != 0)
		recording_damaged(recording, found);
	sqlite3_finalize(stmt);
}
