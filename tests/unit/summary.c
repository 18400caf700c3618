// SPDX-License-Identifier: GPL-2.0-or-later
/* event/summary.h and event/histogram.h: everything is counted once, and memory is bounded. */
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

static struct summary *summary_new(void)
{
	struct summary *summary = calloc(1, sizeof(*summary));

	assert_non_null(summary);
	return summary;
}

/* Process @pid has used vmclock0 @uses times by @path, between 1 and 2 s. */
static struct event tally_of(uint32_t pid, enum event_path path, uint64_t uses)
{
	struct event event = {.type = EVENT_TALLY, .who = {.pid = pid, .tid = pid, .cgroup = 1}};

	memcpy(event.who.comm, "reader", 7);
	event.tally.uses[path] = uses;
	event.tally.first_ns = 1000000000;
	event.tally.last_ns = 2000000000;
	event.tally.last_error_ns = 4000000;
	return event;
}

static void add_tally(struct summary *summary, uint32_t pid, enum event_path path, uint64_t uses)
{
	struct event event = tally_of(pid, path, uses);

	summary_add(summary, &event);
}

static void tallies_add_up_by_clock_path_and_reader(void **state)
{
	struct summary *summary = summary_new();
	struct event failed = tally_of(2, PATH_DEV_READ, 5);

	(void)state;
	failed.tally.errors[PATH_DEV_READ] = 2;
	add_tally(summary, 1, PATH_SYS_OFFSET, 10);
	add_tally(summary, 1, PATH_SYS_OFFSET, 3);
	add_tally(summary, 2, PATH_CLOCK_GETTIME, 4);
	summary_add(summary, &failed);
	assert_int_equal(summary->clocks, 1);
	assert_int_equal(summary->clock[0].path[PATH_SYS_OFFSET].uses, 13);
	assert_int_equal(summary->clock[0].path[PATH_DEV_READ].errors, 2);
	assert_int_equal(summary_reads(summary), 17);
	assert_int_equal(summary_totals_of(summary).uses, 22);
	assert_int_equal(summary_totals_of(summary).errors, 2);
	assert_int_equal(summary->readers, 2);
	assert_int_equal(summary_reader_uses(&summary->reader[1]), 9);
	assert_int_equal(summary_reader_errors(&summary->reader[1]), 2);
	free(summary);
}

/* Several vmclocks and PTP clocks, and a call that failed before it came to any. */
static void clocks_are_told_apart(void **state)
{
	struct summary *summary = summary_new();
	struct event event = tally_of(1, PATH_CLOCK_GETTIME, 1);

	(void)state;
	summary_add(summary, &event);
	event.device = 1;
	summary_add(summary, &event);
	event.is_phc = true;
	summary_add(summary, &event);
	event.is_phc = false;
	event.device = -1;
	summary_add(summary, &event);
	assert_int_equal(summary->clocks, 4);
	assert_true(summary->clock[2].is_phc && summary->clock[2].device == 1);
	assert_int_equal(summary->readers, 1);
	/* Another PTP clock is read by its own driver. */
	assert_int_equal(summary_reads(summary), 3);
	free(summary);
}

/* The same process moved to another cgroup; threads of it with names of their own. */
static void readers_are_processes_in_cgroups(void **state)
{
	struct summary *summary = summary_new();
	struct event event = tally_of(7, PATH_CLOCK_GETTIME, 1);

	(void)state;
	summary_add(summary, &event);
	event.who.tid = 8;
	memcpy(event.who.comm, "worker", 7);
	event.tally.first_ns -= 1000;
	event.tally.last_ns += 1000;
	event.tally.worst_ns = 50;
	event.tally.measured = 1;
	summary_add(summary, &event);
	event.who.cgroup = 2;
	summary_add(summary, &event);
	assert_int_equal(summary->readers, 2);
	assert_int_equal(summary->reader[0].uses[PATH_CLOCK_GETTIME], 2);
	assert_string_equal(summary->reader[0].who.comm, "worker");
	assert_int_equal(summary->reader[0].first_ns, 999999000);
	assert_int_equal(summary->reader[0].last_ns, 2000001000);
	assert_int_equal(summary->reader[0].last_error_ns, 4000000);
	assert_int_equal(summary->reader[0].worst_ns, 50);
	assert_int_equal(summary->reader[0].measured, 1);
	assert_int_equal(summary->reader[1].uses[PATH_CLOCK_GETTIME], 1);
	free(summary);
}

static void who_maps_is_known_by_a_success(void **state)
{
	struct summary *summary = summary_new();
	struct event mapped = tally_of(1, PATH_DEV_MMAP, 1), refused = mapped;

	(void)state;
	refused.tally.errors[PATH_DEV_MMAP] = 1;
	summary_add(summary, &refused);
	assert_false(summary_reader_maps(&summary->reader[0]));
	summary_add(summary, &mapped);
	assert_true(summary_reader_maps(&summary->reader[0]));
	free(summary);
}

/*
 * Single events are in the tallies too: they only tell of whole calls, which tallies do not have.
 */
static void single_events_add_no_uses(void **state)
{
	struct summary *summary = summary_new();
	struct event call = {.type = EVENT_CALL, .path = PATH_SYS_OFFSET, .latency_ns = 100};
	struct event read = {.type = EVENT_READ, .path = PATH_SYS_OFFSET, .latency_ns = 100};

	(void)state;
	add_tally(summary, 1, PATH_SYS_OFFSET, 5);
	summary_add(summary, &read);
	summary_add(summary, &call);
	call.result = -EINVAL;
	summary_add(summary, &call);
	call.path = PATH_DEV_READ;
	summary_add(summary, &call);
	assert_int_equal(summary->reads_seen, 1);
	assert_int_equal(summary->calls_seen, 3);
	assert_int_equal(summary_totals_of(summary).uses, 5);
	assert_int_equal(summary->clock[0].path[PATH_SYS_OFFSET].calls, 2);
	assert_int_equal(summary->clock[0].path[PATH_SYS_OFFSET].failed_calls, 1);
	assert_int_equal(summary->clock[0].path[PATH_SYS_OFFSET].call_latency.count, 2);
	assert_int_equal(summary->clock[0].path[PATH_DEV_READ].calls, 0);
	free(summary);
}

/* So many uses of vmclock0 by clock_gettime took about @ns. */
static void add_latency(struct summary *summary, unsigned int uses, uint64_t ns)
{
	struct event event = {.type = EVENT_LATENCY, .path = PATH_CLOCK_GETTIME};

	while (uses--)
		histogram_add(&event.latency, ns);
	summary_add(summary, &event);
}

static void add_failures(struct summary *summary, int error, enum event_cause cause, uint64_t count)
{
	struct event event = {.type = EVENT_FAILURES, .path = PATH_DEV_READ, .result = -error};

	event.failures.cause = cause;
	event.failures.count = count;
	summary_add(summary, &event);
}

static void latencies_and_failures_add_up(void **state)
{
	struct summary *summary = summary_new();
	const struct histogram *latency = &summary->clock[0].path[PATH_CLOCK_GETTIME].latency;

	(void)state;
	add_latency(summary, 2, 100);
	add_latency(summary, 1, 300);
	assert_int_equal(latency->count, 3);
	assert_int_equal(latency->sum_ns, 500);
	assert_int_equal(latency->max_ns, 300);
	add_failures(summary, EINVAL, CAUSE_SCALE, 3);
	add_failures(summary, EINVAL, CAUSE_UNRELIABLE, 1);
	add_failures(summary, EINVAL, CAUSE_SCALE, 4);
	assert_int_equal(summary->errors, 2);
	assert_int_equal(summary->error[0].count, 7);
	assert_int_equal(summary->error[1].cause, CAUSE_UNRELIABLE);
	free(summary);
}

/* What was not measured has a bound, as long as there is nobody of whom nothing is known. */
static void the_unmeasured_have_a_bound(void **state)
{
	struct summary *summary = summary_new();
	struct event event = tally_of(1, PATH_CLOCK_GETTIME, 10);

	(void)state;
	event.tally.worst_below_ns = 8000000;
	summary_add(summary, &event);
	event.who.pid = 2;
	event.tally.worst_below_ns = 12000000;
	summary_add(summary, &event);
	add_latency(summary, 9, 100);
	assert_int_equal(summary_totals_of(summary).measured, 9);
	assert_int_equal(summary_totals_of(summary).others_below_ns, 12000000);
	add_latency(summary, 11, 100);
	assert_int_equal(summary_totals_of(summary).others_below_ns, 0);
	add_tally(summary, 0, PATH_CLOCK_GETTIME, 1);
	assert_int_equal(summary_totals_of(summary).others_below_ns, 0);
	free(summary);
}

static void what_does_not_fit_is_counted(void **state)
{
	struct summary *summary = summary_new();
	struct event event;

	(void)state;
	for (uint32_t pid = 1; pid <= SUMMARY_READERS + 10; pid++)
		add_tally(summary, pid, PATH_DEV_READ, 2);
	add_tally(summary, 0, PATH_DEV_READ, 7); /* whom the kernel could not list */
	assert_int_equal(summary->readers, SUMMARY_READERS);
	assert_int_equal(summary->reader_uses_unlisted, 27);
	assert_int_equal(summary->clock[0].path[PATH_DEV_READ].uses, 2 * SUMMARY_READERS + 27);

	for (int32_t device = 1; device < SUMMARY_CLOCKS + 3; device++) {
		event = tally_of(1, PATH_CLOCK_GETTIME, 1);
		event.device = device;
		summary_add(summary, &event);
	}
	assert_int_equal(summary->clocks, SUMMARY_CLOCKS);
	assert_int_equal(summary->clock_uses_unlisted, 3);
	assert_int_equal(summary_totals_of(summary).uses,
			 2 * SUMMARY_READERS + 27 + SUMMARY_CLOCKS + 2);

	for (int error = 1; error <= SUMMARY_ERRORS + 9; error++)
		add_failures(summary, error, CAUSE_BY_RESULT, 2);
	assert_int_equal(summary->errors, SUMMARY_ERRORS);
	assert_int_equal(summary->errors_unlisted, 18);
	free(summary);
}

/* Each in a cgroup of its own: all are counted, in as much memory as the first. */
static void a_hundred_thousand_processes_are_counted(void **state)
{
	struct summary *summary = summary_new();

	(void)state;
	for (uint32_t pid = 1; pid <= 100000; pid++) {
		struct event event = tally_of(pid, PATH_CLOCK_GETTIME, 3);

		event.who.cgroup = 1000000 + pid;
		summary_add(summary, &event);
	}
	assert_int_equal(summary->readers, SUMMARY_READERS);
	assert_int_equal(summary->reader_uses_unlisted, 3 * (100000 - SUMMARY_READERS));
	assert_int_equal(summary_totals_of(summary).uses, 300000);
	free(summary);
}

static void hooks_at(struct summary *summary, uint64_t time_ns, uint64_t unseen_since_ns)
{
	struct event event = {.type = EVENT_HOOKS, .time_ns = time_ns};

	event.hooks.unseen_since_ns = unseen_since_ns;
	summary_add(summary, &event);
}

static void what_was_not_seen_has_its_times(void **state)
{
	struct summary *summary = calloc(1, sizeof(*summary));
	const struct blind_period *unseen = &summary->unseen;

	(void)state;
	hooks_at(summary, 1000, 0); /* the driver came */
	assert_int_equal(unseen->times, 0);
	assert_int_equal(blind_period_total_ns(unseen, 5000), 0);
	hooks_at(summary, 2000, 1900); /* released, */
	hooks_at(summary, 3000, 1900); /* gone, */
	assert_int_equal(blind_period_total_ns(unseen, 5000), 3100);
	hooks_at(summary, 4000, 0); /* and hooked again */
	hooks_at(summary, 6000, 0);
	assert_int_equal(unseen->times, 1);
	assert_int_equal(blind_period_total_ns(unseen, 9000), 2100);
	hooks_at(summary, 7000, 6500);
	assert_int_equal(unseen->times, 2);
	assert_int_equal(unseen->first_ns, 1900);
	assert_int_equal(unseen->last_ns, 4000);
	assert_int_equal(blind_period_total_ns(unseen, 7100), 2100 + 600);
	assert_int_equal(blind_period_total_ns(unseen, 1), 2100);
	hooks_at(summary, 8000, 0);
	assert_int_equal(blind_period_total_ns(unseen, 9000), 2100 + 1500);
	/* Of a file that says that it will be. */
	hooks_at(summary, 8500, UINT64_MAX);
	assert_int_equal(blind_period_total_ns(unseen, 9000), 3600 + 500);
	free(summary);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(histogram_edges),
		cmocka_unit_test(tallies_add_up_by_clock_path_and_reader),
		cmocka_unit_test(clocks_are_told_apart),
		cmocka_unit_test(readers_are_processes_in_cgroups),
		cmocka_unit_test(who_maps_is_known_by_a_success),
		cmocka_unit_test(single_events_add_no_uses),
		cmocka_unit_test(latencies_and_failures_add_up),
		cmocka_unit_test(the_unmeasured_have_a_bound),
		cmocka_unit_test(what_does_not_fit_is_counted),
		cmocka_unit_test(a_hundred_thousand_processes_are_counted),
		cmocka_unit_test(what_was_not_seen_has_its_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
