// SPDX-License-Identifier: GPL-2.0-or-later
/* compare/answers.h: page, driver, ClockBound and CLOCK_REALTIME at one counter value. */
#include <stdio.h>
#include <stdlib.h>

#include "compare/answers_view.h"
#include "compare_machine.h"
#include "page/counter.h"

#define NOW (100 * MACHINE_TICKS_PER_SEC)

/* A line of ClockBound that is @off_ns from the page, and claims 10 us. */
static struct clockbound line_of(const struct page *page, int64_t off_ns)
{
	struct page_time time;
	int64_t utc_ns;

	assert_int_equal(page_time_at(page, NOW - MACHINE_TICKS_PER_SEC, &time), 0);
	assert_int_equal(instant_to_ns(time.utc, &utc_ns), 0);
	return (struct clockbound){
		.version = 3,
		.as_of_ns = utc_ns + off_ns,
		.void_after_ns = INT64_MAX,
		.bound_ns = 10000,
		.status = CLOCKBOUND_SYNCHRONIZED,
		.counter = NOW - MACHINE_TICKS_PER_SEC,
		.period_sec = 1.0 / MACHINE_TICKS_PER_SEC,
	};
}

/* The driver's answer at @counter, @off_ns from the page's. */
static struct event read_at(const struct page *page, uint64_t counter, int64_t off_ns)
{
	struct timespec at = machine_time(page, counter, 37, off_ns);
	struct event event = {.type = EVENT_READ,
			      .path = PATH_SYS_OFFSET_PRECISE,
			      .page_state = EVENT_PAGE_STABLE,
			      .page = *page};

	event.read = (struct event_read){.counter_source = COUNTER_SYSTEM,
					 .counter = counter,
					 .sec = at.tv_sec,
					 .nsec = (uint32_t)at.tv_nsec};
	return event;
}

static void four_at_the_drivers_counter(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample sample = machine_sample(&machine, NOW);
	struct event read = read_at(&machine.page, NOW + 12345, 0);
	struct answers_sources sources = {
		.sample = &sample,
		.read = &read,
		.has_realtime = true,
		.realtime = machine_time(&machine.page, NOW + 12345, 0, -250000000),
		.has_clockbound = true,
		.clockbound = line_of(&machine.page, 5000000),
	};
	struct answers answers;
	char *text;
	size_t bytes;
	FILE *out;

	(void)state;
	sample.claim = (struct realtime_claim){.claims = true, .max_error_ns = 1000000};
	answers = answers_of(&sources);
	assert_true(answers.is_known && answers.is_drivers);
	assert_int_equal(answers.counter, NOW + 12345);
	assert_true(answers.has_driver);
	assert_int_equal(answers.driver_ns, 0);
	assert_true(answers.has_clockbound);
	/* Its line is a double: the nearest nanosecond or its neighbour. */
	assert_true(answers.clockbound.lo_ns > 4999990 && answers.clockbound.hi_ns < 5000010);
	assert_int_equal(answers.clockbound_claim_ns, 10000);
	assert_true(interval_has(answers.realtime, -250000000));
	assert_true(interval_width_ns(answers.realtime) <= 3);
	assert_int_equal(answers.realtime_claim_ns, 1000000);
	out = open_memstream(&text, &bytes);
	answers_put(out, &answers);
	fclose(out);
	assert_non_null(strstr(
		text, "At one counter value (107374194745, the driver's), each less the page:"));
	assert_non_null(strstr(text, "    driver          0 ns\n"));
	assert_non_null(strstr(text, "    ClockBound      +"));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 80);
	free(text);
	read = read_at(&machine.page, NOW + 12345, 7);
	assert_int_equal(answers_of(&sources).driver_ns, 7);
}

/* Nobody saw the driver: the counter right after CLOCK_REALTIME, and that is an interval. */
static void without_the_driver(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample sample;
	struct answers_sources sources = {.sample = &sample};
	struct answers answers;

	(void)state;
	machine.realtime_ns = 5000;
	sample = machine_sample(&machine, NOW);
	answers = answers_of(&sources);
	assert_true(answers.is_known && !answers.is_drivers && !answers.has_driver);
	assert_int_equal(answers.counter, NOW + MACHINE_WIDTH_TICKS / 2);
	assert_false(answers.has_clockbound);
	assert_true(interval_has(answers.realtime, 5000));
	assert_true(interval_width_ns(answers.realtime) < 100);
	assert_false(answers.has_realtime_claim);
}

/* Void, of another marker, or of a later counter: it tells nothing there. */
static void a_line_that_tells_nothing(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample sample = machine_sample(&machine, NOW);
	struct answers_sources sources = {
		.sample = &sample, .has_clockbound = true, .clockbound = line_of(&machine.page, 0)};

	(void)state;
	assert_true(answers_of(&sources).has_clockbound);
	sources.monotonic_ns = 2;
	sources.clockbound.void_after_ns = 1;
	assert_false(answers_of(&sources).has_clockbound);
	sources.clockbound = line_of(&machine.page, 0);
	sources.clockbound.has_marker = true;
	sources.clockbound.marker = page_get(&machine.page, PAGE_DISRUPTION_MARKER) + 1;
	assert_false(answers_of(&sources).has_clockbound);
	sources.clockbound = line_of(&machine.page, 0);
	sources.clockbound.counter = 2 * NOW;
	assert_false(answers_of(&sources).has_clockbound);
}

static void without_a_full_page_there_is_none(void **state)
{
	struct machine machine = {.page = make_marker_page()};
	struct clock_sample sample = machine_sample(&machine, NOW);
	struct answers_sources sources = {.sample = &sample};
	struct answers answers = answers_of(&sources);

	(void)state;
	assert_false(answers.is_known);
	assert_null(answers_json(&answers));
	sample.page_result = -1;
	assert_false(answers_of(&sources).is_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_at_the_drivers_counter),
		cmocka_unit_test(without_the_driver),
		cmocka_unit_test(a_line_that_tells_nothing),
		cmocka_unit_test(without_a_full_page_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
