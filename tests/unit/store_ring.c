// SPDX-License-Identifier: GPL-2.0-or-later
/* A ring: in bounded space, with what is to be kept for good, and what had to go told. */
#include <stdlib.h>
#include <sys/stat.h>

#include "store/windows.h"
#include "seeds.h"
#include "store_make.h"

#define SECOND (1000000000ull)
#define HOUR   (3600 * SECOND)

/* Of 200 s and 20,000 events; enough for each to come round several times. */
#define ROUNDS (SEEDS_OF(60) < 24 ? 24 : SEEDS_OF(60))

static struct recorder *begin(uint64_t ring_ns, uint64_t max_bytes, uint64_t max_age_ns)
{
	const struct recorder_options options = {.path = path,
						 .ring_ns = ring_ns,
						 .max_bytes = max_bytes,
						 .max_age_ns = max_age_ns,
						 .may_wait = true};
	struct fact_list facts = {0};
	struct recorder *recorder = NULL;
	struct error error = {0};

	assert_int_equal(recorder_open(&options, &facts, &recorder, &error), 0);
	return recorder;
}

static void keep_events(struct recorder *recorder, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i <= to; i++) {
		struct event event = event_of(i);

		recorder_event(recorder, &event);
	}
}

static void keep_window(struct recorder *recorder, uint64_t from_ns, uint64_t to_ns,
			uint64_t finding)
{
	const struct recorded_window window = {.from_ns = from_ns,
					       .to_ns = to_ns,
					       .finding = finding,
					       .findings = 1,
					       .severity = "critical",
					       .rank = 2};

	recorder_window(recorder, &window);
}

/* Which stretches are left: each event in them is what it was. At most @room. */
struct stretch {
	uint64_t first;
	uint64_t last;
};

static size_t stretches_left(struct stretch *stretch, size_t room)
{
	struct recording *recording = open_recording(path);
	uint64_t gone = 0, i;
	struct event event, wanted;
	size_t count = 0;

	while (recording_next(recording, &event)) {
		i = event.time_ns / EVENT_NS;
		wanted = event_of(i);
		assert_memory_equal(&event, &wanted, sizeof(event));
		gone += recording_gap(recording)->events;
		if (!count || recording_gap(recording)->events) {
			assert_true(count < room);
			assert_true(!count || i == stretch[count - 1].last + 1 +
							      recording_gap(recording)->events);
			stretch[count++].first = i;
		} else {
			assert_int_equal(i, stretch[count - 1].last + 1);
		}
		stretch[count - 1].last = i;
	}
	assert_string_equal(recording_damage(recording)->why, "");
	assert_int_equal(fact_get_u64(recording_facts(recording), "events_cut", 0), gone);
	recording_close(recording);
	return count;
}

/* An hour at 100 a second with a ring of a minute; two windows meet, one stands alone. */
static void windows_stay(void **state)
{
	struct recorder *recorder = begin(60 * SECOND, 0, 0);
	struct recorder_counts counts;
	struct stretch left[8];
	uint64_t slack = 6 * SECOND / EVENT_NS; /* a sixteenth of the ring, and more */

	(void)state;
	keep_events(recorder, 1, 60000); /* 600 s */
	keep_window(recorder, 560 * SECOND, 610 * SECOND, 1);
	keep_events(recorder, 60001, 60500);
	keep_window(recorder, 580 * SECOND, 640 * SECOND, 2);
	keep_events(recorder, 60501, 200000); /* 2000 s */
	keep_window(recorder, 1950 * SECOND, 2010 * SECOND, 3);
	keep_events(recorder, 200001, 360000);
	recorder_close(recorder, &counts);
	assert_int_equal(counts.windows, 2);
	assert_int_equal(counts.windows_cut, 0);
	assert_int_equal(counts.lost, 0);
	assert_int_equal(stretches_left(left, 8), 3);
	assert_in_range(left[0].first, 56000 - slack, 56000);
	assert_in_range(left[0].last, 64000, 64000 + slack);
	assert_in_range(left[1].first, 195000 - slack, 195000);
	assert_in_range(left[1].last, 201000, 201000 + slack);
	assert_in_range(left[2].first, 354000 - slack - 1600, 354000);
	assert_int_equal(left[2].last, 360000);
}

/* Hours without a finding: the file is as large as the ring, not as the day. */
static void space_is_bounded(void **state)
{
	struct recorder *recorder = begin(60 * SECOND, 0, 0);
	uint64_t largest = 0, early = 0;
	struct recorder_counts counts;
	struct stat file;

	(void)state;
	for (uint64_t i = 0; i < ROUNDS; i++) {
		keep_events(recorder, i * 20000 + 1, (i + 1) * 20000);
		recorder_counts(recorder, &counts);
		largest = counts.bytes > largest ? counts.bytes : largest;
		early = i == ROUNDS / 3 ? largest : early;
	}
	recorder_close(recorder, &counts);
	assert_int_equal(stat(path, &file), 0);
	assert_true(counts.cut > ROUNDS * 20000 - 100000);
	/* It grew no more after a third of the time; the log may have 4 MiB and a transaction. */
	assert_true(largest < early + (4 << 20));
	assert_true(file.st_size < 8 << 20);
}

/*
 * More windows than there is room for: the oldest go, and it is told; and those that are too old.
 */
static void oldest_windows_go(void **state)
{
	struct recorder *recorder = begin(60 * SECOND, RECORDER_MIN_BYTES, 0);
	struct recorder_counts counts;
	struct stretch left[100];
	struct stat file;
	size_t count;

	(void)state;
	for (uint64_t i = 0; i < ROUNDS; i++) {
		keep_window(recorder, i * 200 * SECOND, (i * 200 + 30) * SECOND, i + 1);
		keep_events(recorder, i * 20000 + 1, (i + 1) * 20000);
	}
	recorder_close(recorder, &counts);
	assert_true(counts.windows >= 3 && counts.windows_cut > ROUNDS / 6);
	assert_int_equal(counts.windows + counts.windows_cut, ROUNDS);
	assert_int_equal(stat(path, &file), 0);
	assert_true(file.st_size <= RECORDER_MIN_BYTES + (1 << 20));
	count = stretches_left(left, 100);
	assert_int_equal(count, counts.windows + 1);
	assert_in_range(left[0].first, (ROUNDS - counts.windows) * 20000 - 1600,
			(ROUNDS - counts.windows) * 20000 + 1);
	assert_int_equal(left[count - 1].last, ROUNDS * 20000);
}

static void old_windows_go(void **state)
{
	struct recorder *recorder = begin(60 * SECOND, 0, HOUR);
	struct recorder_counts counts;

	(void)state;
	for (uint64_t i = 0; i < ROUNDS; i++) {
		keep_window(recorder, i * 200 * SECOND, (i * 200 + 30) * SECOND, i + 1);
		keep_events(recorder, i * 20000 + 1, (i + 1) * 20000);
	}
	recorder_close(recorder, &counts);
	assert_in_range(counts.windows, 17, 19);
}

/* A burst: the ring gets shorter, what is kept for good stays. */
static void a_burst_takes_no_window(void **state)
{
	struct recorder *recorder = begin(10 * HOUR, RECORDER_MIN_BYTES, 0);
	struct recorder_counts counts;
	struct stretch left[8];

	(void)state;
	keep_events(recorder, 1, 1000);
	keep_window(recorder, 0, 10 * SECOND, 1);
	keep_events(recorder, 1001, 300000);
	recorder_close(recorder, &counts);
	assert_int_equal(counts.windows, 1);
	assert_int_equal(stretches_left(left, 8), 2);
	assert_int_equal(left[0].first, 1);
	assert_true(left[0].last >= 1000);
	assert_int_equal(left[1].last, 300000);
}

/* Findings without end: they are bounded, too, and how many went is told. */
static void findings_are_bounded(void **state)
{
	struct recorder *recorder = begin(60 * SECOND, RECORDER_MIN_BYTES, 0);
	struct recorder_counts counts;
	struct recording *recording;
	char json[1000];
	uint64_t kept;

	(void)state;
	memset(json, 'x', sizeof(json));
	json[sizeof(json) - 1] = '\0';
	for (uint64_t i = 1; i <= 5000; i++) {
		const struct recorded_finding finding = {i, "stun", "info", 5, 6, json};

		recorder_finding(recorder, &finding);
		keep_events(recorder, i, i);
		if (i % 500 == 0)
			usleep(150000); /* a commit of its own */
	}
	recorder_close(recorder, &counts);
	recording = open_recording(path);
	kept = recording_findings(recording);
	assert_in_range(kept, 400, 530);
	assert_non_null(recording_finding(recording, 5000));
	assert_int_equal(fact_get_u64(recording_facts(recording), "findings_cut", 0), 5000 - kept);
	recording_close(recording);
}

/* --- The list alone */

static struct window window_of(uint64_t from, uint64_t to, int rank)
{
	struct window window = {.from_ns = from, .to_ns = to, .findings = 1, .rank = rank};

	snprintf(window.severity, sizeof(window.severity), "%d", rank);
	return window;
}

static void windows_join(void **state)
{
	struct windows windows = {.longest_ns = 100};
	struct window first = window_of(10, 20, 1), second = window_of(5, 30, 2),
		      apart = window_of(40, 200, 0), beyond = window_of(150, 220, 1),
		      within = window_of(100, 200, 1);

	(void)state;
	assert_true(windows_add(&windows, &first));
	assert_true(windows_add(&windows, &second));
	assert_int_equal(windows_kept(&windows), 1);
	assert_int_equal(windows.window[0].from_ns, 5);
	assert_int_equal(windows.window[0].to_ns, 30);
	assert_int_equal(windows.window[0].findings, 2);
	assert_string_equal(windows.window[0].severity, "2");
	assert_true(windows_add(&windows, &apart));
	/*
	 * That one is long enough: what is in it still counts, the next one begins where it ends.
	 */
	assert_true(windows_add(&windows, &within));
	assert_int_equal(windows_kept(&windows), 2);
	assert_int_equal(windows.window[1].findings, 2);
	assert_true(windows_add(&windows, &beyond));
	assert_int_equal(windows_kept(&windows), 3);
	assert_int_equal(windows.window[1].to_ns, 200);
	assert_int_equal(windows.window[2].from_ns, 200);
	assert_int_equal(windows.window[2].to_ns, 220);
	assert_true(windows_meet(&windows, 30, 39));
	assert_false(windows_meet(&windows, 31, 39));
	windows_oldest(&windows)->gone = true;
	assert_false(windows_meet(&windows, 0, 39));
	windows_rollback(&windows);
	assert_true(windows_meet(&windows, 0, 39));
	windows_oldest(&windows)->gone = true;
	windows_commit(&windows);
	windows_rollback(&windows);
	assert_false(windows_meet(&windows, 0, 39));
	assert_int_equal(windows_oldest(&windows)->number, 2);
	windows_free(&windows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_join),
		cmocka_unit_test_setup_teardown(windows_stay, make_path, remove_path),
		cmocka_unit_test_setup_teardown(space_is_bounded, make_path, remove_path),
		cmocka_unit_test_setup_teardown(oldest_windows_go, make_path, remove_path),
		cmocka_unit_test_setup_teardown(old_windows_go, make_path, remove_path),
		cmocka_unit_test_setup_teardown(a_burst_takes_no_window, make_path, remove_path),
		cmocka_unit_test_setup_teardown(findings_are_bounded, make_path, remove_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
