// SPDX-License-Identifier: GPL-2.0-or-later
/* report/verdict.h: of a page or a clock that is in doubt it is said what is known all the same. */
#include "verdict_make.h"

/* The bound of a host without a source of time grows, and holds: with an incident or without. */
static void freerunning_from_the_start(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("end 60s\nstatus FREERUNNING\nrealtime within 500us\nat 30s update\n", &verdict);
	assert_string_equal(verdict.level, "WARNING");
	assert_int_equal(verdict.line[VERDICT_NOW].well, CLAIM_HOLDS);
	assert_string_equal(verdict.line[VERDICT_NOW].value, "never wrong");
	assert_string_equal(verdict.headline,
			    "Host without a source of time; clock right for 60.0 s.");
	of_one("end 60s\nstatus FREERUNNING\nrealtime within 1ms\nat 20s clock-set step +100ms\n"
	       "at 25s clock-set step -100ms\n",
	       &verdict);
	assert_int_equal(verdict.line[VERDICT_NOW].well, CLAIM_HOLDS);
	assert_string_equal(verdict.line[VERDICT_NOW].value, "yes");
	/* Without a bound nobody knows how far it is off. */
	of_one("end 60s\nstatus FREERUNNING\nrealtime within 500us\ntime-error unknown\n"
	       "rate-error unknown\n",
	       &verdict);
	assert_int_equal(verdict.line[VERDICT_NOW].well, CLAIM_UNKNOWN);
}

/* Another clock with a bound tells it where nobody vouches for the page. */
static void a_page_that_nobody_vouches_for(void **state)
{
	static const char *const texts[] = {
		"end 60s\nstatus INITIALIZING\nrealtime within 1ms\nptp-clock kvm within 10us\n",
		"end 60s\nstatus UNKNOWN\nrealtime within 1ms\nclockbound within 10us\n",
	};
	struct verdict verdict;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		of_one(texts[i], &verdict);
		assert_string_equal(verdict.level, "OK");
		assert_string_equal(verdict.line[VERDICT_NOW].value, "never wrong");
	}
	of_one("end 60s\nstatus INITIALIZING\nrealtime within 1ms\nptp-clock kvm within 10us\n"
	       "at 20s clock-set step +50ms\nat 30s clock-set step -50ms\n",
	       &verdict);
	assert_string_equal(verdict.line[VERDICT_NOW].value, "yes");
	/* One without a bound does not, nor one that is there for a part of the time. */
	of_one("end 60s\nstatus INITIALIZING\nrealtime within 1ms\nptp-clock kvm\n", &verdict);
	assert_string_equal(verdict.level, "UNKNOWN");
	of_one("end 60s\nstatus INITIALIZING\nrealtime within 1ms\nclockbound within 10us\n"
	       "at 20s clockbound\n",
	       &verdict);
	assert_string_equal(verdict.level, "UNKNOWN");
}

/* What proves that it recovered tells how far it was off, where the page's bound hides that. */
static void off_by_the_host(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("time-error 120ms\nrealtime within 1ms\nptp-clock kvm\nend 1m\n"
	       "at 20s migrate downtime 50ms\nat 30s clock-set step +50ms\n",
	       &verdict);
	assert_non_null(strstr(verdict.headline, "CLOCK_REALTIME 50.0 ms behind; recovered"));
	assert_string_equal(verdict.line[VERDICT_CLOCK].value,
			    "about: CLOCK_REALTIME 50.0 ms behind");
	assert_non_null(strstr(verdict.line[VERDICT_CLOCK].note, "by the host's clock (KVM"));
	/* It disagreed before: then it tells nothing. */
	of_one("time-error 120ms\nrealtime within 1ms\nptp-clock kvm off 20ms\nend 1m\n"
	       "at 20s migrate downtime 50ms\nat 30s clock-set step +50ms\n",
	       &verdict);
	assert_null(strstr(verdict.headline, "behind"));
}

/* Of several incidents the headline's is the gravest, and the worst clock may be another's. */
static void a_figure_of_another_incident(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("realtime within 1ms\nend 3m\nat 20s clock-set step +400ms\n"
	       "at 25s clock-set step -400ms\nat 100s clock-set step +30ms\n",
	       &verdict);
	assert_string_equal(verdict.headline, "Incident 2: CLOCK_REALTIME 30.0 ms "
					      "ahead; NOT recovered.");
	assert_string_equal(verdict.line[VERDICT_CLOCK].note, "incident 1");
	of_one("realtime within 1ms\nend 3m\nat 20s clock-set step +30ms\n"
	       "at 25s clock-set step -30ms\nat 100s clock-set step +400ms\n",
	       &verdict);
	assert_null(strstr(verdict.headline, "incident"));
}

static void a_guest_that_did_not_run(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("realtime within 1ms\nend 1m\nat 20s stun 3s\n", &verdict);
	assert_non_null(strstr(verdict.line[VERDICT_DOWNTIME].value, "3.00 s to 3.1"));
	assert_string_equal(verdict.line[VERDICT_DOWNTIME].note, "what its heartbeat missed");
}

/* What is about as far off as it may be is so at one update of the page, and not at the next. */
static void one_condition_is_one_incident(void **state)
{
	struct verdict verdict;

	(void)state;
	of_one("realtime within 1ms\ntime-error 20us\nend 5m\nat 20s step +1018us\n", &verdict);
	assert_non_null(strstr(verdict.line[VERDICT_WINDOW].note, "incident 1"));
	assert_int_equal(incidents, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(freerunning_from_the_start),
		cmocka_unit_test(a_page_that_nobody_vouches_for),
		cmocka_unit_test(off_by_the_host),
		cmocka_unit_test(a_figure_of_another_incident),
		cmocka_unit_test(a_guest_that_did_not_run),
		cmocka_unit_test(one_condition_is_one_incident),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
