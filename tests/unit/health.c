// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * judge/page_in_force.h: what changed from sample to sample; judge/health.h: whether all is well.
 */
#include "judge/health.h"
#include "page_make.h"

static struct event sample_at(const struct page *page, uint64_t time_ns)
{
	return (struct event){.type = EVENT_PAGE,
			      .time_ns = time_ns,
			      .page_state = EVENT_PAGE_STABLE,
			      .page = *page};
}

static void changes_and_what_was_missed(void **state)
{
	struct page page = make_full_page();
	struct page_in_force in_force = {0};
	struct event event = sample_at(&page, 10);

	(void)state;
	page_in_force_event(&in_force, &event);
	assert_false(in_force.has_changed);
	event.time_ns = 20;
	page_in_force_event(&in_force, &event);
	assert_false(in_force.has_changed);
	make_field(&event.page, PAGE_SEQ_COUNT, 8);
	event.time_ns = 30;
	page_in_force_event(&in_force, &event);
	assert_true(in_force.has_changed);
	assert_int_equal(in_force.change.updates, 4);
	assert_int_equal(in_force.change.last_same_ns, 20);
	assert_int_equal(in_force.updates, 4);
	assert_int_equal(in_force.missed, 3);
	assert_int_equal(in_force.unwatched, 0);
	/* Torn samples and other events change nothing. */
	event.page_state = EVENT_PAGE_TORN;
	make_field(&event.page, PAGE_SEQ_COUNT, 9);
	page_in_force_event(&in_force, &event);
	assert_false(in_force.has_changed);
	assert_true(in_force.is_torn);
	assert_int_equal(page_get(&in_force.page, PAGE_SEQ_COUNT), 8);
	/* A counter that went back is one change, not two thousand million. */
	event.page_state = EVENT_PAGE_STABLE;
	make_field(&event.page, PAGE_SEQ_COUNT, 2);
	page_in_force_event(&in_force, &event);
	assert_true(in_force.has_changed);
	assert_int_equal(in_force.change.updates, 1);
	assert_int_equal(in_force.missed, 3);
	/* Within a second that is too short to be promised; after more the page was not watched. */
	event.time_ns += PAGE_WATCHED_NS;
	make_field(&event.page, PAGE_SEQ_COUNT, 6);
	page_in_force_event(&in_force, &event);
	assert_int_equal(in_force.missed, 4);
	assert_int_equal(in_force.unwatched, 0);
	event.time_ns += PAGE_WATCHED_NS + 1;
	make_field(&event.page, PAGE_SEQ_COUNT, 12);
	page_in_force_event(&in_force, &event);
	assert_int_equal(in_force.missed, 6);
	assert_int_equal(in_force.unwatched, 2);
	assert_int_equal(in_force.unwatched_to_ns - in_force.unwatched_from_ns,
			 PAGE_WATCHED_NS + 1);
	/* What was not followed was not missed. */
	page_in_force_resume(&in_force);
	make_field(&event.page, PAGE_SEQ_COUNT, 20);
	page_in_force_event(&in_force, &event);
	assert_false(in_force.has_changed);
	assert_int_equal(in_force.updates, 10);
	assert_int_equal(in_force.missed, 6);
	assert_int_equal(in_force.unwatched, 2);
}

/* A device that went away, or bytes that are no page: what was known is not there any more. */
static void a_lost_page_is_lost_until_there_is_one(void **state)
{
	struct page page = make_full_page(), garbage = {.length = 3};
	struct page_in_force in_force = {0};
	struct event good = sample_at(&page, 10), bad = sample_at(&garbage, 20);
	struct event gone = {.type = EVENT_DEVICE, .device_state = DEVICE_LOST};

	(void)state;
	page_in_force_event(&in_force, &bad);
	assert_false(in_force.is_lost);
	page_in_force_event(&in_force, &good);
	page_in_force_event(&in_force, &bad);
	assert_true(in_force.is_lost);
	assert_false(health_of_page(&in_force, false));
	page_in_force_event(&in_force, &good);
	assert_true(health_of_page(&in_force, false));
	page_in_force_event(&in_force, &gone);
	assert_true(in_force.is_lost && in_force.known);
}

static struct event clock_at(const struct page *page, int64_t off_ns, bool has_claim)
{
	struct event event = sample_at(page, 40);

	event.type = EVENT_CLOCK;
	event.clock.clock = OBSERVED_REALTIME;
	event.clock.scale = SCALE_UTC;
	event.clock.ticks = (struct event_ticks){COUNTER_NATIVE_ID, 1 << 30, 1 << 30};
	event.clock.at.tv_sec = 1800000001 + off_ns / 1000000000;
	event.clock.at.tv_nsec = off_ns % 1000000000;
	event.clock.has_claim = has_claim;
	event.clock.max_error_ns = 5000000;
	return event;
}

static void take(struct health *health, struct page_in_force *page, const struct event *event)
{
	page_in_force_event(page, event);
	health_event(health, page, event);
}

static void good_needs_page_and_clocks(void **state)
{
	struct page page = make_full_page();
	struct event event = sample_at(&page, 10);
	struct page_in_force in_force = {0};
	struct health good = {0};

	(void)state;
	assert_false(health_now(&good, false));
	event.sample.ticks = (struct event_ticks){COUNTER_NATIVE_ID, 1 << 30, 1 << 30};
	take(&good, &in_force, &event);
	assert_true(health_now(&good, false));
	assert_false(health_now(&good, true));
	event = clock_at(&page, 900000, false);
	take(&good, &in_force, &event);
	assert_true(health_now(&good, true));
	/* Four milliseconds are within this claim, and too much where nothing is claimed. */
	event = clock_at(&page, 4000000, false);
	take(&good, &in_force, &event);
	assert_false(health_now(&good, true));
	event = clock_at(&page, 4000000, true);
	take(&good, &in_force, &event);
	assert_true(health_now(&good, true));
}

static void good_needs_a_voucher_and_the_reference_behind(void **state)
{
	struct page page = make_full_page(), marker = make_marker_page();
	struct event event = sample_at(&page, 10);
	struct page_in_force in_force = {0};
	struct health good = {0};

	(void)state;
	make_field(&event.page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_INITIALIZING);
	take(&good, &in_force, &event);
	assert_false(health_now(&good, false));
	/* The hypervisor vouches for a clock that gives no time. */
	event = sample_at(&page, 10);
	make_field(&event.page, PAGE_PERIOD_FRAC_SEC, 0);
	take(&good, &in_force, &event);
	assert_false(health_now(&good, false));
	event = sample_at(&page, 10);
	make_field(&event.page, PAGE_COUNTER_VALUE, 1000);
	event.sample.ticks = (struct event_ticks){COUNTER_NATIVE_ID, 900, 999};
	take(&good, &in_force, &event);
	assert_false(health_now(&good, false));
	event = sample_at(&marker, 10);
	take(&good, &in_force, &event);
	assert_true(health_now(&good, false));
	event.page_state = EVENT_PAGE_TORN;
	take(&good, &in_force, &event);
	assert_false(health_now(&good, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_and_what_was_missed),
		cmocka_unit_test(a_lost_page_is_lost_until_there_is_one),
		cmocka_unit_test(good_needs_page_and_clocks),
		cmocka_unit_test(good_needs_a_voucher_and_the_reference_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
