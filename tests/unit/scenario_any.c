// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever a scenario says: it is refused with a reason, or it plays to its end. Lines that fall
 * into each other's downtimes and faults, and the largest numbers that the words take.
 *
 *	scenario_any		the seeds of every run
 *	scenario_any SEED	one of them, with its scenario
 *
 * It is slow: check-quick leaves it out.
 */
#include <stdio.h>
#include <string.h>

#include "judge/judge.h"
#include "scenario/random.h"
#include "scenario_findings.h"
#include "seeds.h"

#define SEEDS	   SEEDS_OF(3000)
#define TEXT_BYTES 8192

static char text[TEXT_BYTES];
static struct random_source chance;

static uint64_t pick(uint64_t below)
{
	return random_u64(&chance) % below;
}

#define ONE_OF(words) (words)[pick(sizeof(words) / sizeof((words)[0]))]

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
	size_t length = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + length, sizeof(text) - length, format, args);
	va_end(args);
}

static void say_setting(void)
{
	static const char *const settings[] = {
		"realtime within 1ms",
		"realtime unsynchronized",
		"reader a every 150ms",
		"reader b every 7s",
		"notification yes",
		"generation 9223372036854775807",
		"refresh 100ms",
		"refresh 0",
		"time-error unknown",
		"rate-error unknown",
		"rate-error 1000ppm",
		"drift 0.49",
		"tai-offset unknown",
		"tai-offset 32767",
		"mode marker-only",
		"time-type MONOTONIC",
		"counter tsc 10GHz",
		"counter vcnt 1kHz from 18446744073709551615",
		"sample 1ms",
		"sample 100d",
		"leap positive",
		"leap negative",
		"start 1970-01-01T00:00:00Z",
		"start 9999-12-31T23:59:50Z",
		"status UNKNOWN",
		"status FREERUNNING",
		"size 0",
		"size 48",
	};

	say("%s\n", ONE_OF(settings));
}

static void say_change(void)
{
	static const char *const changes[] = {
		"migrate downtime 100ms resync 2s",
		"migrate downtime 500ms",
		"migrate downtime 0s resync 1ns",
		"migrate downtime 3s value +9223372036s rate +99999 resync 4s",
		"migrated",
		"restore downtime 900ms resync 1s",
		"restore resync 5s",
		"migrate downtime 200ms value +2s late 900ms",
		"stun 700ms",
		"stun 9s",
		"jump value -9223372036s",
		"jump value +9223372036854775807ticks",
		"jump rate -99999",
		"step +9223372036s",
		"step -9223372036s",
		"slew +100000",
		"slew -100000",
		"slew 0",
		"stick 800ms",
		"tear 800ms",
		"garbage 800ms",
		"gone 600ms",
		"gone",
		"storm 50 over 2s",
		"status INITIALIZING",
		"status FREERUNNING",
		"status SYNCHRONIZED",
		"mode marker-only",
		"mode full",
		"leap positive",
		"leap none",
		"refresh 30ms",
		"refresh 0",
		"update",
		"disrupt",
		"clock-set step +9223372036s",
		"clock-set step -9223372036s",
		"clock-set slew +500",
		"clock-set source tsc",
		"driver-off +9223372036s for 5s",
		"lose 18446744073709551615",
		"set counter_value -1 time_sec -1",
		"set counter_period_frac_sec 0xffffffffffffffff counter_period_shift 0",
		"set counter_period_shift 255",
		"set disruption_marker -1",
		"free counter_value time_sec",
		"time-error 1000000s",
		"rate-error 10000",
		"tai-offset -32768",
		"tai-offset unknown",
		"generation none",
		"maintenance imminent",
		"smearing UTC_SLS",
	};

	say("at +%dms %s\n",
	    (int)(pick(3)   ? pick(700)
		  : pick(2) ? 0
			    : pick(9000)),
	    ONE_OF(changes));
}

static void make(uint64_t seed)
{
	text[0] = '\0';
	chance = (struct random_source){seed};
	for (uint64_t left = pick(6); left; left--)
		say_setting();
	for (uint64_t left = 1 + pick(24); left; left--)
		say_change();
}

/* All that anybody does with its events. */
static void play(const struct scenario *scenario, uint64_t seed)
{
	struct simulation_options options = {.has_seed = true, .seed = seed};
	static const struct judge_handlers handlers;
	struct judge *judge = judge_new(&handlers, NULL);
	struct scenario_source *source;
	struct scenario_truth truth;
	struct event event;
	uint64_t last_ns = 0;

	assert_int_equal(scenario_source_new(scenario, &options, 0, &source), 0);
	while (scenario_source_next(source, &event, &truth)) {
		if (event.time_ns < last_ns)
			fail_msg("time goes back at %lld ns\n%s", (long long)truth.at_ns, text);
		last_ns = event.time_ns;
		judge_event(judge, &event);
	}
	judge_finish(judge);
	scenario_source_free(source);
	judge_free(judge);
}

/* Was it played? */
static bool seed_is_played(uint64_t seed)
{
	struct error error = {.cause = ""};
	struct scenario scenario;

	make(seed);
	if (scenario_parse("any", text, strlen(text), &scenario, &error)) {
		assert_true(*error.cause);
		assert_true(*error.hint);
		return false;
	}
	play(&scenario, seed);
	scenario_free(&scenario);
	return true;
}

static void each_is_refused_or_plays_to_its_end(void **state)
{
	int played = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		played += seed_is_played(seed);
	assert_in_range(played, SEEDS / 20, SEEDS);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_refused_or_plays_to_its_end),
	};

	if (argc > 1) {
		make(strtoull(argv[1], NULL, 0));
		printf("%s", text);
		fflush(stdout);
		return !seed_is_played(strtoull(argv[1], NULL, 0));
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
