// SPDX-License-Identifier: GPL-2.0-or-later
/* observe/page_monitor.h on page files: what it reports and in which order. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "observe/page_monitor.h"
#include "page_make.h"

#define SEEN_MAX 256
#define PERIOD	 1000000

struct seen {
	struct event opening; /* the sample of page_monitor_open(), the first */
	struct event event[SEEN_MAX];
	size_t count;
};

static void see(const struct event *event, void *arg)
{
	struct seen *seen = arg;

	if (seen->opening.type != EVENT_PAGE && event->type == EVENT_PAGE) {
		seen->opening = *event;
		return;
	}
	assert_true(seen->count < SEEN_MAX);
	seen->event[seen->count++] = *event;
}

static size_t count_of(const struct seen *seen, enum event_type type)
{
	size_t count = 0;

	for (size_t i = 0; i < seen->count; i++)
		count += seen->event[i].type == type;
	return count;
}

static char path[64];

static void write_page(const struct page *page)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, page->bytes, sizeof(page->bytes)), sizeof(page->bytes));
	close(fd);
}

static struct page_monitor *start(bool foreign)
{
	const struct page_monitor_options options = {
		.device = path, .period_ns = PERIOD, .foreign = foreign, .measure = true};
	struct page_monitor *monitor;

	assert_int_equal(page_monitor_open(&options, &monitor, NULL), 0);
	assert_int_equal(page_monitor_start(monitor, NULL), 0);
	return monitor;
}

/* As a command does it: wait, run. */
static void turn(struct page_monitor *monitor, struct seen *seen)
{
	struct pollfd fd = {.fd = page_monitor_fd(monitor), .events = POLLIN};

	assert_int_equal(poll(&fd, 1, 10000), 1);
	page_monitor_run(monitor, see, seen);
}

static int set_up(void **state)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	struct page page = make_full_page();
	int fd;

	snprintf(path, sizeof(path), "/tmp/lookout-test-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0 && seen);
	close(fd);
	write_page(&page);
	*state = seen;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	unlink(path);
	return 0;
}

/* Hooks are attached in between, which takes seconds: what the page did meanwhile is found. */
static void what_changes_before_the_start_is_found(void **state)
{
	const struct page_monitor_options options = {.device = path, .period_ns = PERIOD};
	struct seen *seen = *state;
	struct page_monitor *monitor;
	struct page page = make_full_page();
	uint64_t marker = page_get(&page, PAGE_DISRUPTION_MARKER);
	uint64_t opened_ns;

	assert_int_equal(page_monitor_open(&options, &monitor, NULL), 0);
	opened_ns = clock_now_ns(CLOCK_MONOTONIC);
	make_field(&page, PAGE_DISRUPTION_MARKER, marker + 1);
	write_page(&page);
	assert_int_equal(page_monitor_start(monitor, NULL), 0);
	turn(monitor, seen);
	assert_int_equal(seen->opening.type, EVENT_PAGE);
	assert_true(seen->opening.time_ns <= opened_ns);
	assert_int_equal(page_get(&seen->opening.page, PAGE_DISRUPTION_MARKER), marker);
	assert_true(seen->event[0].time_ns > opened_ns);
	assert_int_equal(page_get(&seen->event[0].page, PAGE_DISRUPTION_MARKER), marker + 1);
	page_monitor_close(monitor);
}

static void samples_and_ticks_in_order(void **state)
{
	struct seen *seen = *state;
	struct page_monitor *monitor = start(false);
	uint64_t last_ns = 0;

	for (int i = 0; i < 20; i++)
		turn(monitor, seen);
	assert_int_equal(count_of(seen, EVENT_PAGE), 20);
	assert_int_equal(count_of(seen, EVENT_TICK), 20);
	/* Of the other clocks CLOCK_REALTIME alone, with the first heartbeat. */
	assert_int_equal(count_of(seen, EVENT_CLOCK), 1);
	assert_int_equal(seen->event[2].clock.clock, OBSERVED_REALTIME);
	memmove(&seen->event[2], &seen->event[3], (--seen->count - 2) * sizeof(seen->event[0]));
	assert_int_equal(page_monitor_counts(monitor)->samples, 21);
	for (size_t i = 0; i < seen->count; i++) {
		const struct event *event = &seen->event[i];

		assert_int_equal(event->type, i % 2 ? EVENT_TICK : EVENT_PAGE);
		assert_int_equal(event->device, -1);
		assert_true(event->time_ns >= last_ns);
		last_ns = event->time_ns;
		if (event->type != EVENT_TICK)
			continue;
		assert_true(event->tick.due_ns <= event->time_ns);
		assert_int_equal(event->tick.last_ns, i > 1 ? seen->event[i - 2].time_ns : 0);
		assert_true(event->tick.ticks.after >= event->tick.ticks.before);
	}
	page_monitor_close(monitor);
}

static void facts_are_measured(void **state)
{
	struct page_monitor *monitor = start(false);
	const struct page_monitor_facts *facts = page_monitor_facts(monitor);

	(void)state;
	assert_false(facts->by_notice);
	assert_non_null(facts->no_notice);
	assert_string_equal(facts->path, path);
	assert_int_equal(facts->period_ns, PERIOD);
	assert_true(facts->sample_cost_ns > 0);
	assert_int_equal(facts->clock_period_ns, NSEC_PER_SEC);
	assert_int_equal(page_get(page_monitor_page(monitor), PAGE_MAGIC), VMCLOCK_MAGIC);
	page_monitor_close(monitor);
}

static void foreign_counter_is_not_told(void **state)
{
	struct seen *seen = *state;
	struct page_monitor *monitor = start(true);

	turn(monitor, seen);
	assert_int_equal(seen->event[0].sample.ticks.counter_id, VMCLOCK_COUNTER_INVALID);
	assert_int_equal(seen->event[1].tick.ticks.counter_id, VMCLOCK_COUNTER_INVALID);
	page_monitor_close(monitor);
}

static void torn_page_is_sampled_again(void **state)
{
	struct seen *seen = *state;
	struct page page = make_full_page();
	struct page_monitor *monitor = start(false);

	make_field(&page, PAGE_SEQ_COUNT, 7);
	write_page(&page);
	turn(monitor, seen);
	turn(monitor, seen);
	assert_int_equal(seen->event[0].page_state, EVENT_PAGE_TORN);
	assert_int_equal(page_get(&seen->event[0].page, PAGE_SEQ_COUNT), 7);
	assert_int_equal(seen->event[2].page_state, EVENT_PAGE_TORN);
	page_monitor_close(monitor);
}

static void device_goes_and_comes(void **state)
{
	struct seen *seen = *state;
	struct page page = make_full_page();
	struct page_monitor *monitor = start(false);

	turn(monitor, seen);
	unlink(path);
	seen->count = 0;
	turn(monitor, seen);
	turn(monitor, seen);
	assert_int_equal(count_of(seen, EVENT_DEVICE), 1);
	assert_int_equal(seen->event[0].device_state, DEVICE_LOST);
	assert_int_equal(count_of(seen, EVENT_PAGE), 0);
	assert_int_equal(count_of(seen, EVENT_TICK), 2);
	write_page(&page);
	seen->count = 0;
	turn(monitor, seen);
	assert_int_equal(seen->event[0].type, EVENT_DEVICE);
	assert_int_equal(seen->event[0].device_state, DEVICE_APPEARED);
	assert_int_equal(seen->event[1].type, EVENT_PAGE);
	page_monitor_close(monitor);
}

static void no_page_is_said(void **state)
{
	const struct page_monitor_options options = {.device = "/does/not/exist"};
	struct page_monitor *monitor = NULL;
	struct error error = {0};

	(void)state;
	assert_int_equal(page_monitor_open(&options, &monitor, &error), -ENOENT);
	assert_null(monitor);
	assert_true(error.cause[0] && error.hint[0]);
	page_monitor_close(NULL);
}

#define ON_FILE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* No driver is held by it: there is nothing to release. */
static void a_plain_file_is_not_release(void **state)
{
	struct seen *seen = *state;
	struct page_monitor *monitor = start(true);

	assert_false(page_monitor_release(monitor, 1000000000));
	turn(monitor, seen);
	assert_int_equal(count_of(seen, EVENT_PAGE), 1);
	page_monitor_close(monitor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_FILE(what_changes_before_the_start_is_found),
		ON_FILE(samples_and_ticks_in_order),
		ON_FILE(facts_are_measured),
		ON_FILE(foreign_counter_is_not_told),
		ON_FILE(torn_page_is_sampled_again),
		ON_FILE(device_goes_and_comes),
		ON_FILE(a_plain_file_is_not_release),
		cmocka_unit_test(no_page_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
