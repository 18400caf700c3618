/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A story as a recording, and what the commands say of it; for claim_property.c. */
#ifndef VMCLOCK_TRACE_TESTS_CLAIM_RECORD_H
#define VMCLOCK_TRACE_TESTS_CLAIM_RECORD_H

#include <sqlite3.h>
#include <sys/mman.h>
#include <unistd.h>

#include "claim_story.h"
#include "feed/command.h"
#include "record/record_session.h"

#define OUTPUT_BYTES (1u << 24)

static struct story story;

/* Was it more than once between two samples more than a second apart, by the page's own count? */
static inline bool is_missed(void)
{
	const struct page *before = NULL;
	uint64_t before_ns = 0;

	for (size_t i = 0; i < story.count; i++) {
		const struct event *event = &story.told[i].event;

		if (event->type != EVENT_PAGE || event->page_state != EVENT_PAGE_STABLE)
			continue;
		if (before && event->time_ns - before_ns > PAGE_WATCHED_NS &&
		    (uint32_t)(page_get(&event->page, PAGE_SEQ_COUNT) -
			       page_get(before, PAGE_SEQ_COUNT)) > 2)
			return true;
		before = &event->page;
		before_ns = event->time_ns;
	}
	return false;
}

static void quiet_begin(FILE *out, const struct record_context *context)
{
	(void)out;
	(void)context;
}

static void quiet_finding(FILE *out, uint64_t start_ns, const struct finding *finding)
{
	(void)out;
	(void)start_ns;
	(void)finding;
}

static void quiet_incident(FILE *out, uint64_t start_ns, const struct incident *incident)
{
	(void)out;
	(void)start_ns;
	(void)incident;
}

static const struct record_view quiet = {
	.begin = quiet_begin, .finding = quiet_finding, .incident = quiet_incident};

static inline void copy_file(const char *from, const char *to)
{
	static char bytes[1 << 22];
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	size_t length;

	assert_true(in && out);
	while ((length = fread(bytes, 1, sizeof(bytes), in)) > 0)
		assert_int_equal(fwrite(bytes, 1, length, out), length);
	fclose(in);
	fclose(out);
}

/* What a ring does: a stretch of events makes room, never the newest. */
static inline void make_gap(const char *path)
{
	size_t from = story_pick(&story, story.count), length = 1 + story_pick(&story, story.count);
	char sql[512];
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	snprintf(sql, sizeof(sql),
		 "DELETE FROM events WHERE id >= %zu AND id < %zu AND"
		 " id < (SELECT max(id) FROM events);"
		 "INSERT OR REPLACE INTO facts VALUES('events_cut',"
		 " (SELECT max(id) FROM events) - (SELECT count(*) FROM events));"
		 "UPDATE facts SET value = (SELECT count(*) FROM events) WHERE name ="
		 " 'events_stored'",
		 from, from + length);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static inline void record_story(const char *path)
{
	char whole[96];
	const struct recorder_options options = {.path = story.end == STORY_ALONE ? whole : path,
						 .may_wait = true};
	struct record_session session = {.view = &quiet};
	struct recorder_counts counts;
	struct fact_list facts = {0};
	struct error error = {0};

	snprintf(whole, sizeof(whole), "%s.whole", path);
	fact_set(&facts, "tool", "vmclock-trace");
	fact_set(&facts, "host", "story");
	fact_set(&facts, "page", "simulated");
	fact_set(&facts, "start_monotonic_ns", "%lld", SCENARIO_MONOTONIC_START_NS);
	fact_set(&facts, "start_realtime_ns", "%llu", 1767225600 * SECOND);
	assert_int_equal(record_session_open(&session, &options, &facts,
					     SCENARIO_MONOTONIC_START_NS, &error),
			 0);
	for (size_t i = 0; i < story.count; i++)
		record_session_event(&session, &story.told[i].event);
	if (story.end == STORY_ALONE)
		copy_file(whole, path);
	if (story.end == STORY_WHOLE || story.end == STORY_RING)
		record_session_finish(&session, &counts);
	record_session_close(&session);
	if (story.end == STORY_ALONE)
		unlink(whole);
	if (story.end == STORY_RING)
		make_gap(path);
}

/* What a command prints to @output, which is then text, and its exit status. */
static inline int say(const struct command *command, const char *path, const char *option,
		      char **output)
{
	char *argv[] = {(char *)command->name, (char *)option, (char *)path, NULL};
	int saved[2] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};
	int files[2] = {memfd_create("out", 0), memfd_create("err", 0)};
	static char text[OUTPUT_BYTES];
	ssize_t length;
	int status;

	fflush(stdout);
	for (int i = 0; i < 2; i++)
		dup2(files[i], STDOUT_FILENO + i);
	status = command->run(path ? 3 : 2, argv);
	fflush(stdout);
	for (int i = 0; i < 2; i++) {
		dup2(saved[i], STDOUT_FILENO + i);
		close(saved[i]);
	}
	length = pread(files[0], text, sizeof(text) - 1, 0);
	assert_true(length >= 0 && length < OUTPUT_BYTES - 1);
	text[length] = '\0';
	*output = text;
	close(files[0]);
	close(files[1]);
	return status;
}

/* A recording that was not closed leaves more than one file. */
static inline void forget(const char *path)
{
	static const char *const ends[] = {"",	     "-wal",	   "-shm",
					   ".whole", ".whole-wal", ".whole-shm"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char name[96];

		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

#endif
