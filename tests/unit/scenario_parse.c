// SPDX-License-Identifier: GPL-2.0-or-later
/* scenario/ as text: what is understood, and what is refused with its line, cause and hint. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "page_make.h"
#include "scenario/random.h"
#include "scenario/scenario.h"
#include "scenario/value.h"

#define SECOND 1000000000LL

static void expect_refused(const char *text, const char *cause, const char *hint)
{
	struct scenario scenario;
	struct error error = {.cause = ""};
	char want[ERROR_CAUSE_BYTES];

	assert_int_equal(scenario_parse("f", text, strlen(text), &scenario, &error), -EINVAL);
	snprintf(want, sizeof(want), "f:%s", cause);
	assert_string_equal(error.cause, want);
	if (!strstr(error.hint, hint))
		fail_msg("'%s' has no '%s'", error.hint, hint);
	assert_null(scenario.actions);
	assert_null(scenario.settings);
}

static struct scenario understood(const char *text)
{
	struct scenario scenario;
	struct error error = {.cause = ""};

	if (scenario_parse("f", text, strlen(text), &scenario, &error))
		fail_msg("%s (%s)", error.cause, error.hint);
	return scenario;
}

static void an_empty_one_is_a_healthy_clock(void **state)
{
	struct scenario scenario = understood("# nothing\n\n   \t # at all\r\n");

	(void)state;
	assert_int_equal(scenario.actions_count, 0);
	assert_int_equal(scenario.frame.end_ns, 10 * SECOND);
	assert_int_equal(scenario.frame.counter_hz, 1000000000);
	assert_int_equal(scenario.frame.start_utc_sec, 1767225600);
	scenario_free(&scenario);
}

static void the_start_is_understood(void **state)
{
	struct scenario scenario = understood("start 2016-12-31T23:59:50Z\nend 2h\nseed 0x2a\n"
					      "counter vcnt 24.5MHz from 77\nsample 20ms\n"
					      "size 65536\nnotification yes\n");

	(void)state;
	assert_int_equal(scenario.frame.start_utc_sec, 1483228790);
	assert_int_equal(scenario.frame.end_ns, 7200 * SECOND);
	assert_int_equal(scenario.frame.seed, 42);
	assert_int_equal(scenario.frame.counter_id, VMCLOCK_COUNTER_ARM_VCNT);
	assert_int_equal(scenario.frame.counter_hz, 24500000);
	assert_int_equal(scenario.frame.counter_start, 77);
	assert_int_equal(scenario.frame.sample_ns, 20000000);
	assert_int_equal(scenario.frame.size_bytes, 65536);
	assert_true(scenario.frame.notification);
	scenario_free(&scenario);
}

static void changes_are_understood(void **state)
{
	struct scenario scenario = understood("at 1.5 migrate downtime 80ms value -1s value "
					      "+500ticks rate +3.125 resync 2s # so\n"
					      "at +500ms step -5ms\n"
					      "at 2   slew   -0.5ppm\n"
					      "at 3 set leap_indicator 1 tai_offset_sec -37\n"
					      "at 4 storm 10 over 1s\n"
					      "at 5 gone\n");
	const struct scenario_action *action = scenario.actions;

	(void)state;
	assert_int_equal(scenario.actions_count, 6);
	assert_int_equal(scenario.frame.end_ns, 15 * SECOND);
	assert_int_equal(action[0].at_ns, 3 * SECOND / 2);
	assert_int_equal(action[0].move.downtime_ns, 80000000);
	assert_int_equal(action[0].move.jump.ns, -SECOND);
	assert_int_equal(action[0].move.jump.ticks, 500);
	assert_int_equal(action[0].move.jump.rate_ppb, 3125);
	assert_int_equal(action[0].move.resync_ns, 2 * SECOND);
	assert_int_equal(action[1].at_ns, 2 * SECOND);
	assert_int_equal(action[1].ns, -5000000);
	assert_int_equal(action[2].ppb, -500);
	assert_string_equal(action[2].text, "slew -0.5ppm");
	assert_int_equal(action[2].line, 3);
	assert_int_equal(action[3].fields.value[PAGE_TAI_OFFSET_SEC], 0xffdb);
	assert_int_equal(action[3].fields.named,
			 PAGE_FIELD_BIT(PAGE_TAI_OFFSET_SEC) | PAGE_FIELD_BIT(PAGE_LEAP_INDICATOR));
	assert_int_equal(action[4].storm.updates, 10);
	assert_int_equal(action[5].ns, SCENARIO_NEVER);
	scenario_free(&scenario);
}

static void what_is_refused(void **state)
{
	(void)state;
	expect_refused("end 1h\nat 5 setp +5ms\n", "2: there is no 'setp' in a scenario",
		       "vmclock-scenario(5)");
	expect_refused("step +5ms\n", "1: 'step' happens at a time, and none is given",
		       "at 10s step");
	expect_refused("at 5 seed 3\n", "1: 'seed' is of the start, it cannot change later",
		       "above the first line");
	expect_refused("at 5 step 5000000\n",
		       "1: step: '5000000' is not a distance of time with its unit, such as +5ms "
		       "or -1.5s",
		       "step +5ms");
	expect_refused(
		"at 5 step\n",
		"1: step: a distance of time with its unit, such as +5ms or -1.5s is missing",
		"step DISTANCE");
	expect_refused("at 5 step +5ms +6ms\n", "1: step: '+6ms' is one word too many", "step");
	expect_refused("at 5 step +1ms\nat 4 step +1ms\n", "2: 4 is before the line above it",
		       "order of time");
	expect_refused("at 5 step +1ms\nseed 4\n",
		       "2: 'seed' has no time, but stands below a line that has", "further up");
	expect_refused("at 300d disrupt\nat +300d disrupt\n",
		       "2: '+300d' is more than 400 days after the start", "400 days");
	expect_refused("at 1 stun 9223372036s\n",
		       "1: stun: '9223372036s' is not a length of time of at most 400 days",
		       "stun LENGTH");
	expect_refused("at soon disrupt\n", "1: 'soon' is not a time", "at 250ms");
	expect_refused("at 5\n", "1: 'at' wants a time, and what happens then", "at 10s");
	expect_refused("at 5 status GOOD\n",
		       "1: status: 'GOOD' is not one of UNKNOWN, INITIALIZING, SYNCHRONIZED, "
		       "FREERUNNING, UNRELIABLE",
		       "status");
	expect_refused("at 5 set seq_count 3\n",
		       "1: set: 'seq_count' is not a field of the page by the kernel header's name "
		       "(not seq_count: `stick` is for that)",
		       "set FIELD VALUE");
	expect_refused("at 5 set clock_status 256\n",
		       "1: set: '256' is not a number that fits in the field", "set");
	expect_refused("at 5 migrate quickly\n",
		       "1: migrate: 'quickly' is not one of downtime, value, rate, resync, late",
		       "downtime LENGTH");
	expect_refused("at 5 migrate late 1s resync 1s\n",
		       "1: migrate: 'late' is not to be had with resync: until then nothing is "
		       "renewed",
		       "resync LENGTH|late LENGTH");
	expect_refused("end 5s\nat 6 disrupt\n", "2: this happens after the scenario's end",
		       "later 'end'");
	expect_refused("end 401d\n", "1: end: '401d' is not a length of time of at most 400 days",
		       "end LENGTH");
	expect_refused("at 400d disrupt\n", "1: the end is more than 400 days off", "earlier");
	expect_refused("rate-error 1\ndrift 0.5\n",
		       "2: the rate drifts further than the page admits", "0.49");
	expect_refused("at 5 rate-error 0.1\n", "1: the rate drifts further than the page admits",
		       "0.49");
	expect_refused("at 5 migrate downtime 2s\nat 6 stun 1s\n", "2: the guest does not run then",
		       "downtime");
	expect_refused("at 5 stick 2s\nat 6 garbage 1s\n",
		       "2: an update is still stuck, torn or garbage then", "over");
	expect_refused("start 2026-02-30T00:00:00Z\n",
		       "1: start: '2026-02-30T00:00:00Z' is not a moment of UTC, such as "
		       "2016-12-31T23:59:50Z",
		       "start");
	expect_refused("at 5 jump\n", "1: jump: value or rate is missing", "jump");
	expect_refused("at 5 slew 1.2345\n",
		       "1: slew: '1.2345' is not a rate in ppm with at most three decimals, such "
		       "as +12.5",
		       "slew PPM");
}

static void what_is_no_text(void **state)
{
	static const char zero[] = "end 1s\nat\0 5 disrupt\n";
	struct scenario scenario;
	struct error error;
	char *line = malloc(5000);

	(void)state;
	assert_int_equal(scenario_parse("f", zero, sizeof(zero), &scenario, &error), -EINVAL);
	assert_string_equal(error.cause, "f:2: there is a zero byte: this is no text");
	memset(line, 'x', 5000);
	assert_int_equal(scenario_parse("f", line, 5000, &scenario, &error), -EINVAL);
	assert_string_equal(error.cause, "f:1: the line is too long");
	for (int i = 0; i < 1000; i++)
		line[i] = i % 2 ? ' ' : 'y';
	assert_int_equal(scenario_parse("f", line, 1000, &scenario, &error), -EINVAL);
	assert_string_equal(error.cause, "f:1: more than 64 words");
	free(line);
	assert_int_equal(scenario_load("/nonexistent/x", &scenario, &error), -ENOENT);
	assert_string_equal(error.cause, "/nonexistent/x: No such file or directory");
}

static void values(void **state)
{
	uint64_t number = 7;
	int64_t value = 7;

	(void)state;
	assert_int_equal(value_signed_ns("-1.5s", &value), 0);
	assert_int_equal(value, -1500000000);
	assert_int_equal(value_signed_ns("+0", &value), 0);
	assert_int_equal(value_signed_ns("5", &value), -EINVAL);
	assert_int_equal(value_signed_ns("--5ms", &value), -EINVAL);
	assert_int_equal(value_ppb("+12.345ppm", &value), 0);
	assert_int_equal(value, 12345);
	assert_int_equal(value_ppb("5ms", &value), -EINVAL);
	assert_int_equal(value_ppb("", &value), -EINVAL);
	assert_int_equal(value_hz("2.4GHz", &number), 0);
	assert_int_equal(number, 2400000000);
	assert_int_equal(value_hz("10GHz", &number), 0);
	assert_int_equal(value_hz("11GHz", &number), -ERANGE);
	assert_int_equal(value_hz("999Hz", &number), -ERANGE);
	assert_int_equal(value_hz("1000.5Hz", &number), -EINVAL);
	assert_int_equal(value_hz("GHz", &number), -EINVAL);
	assert_int_equal(value_hz("9000000000GHz", &number), -ERANGE);
	assert_int_equal(value_of_width("-37", 16, &number), 0);
	assert_int_equal(number, 0xffdb);
	assert_int_equal(value_of_width("-32769", 16, &number), -ERANGE);
	assert_int_equal(value_of_width("0x10000", 16, &number), -ERANGE);
	assert_int_equal(value_of_width("-1", 64, &number), 0);
	assert_int_equal(number, UINT64_MAX);
	assert_int_equal(value_utc_sec("1969-12-31T23:59:59Z", &value), -ERANGE);
	assert_int_equal(value_utc_sec("2016-12-31T23:59:60Z", &value), -EINVAL);
	assert_int_equal(value_utc_sec("2016-12-31", &value), -EINVAL);
}

/* Mutilated text is understood or refused, never worse; with -fsanitize this finds more. */
static void noise(void **state)
{
	static const char text[] = "start 2016-12-31T23:59:50Z\nleap positive\ncounter tsc 1GHz\n"
				   "at 1 migrate downtime 80ms value -1s rate +3.125 resync 2s\n"
				   "at 2 set leap_indicator 1\nat 3 storm 10 over 1s\nat 4 gone\n";
	struct random_source random = {1};

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char copy[sizeof(text)];
		struct scenario scenario;
		struct error error = {.cause = ""};

		memcpy(copy, text, sizeof(text));
		for (int j = 0; j < 3; j++)
			copy[random_u64(&random) % (sizeof(text) - 1)] =
				"\n #0159+-.atmsx\t\xff"[random_u64(&random) % 17];
		if (scenario_parse("f", copy, sizeof(text) - 1, &scenario, &error))
			assert_int_equal(strncmp(error.cause, "f:", 2), 0);
		scenario_free(&scenario);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_one_is_a_healthy_clock),
		cmocka_unit_test(the_start_is_understood),
		cmocka_unit_test(changes_are_understood),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(what_is_no_text),
		cmocka_unit_test(values),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
