// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * judge/incident.h: an incident has recovered only where what was bad was seen to be good again, by
 * the same kind of evidence; else it is not known, and why.
 */
#include "play_make.h"

/* What the last incident of a story must say. */
struct ending {
	const char *text;
	enum claim_state state;
	enum claim_why why; /* of CLAIM_UNKNOWN */
	uint64_t to_sec;    /* where it ends, in whole seconds of the guest; 0: not asked */
};

#define SINCE_START(ns) (((ns)-SCENARIO_MONOTONIC_START_NS) / 1000000000)

static void check(const struct ending *ending)
{
	struct story *story = play(ending->text);
	const struct incident *last = &story->last;

	if (!story->closed || last->recovery.state != ending->state ||
	    (ending->state == CLAIM_UNKNOWN && last->recovery.why != ending->why) ||
	    (ending->to_sec && SINCE_START(last->to_ns) != ending->to_sec))
		fail_msg("%s%zu incidents, recovery %s (%s), to %llu s", ending->text,
			 story->closed, claim_state_name(last->recovery.state),
			 claim_why_name(last->recovery.why),
			 (unsigned long long)SINCE_START(last->to_ns));
	free(story);
}

#define CHECK(endings)                                                                             \
	for (size_t i = 0; i < sizeof(endings) / sizeof((endings)[0]); i++)                        \
	check(&(endings)[i])

#define READER "reader chronyd every 200ms\nend 60s\n"

/* Only a read that agrees ends it. */
static void a_driver_that_answers_wrong(void **state)
{
	static const struct ending endings[] = {
		{READER "at 10.03 driver-off +10ms for 1h\n", CLAIM_FAILS, 0, 60},
		{READER "at 10.03 driver-off +10ms for 20s\n", CLAIM_HOLDS, 0, 30},
		/* It has given up reading before the driver is right again. */
		{"reader chronyd every 40s\nend 95s\nat 50s driver-off +10ms for 1h\n",
		 CLAIM_UNKNOWN, CLAIM_NOT_READ, 0},
	};

	(void)state;
	CHECK(endings);
}

/* The page says at once that it can be relied on; that the driver answers again must be seen. */
static void a_driver_that_refuses(void **state)
{
	static const struct ending endings[] = {
		{READER "at 10s status UNRELIABLE\nat 20s status SYNCHRONIZED\n", CLAIM_HOLDS, 0,
		 20},
		{READER "at 10s status UNRELIABLE\n", CLAIM_FAILS, 0, 60},
		{"reader chronyd every 40s\nend 95s\n"
		 "at 59s status UNRELIABLE\nat 61s status SYNCHRONIZED\n",
		 CLAIM_UNKNOWN, CLAIM_NOT_READ, 0},
	};

	(void)state;
	CHECK(endings);
}

static void a_page_that_loses_its_clock(void **state)
{
	static const struct ending endings[] = {
		{"end 30s\nat 10.03 mode marker-only\n", CLAIM_UNKNOWN, CLAIM_CLOCK_GONE, 0},
		{"realtime within 2ms\nptp-clock kvm\nend 40s\nat 10.03 mode marker-only\n",
		 CLAIM_UNKNOWN, CLAIM_CLOCK_GONE, 0},
		{"realtime within 2ms\nend 40s\nat 10s mode marker-only\nat 12s mode full\n",
		 CLAIM_HOLDS, 0, 12},
		{"realtime within 2ms\nend 60s\nat 10s mode marker-only\nat 30s mode full\n",
		 CLAIM_HOLDS, 0, 30},
	};

	(void)state;
	CHECK(endings);
}

/* A wide claim hides that somebody moved it away, and that it stays there. */
static void a_clock_that_is_moved_within_its_claim(void **state)
{
	static const struct ending endings[] = {
		{"realtime within 500ms\nend 60s\nat 10.03 migrate downtime 250ms\n", CLAIM_UNKNOWN,
		 CLAIM_FURTHER_OFF, 0},
		/* Who set it has moved it back by too little. */
		{"realtime within 500ms\nend 60s\nat 10.03 migrate downtime 250ms\n"
		 "at 14s clock-set step +1ms\n",
		 CLAIM_UNKNOWN, CLAIM_FURTHER_OFF, 0},
		{"realtime within 500ms\nend 60s\nat 10.03 migrate downtime 250ms\n"
		 "at 14s clock-set step +250ms\n",
		 CLAIM_HOLDS, 0, 13},
	};

	(void)state;
	CHECK(endings);
}

#define MOVED "end 60s\nat 10.03 migrate downtime 15ms\n"

/* Not proven wrong is not right: what was moved has recovered only within what it claims. */
static void a_bound_that_is_wider_than_the_claim(void **state)
{
	static const struct ending endings[] = {
		{"time-error 20ms\nrealtime within 1ms\n" MOVED, CLAIM_UNKNOWN, CLAIM_WIDE, 0},
		{"time-error 1s\nrealtime unsynchronized\n" MOVED, CLAIM_UNKNOWN, CLAIM_WIDE, 0},
		{"mode marker-only\nptp-clock kvm within 20ms\nrealtime within 1ms\n" MOVED,
		 CLAIM_UNKNOWN, CLAIM_WIDE, 0},
		/* It is off until it is set, and then within what nobody can tell. */
		{"time-error 20ms\nrealtime within 1ms\nend 60s\n"
		 "at 10.03 migrate downtime 250ms\nat 20s clock-set step +245ms\n",
		 CLAIM_UNKNOWN, CLAIM_WIDE, 0},
		/* Another clock knows better; and that counts as long as it is there. */
		{"time-error 20ms\nptp-clock kvm within 100us\nrealtime within 1ms\nend 60s\n"
		 "at 10.03 migrate downtime 250ms\nat 20s clock-set step +250ms\n",
		 CLAIM_HOLDS, 0, 19},
		/* A bound as usual is no obstacle, nor is one where nothing moved the clock. */
		{"time-error 100us\nrealtime within 5ms\nend 60s\n"
		 "at 10.03 migrate downtime 250ms\nat 20s clock-set step +250ms\n",
		 CLAIM_HOLDS, 0, 19},
		{"time-error 20ms\nrealtime within 1ms\nend 60s\n"
		 "at 10s status UNRELIABLE\nat 12s status SYNCHRONIZED\n",
		 CLAIM_HOLDS, 0, 12},
	};
	struct story *story = play(endings[0].text);

	(void)state;
	CHECK(endings);
	/* So it is as long as it lasts, not in the incident alone. */
	assert_false(story->was_well_at_end);
	free(story);
}

#define JUDGES                                                                                     \
	"mode marker-only\nrealtime within 3ms\nptp-clock nic within 10us\n"                       \
	"clockbound within 100us\nend 60s\n"

/* While those who could tell contradict each other, nothing is known to be good. */
static void clocks_that_contradict_each_other_for_a_while(void **state)
{
	static const struct ending endings[] = {
		{JUDGES "at 9s ptp-clock nic off -50ms within 10us\nat 10.03 migrate downtime 4ms\n"
			"at +100ms clock-set slew 500\nat 13.03 ptp-clock nic within 10us\n"
			"at 19s clock-set slew 0\n",
		 CLAIM_HOLDS, 0, 13},
		{JUDGES "at 9s ptp-clock nic off -50ms within 10us\n"
			"at 10.03 migrate downtime 250ms\nat 12s clock-set step +250ms\n",
		 CLAIM_UNKNOWN, CLAIM_WITNESSES, 0},
	};

	(void)state;
	CHECK(endings);
}

/* ClockBound claims nothing while it is disrupted; after that it judges, and is not judged. */
static void a_judge_that_claims_nothing_for_a_while(void **state)
{
	static const struct ending endings[] = {
		{"mode marker-only\nrealtime within 5ms\nclockbound within 1ms\nend 60s\n"
		 "at 10.03 migrate downtime 1s\nat +0s clockbound\nat 12s clock-set step +1s\n"
		 "at 15.03 clockbound within 1ms\n",
		 CLAIM_HOLDS, 0, 14},
		/* It takes its time until it is synchronized again; or it has none of it yet. */
		{"mode marker-only\nrealtime within 5ms\nclockbound within 1ms\nend 90s\n"
		 "at 8s clockbound\nat 10.03 migrate downtime 1s\nat 12s clock-set step +1s\n"
		 "at 50.03 clockbound within 1ms\n",
		 CLAIM_HOLDS, 0, 49},
		{"mode marker-only\nrealtime within 5ms\nclockbound within 1ms\nend 99s\n"
		 "at 10.03 migrate downtime 1s\nat +0s clockbound\n",
		 CLAIM_UNKNOWN, CLAIM_NO_CLOCK, 0},
	};

	(void)state;
	CHECK(endings);
}

/* Who contradicts CLOCK_REALTIME, or its judge, leaves it open; not one that always did. */
static void a_clock_that_contradicts_the_one_that_is_back(void **state)
{
	static const struct ending endings[] = {
		{"time-error 20ms\nptp-clock kvm within 1ms\nrealtime within 1ms\n" MOVED,
		 CLAIM_UNKNOWN, CLAIM_CONTRADICTED, 0},
		{"time-error 20ms\nptp-clock kvm\nrealtime within 1ms\n" MOVED, CLAIM_UNKNOWN,
		 CLAIM_CONTRADICTED, 0},
		{"time-error 1s\nptp-clock nic within 10us\nrealtime unsynchronized\nend 60s\n"
		 "at 10.03 clock-set step +500ms\n",
		 CLAIM_UNKNOWN, CLAIM_CONTRADICTED, 0},
		{"mode marker-only\nptp-clock nic within 1ms\nptp-clock hyperv\n"
		 "realtime within 5ms\nend 60s\nat 10.03 migrate downtime 3s\n"
		 "at 13s ptp-clock nic off -3s within 1ms\n",
		 CLAIM_UNKNOWN, CLAIM_CONTRADICTED, 0},
		{"ptp-clock kvm off 5ms\nrealtime within 1ms\nend 60s\n"
		 "at 10.03 migrate downtime 250ms\nat 20s clock-set step +250ms\n",
		 CLAIM_HOLDS, 0, 19},
	};

	(void)state;
	CHECK(endings);
}

/* Whatever moved it away within its claim: it is not wrong, and not back. */
static void a_clock_that_is_set_within_its_claim(void **state)
{
	static const struct ending endings[] = {
		{"realtime within 1ms\nend 60s\nat 10 clock-set step +900us\n", CLAIM_UNKNOWN,
		 CLAIM_FURTHER_OFF, 0},
		{"realtime within 2ms\nend 60s\nat 10.03 clock-set step -100us\n", CLAIM_HOLDS, 0,
		 10},
		{"realtime within 5ms\nend 60s\nat 10.03 clock-set step +3ms\n"
		 "at 12s clock-set step -3ms\n",
		 CLAIM_HOLDS, 0, 12},
		{"realtime within 5ms\nend 60s\nat 10.03 clock-set step +7ms\n", CLAIM_FAILS, 0,
		 60},
		{"realtime unsynchronized\nend 60s\nat 10.03 clock-set step +3ms\n", CLAIM_FAILS, 0,
		 60},
	};
	struct story *story = play(endings[0].text);
	const struct error_range *errors = &story->last.clock[OBSERVED_REALTIME].errors;

	(void)state;
	CHECK(endings);
	assert_true(errors->known > 10 && errors->off && !errors->wrong);
	assert_true(errors->all.hi_ns >= 900000);
	free(story);
	/* Off, but by no more than it claims. */
	story = play("realtime within 500ms\nend 60s\nat 10.03 migrate downtime 250ms\n");
	assert_true(story->last.clock[OBSERVED_REALTIME].errors.off > 10);
	assert_int_equal(story->last.clock[OBSERVED_REALTIME].errors.wrong, 0);
	free(story);
}

/* That the page is good says nothing of CLOCK_REALTIME, where something may have moved that. */
static void a_clock_that_was_never_compared(void **state)
{
	static const struct ending endings[] = {
		{"end 60s\nat 10.03 migrate downtime 250ms\n", CLAIM_UNKNOWN, CLAIM_CLOCK_UNKNOWN,
		 0},
		{"end 60s\nat 10.03 stun 2s\n", CLAIM_UNKNOWN, CLAIM_CLOCK_UNKNOWN, 0},
		{"end 60s\nat 10.03 clock-set step +1s\n", CLAIM_UNKNOWN, CLAIM_CLOCK_UNKNOWN, 0},
		{"end 60s\nat 10.03 step +50ms\n", CLAIM_UNKNOWN, CLAIM_REFUTED, 0},
		/* Here the page alone was bad. */
		{"end 60s\nat 10s status UNRELIABLE\nat 12s status SYNCHRONIZED\n", CLAIM_HOLDS, 0,
		 12},
	};

	(void)state;
	CHECK(endings);
}

#define REALTIME "realtime within 2ms\nend 60s\n"

/* It is not the guest's to set, but while it contradicts the page it is not over. */
static void a_reference_that_contradicts_the_page(void **state)
{
	static const struct ending endings[] = {
		{REALTIME "ptp-clock nic off -64s within 10us\n", CLAIM_FAILS, 0, 60},
		{REALTIME "ptp-clock nic within 10us\nat 10s ptp-clock nic off +5s within 10us\n",
		 CLAIM_FAILS, 0, 60},
		{REALTIME "ptp-clock nic off -64s within 10us\nat 20s ptp-clock nic within 10us\n",
		 CLAIM_HOLDS, 0, 20},
		/* The other one agrees, and proves nothing of it. */
		{REALTIME "ptp-clock ena within 10us\nptp-clock nic off -64s within 10us\n",
		 CLAIM_FAILS, 0, 60},
	};

	(void)state;
	CHECK(endings);
}

#define MARKER REALTIME "mode marker-only\n"

static void a_witness_that_contradicts_the_clock(void **state)
{
	static const struct ending endings[] = {
		{MARKER "ptp-clock kvm off -64s within 10us\n", CLAIM_FAILS, 0, 60},
		{MARKER "ptp-clock kvm off -64s\n", CLAIM_FAILS, 0, 60},
		{MARKER "ptp-clock kvm\nat 10s ptp-clock kvm off +5s\n", CLAIM_FAILS, 0, 60},
		{MARKER "ptp-clock kvm\nat 10s ptp-clock kvm off +5s\nat 20s ptp-clock kvm\n",
		 CLAIM_HOLDS, 0, 20},
		/* It agrees only since the clock was moved by as much. */
		{MARKER "ptp-clock kvm off -250ms\nat 10.03 migrate downtime 250ms\n",
		 CLAIM_UNKNOWN, CLAIM_WITNESS, 0},
		{"mode marker-only\nrealtime unsynchronized\nend 60s\n"
		 "ptp-clock kvm off -250ms\nat 10.03 migrate downtime 250ms\n",
		 CLAIM_UNKNOWN, CLAIM_WITNESS, 0},
		/* One that claims a bound is believed. */
		{MARKER "ptp-clock ena within 10us\nat 10.03 migrate downtime 250ms\n"
			"at 20s clock-set step +250ms\n",
		 CLAIM_HOLDS, 0, 19},
	};

	(void)state;
	CHECK(endings);
}

/* Two clocks that agree are well, and no finding comes of them. */
static void clocks_that_agree(void **state)
{
	static const char *const texts[] = {
		REALTIME "ptp-clock ena within 10us\nptp-clock nic off +5us within 10us\n",
		MARKER "ptp-clock kvm off +900us\n",
		MARKER "ptp-clock kvm\nptp-clock nic off -64s\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct story *story = play(texts[i]);

		if (story->closed)
			fail_msg("%s%zu incidents", texts[i], story->closed);
		free(story);
	}
}

/* The host said that its clock was unreliable; both pages around that it vouched for. */
static void a_step_while_nobody_vouched(void **state)
{
	static const char text[] = "end 80s\nat 10s status UNRELIABLE\nat 11s step +50ms\n"
				   "at 40s status SYNCHRONIZED\n";
	struct story *story = play(text);

	(void)state;
	assert_int_equal(story->last.count[FINDING_HOST_STEP], 1);
	assert_int_equal(story->last.recovery.why, CLAIM_REFUTED);
	free(story);
	/* It stayed within its bounds; or it never gave any. */
	story = play("end 80s\nat 10s status UNRELIABLE\nat 40s status SYNCHRONIZED\n");
	assert_int_equal(story->last.count[FINDING_HOST_STEP], 0);
	free(story);
	story = play("time-error unknown\nend 80s\nat 10s status UNRELIABLE\n"
		     "at 11s step +50ms\nat 40s status SYNCHRONIZED\n");
	assert_int_equal(story->last.count[FINDING_HOST_STEP], 0);
	free(story);
}

/* The counter was disturbed, as the page's next clock shows: the guest ran. */
static void a_counter_that_jumps_is_no_stun(void **state)
{
	struct story *story = play(REALTIME "at 10.03 jump value +500ms\n");

	(void)state;
	assert_int_equal(story->last.count[FINDING_STUN], 0);
	assert_int_equal(story->last.count[FINDING_HOST_STEP], 1);
	free(story);
	/* The page stepped back before the late tick came. */
	story = play(REALTIME "refresh 300ms\nat 869ms jump value +970251140ns\n");
	assert_int_equal(story->last.count[FINDING_STUN], 0);
	assert_int_equal(story->last.count[FINDING_HOST_STEP], 1);
	free(story);
	/* Nothing refutes it, where the page's clock stays. */
	story = play(REALTIME "refresh 0\nat 10.03 jump value +500ms\n");
	assert_int_equal(story->last.count[FINDING_STUN], 1);
	free(story);
}

/* A read that failed has no error, and is not said to have waited for a page. */
static void reads_that_fail_are_counted_as_failed(void **state)
{
	struct story *story = play(READER "at 0.5s status UNRELIABLE\n");
	const struct incident_reader *reader = &story->last.reader[0];
	char cause[EVENT_CAUSE_BYTES];

	(void)state;
	assert_int_equal(story->last.readers, 1);
	assert_int_equal(reader->errors.unknown[ERROR_FAILED], reader->reads);
	for (size_t i = 0; i < story->last.findings; i++) {
		const struct finding *finding = &story->last.finding[i];

		if (finding->kind == FINDING_DRIVER_ERROR)
			assert_string_equal(event_failure_text(&finding->event, cause),
					    "the page says UNRELIABLE");
	}
	assert_int_equal(story->last.count[FINDING_DRIVER_ERROR], 1);
	free(story);
}

#define UNBOUNDED REALTIME "time-error unknown\nrate-error unknown\n"

/* CLOCK_REALTIME is right throughout; it is the page that lies. */
static void a_page_that_lies_makes_no_clock_wrong(void **state)
{
	static const char *const texts[] = {
		UNBOUNDED "at 10.03 status FREERUNNING\nat 11s step +500us\nat 20s step -500us\n",
		UNBOUNDED "at 10.03 step +50ms\nat 20.03 step -50ms\n",
		REALTIME "at 10.03 step +50ms\nat 20.03 step -50ms\n",
		REALTIME "time-type TAI\nat 10.03 tai-offset -36\nat 20.03 tai-offset -37\n",
		REALTIME "at 10.03 set time_type 1\nat 20.03 free time_type\n",
		/* What refuted a page is not forgotten over garbage. */
		REALTIME "at 8s step -3835653ns\nat 14s garbage 600ms\n",
		/* A slew and a jump of the counter: neither page alone shows by how much. */
		REALTIME "at 8s slew -24.551\nat 8.5s slew 0\nat 13.5s jump value -2508224ns\n",
		REALTIME "refresh 1s\nat 1159ms jump value -6585177ns\nat 1313ms slew -16.179\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct story *story = play(texts[i]);
		const struct error_range *errors = &story->last.clock[OBSERVED_REALTIME].errors;

		if (!story->closed || !errors->known || errors->wrong)
			fail_msg("%s%zu incidents, %llu of %llu wrong", texts[i], story->closed,
				 (unsigned long long)errors->wrong,
				 (unsigned long long)errors->known);
		free(story);
	}
}

/* Back before the next sample: no page shows it, its count alone. */
static void two_steps_between_two_samples(void **state)
{
	struct story *story = play("sample 2s\n" REALTIME "at 10.5 step +5ms\nat 11.5 step -5ms\n");
	struct claim well = claim_well(&story->span, story->closed);

	(void)state;
	assert_int_equal(story->closed, 0);
	assert_true(story->span.missed > 0);
	assert_int_equal(well.state, CLAIM_UNKNOWN);
	assert_int_equal(well.why, CLAIM_MISSED);
	free(story);
	/* Between samples a tenth of a second apart that is shorter than what is promised. */
	story = play(REALTIME "at 10.02 step +5ms\nat 10.05 step -5ms\n");
	assert_int_equal(claim_well(&story->span, story->closed).state, CLAIM_HOLDS);
	free(story);
	/* A single one is seen. */
	story = play(REALTIME "at 10.02 step +5ms\n");
	assert_int_equal(claim_well(&story->span, story->closed).state, CLAIM_FAILS);
	free(story);
	story = play(REALTIME);
	assert_int_equal(claim_well(&story->span, story->closed).state, CLAIM_HOLDS);
	free(story);
}

/* A disruption does not make a page right that was refuted a moment before. */
static void a_refuted_page_stays_so_over_a_disruption(void **state)
{
	struct story *story = play("end 60s\nrealtime within 5ms\nptp-clock kvm within 100us\n"
				   "at 10s step -10ms\nat 10.5s disrupt\n");
	const struct error_range *errors = &story->last.clock[OBSERVED_REALTIME].errors;

	(void)state;
	assert_true(errors->known > 100);
	assert_int_equal(errors->off, 0);
	assert_int_equal(errors->wrong, 0);
	assert_int_equal(story->last.clock[OBSERVED_PHC_OTHER].errors.wrong, 0);
	free(story);
}

/* At least from the first sample found bad to the last one, at most between two good ones. */
static void how_long_it_was_bad_is_an_interval(void **state)
{
	struct story *story = play("end 60s\nrealtime within 5ms\n"
				   "at 20.03 status UNRELIABLE\nat 23.03 status SYNCHRONIZED\n");
	uint64_t most_ns = 0;

	(void)state;
	assert_true(incident_most_ns(&story->last, &most_ns));
	assert_in_range(incident_least_ns(&story->last), 2800000000, 3000000000);
	assert_in_range(most_ns, 3000000000, 3200000000);
	free(story);
	/* Good for the last seconds: that is not in it. */
	story = play("end 27s\nrealtime within 5ms\n"
		     "at 20.03 status UNRELIABLE\nat 23.03 status SYNCHRONIZED\n");
	assert_false(incident_most_ns(&story->last, &most_ns));
	assert_in_range(incident_least_ns(&story->last), 2800000000, 3000000000);
	free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_driver_that_answers_wrong),
		cmocka_unit_test(a_driver_that_refuses),
		cmocka_unit_test(a_page_that_loses_its_clock),
		cmocka_unit_test(a_refuted_page_stays_so_over_a_disruption),
		cmocka_unit_test(how_long_it_was_bad_is_an_interval),
		cmocka_unit_test(a_bound_that_is_wider_than_the_claim),
		cmocka_unit_test(a_clock_that_contradicts_the_one_that_is_back),
		cmocka_unit_test(clocks_that_contradict_each_other_for_a_while),
		cmocka_unit_test(a_judge_that_claims_nothing_for_a_while),
		cmocka_unit_test(a_clock_that_is_moved_within_its_claim),
		cmocka_unit_test(a_clock_that_is_set_within_its_claim),
		cmocka_unit_test(a_clock_that_was_never_compared),
		cmocka_unit_test(a_reference_that_contradicts_the_page),
		cmocka_unit_test(a_witness_that_contradicts_the_clock),
		cmocka_unit_test(clocks_that_agree),
		cmocka_unit_test(a_step_while_nobody_vouched),
		cmocka_unit_test(a_counter_that_jumps_is_no_stun),
		cmocka_unit_test(reads_that_fail_are_counted_as_failed),
		cmocka_unit_test(a_page_that_lies_makes_no_clock_wrong),
		cmocka_unit_test(two_steps_between_two_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
