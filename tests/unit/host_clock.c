// SPDX-License-Identifier: GPL-2.0-or-later
/* observe/host_clock.h and observe/clock_sampler.h, on the clocks of this machine. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/timex.h>

#include <cmocka.h>

#include "observe/clock_sampler.h"
#include "observe/host_clock.h"

static void brackets_are_in_order(void **state)
{
	struct counter_bracket counter = host_clock_by_counter(CLOCK_MONOTONIC);
	struct bracket raw = host_clock_between(CLOCK_REALTIME, CLOCK_MONOTONIC_RAW);

	(void)state;
	assert_true(counter.before <= counter.after);
	assert_true(counter.inner.tv_sec > 0 || counter.inner.tv_nsec > 0);
	assert_true(bracket_width_ns(&raw) < NSEC_PER_SEC);
}

/* A clock between readings of itself is 0 apart. */
static void a_clock_agrees_with_itself(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct bracket bracket = host_clock_between(CLOCK_MONOTONIC, CLOCK_MONOTONIC);
		struct ns_interval offset;

		assert_int_equal(bracket_offset(&bracket, &offset), 0);
		assert_true(interval_has(offset, 0));
	}
}

static void claims_are_sane(void **state)
{
	struct realtime_claim claim = host_clock_claim();

	(void)state;
	if (claim.result) /* a sandbox may forbid adjtimex(): then it must say so */
		assert_true(claim.result < 0);
	else
		/* Whatever STA_UNSYNC says. */
		assert_int_equal(claim.claims, claim.max_error_ns < 16ull * NSEC_PER_SEC);
}

/* chronyd without rtcsync: STA_UNSYNC stays, and maxerror is what chronyd vouches for. */
static void an_unsynchronized_kernel_may_claim(void **state)
{
	struct timex timex = {.status = STA_UNSYNC, .maxerror = 500};
	struct realtime_claim claim = host_clock_claim_of(TIME_ERROR, &timex);

	(void)state;
	assert_true(claim.claims && !claim.synchronized);
	assert_int_equal(claim.max_error_ns, 500000);
	timex.maxerror = 15999999;
	assert_true(host_clock_claim_of(TIME_ERROR, &timex).claims);
	timex.maxerror = 16000000;
	assert_false(host_clock_claim_of(TIME_OK, &timex).claims);
}

static void clocksource_is_named(void **state)
{
	char name[32] = "untouched";
	int err = host_clock_source(name, sizeof(name));

	(void)state;
	if (err)
		assert_string_equal(name, "untouched");
	else
		assert_true(strlen(name) > 0 && !strchr(name, '\n'));
}

static void a_sample_without_any_source(void **state)
{
	struct clock_sample sample;

	(void)state;
	clock_sampler_take(NULL, NULL, &sample);
	assert_int_equal(sample.page_result, -ENODEV);
	assert_false(sample.has_phc);
	assert_true(sample.realtime.inner.tv_sec > 0);
	assert_true(sample.realtime.before <= sample.realtime.after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brackets_are_in_order),
		cmocka_unit_test(a_clock_agrees_with_itself),
		cmocka_unit_test(claims_are_sane),
		cmocka_unit_test(an_unsynchronized_kernel_may_claim),
		cmocka_unit_test(clocksource_is_named),
		cmocka_unit_test(a_sample_without_any_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
