// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/downtime.h: where pages contradict each other, the true downtime is still inside. */
#include "analysis_make.h"

#define MS 1000000

struct told {
	const char *text;
	int64_t true_ns;
	bool is_bounded;
};

static void check(const struct told *told)
{
	const struct simulation_options options = {0};
	struct analysis *analysis = analysis_of(told->text, &options);
	const struct downtime *downtime = &analysis->downtimes.downtime[0];

	if (analysis->downtimes.count != 1 || downtime->unknown ||
	    !interval_has(downtime->length, told->true_ns) ||
	    downtime->is_bounded != told->is_bounded)
		fail_msg("%s%zu, why %d, %lld..%lld%s", told->text, analysis->downtimes.count,
			 (int)downtime->unknown, (long long)downtime->length.lo_ns,
			 (long long)downtime->length.hi_ns, downtime->is_bounded ? " bounded" : "");
	analysis_free(analysis);
}

static void the_truth_is_inside(void **state)
{
	static const struct told told[] = {
		{"end 90s\nat 60s step -300ms\nat +10s migrate downtime 100ms\n", 100 * MS, true},
		{"end 90s\nat 60s step +80ms\nat +10s migrate downtime 100ms\n", 100 * MS, true},
		{"end 6m\nsample 10ms\nat 60s slew 100\nat 5m migrate downtime 50ms\n", 50 * MS,
		 true},
		{"end 90s\ngeneration 5\nat 60s step -2s\nat 70s restore downtime 10s\n",
		 10000LL * MS, true},
		{"end 90s\ntime-error unknown\nat 60s step -300ms\n"
		 "at 70s migrate downtime 100ms\n",
		 100 * MS, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		check(&told[i]);
}

/* The page after it is contradicted later: it was the wrong one, perhaps. */
static void a_page_that_is_refuted_later_tells_no_exact_length(void **state)
{
	struct downtimes *downtimes = calloc(1, sizeof(*downtimes));
	struct event event = {.type = EVENT_PAGE, .page_state = EVENT_PAGE_STABLE};
	struct finding finding = {.kind = FINDING_HOST_STEP};

	(void)state;
	assert_non_null(downtimes);
	event.page = make_full_page();
	finding.after = event.page;
	finding.step = (struct finding_step){
		.moved = interval_of(-60 * MS), .bounds_disjoint = true, .bound_ns = 1000};
	downtimes_event(downtimes, &event);
	downtimes->count = 1;
	downtimes->downtime[0] = (struct downtime){.true_ns = interval_of(100 * MS),
						   .length = {80 * MS, 100 * MS},
						   .is_bounded = true};
	downtimes_finding(downtimes, &finding);
	assert_int_equal(downtimes->downtime[0].unknown, DOWNTIME_KNOWN);
	assert_true(downtimes->downtime[0].is_bounded);
	assert_in_range(downtimes->downtime[0].length.lo_ns, 20 * MS - 1100, 20 * MS);
	assert_in_range(downtimes->downtime[0].length.hi_ns, 100 * MS, 100 * MS + 1100);
	/* By how much a slew is wrong is not known without a counter. */
	finding.kind = FINDING_HOST_SLEW;
	downtimes_finding(downtimes, &finding);
	assert_int_equal(downtimes->downtime[0].unknown, DOWNTIME_REFUTED);
	free(downtimes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_truth_is_inside),
		cmocka_unit_test(a_page_that_is_refuted_later_tells_no_exact_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
