// SPDX-License-Identifier: GPL-2.0-or-later
/* compare/comparer.h: the pairs of one sample, and what contradicts what. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compare_make.h"

static struct comparison compare_once(const struct clock_sample *sample)
{
	struct comparer comparer = {0};
	struct comparison comparison;

	comparer_add(&comparer, sample, NULL, NULL, &comparison);
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

static void claim(struct clock_sample *sample, uint64_t max_error_ns)
{
	sample->claim = (struct realtime_claim){.claims = true, .max_error_ns = max_error_ns};
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
		sample.claim.claims = false;
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
