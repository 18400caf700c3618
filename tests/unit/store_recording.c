// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * store/recorder.h and store/recording.h: what is kept is what is read, bounded, and damage is
 * told.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store/recorder.h"
#include "store/recording.h"
#include "store/recording_file.h"

static char path[64];

static int make_path(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/store-%d.sqlite", (int)getpid());
	unlink(path);
	return 0;
}

static int remove_path(void **state)
{
	char log[80];

	make_path(state);
	snprintf(log, sizeof(log), "%s-wal", path);
	unlink(log);
	snprintf(log, sizeof(log), "%s-shm", path);
	return unlink(log) && errno != ENOENT;
}

static struct recorder *begin(uint64_t max_bytes)
{
	const struct recorder_options options = {
		.path = path, .max_bytes = max_bytes, .may_wait = true};
	struct fact_list facts = {0};
	struct recorder *recorder = NULL;
	struct error error = {0};

	fact_set(&facts, "start_monotonic_ns", "17");
	assert_int_equal(recorder_open(&options, &facts, &recorder, &error), 0);
	return recorder;
}

/* The @i-th of a run of events that differ in all that is kept beside the detail. */
static struct event event_of(uint64_t i)
{
	struct event event = {
		.type = i % 2 ? EVENT_READ : EVENT_PAGE,
		.time_ns = 1000 + i * 10,
		.latency_ns = i,
		.latency_is_bound = i % 3 == 0,
		.is_slow = i % 5 == 0,
		.is_phc = i % 7 == 0,
		.device = (int32_t)(i % 4) - 1,
		.result = i % 11 ? 0 : -ETIMEDOUT,
		.path = (enum event_path)(i % EVENT_PATHS),
		.call_id = i * 1000,
		.page_state = (enum event_page_state)(i % 4),
	};

	if (event.page_state != EVENT_PAGE_ABSENT) {
		page_from_bytes(&event.page, "VCLK", 4);
		event.page.bytes[0] = (uint8_t)(i / 64);
		event.page.length = VMCLOCK_ABI_BYTES;
	}
	if (i % 2) {
		event.read.counter = i;
		event.who =
			(struct event_reader){.pid = (uint32_t)(i % 50), .tid = 1, .cgroup = i % 3};
		memcpy(event.who.comm, "sixteen\xff bytes !", EVENT_COMM_BYTES);
	} else {
		event.sample.ticks.before = i;
	}
	return event;
}

static void keep(struct recorder *recorder, uint64_t events)
{
	for (uint64_t i = 1; i <= events; i++) {
		struct event event = event_of(i);

		recorder_event(recorder, &event);
	}
}

static struct recording *open_for_reading(void)
{
	struct recording *recording = NULL;
	struct error error = {0};

	assert_int_equal(recording_open(path, &recording, &error), 0);
	return recording;
}

static void all_comes_back(void **state)
{
	struct recorder *recorder = begin(0);
	const struct recorded_finding finding = {1, "stun", "warning", 5, 6, "{\"a\":1}"};
	struct recording_losses losses;
	struct recorder_counts counts;
	struct recording *recording;
	struct event event;

	(void)state;
	keep(recorder, 3000);
	recorder_finding(recorder, &finding);
	recorder_cgroup(recorder, 2, "/system.slice");
	recorder_fact(recorder, "later", "\xff");
	recorder_close(recorder, &counts);
	assert_int_equal(counts.kept, 3000);
	assert_int_equal(counts.lost, 0);
	assert_string_equal(counts.trouble, "");

	recording = open_for_reading();
	for (uint64_t i = 1; i <= 3000; i++) {
		struct event wanted = event_of(i);

		assert_true(recording_next(recording, &event));
		assert_memory_equal(&event, &wanted, sizeof(event));
	}
	assert_false(recording_next(recording, &event));
	assert_string_equal(recording_damage(recording)->why, "");
	assert_string_equal(fact_get(recording_facts(recording), "start_monotonic_ns"), "17");
	assert_string_equal(fact_get(recording_facts(recording), "later"), "\xff");
	assert_string_equal(recording_finding(recording, 1), "{\"a\":1}");
	assert_null(recording_finding(recording, 2));
	assert_int_equal(recording_findings(recording), 1);
	assert_string_equal(recording_cgroup(recording, 2), "/system.slice");
	assert_string_equal(recording_cgroup(recording, 3), "");
	recording_losses(recording, &losses);
	assert_int_equal(losses.events, 0);
	recording_close(recording);
}

/* Of more reads than any disk takes some are lost, and counted; of what counts them nothing is. */
static void counts_outlive_reads(void **state)
{
	const struct recorder_options options = {.path = path};
	const uint64_t reads = 2000000, tallies = 2000;
	struct fact_list facts = {0};
	struct recorder *recorder = NULL;
	struct recorder_counts counts;
	struct recording *recording;
	struct error error = {0};
	uint64_t kept = 0, counted = 0;
	struct event event;

	(void)state;
	assert_int_equal(recorder_open(&options, &facts, &recorder, &error), 0);
	for (uint64_t i = 1; i <= reads; i++) {
		event = event_of(2 * i + 1);
		recorder_event(recorder, &event);
		if (i % (reads / tallies))
			continue;
		event = (struct event){.type = EVENT_TALLY, .time_ns = event.time_ns, .device = -1};
		event.tally.uses[PATH_CLOCK_GETTIME] = reads / tallies;
		recorder_event(recorder, &event);
	}
	recorder_close(recorder, &counts);
	assert_true(counts.lost > 0);

	recording = open_for_reading();
	while (recording_next(recording, &event)) {
		kept += event.type == EVENT_READ;
		if (event.type == EVENT_TALLY)
			counted += event.tally.uses[PATH_CLOCK_GETTIME];
	}
	assert_int_equal(counted, reads);
	assert_int_equal(kept + counts.lost, reads);
	recording_close(recording);
}

/* The newest stay, each with its page and its thread, and the file is no larger than asked for. */
static void oldest_go(void **state)
{
	struct recorder *recorder = begin(RECORDER_MIN_BYTES);
	uint64_t events = 160000, first, i;
	struct recorder_counts counts;
	struct recording *recording;
	struct event event, wanted;
	struct stat file;

	(void)state;
	for (i = 1; i <= events; i++) {
		event = event_of(i);
		recorder_event(recorder, &event);
	}
	recorder_close(recorder, &counts);
	assert_int_equal(counts.lost, 0);
	assert_true(counts.cut > 0);
	assert_int_equal(stat(path, &file), 0);
	assert_true(file.st_size <= RECORDER_MIN_BYTES + (1 << 20));

	recording = open_for_reading();
	assert_true(recording_next(recording, &event));
	first = (event.time_ns - 1000) / 10;
	assert_int_equal(first, counts.cut + 1);
	assert_true(first < events - 10000);
	for (i = first; i <= events; i++) {
		wanted = event_of(i);
		assert_memory_equal(&event, &wanted, sizeof(event));
		assert_int_equal(recording_next(recording, &event), i < events);
	}
	assert_string_equal(recording_damage(recording)->why, "");
	assert_int_equal(fact_get_u64(recording_facts(recording), "events_cut", 0), counts.cut);
	recording_close(recording);
}

#define FOUND(time_ns)                                                                             \
	" INSERT INTO findings VALUES(1, 'disruption', 'critical', 0, " #time_ns ", '{}')"

/*
 * Whoever takes events out of a recording that was closed leaves one that is damaged; what was
 * found live in what cannot be read is still known.
 */
static void rows_are_counted(void **state)
{
	static const struct {
		const char *sql;
		const char *why;
		const char *found;
	} cases[] = {
		{"UPDATE facts SET value = value WHERE name = 'none'", ""},
		{"DELETE FROM events WHERE id > 990", "of its 1000 events 990 are there"},
		{"DELETE FROM events WHERE id > 990;" FOUND(10950),
		 "of its 1000 events 990 are there", "disruption"},
		{"UPDATE events SET type = 99 WHERE id = 500;" FOUND(6000),
		 "events in it hold what no recorder writes", "disruption"},
		{"UPDATE events SET type = 99 WHERE id = 500;" FOUND(4000),
		 "events in it hold what no recorder writes"},
		{"DELETE FROM events WHERE id = 500", "of its 1000 events 999 are there"},
		{"DELETE FROM events WHERE id < 3", "of its 1000 events 998 are there"},
		{"DELETE FROM events", "of its 1000 events 0 are there"},
		/* As versions before left it: they numbered them. */
		{"DELETE FROM facts WHERE name = 'events_stored';"
		 " INSERT INTO facts VALUES('end_monotonic_ns', 1)",
		 ""},
		{"DELETE FROM facts WHERE name = 'events_stored';"
		 " INSERT INTO facts VALUES('end_monotonic_ns', 1), ('events_cut', '10');"
		 " DELETE FROM events WHERE id <= 10",
		 ""},
		{"DELETE FROM facts WHERE name = 'events_stored';"
		 " INSERT INTO facts VALUES('end_monotonic_ns', 1), ('events_cut', '10');"
		 " DELETE FROM events WHERE id <= 11",
		 "of its 990 events 989 are there"},
	};
	struct recording *recording;
	struct event event;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recorder *recorder = begin(0);
		sqlite3 *db;

		for (uint64_t n = 1; n <= 1000; n++) {
			event = event_of(n);
			recorder_event(recorder, &event);
		}
		recorder_close(recorder, NULL);
		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(db);
		recording = open_for_reading();
		while (recording_next(recording, &event))
			;
		assert_string_equal(recording_damage(recording)->why, cases[i].why);
		assert_string_equal(recording_damage(recording)->found.worst, cases[i].found ?: "");
		recording_close(recording);
		remove_path(state);
	}
}

static void not_written_over(void **state)
{
	const struct recorder_options options = {.path = path};
	struct fact_list facts = {0};
	struct recorder *recorder = begin(0), *second = NULL;
	struct error error = {0};

	(void)state;
	assert_int_equal(recorder_open(&options, &facts, &second, &error), -EEXIST);
	assert_non_null(strstr(error.cause, path));
	assert_null(second);
	recorder_close(recorder, NULL);
}

static void write_bytes(const char *bytes, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
}

static void foreign_files(void **state)
{
	static const char text[] =
		"this is no database, but long enough to be taken for one, almost";
	struct recording *recording = NULL;
	struct error error = {0};

	(void)state;
	assert_int_equal(recording_open("/nowhere/at/all", &recording, &error), -ENOENT);
	write_bytes(text, sizeof(text));
	assert_int_equal(recording_open(path, &recording, &error), -EIO);
	assert_true(*error.cause && *error.hint);
	write_bytes("", 0);
	assert_int_equal(recording_open(path, &recording, &error), -EINVAL);
	assert_null(recording);
}

/* It is as large as its header says, but for one with a log, which may have more of it. */
static void cut_or_joined_files(void **state)
{
	static const long changed[] = {0, -1, 1, 4096};
	struct recorder *recorder = begin(0);
	uint64_t bytes, expected_bytes;
	struct stat whole;
	char log[80];
	FILE *file;

	(void)state;
	keep(recorder, 100);
	assert_true(recording_file_is_whole(path, &bytes, &expected_bytes));
	recorder_close(recorder, NULL);
	assert_int_equal(stat(path, &whole), 0);
	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++) {
		char why[ERROR_CAUSE_BYTES] = "";
		struct recording *recording;
		struct event event;
		uint64_t events = 0;

		assert_int_equal(truncate(path, whole.st_size + changed[i]), 0);
		if (changed[i])
			snprintf(why, sizeof(why), "it has %ld bytes, and by its header %ld",
				 whole.st_size + changed[i], whole.st_size);
		recording = open_for_reading();
		while (recording_next(recording, &event))
			events++;
		assert_int_equal(events, 100);
		assert_string_equal(recording_damage(recording)->why, why);
		recording_close(recording);
	}
	assert_false(recording_file_is_whole(path, &bytes, &expected_bytes));
	snprintf(log, sizeof(log), "%s-wal", path);
	file = fopen(log, "w");
	assert_non_null(file);
	fputs("log", file);
	fclose(file);
	assert_true(recording_file_is_whole(path, &bytes, &expected_bytes));
}

/* Bytes turned over anywhere: it ends, it does not crash, and what comes is in its ranges. */
static void damaged_files(void **state)
{
	struct recorder *recorder = begin(0);
	static char whole[1 << 20], bad[1 << 20];
	size_t length, opened = 0, complained = 0;
	struct error error;
	FILE *file;

	(void)state;
	keep(recorder, 2000);
	recorder_close(recorder, NULL);
	file = fopen(path, "r");
	assert_non_null(file);
	length = fread(whole, 1, sizeof(whole), file);
	fclose(file);
	assert_true(length > 50000 && length < sizeof(whole));
	srand(11);
	for (int round = 0; round < 300; round++) {
		struct recording *recording = NULL;
		struct event event;
		uint64_t events = 0;

		memcpy(bad, whole, length);
		for (int n = 0; n < 1 + round % 40; n++)
			bad[100 + (size_t)rand() % (length - 100)] = (char)rand();
		write_bytes(bad, round % 10 ? length : (size_t)rand() % length);
		if (recording_open(path, &recording, &error))
			continue;
		opened++;
		while (recording_next(recording, &event)) {
			assert_true(event.type < EVENT_TYPES && event.path < EVENT_PATHS);
			assert_true(event.page.length <= VMCLOCK_ABI_BYTES);
			assert_true(events++ < 100000);
		}
		complained += *recording_damage(recording)->why != '\0';
		recording_close(recording);
	}
	assert_true(opened > 50 && complained > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_comes_back, make_path, remove_path),
		cmocka_unit_test_setup_teardown(counts_outlive_reads, make_path, remove_path),
		cmocka_unit_test_setup_teardown(oldest_go, make_path, remove_path),
		cmocka_unit_test_setup_teardown(rows_are_counted, make_path, remove_path),
		cmocka_unit_test_setup_teardown(not_written_over, make_path, remove_path),
		cmocka_unit_test_setup_teardown(foreign_files, make_path, remove_path),
		cmocka_unit_test_setup_teardown(cut_or_joined_files, make_path, remove_path),
		cmocka_unit_test_setup_teardown(damaged_files, make_path, remove_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
