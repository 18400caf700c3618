// SPDX-License-Identifier: GPL-2.0-or-later
/* What only time shows: writer_stuck, not_updated, counter_before_reference, stun. */
#include "judge_make.h"

static struct event make_torn(struct page page, uint32_t seq, uint64_t time_ns)
{
	struct event event = {.type = EVENT_PAGE, .time_ns = time_ns};

	make_field(&page, PAGE_SEQ_COUNT, seq);
	event.page_state = EVENT_PAGE_TORN;
	event.page = page;
	event.sample.ticks.counter_id = VMCLOCK_COUNTER_INVALID;
	return event;
}

static void sample_torn(struct judged *judged, uint32_t seq, uint64_t time_ns)
{
	struct event event = make_torn(make_full_page(), seq, time_ns);

	detector_event(judged->detector, &event);
}

static void a_stuck_writer_to_the_nanosecond(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = make_full_page();
	struct finding finding;

	(void)state;
	sample_page(judged, &page); /* at 10 s */
	sample_torn(judged, 1, 10 * SECOND + 7);
	sample_torn(judged, 1, 10 * SECOND + 7 + 100 * MS - 1);
	no_finding(judged);
	sample_torn(judged, 1, 10 * SECOND + 7 + 100 * MS);
	sample_torn(judged, 1, 10 * SECOND + 7 + 500 * MS);
	finding = the_finding(judged, FINDING_WRITER_STUCK);
	assert_int_equal(finding.stuck.seq, 1);
	assert_int_equal(finding.stuck.for_ns.lo_ns, 100 * MS);
	assert_int_equal(finding.stuck.for_ns.hi_ns, 100 * MS + 7);
	assert_int_equal(finding.not_before_ns, 10 * SECOND);
	assert_int_equal(finding.found_ns, 10 * SECOND + 7 + 100 * MS);
	assert_true(finding.has_before && !finding.has_after);
	/* Over, and stuck again in another update. */
	judged->counter = TICKS(11);
	sample_page(judged, &page);
	sample_torn(judged, 3, 12 * SECOND);
	sample_torn(judged, 3, 12 * SECOND + 100 * MS);
	the_finding(judged, FINDING_WRITER_STUCK);
	judged_free(judged);
}

static void many_updates_are_no_stuck_writer(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = make_full_page();

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		sample_torn(judged, 2 * i + 1, i * 10 * MS);
	/* A copy that was torn, but seq_count even: an update came and went. */
	sample_torn(judged, 201, SECOND);
	sample_torn(judged, 202, SECOND + 50 * MS);
	sample_torn(judged, 201, SECOND + 120 * MS);
	sample_page(judged, &page);
	sample_torn(judged, 201, SECOND + 230 * MS);
	no_finding(judged);
	/* Time that goes back is not a long time. */
	sample_torn(judged, 201, 0);
	no_finding(judged);
	assert_int_equal(detector_counts(judged->detector)->torn, 105);
	judged_free(judged);
}

/* 2^-10 of error a second: 1 ms after about 1 s, 100 ms after 102.4 s. */
static struct page ageing_page(void)
{
	struct page page = make_full_page();

	make_field(&page, PAGE_PERIOD_MAXERROR_RATE, 1ull << 24);
	return page;
}

static void a_clock_that_was_never_updated(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = ageing_page();
	struct event tick = {.type = EVENT_TICK};
	struct finding finding;

	(void)state;
	make_refresh(&page, judged->counter);
	sample_page(judged, &page);
	later(judged, 102.4); /* exactly 100 ms */
	sample_page(judged, &page);
	no_finding(judged);
	/* One counter tick is not a nanosecond: two make the growth 100,000,001 ns, rounded up. */
	judged->counter += 1;
	tick = make_event(EVENT_TICK, judged->counter);
	tick.tick.ticks = make_ticks(judged->counter);
	tick.tick.due_ns = tick.time_ns;
	detector_event(judged->detector, &tick);
	finding = the_finding(judged, FINDING_NOT_UPDATED);
	assert_int_equal(finding.stale.growth_ns, 100000001);
	assert_int_equal(finding.stale.limit_ns, 100000000);
	assert_int_equal(finding.stale.bound_ns, 100001001);
	assert_int_equal(finding.stale.age_ns / 1000, 102400000);
	assert_int_equal(finding.not_before_ns, 10 * SECOND);
	later(judged, 1000);
	sample_page(judged, &page);
	no_finding(judged);
	judged_free(judged);
}

static void a_host_that_stops_is_found_by_its_own_habit(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = ageing_page();

	(void)state;
	make_refresh(&page, judged->counter);
	sample_page(judged, &page);
	for (int i = 0; i < 10; i++) {
		later(judged, 2);
		make_refresh(&page, judged->counter);
		sample_page(judged, &page);
	}
	later(judged, 16); /* 8 times the longest gap: not yet more */
	sample_page(judged, &page);
	no_finding(judged);
	later(judged, 0.001);
	sample_page(judged, &page);
	assert_int_equal(the_finding(judged, FINDING_NOT_UPDATED).stale.limit_ns, 1000000);
	/* It comes back, stops again: found again, and the long gap is not taken for a habit. */
	later(judged, 1000);
	make_refresh(&page, judged->counter);
	sample_page(judged, &page);
	later(judged, 16);
	sample_page(judged, &page);
	no_finding(judged);
	later(judged, 0.001);
	sample_page(judged, &page);
	the_finding(judged, FINDING_NOT_UPDATED);
	judged_free(judged);
}

static void a_change_of_flags_is_no_refresh(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = ageing_page();

	(void)state;
	make_refresh(&page, judged->counter);
	sample_page(judged, &page);
	for (int i = 0; i < 103; i++) {
		later(judged, 1);
		make_next_seq(&page);
		sample_page(judged, &page);
	}
	the_finding(judged, FINDING_NOT_UPDATED);
	judged_free(judged);
}

static void what_promises_nothing_is_not_stale(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = ageing_page();

	(void)state;
	make_field(&page, PAGE_FLAGS, VMCLOCK_FLAG_TAI_OFFSET_VALID);
	sample_page(judged, &page);
	later(judged, 1e6);
	sample_page(judged, &page);
	no_finding(judged);
	judged_free(judged);
	/* An error that was 1 s from the start is not outweighed by 200 ms of age. */
	judged = judged_new(NULL);
	page = ageing_page();
	make_field(&page, PAGE_TIME_MAXERROR_NS, SECOND);
	make_refresh(&page, judged->counter);
	sample_page(judged, &page);
	later(judged, 200);
	sample_page(judged, &page);
	no_finding(judged);
	judged_free(judged);
}

static void a_counter_before_the_reference(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = make_full_page();
	struct finding finding;

	(void)state;
	make_field(&page, PAGE_COUNTER_VALUE, judged->counter);
	sample_page(judged, &page);
	no_finding(judged); /* at it is not before it */
	judged->counter -= TICKS(2);
	sample_page(judged, &page);
	sample_page(judged, &page);
	finding = the_finding(judged, FINDING_COUNTER_BEFORE_REFERENCE);
	assert_true(finding.reference.ticks == TICKS(2));
	assert_true(finding.reference.has_ns);
	assert_int_equal(finding.reference.ns, 2 * SECOND);
	/* Another reference, and a moment behind it: the same condition. */
	make_refresh(&page, judged->counter + 1);
	sample_page(judged, &page);
	judged->counter += 1;
	sample_page(judged, &page);
	make_refresh(&page, judged->counter + 1000);
	sample_page(judged, &page);
	no_finding(judged);
	/* Behind it for half a second: the next time is another one. */
	later(judged, 0.1);
	sample_page(judged, &page);
	later(judged, 0.6);
	sample_page(judged, &page);
	make_refresh(&page, judged->counter + 1000);
	later(judged, 1e-7);
	sample_page(judged, &page);
	finding = the_finding(judged, FINDING_COUNTER_BEFORE_REFERENCE);
	/* It began after the sample at which the counter was behind. */
	assert_int_equal(finding.not_before_ns, AT_NS(judged->counter - 107));
	assert_true(finding.found_ns > finding.not_before_ns && !finding.since_start);
	/* A counter of another kind: no statement. */
	make_field(&page, PAGE_COUNTER_VALUE, judged->counter + 2);
	make_field(&page, PAGE_COUNTER_ID, !COUNTER_NATIVE_ID);
	make_next_seq(&page);
	sample_page(judged, &page);
	no_finding(judged);
	judged_free(judged);
}

static void a_counter_that_was_before_the_reference_from_the_start(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = make_full_page();

	(void)state;
	make_field(&page, PAGE_COUNTER_VALUE, judged->counter + 1);
	sample_page(judged, &page);
	assert_true(the_finding(judged, FINDING_COUNTER_BEFORE_REFERENCE).since_start);
	judged_free(judged);
}

static struct event make_tick(uint64_t last_ns, uint64_t due_ns, uint64_t time_ns)
{
	struct event event = {.type = EVENT_TICK, .time_ns = time_ns};

	event.tick.last_ns = last_ns;
	event.tick.due_ns = due_ns;
	event.tick.ticks.counter_id = VMCLOCK_COUNTER_INVALID;
	return event;
}

static void a_late_tick_is_a_stun_without_any_page(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct event tick = make_tick(0, 5, 5);
	struct finding finding;

	(void)state;
	detector_event(judged->detector, &tick);
	/* How long a first one waited for a CPU is not known. */
	tick = make_tick(0, SECOND, 9 * SECOND);
	detector_event(judged->detector, &tick);
	no_finding(judged);
	tick = make_tick(SECOND, SECOND + 10 * MS, SECOND + 260 * MS - 1);
	detector_event(judged->detector, &tick);
	no_finding(judged);
	tick = make_tick(SECOND, SECOND + 10 * MS, SECOND + 260 * MS);
	detector_event(judged->detector, &tick);
	finding = the_finding(judged, FINDING_STUN);
	assert_int_equal(finding.stun.by, STUN_BY_MONOTONIC);
	assert_int_equal(finding.stun.length.lo_ns, 250 * MS);
	assert_int_equal(finding.stun.length.hi_ns, 260 * MS);
	assert_true(finding.stun.at_least); /* CLOCK_MONOTONIC alone does not tell */
	assert_int_equal(finding.not_before_ns, SECOND);
	/* What the guest itself made it wait is no stun. */
	tick.tick.waited_ns = 1;
	detector_event(judged->detector, &tick);
	no_finding(judged);
	/* Early, and back in time. */
	tick = make_tick(SECOND, SECOND + 10 * MS, 0);
	detector_event(judged->detector, &tick);
	no_finding(judged);
	judged_free(judged);
}

static struct event make_counted_tick(uint64_t monotonic_ns, uint64_t counted_ns)
{
	struct event tick = make_tick(SECOND, SECOND + monotonic_ns, SECOND + monotonic_ns);

	tick.tick.last_counter = 1000;
	tick.tick.counter_hz = SECOND;
	tick.tick.ticks =
		(struct event_ticks){COUNTER_NATIVE_ID, 1000 + counted_ns, 1000 + counted_ns};
	return tick;
}

/* The sample that comes right before @tick, or @before it. */
static void sample_for(struct judged *judged, const struct page *page, const struct event *tick,
		       uint64_t before_ns)
{
	struct event event = make_sample(page, 0);

	event.time_ns = tick->time_ns - before_ns;
	event.sample.ticks = tick->tick.ticks;
	event.sample.ticks.before -= before_ns;
	event.sample.ticks.after -= before_ns;
	detector_event(judged->detector, &event);
}

/* What was sampled with the tick before these. */
static struct judged *judged_of(const struct page *page)
{
	struct judged *judged = judged_new(NULL);
	struct event tick = make_tick(0, SECOND, SECOND);

	tick.tick.ticks = (struct event_ticks){COUNTER_NATIVE_ID, 1000, 1000};
	sample_for(judged, page, &tick, 0);
	return judged;
}

static void a_stun_that_stops_the_monotonic_clock_too(void **state)
{
	struct judged *judged = judged_new(NULL);
	/* hidden = counted - counted / 1000 - monotonic */
	struct event tick = make_counted_tick(749 * MS, 1000 * MS - 1000);
	struct finding finding;

	(void)state;
	detector_event(judged->detector, &tick);
	no_finding(judged);
	tick = make_counted_tick(749 * MS, 1000 * MS);
	detector_event(judged->detector, &tick);
	finding = the_finding(judged, FINDING_STUN);
	assert_int_equal(finding.stun.by, STUN_BY_COUNTER);
	assert_int_equal(finding.stun.length.lo_ns, 250 * MS);
	assert_int_equal(finding.stun.length.hi_ns, 1001 * MS); /* by the rate's tolerance */
	assert_true(finding.stun.at_least); /* no page says that the counter is undisturbed */
	/* Of a slow clock over a long time nothing follows, nor of a counter that went back. */
	tick = make_counted_tick(999000 * MS, 1000000 * MS);
	detector_event(judged->detector, &tick);
	tick = make_counted_tick(10 * MS, 0ull - 5000 * MS);
	detector_event(judged->detector, &tick);
	no_finding(judged);
	judged_free(judged);
}

/* It stood still for a part: the counter tells the whole, unless it was disrupted. */
static void a_late_tick_is_as_long_as_the_counter_says(void **state)
{
	struct event tick = make_counted_tick(356 * MS, 2488 * MS);
	struct page page = make_marker_page();
	struct judged *judged = judged_of(&page);
	struct finding finding;

	(void)state;
	tick.tick.due_ns -= 300 * MS;
	sample_for(judged, &page, &tick, 1000);
	detector_event(judged->detector, &tick);
	finding = the_finding(judged, FINDING_STUN);
	assert_int_equal(finding.stun.by, STUN_BY_MONOTONIC);
	assert_int_equal(finding.stun.length.lo_ns, 300 * MS);
	assert_true(finding.stun.length.hi_ns >= 2488 * (int64_t)MS && !finding.stun.at_least);
	make_field(&page, PAGE_DISRUPTION_MARKER, 1);
	make_next_seq(&page);
	sample_for(judged, &page, &tick, 0);
	the_finding(judged, FINDING_DISRUPTION);
	detector_event(judged->detector, &tick);
	assert_true(the_finding(judged, FINDING_STUN).stun.at_least);
	judged_free(judged);
}

/* A move that stops the counter too is known by the page alone: by one sampled after it. */
static void no_page_after_it_and_a_stun_was_at_least_so_long(void **state)
{
	struct event tick = make_counted_tick(356 * MS, 356 * MS);
	struct page page = make_marker_page();
	struct judged *judged = judged_new(NULL);

	(void)state;
	tick.tick.due_ns -= 300 * MS;
	detector_event(judged->detector, &tick); /* no page at all */
	assert_true(the_finding(judged, FINDING_STUN).stun.at_least);
	sample_for(judged, &page, &tick, 1000); /* the first: it was another before, perhaps */
	detector_event(judged->detector, &tick);
	assert_true(the_finding(judged, FINDING_STUN).stun.at_least);
	judged_free(judged);
	judged = judged_of(&page);
	detector_event(judged->detector, &tick); /* none since the tick before */
	assert_true(the_finding(judged, FINDING_STUN).stun.at_least);
	sample_for(judged, &page, &tick, 100 * MS); /* some of the delay came after it */
	detector_event(judged->detector, &tick);
	assert_true(the_finding(judged, FINDING_STUN).stun.at_least);
	sample_for(judged, &page, &tick, 1000);
	tick.tick.ticks.before -= 2000; /* set back since */
	detector_event(judged->detector, &tick);
	assert_true(the_finding(judged, FINDING_STUN).stun.at_least);
	judged_free(judged);
}

static void a_disrupted_counter_is_no_stun(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct event tick = make_counted_tick(10 * MS, 3600 * SECOND);
	struct page page = make_marker_page();

	(void)state;
	sample_page(judged, &page);
	make_field(&page, PAGE_DISRUPTION_MARKER, 1);
	make_next_seq(&page);
	sample_page(judged, &page); /* at 10 s, the tick before was at 1 s */
	the_finding(judged, FINDING_DISRUPTION);
	detector_event(judged->detector, &tick);
	no_finding(judged);
	judged_free(judged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stuck_writer_to_the_nanosecond),
		cmocka_unit_test(many_updates_are_no_stuck_writer),
		cmocka_unit_test(a_clock_that_was_never_updated),
		cmocka_unit_test(a_host_that_stops_is_found_by_its_own_habit),
		cmocka_unit_test(a_change_of_flags_is_no_refresh),
		cmocka_unit_test(what_promises_nothing_is_not_stale),
		cmocka_unit_test(a_counter_before_the_reference),
		cmocka_unit_test(a_counter_that_was_before_the_reference_from_the_start),
		cmocka_unit_test(a_late_tick_is_a_stun_without_any_page),
		cmocka_unit_test(a_stun_that_stops_the_monotonic_clock_too),
		cmocka_unit_test(a_late_tick_is_as_long_as_the_counter_says),
		cmocka_unit_test(no_page_after_it_and_a_stun_was_at_least_so_long),
		cmocka_unit_test(a_disrupted_counter_is_no_stun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
