// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/curve.h: bounded, and no extreme, sample or stretch of time is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judge/curve.h"

static void bounded_and_whole(void **state)
{
	static struct curve curve;
	uint64_t samples = 0, longest_ns = 0;
	bool low = false, high = false;

	(void)state;
	for (uint64_t i = 0; i < 100000; i++) {
		int64_t error = i == 4711 ? 900 : i == 77777 ? -800 : (int64_t)(i % 10);

		curve_add(&curve, 1000 + i * 5, (struct ns_interval){error - 1, error + 1});
	}
	assert_true(curve.points <= CURVE_POINTS && curve.points > CURVE_POINTS / 4);
	for (size_t i = 0; i < curve.points; i++) {
		const struct error_point *point = &curve.point[i];

		samples += point->samples;
		low |= point->error.lo_ns == -801;
		high |= point->error.hi_ns == 901;
		if (point->to_ns - point->from_ns > longest_ns)
			longest_ns = point->to_ns - point->from_ns;
		if (i)
			assert_true(point->from_ns > curve.point[i - 1].to_ns);
	}
	assert_int_equal(samples, 100000);
	assert_true(low && high);
	assert_int_equal(curve.point[0].from_ns, 1000);
	assert_int_equal(curve.point[curve.points - 1].to_ns, 1000 + 99999 * 5);
	/* Evenly: no stretch is much longer than the whole time over their number. */
	assert_true(longest_ns < 99999 * 5 / (CURVE_POINTS / 8));
}

/* A clock that steps is drawn as one that steps, however long the recording is. */
static void a_step_stays_a_step(void **state)
{
	static struct curve curve = {.keeps_steps = true};
	size_t steps = 0;

	(void)state;
	for (uint64_t i = 0; i < 100000; i++) {
		int64_t error = i < 4711 || i > 90000 ? (int64_t)(i % 10) : 80000000;

		curve_add(&curve, i * 1000, (struct ns_interval){error - 1, error + 1});
	}
	assert_true(curve.points <= CURVE_POINTS && curve.points > CURVE_POINTS / 2);
	for (size_t i = 0; i < curve.points; i++) {
		const struct error_point *point = &curve.point[i];

		assert_true(point->error.hi_ns - point->error.lo_ns <= 11);
		assert_true(point->to_ns - point->from_ns < 100000000 / (CURVE_POINTS / 8));
		if (!i || (point[-1].error.lo_ns < 1000) == (point->error.lo_ns < 1000))
			continue;
		steps++;
		assert_int_equal(point->from_ns, point[-1].to_ns + 1000);
	}
	assert_int_equal(steps, 2);
}

static void few_stay_apart(void **state)
{
	static struct curve curve;

	(void)state;
	for (uint64_t i = 0; i < CURVE_POINTS; i++)
		curve_add(&curve, i, (struct ns_interval){(int64_t)i, (int64_t)i});
	assert_int_equal(curve.points, CURVE_POINTS);
	assert_int_equal(curve.point[17].error.lo_ns, 17);
}

/*
 * Known and not known by turns: no stretch reaches over what is not, until there is no room for
 * that.
 */
static void what_is_not_known_stays_a_gap(void **state)
{
	static struct curve curve;
	size_t gaps = 0;

	(void)state;
	curve_break(&curve);
	for (uint64_t i = 0; i < 100000; i++) {
		if (i / 10000 % 2)
			curve_break(&curve);
		else
			curve_add(&curve, i, (struct ns_interval){-1, 1});
	}
	assert_false(curve.point[0].after_gap);
	for (size_t i = 0; i < curve.points; i++) {
		assert_int_equal(curve.point[i].from_ns / 10000, curve.point[i].to_ns / 10000);
		gaps += curve.point[i].after_gap;
	}
	assert_int_equal(gaps, 4);
	curve = (struct curve){0};
	for (uint64_t i = 0; i < 100000; i++) {
		curve_add(&curve, i, (struct ns_interval){-1, 1});
		curve_break(&curve);
	}
	assert_true(curve.points <= CURVE_POINTS);
	assert_int_equal(curve.point[curve.points - 1].to_ns, 99999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounded_and_whole),
		cmocka_unit_test(a_step_stays_a_step),
		cmocka_unit_test(few_stay_apart),
		cmocka_unit_test(what_is_not_known_stays_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
