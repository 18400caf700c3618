// SPDX-License-Identifier: GPL-2.0-or-later
/* scenario/: what a played scenario shows, against what it says and against the truth. */
#include <errno.h>
#include <stdio.h>

#include "page/time.h"
#include "page_make.h"
#include "scenario/scenario_source.h"

/* A scenario from text that must be right. */
static struct scenario scenario_of(const char *text)
{
	struct scenario scenario;
	struct error error = {.cause = ""};

	if (scenario_parse("test", text, strlen(text), &scenario, &error))
		fail_msg("%s (%s)", error.cause, error.hint);
	return scenario;
}

static struct scenario_source *watch(const struct scenario *scenario, uint64_t seed)
{
	struct simulation_options options = {.has_seed = seed != 0, .seed = seed};
	struct scenario_source *source;

	assert_int_equal(scenario_source_new(scenario, &options, 0, &source), 0);
	return source;
}

/* The next sample; false at the end. */
static bool next_sample(struct scenario_source *source, struct event *event,
			struct scenario_truth *truth)
{
	while (scenario_source_next(source, event, truth)) {
		if (event->type == EVENT_PAGE)
			return true;
	}
	return false;
}

/* The page's TAI less the truth. */
static struct ns_interval error_of(const struct event *event, const struct scenario_truth *truth,
				   uint64_t *bound_ns)
{
	struct ns_interval error;
	struct page_time time;

	assert_int_equal(page_time_at(&event->page, event->sample.ticks.before, &time), 0);
	assert_true(time.has_tai && time.has_max_error);
	assert_int_equal(instant_distance(time.tai, truth->tai, &error), 0);
	*bound_ns = time.max_error_ns;
	return error;
}

static void assert_honest(const struct event *event, const struct scenario_truth *truth)
{
	uint64_t bound_ns;
	struct ns_interval error = error_of(event, truth, &bound_ns);

	if (error.hi_ns > (int64_t)bound_ns || error.lo_ns < -(int64_t)bound_ns)
		fail_msg("at %lld ns: off by %lld ns, bound %llu", (long long)truth->at_ns,
			 (long long)error.hi_ns, (unsigned long long)bound_ns);
}

/*
 * The ABI's promise: for the counter of an earlier sample the page answers within its bound then.
 */
static void assert_promise_kept(const struct event *before, const struct event *now)
{
	struct page_time old, new;
	struct ns_interval moved;

	assert_int_equal(page_time_at(&before->page, before->sample.ticks.before, &old), 0);
	assert_int_equal(page_time_at(&now->page, before->sample.ticks.before, &new), 0);
	assert_int_equal(instant_distance(new.tai, old.tai, &moved), 0);
	assert_true(moved.lo_ns <= (int64_t)old.max_error_ns);
	assert_true(moved.hi_ns >= -(int64_t)old.max_error_ns);
}

static void a_healthy_clock_is_within_its_bound(void **state)
{
	static const char *const texts[] = {
		"end 1h\n",
		"counter tsc 2.4GHz from 123456789\ntime-type TAI\nend 1h\n",
		"counter vcnt 1kHz\ntime-error 2ms\nrate-error 100\ndrift 1\nrefresh 10s\nend 1h\n",
		"counter tsc 9.999999999GHz\ntime-error 10ns\nrate-error 1\ndrift 0.01\nend 10m\n"
		"refresh 100ms\nsample 37ms\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct scenario scenario = scenario_of(texts[i]);
		struct scenario_source *source = watch(&scenario, 7);
		struct event event, before;
		struct scenario_truth truth;
		bool has_before = false;

		while (next_sample(source, &event, &truth)) {
			assert_honest(&event, &truth);
			if (has_before)
				assert_promise_kept(&before, &event);
			before = event;
			has_before = true;
		}
		assert_true(has_before);
		scenario_source_free(source);
		scenario_free(&scenario);
	}
}

/* Honest bounds through everything that is no lie. */
static void bounds_hold_through_what_is_no_lie(void **state)
{
	struct scenario scenario = scenario_of("generation 5\n"
					       "notification yes\n"
					       "at 5s status FREERUNNING\n"
					       "at 60s status SYNCHRONIZED\n"
					       "at 65s migrate downtime 300ms value -2s rate +40\n"
					       "at 70s restore downtime 2h value +1000000ticks\n"
					       "at 3h storm 1000 over 2s\n"
					       "at +5s stick 1s\n"
					       "at +5s stun 2s\n"
					       "at +5s refresh 0\n"
					       "at +5m refresh 100ms\n"
					       "at +5s migrate rate -3.125\n");
	struct scenario_source *source = watch(&scenario, 3);
	struct event event;
	struct scenario_truth truth;
	int samples = 0;

	(void)state;
	for (; next_sample(source, &event, &truth); samples++) {
		if (event.page_state == EVENT_PAGE_STABLE)
			assert_honest(&event, &truth);
	}
	assert_in_range(samples, 30000, 200000);
	scenario_source_free(source);
	scenario_free(&scenario);
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
	struct scenario scenario = scenario_of("end 60s\nat 3 garbage 1s\nat 9 tear 1s\n");
	struct scenario_source *a = watch(&scenario, 42), *b = watch(&scenario, 42);
	struct scenario_source *c = watch(&scenario, 43);
	struct event from_a, from_b, from_c;
	bool differ = false;

	(void)state;
	while (scenario_source_next(a, &from_a, NULL)) {
		assert_true(scenario_source_next(b, &from_b, NULL));
		assert_true(scenario_source_next(c, &from_c, NULL));
		assert_int_equal(from_a.type, from_b.type);
		assert_memory_equal(&from_a.page, &from_b.page, sizeof(struct page));
		differ |= memcmp(&from_a.page, &from_c.page, sizeof(struct page)) != 0;
	}
	assert_false(scenario_source_next(b, &from_b, NULL));
	assert_true(differ);
	scenario_source_free(a);
	scenario_source_free(b);
	scenario_source_free(c);
	scenario_free(&scenario);
}

/* What the page is off by, at @at_ns after the start, in a scenario that tells lies. */
static int64_t off_by(const char *text, int64_t at_ns)
{
	struct scenario scenario = scenario_of(text);
	struct scenario_source *source = watch(&scenario, 1);
	struct scenario_truth truth = {0};
	struct ns_interval error = {0};
	struct event event;
	uint64_t bound_ns;

	while (truth.at_ns < at_ns && next_sample(source, &event, &truth))
		;
	assert_int_equal(truth.at_ns, at_ns);
	error = error_of(&event, &truth, &bound_ns);
	scenario_source_free(source);
	scenario_free(&scenario);
	return error.lo_ns;
}

#define assert_near(value, wanted, by) assert_in_range((value) - (wanted) + (by), 0, 2 * (by))

static void lies_are_as_large_as_told(void **state)
{
	const int64_t s = NSEC_PER_SEC;

	(void)state;
	assert_near(off_by("at 5 step +5ms\n", 5 * s), 5000000, 1000);
	assert_near(off_by("at 5 step -1h\n", 9 * s), -3600 * s, 1000);
	/* 10 s at 100 us a second, then it stays so. */
	assert_near(off_by("at 5 slew 100\nat 15 slew 0\n", 15 * s), 1000000, 1000);
	assert_near(off_by("at 5 slew -100\nat 15 slew 0\n", 20 * s), -1000000, 1000);
	/* A host that freewheels tells lies as well. */
	assert_near(off_by("status FREERUNNING\nend 60s\nat 5 step +1s\nat 6 slew 100\n", 16 * s),
		    s + 1000000, 5000);
	/* The counter jumps and the host has not noticed yet; then it has. */
	assert_near(off_by("at 5.5 jump value +20ms\n", 5600000000), 20000000, 1000);
	assert_near(off_by("at 5.5 jump value +20ms\n", 6 * s), 0, 1000);
	/* The new host has not measured: off by the downtime, less what the counter jumped. */
	assert_near(off_by("at 5 migrate downtime 300ms value +100ms resync 1s\n", 5300000000),
		    -200000000, 1000);
	assert_near(off_by("at 5 migrate downtime 300ms resync 1s\n", 6300000000), 0, 1000);
}

static uint64_t field_at(const char *text, int64_t at_ns, enum page_field field)
{
	struct scenario scenario = scenario_of(text);
	struct scenario_source *source = watch(&scenario, 1);
	struct scenario_truth truth = {0};
	struct event event = {0};

	while (next_sample(source, &event, &truth) && truth.at_ns < at_ns)
		;
	scenario_source_free(source);
	scenario_free(&scenario);
	return page_get(&event.page, field);
}

static void fields_are_as_told(void **state)
{
	const int64_t s = NSEC_PER_SEC;
	const char *const move = "generation 7\nat 5 migrate\nat 7 restore\nat 9 disrupt\n";
	const char *const set = "at 5 set leap_indicator 1 tai_offset_sec -5\n"
				"at 7 free tai_offset_sec\nat 8 set disruption_marker 100\n"
				"at 9 disrupt\n";

	(void)state;
	assert_int_equal(field_at(move, 4 * s, PAGE_DISRUPTION_MARKER), 1);
	assert_int_equal(field_at(move, 6 * s, PAGE_DISRUPTION_MARKER), 2);
	assert_int_equal(field_at(move, 6 * s, PAGE_VM_GENERATION), 7);
	assert_int_equal(field_at(move, 8 * s, PAGE_DISRUPTION_MARKER), 3);
	assert_int_equal(field_at(move, 8 * s, PAGE_VM_GENERATION), 8);
	assert_int_equal(field_at(move, 10 * s, PAGE_DISRUPTION_MARKER), 4);
	assert_int_equal(field_at(set, 6 * s, PAGE_TAI_OFFSET_SEC), (uint64_t)-5);
	assert_int_equal(field_at(set, 7 * s, PAGE_TAI_OFFSET_SEC), (uint64_t)-37);
	assert_int_equal(field_at(set, 7 * s, PAGE_LEAP_INDICATOR), VMCLOCK_LEAP_PRE_POS);
	assert_int_equal(field_at(set, 10 * s, PAGE_DISRUPTION_MARKER), 101);
	assert_int_equal(field_at("mode marker-only\nend 5s\n", 2 * s, PAGE_COUNTER_ID), 255);
	assert_int_equal(field_at("mode marker-only\nend 5s\n", 2 * s, PAGE_SEQ_COUNT), 2);
	assert_int_equal(field_at("maintenance soon\nend 5s\n", 2 * s, PAGE_FLAGS) & 6, 2);
	assert_int_equal(field_at("at 1 maintenance imminent\n", 2 * s, PAGE_FLAGS) & 6, 4);
	assert_int_equal(field_at("at 1 stick 2s\n", 2 * s, PAGE_SEQ_COUNT), 3);
	assert_int_equal(field_at("at 1 stick 2s\n", 3 * s, PAGE_SEQ_COUNT), 6);
	assert_int_equal(field_at("at 0.5 storm 50 over 0.2s\n", s, PAGE_SEQ_COUNT), 104);
}

static void a_leap_second_goes_through_its_states(void **state)
{
	static const char inserted[] =
		"start 2016-12-31T23:59:50Z\ntai-offset -36\nleap positive\nend 2d\nsample 500ms\n";
	static const char left_out[] =
		"start 2016-12-31T23:59:50Z\ntai-offset 36\nend 2d\nsample 500ms\n"
		"at 5 leap negative\n";
	const int64_t s = NSEC_PER_SEC;

	(void)state;
	assert_int_equal(field_at(inserted, 0, PAGE_LEAP_INDICATOR), VMCLOCK_LEAP_PRE_POS);
	assert_int_equal(field_at(inserted, 95 * s / 10, PAGE_LEAP_INDICATOR), 1);
	assert_int_equal(field_at(inserted, 10 * s, PAGE_LEAP_INDICATOR), VMCLOCK_LEAP_POS);
	assert_int_equal(field_at(inserted, 10 * s, PAGE_TAI_OFFSET_SEC), (uint64_t)-36);
	assert_int_equal(field_at(inserted, 11 * s, PAGE_LEAP_INDICATOR), VMCLOCK_LEAP_POST_POS);
	assert_int_equal(field_at(inserted, 11 * s, PAGE_TAI_OFFSET_SEC), (uint64_t)-37);
	assert_int_equal(field_at(inserted, 86412 * s, PAGE_LEAP_INDICATOR), VMCLOCK_LEAP_NONE);
	assert_int_equal(field_at(left_out, 4 * s, PAGE_LEAP_INDICATOR), VMCLOCK_LEAP_NONE);
	assert_int_equal(field_at(left_out, 6 * s, PAGE_LEAP_INDICATOR), VMCLOCK_LEAP_PRE_NEG);
	assert_int_equal(field_at(left_out, 9 * s, PAGE_LEAP_INDICATOR), VMCLOCK_LEAP_POST_NEG);
	assert_int_equal(field_at(left_out, 9 * s, PAGE_TAI_OFFSET_SEC), 35);
}

/* What the guest's clocks do while it does not run. */
static void the_guest_does_not_run(void **state)
{
	struct scenario scenario = scenario_of("at 2.05s stun 500ms\n"
					       "at 5.05s migrate downtime 500ms\n");
	struct scenario_source *source = watch(&scenario, 1);
	uint64_t longest_ns[2] = {0}, last_ns = SCENARIO_MONOTONIC_START_NS, last_counter = 0;
	uint64_t most_ticks = 0;
	struct scenario_truth truth;
	struct event event;

	(void)state;
	while (scenario_source_next(source, &event, &truth)) {
		bool late = truth.at_ns > 4000000000;

		if (event.type != EVENT_TICK)
			continue;
		if (event.time_ns - last_ns > longest_ns[late])
			longest_ns[late] = event.time_ns - last_ns;
		if (late && event.tick.ticks.before - last_counter > most_ticks)
			most_ticks = event.tick.ticks.before - last_counter;
		last_ns = event.time_ns;
		last_counter = event.tick.ticks.before;
	}
	/* From the sample at 2.0 s to 2.55 s; after that its clocks stand still too. */
	assert_int_equal(longest_ns[0], 550000000);
	assert_int_equal(longest_ns[1], 100000000);
	assert_in_range(most_ticks, 99999000, 100001000);
	scenario_source_free(source);
	scenario_free(&scenario);
}

static int count_of(const char *text, enum event_type type)
{
	struct scenario scenario = scenario_of(text);
	struct scenario_source *source = watch(&scenario, 1);
	struct event event;
	int count = 0;

	while (scenario_source_next(source, &event, NULL))
		count += event.type == type;
	scenario_source_free(source);
	scenario_free(&scenario);
	return count;
}

static void samples_and_other_events(void **state)
{
	(void)state;
	assert_int_equal(count_of("end 10s\n", EVENT_PAGE), 101);
	assert_int_equal(count_of("end 10s\n", EVENT_TICK), 101);
	assert_int_equal(count_of("end 10s\n", EVENT_NOTIFICATION), 0);
	assert_int_equal(count_of("end 10s\nnotification yes\n", EVENT_NOTIFICATION), 10);
	assert_int_equal(count_of("end 10s\nat 4.95 gone 1s\n", EVENT_DEVICE), 2);
	assert_int_equal(count_of("end 10s\nat 4.95 gone 1s\n", EVENT_PAGE), 91);
	assert_int_equal(count_of("end 10s\nat 4.95 gone\n", EVENT_DEVICE), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_healthy_clock_is_within_its_bound),
		cmocka_unit_test(bounds_hold_through_what_is_no_lie),
		cmocka_unit_test(the_same_seed_gives_the_same_bytes),
		cmocka_unit_test(lies_are_as_large_as_told),
		cmocka_unit_test(fields_are_as_told),
		cmocka_unit_test(a_leap_second_goes_through_its_states),
		cmocka_unit_test(the_guest_does_not_run),
		cmocka_unit_test(samples_and_other_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
