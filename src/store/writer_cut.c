// SPDX-License-Identifier: GPL-2.0-or-later
/* What of a recording goes, and what stays for good. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/writer_state.h"

/* Room above the limit for what is written before the next cut. */
#define SPARE_BYTES (1u << 20)

/*
 * Where the file has a limit, the ring has a quarter of it before any window goes, and findings and
 * incidents an eighth; and this much where it has none.
 */
#define RING_SHARE  4
#define FOUND_SHARE 8
#define FOUND_BYTES (256ull << 20)

/* Rows of which there are few, unless for years: names of cgroups, and what was lost. */
#define CGROUPS 16384
#define LOSSES	4096

/* What is in use of the file: pages that a cut has freed are filled before it grows. */
static uint64_t used_bytes(struct writer *writer)
{
	int64_t pages = writer_ask(writer, "PRAGMA page_count") -
			writer_ask(writer, "PRAGMA freelist_count");

	return (uint64_t)pages * (uint64_t)writer_ask(writer, "PRAGMA page_size");
}

static bool is_too_large(struct writer *writer)
{
	return writer->bounds.max_bytes &&
	       used_bytes(writer) > writer->bounds.max_bytes - SPARE_BYTES;
}

static int cut_rows(struct writer *writer, enum writer_statement which, int64_t from, int64_t to)
{
	sqlite3_bind_int64(writer->stmt[which], 1, from);
	sqlite3_bind_int64(writer->stmt[which], 2, to);
	return writer_run(writer->stmt[which]);
}

static int cut_span(struct writer *writer, struct epoch_span *span)
{
	const struct epoch *begin = &span->begin, *end = &span->end;
	int result = cut_rows(writer, CUT_EVENTS, begin->event, end->event);

	if (result == SQLITE_OK)
		writer->cuts.events += (uint64_t)sqlite3_changes(writer->db);
	if (result == SQLITE_OK)
		result = cut_rows(writer, CUT_PAGES, begin->page, end->page);
	if (result == SQLITE_OK)
		result = cut_rows(writer, CUT_THREADS, begin->thread, end->thread);
	span->gone = true;
	return result;
}

static bool is_kept(const struct writer *writer, const struct epoch_span *span)
{
	return windows_meet(&writer->windows, span->begin.from_ns, span->end.from_ns);
}

/* The oldest epoch leaves the ring: for good, or to be kept for good. */
static int leave_ring(struct writer *writer)
{
	struct epoch_span *span = epochs_oldest(&writer->epochs);
	int result = is_kept(writer, span) ? SQLITE_OK : cut_span(writer, span);

	writer->epochs.ring++;
	return result;
}

/* The oldest window goes, with what no other is kept for. */
static int cut_window(struct writer *writer)
{
	struct window *window = windows_oldest(&writer->windows);
	int result = SQLITE_OK;

	window->gone = true;
	writer->cuts.windows++;
	sqlite3_bind_int64(writer->stmt[CUT_WINDOW], 1, (sqlite3_int64)window->number);
	result = writer_run(writer->stmt[CUT_WINDOW]);
	for (size_t i = 0; i < writer->epochs.ring && result == SQLITE_OK; i++) {
		struct epoch_span *span = &writer->epochs.span[i];

		if (!span->gone && !is_kept(writer, span))
			result = cut_span(writer, span);
	}
	return result;
}

static int cut_for_age(struct writer *writer, uint64_t now_ns)
{
	const struct writer_bounds *bounds = &writer->bounds;
	uint64_t age_ns = bounds->ring_ns ? bounds->ring_ns : bounds->max_age_ns;
	uint64_t oldest_ns = age_ns && now_ns > age_ns ? now_ns - age_ns : 0;
	const struct epoch_span *span;
	const struct window *window;
	int result = SQLITE_OK;

	while (result == SQLITE_OK && (span = epochs_oldest(&writer->epochs)) &&
	       span->end.from_ns < oldest_ns)
		result = leave_ring(writer);
	if (!bounds->ring_ns || !bounds->max_age_ns || now_ns < bounds->max_age_ns)
		return result;
	while (result == SQLITE_OK && (window = windows_oldest(&writer->windows)) &&
	       window->to_ns < now_ns - bounds->max_age_ns)
		result = cut_window(writer);
	return result;
}

/* A burst of events must not take what is kept for good; nor that all of the ring. */
static bool has_ring_its_share(const struct writer *writer)
{
	uint64_t ring = epochs_ring_events(&writer->epochs);
	uint64_t kept = epochs_kept_events(&writer->epochs);

	return ring >= (ring + kept) / RING_SHARE;
}

static int cut_for_size(struct writer *writer)
{
	int result = SQLITE_OK;

	while (result == SQLITE_OK && is_too_large(writer)) {
		bool ring = epochs_oldest(&writer->epochs);
		bool window = windows_oldest(&writer->windows);

		if (ring && (!window || has_ring_its_share(writer)))
			result = leave_ring(writer);
		else if (window)
			result = cut_window(writer);
		else
			break;
	}
	return result;
}

/* The oldest eighth of what was found. */
static int cut_oldest_found(struct writer *writer)
{
	static const char *const bounds[] = {
		"SELECT coalesce(min(number) + (max(number) - min(number)) / 8 + 1, 0)"
		" FROM findings",
		"SELECT coalesce(min(number) + (max(number) - min(number)) / 8 + 1, 0)"
		" FROM incidents",
	};
	int result = SQLITE_OK;

	for (int i = 0; i < 2 && result == SQLITE_OK; i++) {
		result = cut_rows(writer, i ? CUT_INCIDENTS : CUT_FINDINGS, 0,
				  writer_ask(writer, bounds[i]));
		writer->cuts.found += (uint64_t)sqlite3_changes(writer->db);
	}
	writer->found_bytes = (uint64_t)writer_ask(
		writer, "SELECT (SELECT coalesce(sum(length(json)), 0) FROM findings)"
			" + (SELECT coalesce(sum(length(json)), 0) FROM incidents)");
	return result;
}

static int cut_found(struct writer *writer)
{
	uint64_t most =
		writer->bounds.max_bytes ? writer->bounds.max_bytes / FOUND_SHARE : FOUND_BYTES;
	uint64_t before = UINT64_MAX;
	int result = SQLITE_OK;

	while (result == SQLITE_OK && writer->found_bytes > most && writer->cuts.found != before) {
		before = writer->cuts.found;
		result = cut_oldest_found(writer);
	}
	return result;
}

static int cut_names(struct writer *writer)
{
	int result = SQLITE_OK;

	if (writer->cgroups > CGROUPS) {
		writer->cgroups = 0;
		result = writer_run(writer->stmt[CUT_CGROUPS]);
	}
	return result;
}

/* Beyond LOSSES the oldest half becomes one row: what it adds up to stays. */
static int join_losses(struct writer *writer)
{
	int64_t middle;
	int result;

	if (writer_ask(writer, "SELECT count(*) FROM losses") <= LOSSES)
		return SQLITE_OK;
	middle = writer_ask(writer, "SELECT (min(id) + max(id)) / 2 FROM losses");
	sqlite3_bind_int64(writer->stmt[JOIN_LOSSES], 1, middle);
	result = writer_run(writer->stmt[JOIN_LOSSES]);
	if (result != SQLITE_OK)
		return result;
	return cut_rows(writer, CUT_LOSSES, 0, middle);
}

static int store_windows(struct writer *writer)
{
	sqlite3_stmt *stmt = writer->stmt[PUT_WINDOW];
	int result = SQLITE_OK;

	for (size_t i = 0; i < writer->windows.count && result == SQLITE_OK; i++) {
		struct window *window = &writer->windows.window[i];

		if (window->stored || window->gone)
			continue;
		sqlite3_bind_int64(stmt, 1, (sqlite3_int64)window->number);
		sqlite3_bind_int64(stmt, 2, (sqlite3_int64)window->from_ns);
		sqlite3_bind_int64(stmt, 3, (sqlite3_int64)window->to_ns);
		sqlite3_bind_int64(stmt, 4, (sqlite3_int64)window->finding);
		sqlite3_bind_int64(stmt, 5, (sqlite3_int64)window->findings);
		sqlite3_bind_text(stmt, 6, window->severity, -1, SQLITE_STATIC);
		result = writer_run(stmt);
		window->stored = result == SQLITE_OK;
	}
	return result;
}

static int tell(struct writer *writer, const char *name, uint64_t now, uint64_t before)
{
	char text[24];

	if (now == before)
		return SQLITE_OK;
	snprintf(text, sizeof(text), "%" PRIu64, now);
	return writer_fact(writer, name, text);
}

int writer_cut(struct writer *writer, uint64_t now_ns)
{
	const struct writer_cuts *now = &writer->cuts, *before = &writer->cuts_committed;
	int result = cut_for_age(writer, now_ns);

	if (result == SQLITE_OK)
		result = cut_for_size(writer);
	if (result == SQLITE_OK)
		result = cut_found(writer);
	if (result == SQLITE_OK)
		result = cut_names(writer);
	if (result == SQLITE_OK)
		result = join_losses(writer);
	if (result == SQLITE_OK)
		result = store_windows(writer);
	if (result == SQLITE_OK)
		result = tell(writer, "events_cut", now->events, before->events);
	if (result == SQLITE_OK)
		result = tell(writer, "windows_cut", now->windows, before->windows);
	if (result == SQLITE_OK)
		result = tell(writer, "findings_cut", now->found, before->found);
	return result;
}
