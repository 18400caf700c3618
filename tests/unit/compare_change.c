// SPDX-License-Identifier: GPL-2.0-or-later
/* compare/comparer.h: what changed from one sample to the next, and the totals of many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compare_make.h"
#include "compare/comparison_totals.h"

static void two_samples_give_rates(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample first = machine_sample(&machine, NOW);
	struct clock_sample second = machine_sample(&machine, NOW + MACHINE_TICKS_PER_SEC);
	struct comparer comparer = {0};
	struct comparison comparison;

	(void)state;
	comparer_add(&comparer, &first, NULL, NULL, &comparison);
	assert_int_equal(comparison.elapseds, COMPARISON_ELAPSED);
	for (unsigned int i = 0; i < comparison.elapseds; i++)
		assert_false(comparison.elapsed[i].known);
	comparer_add(&comparer, &second, NULL, NULL, &comparison);
	for (unsigned int i = 0; i < comparison.elapseds; i++) {
		const struct elapsed *elapsed = &comparison.elapsed[i].elapsed;

		assert_true(comparison.elapsed[i].known && elapsed->has_rate);
		assert_true(interval_has(elapsed->since, NSEC_PER_SEC));
		assert_true(interval_has(elapsed->difference, 0));
		assert_true(elapsed->rate.lo_ppt <= 0 && elapsed->rate.hi_ppt >= 0);
	}
}

/* An update that moves the clock by @ns, @number times of seq_count; what is found of it? */
static struct comparison compare_update(int64_t ns, uint64_t marker, uint64_t status)
{
	struct machine machine = machine_make();
	struct clock_sample first = machine_sample(&machine, NOW), second;
	uint64_t counter = NOW + MACHINE_TICKS_PER_SEC;
	struct timespec time = machine_time(&machine.page, counter, 0, ns);
	struct comparer comparer = {0};
	struct comparison comparison;

	make_field(&machine.page, PAGE_SEQ_COUNT, 2);
	make_field(&machine.page, PAGE_DISRUPTION_MARKER, marker);
	make_field(&machine.page, PAGE_CLOCK_STATUS, status);
	make_field(&machine.page, PAGE_COUNTER_VALUE, counter);
	make_field(&machine.page, PAGE_TIME_SEC, (uint64_t)time.tv_sec);
	make_field(&machine.page, PAGE_TIME_FRAC_SEC, instant_from_timespec(time).frac);
	second = machine_sample(&machine, counter + MACHINE_TICKS_PER_SEC);
	comparer_add(&comparer, &first, NULL, NULL, &comparison);
	comparer_add(&comparer, &second, NULL, NULL, &comparison);
	assert_int_equal(comparison.updates, 1);
	assert_int_equal(comparison.update[0].updates, 1);
	return comparison;
}

static void updates_and_steps(void **state)
{
	const uint64_t marker = 0x1122334455667788, good = VMCLOCK_STATUS_SYNCHRONIZED;

	(void)state;
	for (int64_t ns = -3000; ns <= 3000; ns += 7) {
		struct comparison comparison = compare_update(ns, marker, good);
		bool outside = ns > 2002 || ns < -2002; /* 1000 of each page */

		assert_true(comparison.update[0].is_measured && comparison.update[0].has_bound);
		assert_int_equal(comparison.update[0].bound_ns, 1000);
		if (ns > -1998 && ns < 1998)
			assert_int_equal(comparison.contradictions, 0);
		if (outside)
			assert_int_equal(contradictions_of(&comparison, CONTRADICTION_STEP), 1);
		assert_true(comparison.elapsed[0].known);
	}
}

static void a_changed_marker_is_no_contradiction(void **state)
{
	struct comparison comparison = compare_update(5000000, 2, VMCLOCK_STATUS_SYNCHRONIZED);

	(void)state;
	assert_true(comparison.update[0].marker_changed);
	assert_int_equal(comparison.contradictions, 0);
	assert_true(has_note(&comparison, NOTE_MARKER_CHANGED));
	assert_false(comparison.elapsed[0].known); /* counted anew from here */
}

static void a_status_that_vouches_for_nothing_makes_no_step(void **state)
{
	struct comparison comparison =
		compare_update(5000000, 0x1122334455667788, VMCLOCK_STATUS_UNRELIABLE);

	(void)state;
	assert_true(comparison.update[0].is_measured);
	assert_false(comparison.update[0].has_bound);
	assert_int_equal(comparison.contradictions, 0);
}

/* A read of the driver at NOW that is @ns beside the page, on TAI. */
static struct event read_event(int64_t ns, enum event_counter source, enum event_page_state page)
{
	struct machine machine = machine_make();
	struct timespec time = machine_time(&machine.page, NOW, 37, ns);

	return (struct event){
		.type = EVENT_READ,
		.path = PATH_SYS_OFFSET_PRECISE,
		.page_state = page,
		.page = machine.page,
		.read = {.counter_source = source,
			 .counter = NOW,
			 .sec = time.tv_sec,
			 .nsec = (uint32_t)time.tv_nsec},
	};
}

static void driver_against_page(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample sample = machine_sample(&machine, NOW);
	struct driver_comparison driver = {0}, total = {0};
	struct comparer comparer = {0};
	struct comparison comparison;
	struct event event;

	(void)state;
	event = read_event(0, COUNTER_SYSTEM, EVENT_PAGE_STABLE);
	driver_comparison_add(&driver, &event, true);
	event = read_event(700, COUNTER_SYSTEM, EVENT_PAGE_MOVED);
	driver_comparison_add(&driver, &event, true);
	event = read_event(0, COUNTER_NONE, EVENT_PAGE_STABLE);
	driver_comparison_add(&driver, &event, true);
	event = read_event(9000, COUNTER_SNAPSHOT, EVENT_PAGE_STABLE); /* of another counter */
	driver_comparison_add(&driver, &event, false);
	assert_int_equal(driver_comparison_reads(&driver), 2);
	assert_int_equal(driver.scale, SCALE_TAI);
	comparer_add(&comparer, &sample, &driver, NULL, &comparison);
	assert_int_equal(comparison.contradictions, 0);

	event = read_event(-3, COUNTER_SNAPSHOT, EVENT_PAGE_STABLE);
	driver_comparison_add(&driver, &event, true);
	/* Small as it is, nothing excuses it. */
	assert_true(driver.worst_is_stable);
	assert_int_equal(driver.worst.minus_page_ns, -3);
	comparer_add(&comparer, &sample, &driver, NULL, &comparison);
	assert_int_equal(contradictions_of(&comparison, CONTRADICTION_DRIVER), 1);

	driver_comparison_merge(&total, &driver);
	driver_comparison_merge(&total, &driver);
	assert_int_equal(driver_comparison_reads(&total), 6);
	assert_int_equal(total.path[PATH_SYS_OFFSET_PRECISE], 6);
	assert_int_equal(total.worst.minus_page_ns, -3);
}

static void totals_add_up(void **state)
{
	struct comparison_totals totals = {0};
	struct comparison comparison =
		compare_update(5000000, 0x1122334455667788, VMCLOCK_STATUS_SYNCHRONIZED);

	(void)state;
	comparison_totals_add(&totals, &comparison);
	comparison_totals_add(&totals, &comparison);
	assert_int_equal(totals.samples, 2);
	assert_int_equal(totals.updates, 2);
	assert_int_equal(totals.marker_changes, 0);
	assert_int_equal(totals.contradictions[CONTRADICTION_STEP], 2);
	assert_int_equal(comparison_totals_contradictions(&totals), 2);
	assert_false(totals.has_driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_samples_give_rates),
		cmocka_unit_test(updates_and_steps),
		cmocka_unit_test(a_changed_marker_is_no_contradiction),
		cmocka_unit_test(a_status_that_vouches_for_nothing_makes_no_step),
		cmocka_unit_test(driver_against_page),
		cmocka_unit_test(totals_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
