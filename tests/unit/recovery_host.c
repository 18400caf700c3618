// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * judge/incident.h: what bounds leave open, as they are too wide, the host's clock without a bound
 * may answer.
 */
#include "play_make.h"

#define MIGRATED "realtime within 1ms\nend 60s\nat 10.03 migrate downtime 250ms\n"
#define RESET	 MIGRATED "at 20s clock-set step +250ms\n"
#define MARKER	 "mode marker-only\n"
#define NIC	 "ptp-clock nic within 50ms\n"

static void the_host_shows_it(void **state)
{
	static const char *const texts[] = {MARKER "ptp-clock kvm\n" NIC RESET,
					    "time-error 20ms\nptp-clock kvm\n" RESET};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct story *story = recovers(texts[i], CLAIM_HOLDS, 0);

		assert_int_equal(incident_recovered_by(&story->last)->rank, WITNESS_HOST);
		assert_true(story->was_well_at_end);
		free(story);
	}
}

/* Where the bound is narrow enough, it is by that. */
static void the_bound_shows_it(void **state)
{
	struct story *story =
		recovers(MARKER "ptp-clock kvm\nptp-clock nic within 1ms\n" RESET, CLAIM_HOLDS, 0);

	(void)state;
	assert_int_equal(incident_recovered_by(&story->last)->rank, WITNESS_BOUNDED);
	free(story);
}

static void nobody_shows_it(void **state)
{
	static const struct {
		const char *text;
		enum claim_why why;
	} cases[] = {
		/* By the host it is not right. */
		{MARKER "ptp-clock kvm\n" NIC MIGRATED "at 20s clock-set step +245ms\n",
		 CLAIM_CONTRADICTED},
		/* It disagreed before already, with CLOCK_REALTIME, or with the bound too. */
		{MARKER "ptp-clock kvm off 20ms\n" NIC MIGRATED "at 20s clock-set step +270ms\n",
		 CLAIM_WIDE},
		{MARKER "ptp-clock kvm off 90ms\n" NIC RESET, CLAIM_WIDE},
		/* Of two of them, one does. */
		{MARKER "ptp-clock kvm\nptp-clock hyperv off 5ms\n" NIC RESET, CLAIM_WIDE},
		/* It is not the host's. */
		{MARKER "ptp-clock ena\n" NIC RESET, CLAIM_WIDE},
		{MARKER NIC RESET, CLAIM_WIDE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		free(recovers(cases[i].text, CLAIM_UNKNOWN, cases[i].why));
}

#define KVM MARKER "ptp-clock kvm within 1us\n"

static void a_reference_that_is_stepped_onto_the_clock(void **state)
{
	static const char *const onto[] = {
		KVM MIGRATED "at 20s ptp-clock kvm off -250ms within 1us\n",
		MARKER "ptp-clock kvm\n" MIGRATED "at 20s ptp-clock kvm off -250ms\n",
		/* The other half was set. */
		KVM MIGRATED "at 20s ptp-clock kvm off -100ms within 1us\n"
			     "at 30s clock-set step +150ms\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(onto) / sizeof(onto[0]); i++)
		free(recovers(onto[i], CLAIM_UNKNOWN, CLAIM_REFERENCE_MOVED));
	free(recovers(KVM RESET, CLAIM_HOLDS, 0));
	/* It moved away, and CLOCK_REALTIME was set to follow it. */
	free(recovers(KVM "realtime within 1ms\nend 60s\n"
			  "at 10s ptp-clock kvm off -400ms within 1us\n"
			  "at 20s clock-set step -400ms\n",
		      CLAIM_UNKNOWN, CLAIM_REFERENCE_MOVED));
	/* It came back to where it was. */
	free(recovers(KVM "realtime within 1ms\nend 60s\n"
			  "at 10s ptp-clock kvm off -400ms within 1us\n"
			  "at 30s ptp-clock kvm off +0ms within 1us\n",
		      CLAIM_HOLDS, 0));
}

/* CLOCK_REALTIME is not proven wrong by one that moved itself, and came back. */
static void a_reference_that_goes_and_comes_back(void **state)
{
	static const char *const texts[] = {
		MARKER "realtime within 1ms\nend 60s\nptp-clock kvm within 10us\n"
		       "at 20s ptp-clock kvm off -400ms within 10us\n"
		       "at 30s ptp-clock kvm within 10us\n",
		MARKER "realtime within 1ms\nend 60s\nclockbound within 10us\n"
		       "at 20s clockbound off -400ms within 10us\nat 30s clockbound within 10us\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct story *story = recovers(texts[i], CLAIM_HOLDS, 0);
		const struct error_range *errors = &story->last.clock[OBSERVED_REALTIME].errors;

		assert_true(errors->known > 100);
		assert_int_equal(errors->off, 0);
		assert_true(errors->all.hi_ns >= 400000000);
		free(story);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_host_shows_it),
		cmocka_unit_test(the_bound_shows_it),
		cmocka_unit_test(nobody_shows_it),
		cmocka_unit_test(a_reference_that_is_stepped_onto_the_clock),
		cmocka_unit_test(a_reference_that_goes_and_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
