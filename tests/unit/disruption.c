// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/disruption.h: each change of the marker is found once, whoever sees it first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judge/disruption.h"
#include "page_make.h"

#define SECOND 1000000000ull

static struct page page_with(uint64_t marker, uint32_t seq)
{
	struct page page = make_full_page();

	make_field(&page, PAGE_DISRUPTION_MARKER, marker);
	make_field(&page, PAGE_SEQ_COUNT, seq);
	return page;
}

static enum disruption_news see(struct disruption_detector *detector,
				enum disruption_observer observer, uint64_t marker, uint32_t seq,
				uint64_t time_ns)
{
	struct page page = page_with(marker, seq);

	return disruption_observe(detector, observer, &page, time_ns);
}

static void the_first_sample_finds_nothing(void **state)
{
	struct disruption_detector detector = {0};

	(void)state;
	assert_int_equal(see(&detector, OBSERVER_PAGE, 7, 2, SECOND), DISRUPTION_NONE);
	assert_int_equal(see(&detector, OBSERVER_KERNEL, 7, 2, SECOND), DISRUPTION_NONE);
	assert_int_equal(see(&detector, OBSERVER_PAGE, 7, 4, 2 * SECOND), DISRUPTION_NONE);
	assert_int_equal(detector.newest.number, 0);
}

static void found_by_the_page_confirmed_by_the_kernel(void **state)
{
	struct disruption_detector detector = {0};

	(void)state;
	see(&detector, OBSERVER_PAGE, 7, 2, SECOND);
	see(&detector, OBSERVER_KERNEL, 7, 2, SECOND + 5);
	assert_int_equal(see(&detector, OBSERVER_PAGE, 8, 4, 2 * SECOND), DISRUPTION_FOUND);
	assert_int_equal(detector.newest.number, 1);
	assert_int_equal(detector.newest.old_marker, 7);
	assert_int_equal(detector.newest.new_marker, 8);
	assert_int_equal(detector.newest.found_by, OBSERVER_PAGE);
	assert_int_equal(detector.newest.not_before_ns, SECOND + 5);
	assert_int_equal(detector.newest.found_ns, 2 * SECOND);
	assert_int_equal(page_get(&detector.newest.before, PAGE_DISRUPTION_MARKER), 7);
	assert_int_equal(page_get(&detector.newest.after, PAGE_DISRUPTION_MARKER), 8);
	assert_int_equal(see(&detector, OBSERVER_KERNEL, 8, 4, 2 * SECOND + 9),
			 DISRUPTION_CONFIRMED);
	assert_int_equal(see(&detector, OBSERVER_KERNEL, 8, 4, 3 * SECOND), DISRUPTION_NONE);
	assert_int_equal(see(&detector, OBSERVER_PAGE, 8, 4, 3 * SECOND), DISRUPTION_NONE);
	assert_int_equal(detector.newest.number, 1);
}

static void an_observer_that_comes_late_knows_what_the_other_knows(void **state)
{
	struct disruption_detector detector = {0};

	(void)state;
	see(&detector, OBSERVER_PAGE, 7, 2, SECOND);
	/* The kernel's first event already has the new marker. */
	assert_int_equal(see(&detector, OBSERVER_KERNEL, 8, 4, 2 * SECOND), DISRUPTION_FOUND);
	assert_int_equal(detector.newest.found_by, OBSERVER_KERNEL);
	assert_int_equal(see(&detector, OBSERVER_PAGE, 8, 4, 3 * SECOND), DISRUPTION_CONFIRMED);
}

static void a_late_record_with_the_old_marker_is_no_disruption(void **state)
{
	struct disruption_detector detector = {0};

	(void)state;
	see(&detector, OBSERVER_KERNEL, 7, 2, SECOND);
	assert_int_equal(see(&detector, OBSERVER_KERNEL, 8, 4, 2 * SECOND), DISRUPTION_FOUND);
	assert_int_equal(see(&detector, OBSERVER_KERNEL, 7, 2, 2 * SECOND + 50), DISRUPTION_NONE);
	assert_int_equal(see(&detector, OBSERVER_KERNEL, 8, 4, 2 * SECOND + 90), DISRUPTION_NONE);
	assert_int_equal(detector.newest.number, 1);
}

static void two_disruptions_are_two(void **state)
{
	struct disruption_detector detector = {0};

	(void)state;
	see(&detector, OBSERVER_PAGE, 7, 2, SECOND);
	see(&detector, OBSERVER_KERNEL, 7, 2, SECOND);
	see(&detector, OBSERVER_PAGE, 8, 4, 2 * SECOND);
	assert_int_equal(see(&detector, OBSERVER_PAGE, 9, 6, 3 * SECOND), DISRUPTION_FOUND);
	assert_int_equal(detector.newest.number, 2);
	assert_int_equal(detector.newest.old_marker, 8);
	/* The kernel saw no read in between: it confirms the newest. */
	assert_int_equal(see(&detector, OBSERVER_KERNEL, 9, 6, 4 * SECOND), DISRUPTION_CONFIRMED);
}

static void an_invalid_page_says_nothing(void **state)
{
	struct disruption_detector detector = {0};
	struct page garbage = page_with(99, 4);

	(void)state;
	see(&detector, OBSERVER_PAGE, 7, 2, SECOND);
	make_field(&garbage, PAGE_MAGIC, 0);
	assert_int_equal(disruption_observe(&detector, OBSERVER_PAGE, &garbage, 2 * SECOND),
			 DISRUPTION_NONE);
	assert_int_equal(see(&detector, OBSERVER_PAGE, 7, 4, 3 * SECOND), DISRUPTION_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_sample_finds_nothing),
		cmocka_unit_test(found_by_the_page_confirmed_by_the_kernel),
		cmocka_unit_test(an_observer_that_comes_late_knows_what_the_other_knows),
		cmocka_unit_test(a_late_record_with_the_old_marker_is_no_disruption),
		cmocka_unit_test(two_disruptions_are_two),
		cmocka_unit_test(an_invalid_page_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
