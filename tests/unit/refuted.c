// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/refuted.h: where pages contradict each other, the true error is still inside. */
#include "analysis_make.h"

struct told {
	const char *text;
	int64_t true_ns; /* how far CLOCK_REALTIME is off at the end, by the story */
};

static void check(const struct told *told)
{
	const struct simulation_options options = {.has_seed = true, .seed = 1397};
	struct analysis *analysis = analysis_of(told->text, &options);
	const struct curve *curve = &analysis->clock[OBSERVED_REALTIME].curve;

	assert_true(curve->points);
	for (size_t i = 0; i < curve->points; i++) {
		const struct error_point *point = &curve->point[i];

		if (!interval_has(point->error, told->true_ns))
			fail_msg("%sat %llu: %lld..%lld", told->text,
				 (unsigned long long)point->from_ns, (long long)point->error.lo_ns,
				 (long long)point->error.hi_ns);
	}
	analysis_free(analysis);
}

/* What lies between the two pages is known as well as both are, and no better. */
static void a_step_and_then_a_jump_of_the_counter(void **state)
{
	static const struct told told = {"realtime unsynchronized\ntime-type TAI\nrefresh 300ms\n"
					 "end 63s\nat 223ms clock-set step -1762ns\n"
					 "at +1249ms step -21854602ns\n"
					 "at +3148ms jump value -6813172ns\n",
					 -1762};

	(void)state;
	check(&told);
}

/* Of a page on UTC the offset to TAI moves TAI alone. */
static void a_wrong_offset_of_a_page_on_utc(void **state)
{
	static const struct told told = {"realtime unsynchronized\nend 20s\nat 2s step +8435ns\n"
					 "at +4s tai-offset -36\n",
					 0};

	(void)state;
	check(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_and_then_a_jump_of_the_counter),
		cmocka_unit_test(a_wrong_offset_of_a_page_on_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
