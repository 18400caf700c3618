// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/step_blame.h: which page was wrong is said only where another clock took one side. */
#include "play_make.h"

#define FREE "realtime unsynchronized\nend 60s\n"
#define KVM  "realtime within 5ms\nend 60s\nptp-clock kvm "

static enum step_fault fault_of(const char *text)
{
	struct story *story = play(text);
	enum step_fault fault = story->last.step_blame.fault;

	assert_true(story->closed);
	if (fault) {
		assert_int_equal(story->last.step_blame.by.rank, WITNESS_BOUNDED);
		assert_int_equal(story->last.step_blame.by.bound_ns, 1000000);
	}
	free(story);
	return fault;
}

static void a_clock_with_a_bound_takes_one_side(void **state)
{
	(void)state;
	assert_int_equal(fault_of(KVM "within 1ms\nat 30s step -50ms\n"), STEP_FAULT_SINCE);
	assert_int_equal(fault_of(FREE "ptp-clock kvm off -50ms within 1ms\nat 30s step -50ms\n"),
			 STEP_FAULT_BEFORE);
}

/* A wide bound that takes both sides hides no narrow one, and the narrowest is named. */
static void the_narrowest_that_decides_says_it(void **state)
{
	(void)state;
	assert_int_equal(fault_of(FREE "ptp-clock kvm within 20ms\nptp-clock nic within 1ms\n"
				       "at 30s step -10ms\n"),
			 STEP_FAULT_SINCE);
	assert_int_equal(fault_of(FREE "ptp-clock kvm within 5ms\nptp-clock nic within 1ms\n"
				       "at 30s step -50ms\n"),
			 STEP_FAULT_SINCE);
	assert_int_equal(fault_of(FREE "ptp-clock kvm within 1ms\nptp-clock nic within 5ms\n"
				       "at 30s step -50ms\n"),
			 STEP_FAULT_SINCE);
}

static void nothing_is_shown_by_others(void **state)
{
	static const char *const stories[] = {
		/* No bound; no such clock; a claim that holds by both. */
		KVM "\nat 30s step -50ms\n",
		"realtime within 5ms\nend 60s\nat 30s step -50ms\n",
		"realtime within 5ms\nend 60s\nptp-clock kvm within 100ms\nat 30s step -50ms\n",
		/* Of three pages any may be the wrong one. */
		KVM "within 1ms\nat 30s step -50ms\nat 31s step +20ms\n",
		/* It agrees with neither; or moved itself, with the page or later. */
		KVM "off 20ms within 1ms\nat 30s step -50ms\n",
		KVM "within 1ms\nat 29.95s ptp-clock kvm off -50ms within 1ms\nat 30s step -50ms\n",
		KVM "within 1ms\nat 30s step -50ms\nat 40s ptp-clock kvm off -50ms within 1ms\n",
		/* Another one with a claim contradicts it, before or since. */
		FREE "ptp-clock nic off -5ms within 100us\nptp-clock kvm within 100us\n"
		     "at 30s step -5ms\n",
		FREE "ptp-clock nic within 100us\nptp-clock kvm off -5ms within 100us\n"
		     "at 30s step -5ms\n",
		"realtime within 1ms\nend 60s\nptp-clock nic off -5ms within 100us\n"
		"at 30s step -5ms\n",
		FREE "clockbound within 1ms\nptp-clock nic off -5ms within 100us\n"
		     "at 30s step -5ms\n",
		FREE "ptp-clock nic within 100us\nptp-clock kvm within 100us\n"
		     "at 30s step -5ms\nat 40s ptp-clock kvm off -5ms within 100us\n",
		/* The counter was disrupted meanwhile. */
		KVM "within 1ms\nat 30s step -50ms\nat 33s migrate downtime 100ms\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		enum step_fault fault = fault_of(stories[i]);

		if (fault)
			fail_msg("%s%s", stories[i], step_fault_name(fault));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_with_a_bound_takes_one_side),
		cmocka_unit_test(the_narrowest_that_decides_says_it),
		cmocka_unit_test(nothing_is_shown_by_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
