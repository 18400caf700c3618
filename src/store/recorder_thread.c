// SPDX-License-Identifier: GPL-2.0-or-later
/* The thread of a recorder: it alone waits for the disk. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "base/clock_now.h"
#include "store/recorder_state.h"

#define COMMIT_NS 100000000   /* the longest that a row waits for its commit, */
#define QUIET_NS  1000000000  /* and in a ring while nothing is found */
#define SYNC_NS	  10000000000 /* the longest that it is not on the disk yet */
#define TIDY_NS	  60000000000 /* how often room is made elsewhere */
#define CUT_NS	  1000000000  /* how often it is looked whether old events must go, */
#define CUT_AFTER 4096	      /* or after how many events, if those come sooner */
#define RETRY_NS  1000000000  /* and whether what could not be written can be now */

/* NULL: it is over. */
static void set_trouble(struct recorder *recorder, const char *trouble)
{
	pthread_mutex_lock(&recorder->trouble_lock);
	if (trouble)
		snprintf(recorder->trouble, sizeof(recorder->trouble), "%s", trouble);
	recorder->in_trouble = trouble;
	pthread_mutex_unlock(&recorder->trouble_lock);
}

/* What is in the transaction is lost; for a while nothing is tried. */
static void fail(struct recorder *recorder)
{
	set_trouble(recorder, writer_trouble(recorder->writer));
	writer_rollback(recorder->writer);
	if (!recorder->unwritten)
		recorder->unwritten_ns = recorder->newest_ns;
	recorder->unwritten += recorder->in_transaction;
	recorder->lost += recorder->in_transaction;
	recorder->in_transaction = 0;
	recorder->overflowed += recorder->telling;
	recorder->telling = 0;
	recorder->owed = true;
	recorder->rows_lost += recorder->unsaved;
	recorder->unsaved = 0;
	recorder->retry_ns = clock_now_ns(CLOCK_MONOTONIC) + RETRY_NS;
}

/* Tell in the recording what is missing in it. */
static int tell_losses(struct recorder *recorder)
{
	int result = SQLITE_OK;

	recorder->telling = atomic_exchange(&recorder->overflowed, 0);
	if (recorder->telling)
		result = writer_loss(recorder->writer, recorder->newest_ns, recorder->telling,
				     "the disk was slower than the events");
	if (result == SQLITE_OK && recorder->unwritten)
		result = writer_loss(recorder->writer, recorder->unwritten_ns, recorder->unwritten,
				     recorder->trouble);
	return result;
}

static bool is_waiting(const struct recorder *recorder)
{
	return recorder->retry_ns && clock_now_ns(CLOCK_MONOTONIC) < recorder->retry_ns;
}

static int cut(struct recorder *recorder, uint64_t now_ns)
{
	if (now_ns < recorder->cut_due_ns && recorder->since_cut < CUT_AFTER && !recorder->urgent)
		return SQLITE_OK;
	recorder->cut_due_ns = now_ns + CUT_NS;
	recorder->since_cut = 0;
	return writer_cut(recorder->writer, recorder->newest_ns);
}

static int write_strings(struct recorder *recorder, const struct record *record)
{
	const char *first = (const char *)(record + 1);
	const char *second = first + strlen(first) + 1;
	struct recorded_finding finding;
	struct recorded_incident incident;

	switch (record->kind) {
	case RECORD_FINDING:
		finding = (struct recorded_finding){record->number, first,
						    second,	    record->from_ns,
						    record->to_ns,  second + strlen(second) + 1};
		return writer_finding(recorder->writer, &finding);
	case RECORD_INCIDENT:
		incident = (struct recorded_incident){record->number,	 first,
						      record->from_ns,	 record->to_ns,
						      record->recovered, second};
		return writer_incident(recorder->writer, &incident);
	case RECORD_CGROUP:
		return writer_cgroup(recorder->writer, record->number, first);
	default:
		return writer_fact(recorder->writer, first, second);
	}
}

/* What was lost of the rows that are no events, and what was done elsewhere: facts. */
static int tell_facts(struct recorder *recorder, uint64_t rows_lost)
{
	char text[24];
	int result = SQLITE_OK;

	snprintf(text, sizeof(text), "%" PRIu64, rows_lost);
	if (rows_lost != recorder->rows_told)
		result = writer_fact(recorder->writer, "rows_lost", text);
	if (result == SQLITE_OK && *recorder->removed)
		result = writer_fact(recorder->writer, "removed", recorder->removed);
	return result;
}

/* What was found before the commit failed is written again. */
static int write_owed(struct recorder *recorder)
{
	const struct record *record;
	int result = SQLITE_OK;
	size_t at = 0;

	while (recorder->owed && result == SQLITE_OK &&
	       (record = backlog_next(&recorder->backlog, &at)))
		result = write_strings(recorder, record);
	return result;
}

static void tidy(struct recorder *recorder, uint64_t now_ns)
{
	const struct recorder_options *options = &recorder->options;

	if (!options->tidy || now_ns < recorder->tidy_due_ns)
		return;
	recorder->tidy_due_ns = now_ns + TIDY_NS;
	options->tidy(recorder->bytes, recorder->removed, options->arg);
}

/* A commit is in the log; what was found must also be on the disk, and the rest before long. */
static void sync_log(struct recorder *recorder, uint64_t now_ns)
{
	uint64_t committed = writer_newest(recorder->writer);

	if (!recorder->urgent && (now_ns < recorder->sync_due_ns || committed == recorder->synced))
		return;
	recorder->sync_due_ns = now_ns + SYNC_NS;
	/* Where it fails the next commit fails too, and that is reported. */
	if (writer_sync(recorder->writer) != SQLITE_OK)
		return;
	recorder->synced = committed;
	recorder->urgent = false;
}

/* All that was to be written is. */
static void settle(struct recorder *recorder, uint64_t rows_lost)
{
	struct writer_cuts cuts = writer_cuts(recorder->writer);

	if (recorder->retry_ns)
		set_trouble(recorder, NULL);
	recorder->retry_ns = 0;
	recorder->in_transaction = 0;
	recorder->unwritten = 0;
	recorder->telling = 0;
	recorder->owed = false;
	recorder->unsaved = 0;
	recorder->rows_told = rows_lost;
	*recorder->removed = '\0';
	backlog_clear(&recorder->backlog);
	recorder->cut = cuts.events;
	recorder->windows_cut = cuts.windows;
	recorder->windows = writer_windows(recorder->writer);
}

static void commit(struct recorder *recorder, uint64_t now_ns)
{
	uint64_t rows_lost = recorder->rows_lost;
	int result;

	tidy(recorder, now_ns);
	recorder->commit_due_ns = now_ns + (recorder->options.ring_ns ? QUIET_NS : COMMIT_NS);
	result = writer_begin(recorder->writer);
	if (result == SQLITE_OK)
		result = write_owed(recorder);
	if (result == SQLITE_OK)
		result = tell_losses(recorder);
	if (result == SQLITE_OK)
		result = cut(recorder, now_ns);
	if (result == SQLITE_OK)
		result = tell_facts(recorder, rows_lost);
	if (result == SQLITE_OK && recorder->ended)
		result = writer_end(recorder->writer);
	if (result == SQLITE_OK)
		result = writer_commit(recorder->writer);
	if (result != SQLITE_OK) {
		fail(recorder);
		return;
	}
	settle(recorder, rows_lost);
	sync_log(recorder, now_ns);
	recorder->bytes = writer_bytes(recorder->writer);
}

static void write_event(struct recorder *recorder, const struct record *record, size_t bytes)
{
	struct event event = {0};
	int result;

	memcpy(&event, record + 1, bytes - sizeof(*record));
	recorder->newest_ns = event.time_ns;
	if (is_waiting(recorder)) {
		recorder->unwritten++;
		recorder->lost++;
		return;
	}
	result = writer_begin(recorder->writer);
	recorder->in_transaction++;
	recorder->since_cut++;
	if (result == SQLITE_OK)
		result = writer_event(recorder->writer, &event);
	if (result != SQLITE_OK)
		fail(recorder);
}

static void write_window(struct recorder *recorder, const struct record *record)
{
	const struct recorded_window window = {
		.from_ns = record->from_ns,
		.to_ns = record->to_ns,
		.finding = record->number,
		.findings = record->findings,
		.rank = record->rank,
		.severity = (const char *)(record + 1),
	};

	writer_keep(recorder->writer, &window);
}

/* What was found waits for no quiet moment. */
static void commit_soon(struct recorder *recorder)
{
	uint64_t due_ns = clock_now_ns(CLOCK_MONOTONIC) + COMMIT_NS;

	recorder->urgent = true;
	if (recorder->commit_due_ns > due_ns)
		recorder->commit_due_ns = due_ns;
}

static void write_row(struct recorder *recorder, const struct record *record, size_t bytes)
{
	bool saved = backlog_put(&recorder->backlog, record, bytes);
	int result;

	if (record->kind == RECORD_FINDING || record->kind == RECORD_INCIDENT)
		commit_soon(recorder);
	if (is_waiting(recorder)) {
		recorder->owed = true;
		recorder->rows_lost += !saved;
		return;
	}
	recorder->unsaved += !saved;
	result = writer_begin(recorder->writer);
	if (result == SQLITE_OK)
		result = write_strings(recorder, record);
	if (result != SQLITE_OK)
		fail(recorder);
}

static void write_record(struct recorder *recorder, const struct record *record, size_t bytes)
{
	if (record->kind == RECORD_EVENT)
		write_event(recorder, record, bytes);
	else if (record->kind == RECORD_WINDOW)
		write_window(recorder, record);
	else
		write_row(recorder, record, bytes);
}

void *recorder_write(void *arg)
{
	struct recorder *recorder = arg;
	const struct record *record = (const struct record *)recorder->taken;
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);
	size_t bytes;

	if (recorder->options.thread_begins)
		recorder->options.thread_begins();
	/* Who opened the file has made room before. */
	recorder->tidy_due_ns = now_ns + TIDY_NS;
	while (!recorder->ended) {
		bytes = queue_take(recorder->queue, recorder->taken, RECORD_BYTES, COMMIT_NS);
		recorder->ended = bytes && record->kind == RECORD_END;
		if (bytes && !recorder->ended)
			write_record(recorder, record, bytes);
		now_ns = clock_now_ns(CLOCK_MONOTONIC);
		if ((now_ns >= recorder->commit_due_ns || recorder->since_cut >= CUT_AFTER) &&
		    !is_waiting(recorder))
			commit(recorder, now_ns);
	}
	recorder->cut_due_ns = 0;
	recorder->urgent = true;
	/* The last few rows may fit where nothing else did: that is no good end. */
	recorder->failed = recorder->in_trouble;
	commit(recorder, clock_now_ns(CLOCK_MONOTONIC));
	recorder->failed |= recorder->in_trouble;
	return NULL;
}
