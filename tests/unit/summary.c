// SPDX-License-Identifier: GPL-2.0-or-later
/* event/summary.h and event/histogram.h: everything is counted, memory is bounded. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "event/summary.h"

static void histogram_edges(void **state)
{
	struct histogram histogram = {0};

	(void)state;
	assert_int_equal(histogram_percentile(&histogram, 50), 0);
	histogram_add(&histogram, 0);
	histogram_add(&histogram, 1);
	histogram_add(&histogram, 2);
	histogram_add(&histogram, 1023);
	histogram_add(&histogram, 1024);
	histogram_add(&histogram, UINT64_MAX);
	assert_int_equal(histogram.bucket[0], 2);
	assert_int_equal(histogram.bucket[1], 1);
	assert_int_equal(histogram.bucket[9], 1);
	assert_int_equal(histogram.bucket[10], 1);
	assert_int_equal(histogram.bucket[63], 1);
	assert_int_equal(histogram.count, 6);
	assert_true(histogram.max_ns == UINT64_MAX);
	assert_int_equal(histogram_percentile(&histogram, 50), 3);
	assert_true(histogram_percentile(&histogram, 100) == UINT64_MAX);
}

static struct event event_of(enum event_type type, uint32_t pid, enum event_path path, int result)
{
	struct event event = {.type = type, .path = path, .result = result, .latency_ns = 100};

	event.who.pid = pid;
	event.who.tid = pid;
	memcpy(event.who.comm, "reader", 7);
	return event;
}

static void calls_reads_and_errors_by_path(void **state)
{
	struct summary *summary = calloc(1, sizeof(*summary));
	struct event call = event_of(EVENT_CALL, 1, PATH_SYS_OFFSET, 0);
	struct event read = event_of(EVENT_READ, 1, PATH_SYS_OFFSET, 0);
	struct event failed = event_of(EVENT_CALL, 2, PATH_DEV_READ, -ETIMEDOUT);

	(void)state;
	for (int i = 0; i < 3; i++)
		summary_add(summary, &read);
	summary_add(summary, &call);
	summary_add(summary, &failed);
	summary_add(summary, &failed);
	assert_int_equal(summary_calls(summary), 3);
	assert_int_equal(summary_reads(summary), 3);
	assert_int_equal(summary->path[PATH_SYS_OFFSET].calls, 1);
	assert_int_equal(summary->path[PATH_SYS_OFFSET].reads, 3);
	assert_int_equal(summary->path[PATH_DEV_READ].failed_calls, 2);
	assert_int_equal(summary->errors, 1);
	assert_int_equal(summary->error[0].calls, 2);
	assert_int_equal(summary->error[0].result, -ETIMEDOUT);
	assert_int_equal(summary->readers, 2);
	free(summary);
}

static void who_maps_is_remembered(void **state)
{
	struct summary *summary = calloc(1, sizeof(*summary));
	struct event refused = event_of(EVENT_CALL, 1, PATH_DEV_MMAP, -EROFS);
	struct event mapped = event_of(EVENT_CALL, 1, PATH_DEV_MMAP, 0);

	(void)state;
	summary_add(summary, &refused);
	assert_false(summary->reader[0].maps);
	summary_add(summary, &mapped);
	assert_true(summary->reader[0].maps);
	free(summary);
}

static void more_readers_than_fit_are_counted(void **state)
{
	struct summary *summary = calloc(1, sizeof(*summary));

	(void)state;
	for (uint32_t pid = 1; pid <= SUMMARY_READERS + 10; pid++) {
		struct event event =
			event_of(EVENT_CALL, pid, PATH_DEV_READ, -(int)(pid % 200) - 1);

		summary_add(summary, &event);
	}
	assert_int_equal(summary->readers, SUMMARY_READERS);
	assert_int_equal(summary->reader_events_unlisted, 10);
	assert_int_equal(summary->errors, SUMMARY_ERRORS);
	assert_true(summary->errors_unlisted > 0);
	assert_int_equal(summary_calls(summary), SUMMARY_READERS + 10);
	free(summary);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(histogram_edges),
		cmocka_unit_test(calls_reads_and_errors_by_path),
		cmocka_unit_test(who_maps_is_remembered),
		cmocka_unit_test(more_readers_than_fit_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
