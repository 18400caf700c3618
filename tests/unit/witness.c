// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/witness.h: who says how wrong CLOCK_REALTIME is, and what comes of it in incidents. */
#include "play_make.h"

#define MOVED	  "at 10.03 migrate downtime 250ms\n"
#define MENDED	  "at 20s clock-set step +250ms\n"
#define MARKER	  "mode marker-only\nrealtime within 2ms\nend 40s\n"
#define WIDE	  "time-error 1s\nrealtime unsynchronized\nend 40s\n"
#define UNCLAIMED "mode marker-only\nrealtime unsynchronized\nend 40s\n"

/* The case of most guests: a marker, and the host's clock by ptp_kvm. */
static void the_host_says_when_it_is_right_again(void **state)
{
	struct story *story = play(MARKER "ptp-clock kvm\n" MOVED MENDED);
	const struct incident_clock *clock = &story->last.clock[OBSERVED_REALTIME];

	(void)state;
	assert_int_equal(story->closed, 1);
	assert_int_equal(story->last.recovery.state, CLAIM_HOLDS);
	assert_int_equal(story->last.witness.rank, WITNESS_HOST);
	assert_int_equal(story->last.witness.reference.kind, REFERENCE_KVM);
	assert_true(interval_has(clock->errors.worst, -250000000));
	assert_true(clock->errors.unbounded == clock->errors.known);
	assert_true(story->last.to_ns - story->last.from_ns > 9000000000ull);
	assert_true(story->was_well_at_end);
	free(story);
}

static void nobody_sets_it_right(void **state)
{
	struct story *story = play(MARKER "ptp-clock kvm\n" MOVED);

	(void)state;
	assert_int_equal(story->closed, 1);
	assert_int_equal(story->last.recovery.state, CLAIM_FAILS);
	assert_false(story->was_well_at_end);
	free(story);
}

/* A clock that claims nothing, and was 5 ms off before, is not well again at 255 ms. */
static void as_bad_as_before_is_not_worse(void **state)
{
	struct story *story = play(UNCLAIMED "ptp-clock kvm off +5ms\n" MOVED);

	(void)state;
	assert_int_equal(story->last.recovery.state, CLAIM_FAILS);
	free(story);
	story = play(UNCLAIMED "ptp-clock kvm off +5ms\n" MOVED MENDED);
	assert_int_not_equal(story->last.recovery.state, CLAIM_FAILS);
	free(story);
}

static void without_a_witness_nothing_is_known(void **state)
{
	struct story *story = play(MARKER MOVED);

	(void)state;
	assert_int_equal(story->last.recovery.state, CLAIM_UNKNOWN);
	assert_int_equal(story->last.recovery.why, CLAIM_NO_CLOCK);
	assert_int_equal(story->last.witness.rank, WITNESS_NONE);
	free(story);
	/* A network card's clock, whose scale nobody told, is none. */
	story = play(MARKER "ptp-clock nic\n" MOVED);
	assert_int_equal(story->last.recovery.why, CLAIM_NO_CLOCK);
	free(story);
}

static void a_bound_goes_before_a_host_without(void **state)
{
	struct story *story =
		play(MARKER "ptp-clock kvm off +5ms\nptp-clock ena within 10us\n" MOVED MENDED);

	(void)state;
	assert_int_equal(story->last.witness.rank, WITNESS_BOUNDED);
	assert_int_equal(story->last.witness.reference.kind, REFERENCE_ENA);
	assert_int_equal(story->last.witness.bound_ns, 10000);
	assert_int_equal(story->last.recovery.state, CLAIM_HOLDS);
	free(story);
}

/* A full page judges, whatever the host's clock shows: that is not the guest's to mend. */
static void a_full_page_goes_before_all(void **state)
{
	struct story *story =
		play("realtime within 2ms\nend 40s\nptp-clock kvm off +5ms\n" MOVED MENDED);

	(void)state;
	assert_int_equal(story->last.witness.rank, WITNESS_PAGE);
	assert_int_equal(story->last.recovery.state, CLAIM_HOLDS);
	assert_true(interval_has(story->last.clock[OBSERVED_PHC_OTHER].errors.all, 5000000));
	free(story);
}

static enum witness_rank rank_with(const char *page)
{
	enum witness_rank rank;
	struct story *story;
	char text[256];

	snprintf(text, sizeof(text), "%srealtime within 5ms\nend 40s\n%s%s", page,
		 "ptp-clock kvm within 1ms\n", MOVED);
	story = play(text);
	rank = story->last.witness.rank;
	free(story);
	return rank;
}

/* One that carries a clock and tells no UTC is as good for CLOCK_REALTIME as one without. */
static void a_page_that_tells_no_utc_does_not(void **state)
{
	static const char *const pages[] = {
		"time-type TAI\ntai-offset unknown\n",
		"time-type MONOTONIC\n",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct story *story;

		snprintf(text, sizeof(text), "%srealtime within 5ms\nend 40s\n%s%s", pages[i],
			 "ptp-clock kvm within 1ms\n", MOVED);
		story = play(text);
		assert_int_equal(story->last.witness.rank, WITNESS_BOUNDED);
		assert_int_equal(story->last.recovery.state, CLAIM_FAILS);
		assert_true(interval_has(story->last.clock[OBSERVED_REALTIME].errors.worst,
					 -250000000));
		free(story);
		snprintf(text, sizeof(text), "%srealtime unsynchronized\nend 40s\n%s", pages[i],
			 "ptp-clock kvm off +10s\n");
		story = play(text);
		assert_true(story->span.clock_off);
		assert_false(story->was_well_at_end);
		free(story);
	}
	/* With its offset it does. */
	assert_int_equal(rank_with("time-type TAI\n"), WITNESS_PAGE);
}

static void the_scale_is_converted_or_it_is_not_known(void **state)
{
	struct event_clock clock = {
		.clock = OBSERVED_PHC_OTHER,
		.scale = SCALE_TAI,
		.at = {.tv_sec = 1037, .tv_nsec = 500},
		.kernel_tai_offset_sec = 37,
		.realtime_before = {.tv_sec = 1000},
		.realtime_after = {.tv_sec = 1000, .tv_nsec = 100},
	};
	struct ns_interval error = {.lo_ns = 7};

	(void)state;
	assert_int_equal(witness_realtime_error(&clock, &error), 0);
	assert_true(interval_has(error, -500) && interval_has(error, -400));
	assert_true(interval_width_ns(error) < 110);
	clock.kernel_tai_offset_sec = 0;
	assert_int_not_equal(witness_realtime_error(&clock, &error), 0);
	clock.scale = SCALE_UNKNOWN;
	assert_int_not_equal(witness_realtime_error(&clock, &error), 0);
	assert_int_equal(witness_rank_of(&clock), WITNESS_NONE);
}

/* One that is not read any more gives way to a lesser one. */
static void a_silent_witness_gives_way(void **state)
{
	struct event event = {.type = EVENT_CLOCK, .time_ns = 1000000000};
	struct witness witness = {0};

	(void)state;
	event.clock.clock = OBSERVED_PHC_OTHER;
	event.clock.scale = SCALE_UTC;
	event.clock.has_claim = true;
	event.clock.reference.number = 1;
	assert_true(witness_event(&witness, &event));
	event.clock.has_claim = false;
	event.clock.reference = (struct reference){.kind = REFERENCE_KVM, .number = 0};
	assert_false(witness_event(&witness, &event));
	event.time_ns += WITNESS_STALE_NS + 1;
	assert_true(witness_event(&witness, &event));
	assert_int_equal(witness.rank, WITNESS_HOST);
}

/* RT stays 250 ms behind, as the other one shows; the witness has moved to it. */
static void witnesses_that_contradict_each_other_show_no_recovery(void **state)
{
	static const char *const texts[] = {
		MARKER "ptp-clock kvm within 1ms\nptp-clock hyperv within 1ms\n" MOVED
		       "at 15s ptp-clock kvm off -250ms within 1ms\n",
		MARKER "ptp-clock kvm within 1ms\nptp-clock hyperv within 1ms\n" MOVED
		       "at 15s clock-set step +250ms\n"
		       "at 15s ptp-clock hyperv off -250ms within 1ms\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct story *story = play(texts[i]);

		assert_int_equal(story->last.recovery.state, CLAIM_UNKNOWN);
		assert_int_equal(story->last.recovery.why, CLAIM_WITNESSES);
		assert_false(story->was_well_at_end);
		free(story);
	}
}

static void witnesses_that_agree_show_it(void **state)
{
	struct story *story = play(MARKER "ptp-clock kvm within 1ms\n"
					  "ptp-clock hyperv off +900us within 1ms\n" MOVED MENDED);

	(void)state;
	assert_int_equal(story->last.recovery.state, CLAIM_HOLDS);
	assert_true(story->was_well_at_end);
	free(story);
}

static const struct finding *found_pair(const struct story *story, size_t i)
{
	assert_true(i < story->pairs);
	return &story->pair[i];
}

/* Nothing happens but that they are 100 ms apart: it is said once, and all is not well. */
static void a_contradiction_is_a_finding_without_an_incident(void **state)
{
	struct story *story = play(MARKER "ptp-clock kvm within 1ms\n"
					  "ptp-clock hyperv off +100ms within 1ms\n");
	const struct finding *finding = found_pair(story, 0);

	(void)state;
	assert_int_equal(story->pairs, 1);
	assert_int_equal(story->closed, 0);
	assert_false(story->was_well_at_end);
	assert_int_equal(finding->severity, FINDING_WARNING);
	assert_int_equal(finding->pair.a.reference.kind, REFERENCE_HYPERV);
	assert_int_equal(finding->pair.b.reference.kind, REFERENCE_KVM);
	assert_true(interval_has(finding->pair.apart, 100000000));
	assert_true(interval_has(finding->pair.beyond, 98000000));
	assert_int_equal(finding->pair.a.claim_ns, 1000000);
	free(story);
}

/* Said again only after they agreed; a migration between two readings is no end of it. */
static void it_is_said_once_a_stretch(void **state)
{
	struct story *story = play(MARKER "ptp-clock kvm within 1ms\n"
					  "ptp-clock hyperv off +100ms within 1ms\n"
					  "at 10.03 migrate downtime 250ms\n"
					  "at 20s ptp-clock hyperv within 1ms\n"
					  "at 30s ptp-clock hyperv off -50ms within 1ms\n");

	(void)state;
	assert_int_equal(story->pairs, 2);
	assert_true(interval_has(found_pair(story, 1)->pair.apart, -50000000));
	assert_false(found_pair(story, 1)->since_start);
	free(story);
	story = play(MARKER "ptp-clock kvm within 1ms\nptp-clock hyperv off +100ms within 1ms\n"
			    "at 20s ptp-clock hyperv within 1ms\n");
	assert_true(story->was_well_at_end);
	free(story);
}

static void noise_within_the_bounds_is_none(void **state)
{
	static const char *const texts[] = {
		MARKER "ptp-clock ena within 100us\nptp-clock hyperv off +900us within 1ms\n"
		       "ptp-clock kvm off -500us\nclockbound off +50us within 100us\n" MOVED MENDED,
		"realtime within 2ms\nend 40s\nptp-clock kvm off +900us\n"
		"ptp-clock nic off +5ms within 6ms\n" MOVED MENDED,
		/* Neither claims anything. */
		MARKER "ptp-clock kvm off +5ms\nptp-clock hyperv off -5ms\n",
		/* CLOCK_REALTIME alone is off, and that is wrong_bound. */
		MARKER "ptp-clock kvm within 1ms\nptp-clock ena within 10us\n" MOVED,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct story *story = play(texts[i]);

		assert_int_equal(story->pairs, 0);
		free(story);
	}
}

/* A host that is itself 5 ms off: by a full page, by another clock; it claims nothing. */
static void a_host_that_is_off_is_said(void **state)
{
	struct story *story = play("realtime within 2ms\nend 40s\nptp-clock kvm off +5ms\n");

	(void)state;
	assert_int_equal(story->pairs, 1);
	assert_true(found_pair(story, 0)->pair.b.is_page);
	assert_false(found_pair(story, 0)->pair.a.has_claim);
	assert_false(story->was_well_at_end);
	assert_int_equal(story->closed, 0);
	free(story);
	story = play(MARKER "ptp-clock kvm off +5ms\nptp-clock ena within 10us\n");
	assert_int_equal(story->pairs, 1);
	assert_false(story->was_well_at_end);
	free(story);
	/* So is a CLOCK_REALTIME that claims nothing, where the page is too wide to tell. */
	story = play(WIDE "ptp-clock nic off +500ms within 10us\n");
	assert_int_equal(story->pairs, 1);
	assert_false(story->was_well_at_end);
	free(story);
	story = play(WIDE "ptp-clock nic off +900us within 10us\n");
	assert_int_equal(story->pairs, 0);
	free(story);
}

/* With its own line it is a witness as a PTP clock with a bound is. */
static void clockbound_is_a_witness(void **state)
{
	struct story *story = play(MARKER "clockbound off +20ms within 100us\n");

	(void)state;
	assert_int_equal(story->pairs, 0);
	assert_int_equal(story->last.count[FINDING_WRONG_BOUND], 1);
	assert_int_equal(story->last.witness.clock, OBSERVED_CLOCKBOUND);
	assert_int_equal(story->last.witness.bound_ns, 100000);
	free(story);
	story = play(MARKER "clockbound within 1ms\n" MOVED MENDED);
	assert_int_equal(story->closed, 1);
	assert_int_equal(story->last.recovery.state, CLAIM_HOLDS);
	assert_true(interval_has(story->last.clock[OBSERVED_REALTIME].errors.worst, -250000000));
	free(story);
}

/* Whatever makes the page one that is not to be believed, the other clock knows. */
static void where_the_page_cannot_tell_another_does(void **state)
{
	static const char *const pages[] = {
		"at 1s gone\n",
		"at 1s status UNRELIABLE\n",
		"at 1s set time_sec 0x8000000000000000\n",
		"at 1s set time_type 9\n",
		"at 1s mode marker-only\n",
		"at 1s garbage 1h\n",
		"at 1s stick 1h\n",
		"at 1s migrate late 1h\n",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		const struct incident_clock *clock;
		struct story *story;

		snprintf(text, sizeof(text), "realtime within 2ms\nend 40s\n%s%s%s",
			 "ptp-clock nic within 1ms\n", pages[i], "at 10s clock-set step -3s\n");
		story = play(text);
		clock = &story->last.clock[OBSERVED_REALTIME];
		if (!interval_has(clock->errors.worst, -3000000000) || clock->is_good)
			fail_msg("%s", text);
		assert_int_equal(story->last.witness.rank, WITNESS_BOUNDED);
		assert_int_equal(story->last.count[FINDING_WRONG_BOUND], 1);
		for (int why = 0; why < ERROR_UNKNOWNS; why++)
			assert_int_equal(clock->errors.unknown[why], 0);
		free(story);
	}
}

/* The first reading of a clock proves nothing, for those after it may contradict it. */
static void nobody_is_wrong_by_one_of_two_that_contradict(void **state)
{
	static const char *const clocks[] = {
		"ptp-clock nic off 10ms within 1ms\nptp-clock hyperv within 1ms\n",
		"ptp-clock nic within 1ms\nptp-clock hyperv within 1ms\n"
		"at 9s ptp-clock nic off 10ms within 1ms\n",
		"ptp-clock kvm within 1ms\nclockbound within 1ms\n"
		"at 9s ptp-clock kvm off 10ms within 1us\n",
		"ptp-clock kvm within 20ms\nptp-clock nic within 1ms\n"
		"ptp-clock ena off 20ms within 1ms\n",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		struct story *story;

		snprintf(text, sizeof(text), "%s%s", MARKER, clocks[i]);
		story = play(text);
		assert_int_equal(story->closed, 0);
		assert_true(story->pairs >= 1);
		assert_false(story->was_well_at_end);
		free(story);
	}
}

static void the_narrowest_bound_judges(void **state)
{
	struct story *story =
		play(MARKER "ptp-clock kvm within 20ms\nptp-clock nic within 10us\n" MOVED);

	(void)state;
	assert_int_equal(story->last.witness.bound_ns, 10000);
	assert_int_equal(story->last.witness.reference.number, 1);
	free(story);
}

/* A reading of PTP clock @number, on true time and @off_ns, at @at_ns of CLOCK_MONOTONIC. */
static struct event reading(int32_t number, uint64_t at_ns, int64_t true_ns, int64_t off_ns)
{
	struct event event = {.type = EVENT_CLOCK, .time_ns = at_ns, .latency_ns = 100};

	event.clock.clock = OBSERVED_PHC_OTHER;
	event.clock.scale = SCALE_UTC;
	event.clock.has_claim = true;
	event.clock.max_error_ns = 1000;
	event.clock.reference.number = number;
	event.clock.at = instant_to_timespec(instant_from_ns(true_ns + off_ns));
	/* It is set at each reading, so that it tells nothing. */
	event.clock.realtime_before.tv_sec = (time_t)(at_ns * 7919 % 100000);
	event.clock.realtime_after = event.clock.realtime_before;
	return event;
}

/* In a downtime CLOCK_MONOTONIC stands still: what comes between two readings sets none apart. */
static void what_comes_between_two_readings_is_no_contradiction(void **state)
{
	static struct witness_peers peers;
	const struct witness witness = {0};
	int64_t true_ns = 1000000000000;
	size_t news = 0;

	(void)state;
	for (uint64_t i = 0; i < 400; i++) {
		struct event event =
			reading((int32_t)(i % 2), 1000000000 + i * 100000, true_ns += 100000, 0);

		witness_peers_event(&peers, &witness, &event);
		news += peers.news;
		/* Between 0 and 1, between 1 and 0, and twice in a row. */
		true_ns += i % 7 == 0 || i % 7 == 1 || i % 10 == 5 ? 250000000 : 0;
	}
	assert_int_equal(news, 0);
	for (uint64_t i = 400; i < 404; i++) {
		struct event event = reading((int32_t)(i % 2), 1000000000 + i * 100000,
					     true_ns += 100000, i % 2 ? 50000 : 0);

		witness_peers_event(&peers, &witness, &event);
		news += peers.news;
	}
	assert_int_equal(news, 1);
	assert_true(witness_peers_contradict(&peers, &witness, 0, true));
}

/* As many as a machine is asked for, and no more. */
static void all_that_fit_are_asked(void **state)
{
	static struct witness_peers peers;
	const struct witness witness = {0};
	struct peer_pair pair;
	uint64_t agreed_ns;

	(void)state;
	for (uint64_t i = 0; i < 2 * WITNESS_PEERS + 4; i++) {
		int32_t number = (int32_t)(i % (WITNESS_PEERS + 2));
		struct event event =
			reading(number, 1000000000 + i * 1000, 1000000000000 + (int64_t)i * 1000,
				number == WITNESS_PEERS - 1 ? -1000000 : 0);

		witness_peers_event(&peers, &witness, &event);
	}
	assert_int_equal(peers.count, WITNESS_PEERS);
	for (size_t i = 0; i + 1 < WITNESS_PEERS; i++)
		assert_int_equal(
			peers.state[(WITNESS_PEERS - 1) * (WITNESS_PEERS - 2) / 2 + i].found, -1);
	assert_false(witness_peers_news(&peers, 0, &pair, &agreed_ns));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_host_says_when_it_is_right_again),
		cmocka_unit_test(nobody_sets_it_right),
		cmocka_unit_test(as_bad_as_before_is_not_worse),
		cmocka_unit_test(without_a_witness_nothing_is_known),
		cmocka_unit_test(a_bound_goes_before_a_host_without),
		cmocka_unit_test(a_full_page_goes_before_all),
		cmocka_unit_test(a_page_that_tells_no_utc_does_not),
		cmocka_unit_test(the_scale_is_converted_or_it_is_not_known),
		cmocka_unit_test(a_silent_witness_gives_way),
		cmocka_unit_test(witnesses_that_contradict_each_other_show_no_recovery),
		cmocka_unit_test(witnesses_that_agree_show_it),
		cmocka_unit_test(a_contradiction_is_a_finding_without_an_incident),
		cmocka_unit_test(it_is_said_once_a_stretch),
		cmocka_unit_test(noise_within_the_bounds_is_none),
		cmocka_unit_test(a_host_that_is_off_is_said),
		cmocka_unit_test(clockbound_is_a_witness),
		cmocka_unit_test(where_the_page_cannot_tell_another_does),
		cmocka_unit_test(nobody_is_wrong_by_one_of_two_that_contradict),
		cmocka_unit_test(the_narrowest_bound_judges),
		cmocka_unit_test(what_comes_between_two_readings_is_no_contradiction),
		cmocka_unit_test(all_that_fit_are_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
