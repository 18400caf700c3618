// SPDX-License-Identifier: GPL-2.0-or-later
/* compare/comparer.h: what the pairs are, and what contradicts what. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compare_machine.h"
#include "compare/comparer.h"
#include "compare/comparison_totals.h"

#define NOW (100 * MACHINE_TICKS_PER_SEC)

static struct comparison compare_once(const struct clock_sample *sample)
{
	struct comparer comparer = {0};
	struct comparison comparison;

	comparer_add(&comparer, sample, NULL, &comparison);
	return comparison;
}

static const struct clock_pair *pair_of(const struct comparison *comparison, enum compared_clock a,
					enum compared_clock b, enum phc_method method)
{
	for (unsigned int i = 0; i < comparison->pairs; i++) {
		const struct clock_pair *pair = &comparison->pair[i];

		if (pair->a == a && pair->b == b && pair->method == method)
			return pair;
	}
	fail_msg("there is no such pair");
	return NULL;
}

static unsigned int contradictions_of(const struct comparison *comparison,
				      enum contradiction_kind kind)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < comparison->contradictions; i++)
		count += comparison->contradiction[i].kind == kind;
	return count;
}

static bool has_note(const struct comparison *comparison, enum comparison_note note)
{
	return comparison->notes & NOTE_BIT(note);
}

static void claim(struct clock_sample *sample, uint64_t max_error_ns)
{
	sample->claim = (struct realtime_claim){.synchronized = true, .max_error_ns = max_error_ns};
}

static void healthy_clocks(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample sample = machine_sample(&machine, NOW);
	struct comparison comparison = compare_once(&sample);

	(void)state;
	assert_int_equal(comparison.pairs, COMPARISON_PAIRS);
	assert_int_equal(comparison.contradictions, 0);
	assert_int_equal(comparison.phc_scale, SCALE_TAI);
	assert_int_equal(comparison.tai_offset_sec, 37);
	assert_int_equal(comparison.notes, NOTE_BIT(NOTE_NO_REALTIME_CLAIM));
	for (unsigned int i = 0; i < comparison.pairs; i++) {
		const struct clock_pair *pair = &comparison.pair[i];

		assert_int_equal(pair->state, PAIR_MEASURED);
		assert_null(clock_pair_why(pair));
		assert_true(pair->offset.known && pair->raw.known);
		assert_true(interval_has(pair->offset.ns, 0));
		assert_int_equal(pair->raw.ns.lo_ns - pair->offset.ns.lo_ns,
				 pair->a == COMPARED_PHC ? 37ll * NSEC_PER_SEC : 0);
	}
}

/* Whatever the offset, it is inside, by every method, on both scales of the PTP clock. */
static void true_offsets_are_inside(void **state)
{
	(void)state;
	for (int64_t ns = -5000000000; ns <= 5000000000; ns += 77777777) {
		struct machine machine = machine_make();
		struct clock_sample sample;
		struct comparison comparison;

		machine.realtime_ns = ns;
		machine.phc_sec = ns % 2 ? 37 : 0;
		sample = machine_sample(&machine, NOW);
		comparison = compare_once(&sample);
		assert_int_equal(comparison.phc_scale, ns % 2 ? SCALE_TAI : SCALE_UTC);
		assert_true(interval_has(comparison.pair[0].offset.ns, -ns));
		for (enum phc_method method = 0; method < PHC_METHODS; method++) {
			assert_true(interval_has(
				pair_of(&comparison, COMPARED_PHC, COMPARED_REALTIME, method)
					->offset.ns,
				-ns));
			assert_true(interval_has(
				pair_of(&comparison, COMPARED_PHC, COMPARED_PAGE, method)
					->offset.ns,
				0));
		}
		assert_int_equal(comparison.contradictions, 0);
	}
}

/* Two bounds are broken only where no time fits both; the page's is 1 us here. */
static void bounds_are_disjoint_or_not(void **state)
{
	(void)state;
	for (int64_t ns = -20000; ns <= 20000; ns += 13) {
		uint64_t size = ns < 0 ? (uint64_t)-ns : (uint64_t)ns;
		struct machine machine = machine_make();
		struct clock_sample sample;
		struct comparison comparison;

		machine.realtime_ns = ns;
		sample = machine_sample(&machine, NOW);
		claim(&sample, 5000);
		comparison = compare_once(&sample);
		assert_int_equal(comparison.pair[0].claims, CLAIM_PAGE | CLAIM_REALTIME);
		if (size <= 6000)
			assert_int_equal(comparison.contradictions, 0);
		if (size > 6000 + 70)
			assert_int_equal(contradictions_of(&comparison, CONTRADICTION_BOUNDS), 1);

		/* Who claims nothing contradicts nobody. */
		sample.claim.synchronized = false;
		comparison = compare_once(&sample);
		assert_int_equal(comparison.contradictions, 0);
		assert_int_equal(comparison.pair[0].claims, CLAIM_PAGE);
		assert_true(has_note(&comparison, NOTE_NO_REALTIME_CLAIM));
	}
}

static void a_page_that_is_not_vouched_for_claims_nothing(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample sample;
	struct comparison comparison;

	(void)state;
	machine.realtime_ns = 1000000;
	make_field(&machine.page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_INITIALIZING);
	sample = machine_sample(&machine, NOW);
	claim(&sample, 1);
	comparison = compare_once(&sample);
	assert_int_equal(comparison.contradictions, 0);
	assert_int_equal(comparison.pair[0].claims, CLAIM_REALTIME);
	assert_true(has_note(&comparison, NOTE_STATUS));

	make_field(&machine.page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_FREERUNNING);
	sample = machine_sample(&machine, NOW);
	claim(&sample, 1);
	comparison = compare_once(&sample);
	assert_int_equal(contradictions_of(&comparison, CONTRADICTION_BOUNDS), 1);
	assert_true(comparison.pair[0].contradicts);
}

static void a_phc_beside_the_page(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample sample;
	struct comparison comparison;

	(void)state;
	machine.phc_ns = 40; /* the bracket is +-30 ns wide */
	sample = machine_sample(&machine, NOW);
	comparison = compare_once(&sample);
	/* All four ways show it, and it is one contradiction. */
	assert_int_equal(comparison.contradictions, 1);
	assert_int_equal(contradictions_of(&comparison, CONTRADICTION_PHC), 1);
	for (enum phc_method method = 0; method < PHC_METHODS; method++)
		assert_true(pair_of(&comparison, COMPARED_PHC, COMPARED_PAGE, method)->contradicts);

	/* The same while the page was updated more often than it was seen: nobody can tell. */
	make_field(&sample.page_after, PAGE_SEQ_COUNT, 4);
	comparison = compare_once(&sample);
	assert_int_equal(comparison.contradictions, 0);
	assert_true(has_note(&comparison, NOTE_PAGE_MOVED));
}

static void one_update_during_a_sample_is_allowed_for(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample sample = machine_sample(&machine, NOW);
	struct comparison comparison;

	(void)state;
	/*
	 * The clock goes 500 ns on, which the bound of 1 us allows; the PTP clock was read after.
	 */
	make_field(&sample.page_after, PAGE_SEQ_COUNT, 2);
	make_field(&sample.page_after, PAGE_TIME_FRAC_SEC, instant_from_ns(500).frac);
	machine.page = sample.page_after;
	sample.phc[PHC_GETTIME] = machine_sample(&machine, NOW).phc[PHC_GETTIME];
	comparison = compare_once(&sample);
	assert_int_equal(comparison.contradictions, 0);
	assert_int_equal(comparison.updates, 1);
	assert_true(comparison.update[0].is_measured);
	assert_true(interval_has(comparison.update[0].moved, 500) ||
		    interval_has(comparison.update[0].moved, 499));
	assert_false(comparison.update[0].is_step);
}

static void a_phc_centuries_away(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample sample = machine_sample(&machine, NOW);
	struct comparison comparison;

	(void)state;
	for (enum phc_method method = 0; method < PHC_METHODS; method++) {
		sample.phc[method].counter.inner.tv_sec = 1ll << 40;
		sample.phc[method].realtime.inner.tv_sec = 1ll << 40;
	}
	comparison = compare_once(&sample);
	assert_int_equal(comparison.phc_scale, SCALE_UNKNOWN);
	assert_true(has_note(&comparison, NOTE_SCALE_UNKNOWN));
	assert_int_equal(contradictions_of(&comparison, CONTRADICTION_PHC), 1);
	assert_int_equal(pair_of(&comparison, COMPARED_PHC, COMPARED_PAGE, PHC_GETTIME)->state,
			 PAIR_TOO_FAR);
}

static void failures_are_told_apart(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample sample = machine_sample(&machine, NOW);
	struct comparison comparison;

	(void)state;
	sample.phc[PHC_SYS_OFFSET_PRECISE].result = -EOPNOTSUPP;
	sample.phc[PHC_GETTIME].result = -EINVAL;
	sample.realtime.inner.tv_sec = 1ll << 40;
	comparison = compare_once(&sample);
	assert_int_equal(comparison.pair[0].state, PAIR_TOO_FAR);
	assert_int_equal(comparison.phc_scale, SCALE_TAI); /* by another way of reading it */
	assert_int_equal(pair_of(&comparison, COMPARED_PHC, COMPARED_REALTIME, PHC_GETTIME)->state,
			 PAIR_FAILED);
	assert_string_equal(clock_pair_why(pair_of(&comparison, COMPARED_PHC, COMPARED_PAGE,
						   PHC_SYS_OFFSET_PRECISE)),
			    "not supported by this clock");

	make_field(&sample.page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_UNRELIABLE);
	comparison = compare_once(&sample);
	assert_int_equal(pair_of(&comparison, COMPARED_PHC, COMPARED_REALTIME, PHC_GETTIME)->state,
			 PAIR_REFUSED);

	/* CLOCK_REALTIME was set back in the middle of each try. */
	sample.phc[PHC_SYS_OFFSET].realtime.after.tv_sec--;
	comparison = compare_once(&sample);
	assert_int_equal(
		pair_of(&comparison, COMPARED_PHC, COMPARED_REALTIME, PHC_SYS_OFFSET)->state,
		PAIR_STEPPED);
}

static void pages_without_a_time(void **state)
{
	static const struct {
		int result;
		enum page_field field;
		uint64_t value;
		int note;
	} cases[] = {
		{-ETIMEDOUT, PAGE_MAGIC, VMCLOCK_MAGIC, NOTE_PAGE_STUCK},
		{-ENODEV, PAGE_MAGIC, VMCLOCK_MAGIC, -1},
		{0, PAGE_MAGIC, 0, NOTE_PAGE_INVALID},
		{0, PAGE_COUNTER_ID, VMCLOCK_COUNTER_INVALID, NOTE_MARKER_ONLY},
		{0, PAGE_COUNTER_ID, !COUNTER_NATIVE_ID, NOTE_FOREIGN_COUNTER},
		{0, PAGE_PERIOD_FRAC_SEC, 0, NOTE_NO_TIME},
		{0, PAGE_PERIOD_SHIFT, 128, NOTE_NO_TIME},
		{0, PAGE_TIME_TYPE, VMCLOCK_TIME_MONOTONIC, NOTE_NO_UTC},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct machine machine = machine_make();
		struct clock_sample sample = machine_sample(&machine, NOW);
		struct comparison comparison;

		sample.page_result = cases[i].result;
		make_field(&sample.page, cases[i].field, cases[i].value);
		sample.page_after = sample.page;
		comparison = compare_once(&sample);
		assert_false(comparison.pair[0].offset.known);
		assert_non_null(clock_pair_why(&comparison.pair[0]));
		assert_int_equal(comparison.contradictions, 0);
		if (cases[i].note >= 0)
			assert_true(has_note(&comparison, (enum comparison_note)cases[i].note));
	}
}

static void tai_without_its_offset(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample sample;
	struct comparison comparison;

	(void)state;
	/* On TAI and silent about UTC; the PTP clock shows the same TAI. */
	make_field(&machine.page, PAGE_TIME_TYPE, VMCLOCK_TIME_TAI);
	sample = machine_sample(&machine, NOW);
	make_field(&sample.page, PAGE_FLAGS, 0);
	sample.page_after = sample.page;
	comparison = compare_once(&sample);
	assert_int_equal(comparison.phc_scale, SCALE_TAI);
	assert_int_equal(comparison.pair[0].state, PAIR_NO_SCALE);
	assert_int_equal(pair_of(&comparison, COMPARED_PHC, COMPARED_REALTIME, PHC_GETTIME)->state,
			 PAIR_NO_SCALE);
	assert_true(pair_of(&comparison, COMPARED_PHC, COMPARED_PAGE, PHC_GETTIME)->offset.known);
	assert_true(has_note(&comparison, NOTE_NO_UTC));
	assert_true(has_note(&comparison, NOTE_NO_PAGE_CLAIM));
}

/* A driver that converts takes the sign as it is: 37 s the wrong way from the page's TAI. */
static void tai_offset_of_the_wrong_sign(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample sample;
	struct comparison comparison;

	(void)state;
	make_field(&machine.page, PAGE_TIME_TYPE, VMCLOCK_TIME_TAI);
	make_field(&machine.page, PAGE_TAI_OFFSET_SEC, 37);
	machine.phc_sec = 74;
	sample = machine_sample(&machine, NOW);
	comparison = compare_once(&sample);
	assert_true(has_note(&comparison, NOTE_TAI_SIGN));
	assert_true(has_note(&comparison, NOTE_SCALE_UNKNOWN));
	assert_int_equal(contradictions_of(&comparison, CONTRADICTION_PHC), 1);
	assert_true(interval_has(
		pair_of(&comparison, COMPARED_PHC, COMPARED_PAGE, PHC_GETTIME)->offset.ns,
		37ll * NSEC_PER_SEC));
	/* The page itself is right: only the size of its offset counts. */
	assert_true(interval_has(comparison.pair[0].offset.ns, 0));
}

/* A page too small for a device node, or one that we may not open: there still is a PTP clock. */
static void a_phc_without_a_page(void **state)
{
	(void)state;
	for (int64_t scale_sec = 0; scale_sec <= 37; scale_sec += 37) {
		struct machine machine = machine_make();
		struct clock_sample sample;
		struct comparison comparison;

		machine.phc_sec = scale_sec;
		machine.realtime_ns = 300000000;
		sample = machine_sample(&machine, NOW);
		sample.page_result = -ENODEV;
		comparison = compare_once(&sample);
		assert_int_equal(comparison.phc_scale, scale_sec ? SCALE_TAI : SCALE_UTC);
		assert_false(comparison.scale_is_by_page);
		assert_int_equal(comparison.pairs, 1 + PHC_METHODS);
		assert_true(interval_has(
			pair_of(&comparison, COMPARED_PHC, COMPARED_REALTIME, PHC_GETTIME)
				->offset.ns,
			-300000000));
		assert_int_equal(comparison.contradictions, 0);
	}
}

static void two_samples_give_rates(void **state)
{
	struct machine machine = machine_make();
	struct clock_sample first = machine_sample(&machine, NOW);
	struct clock_sample second = machine_sample(&machine, NOW + MACHINE_TICKS_PER_SEC);
	struct comparer comparer = {0};
	struct comparison comparison;

	(void)state;
	comparer_add(&comparer, &first, NULL, &comparison);
	assert_int_equal(comparison.elapseds, COMPARISON_ELAPSED);
	for (unsigned int i = 0; i < comparison.elapseds; i++)
		assert_false(comparison.elapsed[i].known);
	comparer_add(&comparer, &second, NULL, &comparison);
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
	comparer_add(&comparer, &first, NULL, &comparison);
	comparer_add(&comparer, &second, NULL, &comparison);
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
	comparer_add(&comparer, &sample, &driver, &comparison);
	assert_int_equal(comparison.contradictions, 0);

	event = read_event(-3, COUNTER_SNAPSHOT, EVENT_PAGE_STABLE);
	driver_comparison_add(&driver, &event, true);
	/* Small as it is, nothing excuses it. */
	assert_true(driver.worst_is_stable);
	assert_int_equal(driver.worst.minus_page_ns, -3);
	comparer_add(&comparer, &sample, &driver, &comparison);
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
		cmocka_unit_test(healthy_clocks),
		cmocka_unit_test(true_offsets_are_inside),
		cmocka_unit_test(bounds_are_disjoint_or_not),
		cmocka_unit_test(a_page_that_is_not_vouched_for_claims_nothing),
		cmocka_unit_test(a_phc_beside_the_page),
		cmocka_unit_test(one_update_during_a_sample_is_allowed_for),
		cmocka_unit_test(a_phc_centuries_away),
		cmocka_unit_test(failures_are_told_apart),
		cmocka_unit_test(pages_without_a_time),
		cmocka_unit_test(tai_without_its_offset),
		cmocka_unit_test(tai_offset_of_the_wrong_sign),
		cmocka_unit_test(a_phc_without_a_page),
		cmocka_unit_test(two_samples_give_rates),
		cmocka_unit_test(updates_and_steps),
		cmocka_unit_test(a_changed_marker_is_no_contradiction),
		cmocka_unit_test(a_status_that_vouches_for_nothing_makes_no_step),
		cmocka_unit_test(driver_against_page),
		cmocka_unit_test(totals_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
