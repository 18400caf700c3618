// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/detector.h: what changes in the page, found once, with its time and its proof. */
#include "judge_make.h"

/* The first sample, and one that is the same. */
static struct judged *watching(const struct page *page)
{
	struct judged *judged = judged_new(NULL);

	sample_page(judged, page);
	later(judged, 0.01);
	sample_page(judged, page);
	later(judged, 0.01);
	no_finding(judged);
	return judged;
}

/* Change one field in one update, look twice, and expect one finding. */
static struct finding changed(struct page page, enum page_field field, uint64_t value,
			      enum finding_kind kind)
{
	struct judged *judged = watching(&page);
	struct finding finding;

	make_field(&page, field, value);
	make_next_seq(&page);
	sample_page(judged, &page);
	later(judged, 0.01);
	sample_page(judged, &page);
	finding = the_finding(judged, kind);
	assert_int_equal(finding.number, 1);
	assert_int_equal(finding.not_before_ns, AT_NS(TICKS(10) + TICKS(1) / 100));
	assert_int_equal(finding.found_ns, AT_NS(TICKS(10) + TICKS(1) / 100 * 2));
	assert_int_equal(finding.updates, 1);
	assert_int_equal(finding.missed, 0);
	assert_true(finding.has_before && finding.has_after && !finding.since_start);
	assert_int_equal(page_get(&finding.after, field), page_get(&page, field));
	assert_int_equal(finding.event.type, EVENT_PAGE);
	judged_free(judged);
	return finding;
}

static void a_marker_is_a_disruption(void **state)
{
	struct finding finding =
		changed(make_marker_page(), PAGE_DISRUPTION_MARKER, UINT64_MAX, FINDING_DISRUPTION);

	(void)state;
	assert_int_equal(finding.severity, FINDING_CRITICAL);
	assert_int_equal(finding.change.old_value, 0x1122334455667788);
	assert_true(finding.change.new_value == UINT64_MAX);
	changed(make_full_page(), PAGE_DISRUPTION_MARKER, 0, FINDING_DISRUPTION);
}

static void a_disruption_is_no_step(void **state)
{
	struct page page = make_full_page();
	struct judged *judged = watching(&page);

	(void)state;
	make_field(&page, PAGE_DISRUPTION_MARKER, 9);
	make_field(&page, PAGE_PERIOD_FRAC_SEC, 1ull << 35);
	make_field(&page, PAGE_COUNTER_VALUE, judged->counter);
	make_shift(&page, 3600 * (int64_t)SECOND);
	make_next_seq(&page);
	sample_page(judged, &page);
	the_finding(judged, FINDING_DISRUPTION);
	/* And the next update is compared with the new clock. */
	later(judged, 1);
	make_refresh(&page, judged->counter);
	make_shift(&page, 2002); /* 1000 of each */
	sample_page(judged, &page);
	the_finding(judged, FINDING_HOST_STEP);
	judged_free(judged);
}

static void a_generation_is_a_restore(void **state)
{
	struct page page = make_marker_page();
	struct judged *judged;
	struct finding finding;

	(void)state;
	make_field(&page, PAGE_FLAGS, VMCLOCK_FLAG_VM_GEN_COUNTER_PRESENT);
	finding = changed(page, PAGE_VM_GENERATION, 7, FINDING_RESTORE);
	assert_int_equal(finding.change.new_value, 7);
	/* With the marker: two findings of one update. */
	judged = watching(&page);
	make_field(&page, PAGE_VM_GENERATION, 8);
	make_field(&page, PAGE_DISRUPTION_MARKER, 8);
	make_next_seq(&page);
	sample_page(judged, &page);
	assert_int_equal(judged->count, 2);
	assert_int_equal(judged->found[0].kind, FINDING_DISRUPTION);
	assert_int_equal(judged->found[1].kind, FINDING_RESTORE);
	assert_int_equal(judged->found[1].number, 2);
	judged_free(judged);
}

static void a_generation_that_is_not_there_says_nothing(void **state)
{
	struct page page = make_marker_page();
	struct judged *judged = watching(&page);

	(void)state;
	make_field(&page, PAGE_VM_GENERATION, 8);
	make_next_seq(&page);
	sample_page(judged, &page);
	make_field(&page, PAGE_FLAGS, VMCLOCK_FLAG_VM_GEN_COUNTER_PRESENT);
	make_field(&page, PAGE_VM_GENERATION, 9);
	make_next_seq(&page);
	sample_page(judged, &page);
	no_finding(judged);
	judged_free(judged);
}

static void status_leap_smearing_by_severity(void **state)
{
	(void)state;
	assert_int_equal(changed(make_full_page(), PAGE_CLOCK_STATUS, VMCLOCK_STATUS_FREERUNNING,
				 FINDING_STATUS_CHANGE)
				 .severity,
			 FINDING_WARNING);
	assert_int_equal(changed(make_full_page(), PAGE_CLOCK_STATUS, VMCLOCK_STATUS_UNRELIABLE,
				 FINDING_STATUS_CHANGE)
				 .severity,
			 FINDING_CRITICAL);
	changed(make_full_page(), PAGE_LEAP_INDICATOR, VMCLOCK_LEAP_PRE_POS,
		FINDING_LEAP_ANNOUNCED);
	changed(make_full_page(), PAGE_LEAP_INDICATOR, VMCLOCK_LEAP_PRE_NEG,
		FINDING_LEAP_ANNOUNCED);
	changed(make_full_page(), PAGE_LEAP_INDICATOR, VMCLOCK_LEAP_POST_NEG, FINDING_LEAP_CHANGE);
	changed(make_full_page(), PAGE_LEAP_INDICATOR, 99, FINDING_LEAP_CHANGE);
	changed(make_full_page(), PAGE_SMEARING_HINT, VMCLOCK_SMEARING_UTC_SLS,
		FINDING_SMEARING_CHANGE);
}

static void a_leap_second_withdrawn_is_a_warning(void **state)
{
	struct page page = make_full_page();
	struct judged *judged = judged_new(NULL);
	struct finding finding;

	(void)state;
	make_field(&page, PAGE_LEAP_INDICATOR, VMCLOCK_LEAP_PRE_POS);
	sample_page(judged, &page);
	finding = the_finding(judged, FINDING_LEAP_ANNOUNCED);
	assert_true(finding.since_start);
	make_field(&page, PAGE_LEAP_INDICATOR, VMCLOCK_LEAP_NONE);
	make_next_seq(&page);
	sample_page(judged, &page);
	assert_int_equal(the_finding(judged, FINDING_LEAP_CHANGE).severity, FINDING_WARNING);
	judged_free(judged);
}

static void a_tai_offset_and_its_sign(void **state)
{
	struct page page = make_full_page();
	struct finding finding =
		changed(page, PAGE_TAI_OFFSET_SEC, (uint64_t)-38, FINDING_TAI_OFFSET_CHANGE);
	struct judged *judged;

	(void)state;
	assert_int_equal((int64_t)finding.change.old_value, -37);
	assert_int_equal((int64_t)finding.change.new_value, -38);
	assert_int_equal(finding.severity, FINDING_WARNING);
	changed(page, PAGE_FLAGS,
		VMCLOCK_FLAG_PERIOD_MAXERROR_VALID | VMCLOCK_FLAG_TIME_MAXERROR_VALID,
		FINDING_TAI_OFFSET_CHANGE);

	make_field(&page, PAGE_TAI_OFFSET_SEC, 37);
	judged = judged_new(NULL);
	sample_page(judged, &page);
	finding = the_finding(judged, FINDING_SCALE_MISMATCH);
	assert_int_equal(finding.scale.cause, SCALE_CAUSE_OFFSET_SIGN);
	assert_int_equal(finding.scale.page_offset_sec, 37);
	make_next_seq(&page);
	sample_page(judged, &page);
	no_finding(judged);
	judged_free(judged);
}

static void maintenance_is_found_each_time_it_is_announced(void **state)
{
	struct page page = make_marker_page();
	struct judged *judged = judged_new(NULL);

	(void)state;
	make_field(&page, PAGE_FLAGS, VMCLOCK_FLAG_DISRUPTION_SOON);
	sample_page(judged, &page);
	assert_true(the_finding(judged, FINDING_MAINTENANCE_SOON).since_start);
	make_field(&page, PAGE_FLAGS,
		   VMCLOCK_FLAG_DISRUPTION_SOON | VMCLOCK_FLAG_DISRUPTION_IMMINENT);
	make_next_seq(&page);
	sample_page(judged, &page);
	the_finding(judged, FINDING_MAINTENANCE_IMMINENT);
	make_field(&page, PAGE_FLAGS, 0);
	make_next_seq(&page);
	sample_page(judged, &page);
	no_finding(judged);
	make_field(&page, PAGE_FLAGS, VMCLOCK_FLAG_DISRUPTION_SOON);
	make_next_seq(&page);
	sample_page(judged, &page);
	the_finding(judged, FINDING_MAINTENANCE_SOON);
	judged_free(judged);
}

static void missed_updates_are_counted_also_over_the_wrap(void **state)
{
	struct page page = make_marker_page();
	struct judged *judged = judged_new(NULL);
	struct finding finding;

	(void)state;
	make_field(&page, PAGE_SEQ_COUNT, 0xfffffffc);
	sample_page(judged, &page);
	make_field(&page, PAGE_SEQ_COUNT, 2);
	make_field(&page, PAGE_DISRUPTION_MARKER, 5);
	sample_page(judged, &page);
	finding = the_finding(judged, FINDING_DISRUPTION);
	assert_int_equal(finding.updates, 3);
	assert_int_equal(finding.missed, 2);
	assert_int_equal(detector_counts(judged->detector)->updates, 3);
	assert_int_equal(detector_counts(judged->detector)->missed_updates, 2);
	/* Backwards: it happened, but how often cannot be known. */
	make_field(&page, PAGE_SEQ_COUNT, 0);
	make_field(&page, PAGE_DISRUPTION_MARKER, 6);
	sample_page(judged, &page);
	finding = the_finding(judged, FINDING_DISRUPTION);
	assert_int_equal(finding.updates, 0);
	judged_free(judged);
}

static struct finding broken(struct page *page, uint32_t then, uint32_t now)
{
	struct judged *judged = judged_new(NULL);
	struct finding finding;

	make_field(page, PAGE_SEQ_COUNT, then);
	sample_page(judged, page);
	for (int i = 0; i < 3; i++) {
		later(judged, 0.001);
		make_field(page, PAGE_SEQ_COUNT, now);
		make_field(page, PAGE_VM_GENERATION, page_get(page, PAGE_VM_GENERATION) + 1);
		sample_page(judged, page);
	}
	finding = the_finding(judged, FINDING_SEQLOCK_BROKEN);
	assert_true(detector_counts(judged->detector)->missed_updates <= 10000);
	judged_free(judged);
	return finding;
}

/* Whatever else it says: readers may have taken a mix of two states. Once while it goes on. */
static void a_writer_that_does_not_follow_the_seqlock(void **state)
{
	struct page page = make_marker_page();

	(void)state;
	assert_int_equal(broken(&page, 4, 4).seqlock.cause, SEQLOCK_UNCHANGED);
	assert_int_equal(broken(&page, 1000, 10).seqlock.cause, SEQLOCK_BACK);
	/* 10 in 1 us is what a writer can do, and 1000 in a guest's pause. */
	assert_int_equal(broken(&page, 0, 22100).seqlock.cause, SEQLOCK_JUMPED);
	assert_int_equal(broken(&page, 0, 0x7fffff00).seqlock.new_seq, 0x7fffff00);
}

/* Another producer counts anew. */
static void a_sequence_that_begins_anew_is_not_broken(void **state)
{
	struct page page = make_marker_page(), garbage = {.length = VMCLOCK_ABI_BYTES};
	struct judged *judged = judged_new(NULL);

	(void)state;
	make_field(&page, PAGE_SEQ_COUNT, 5000);
	sample_page(judged, &page);
	make_field(&page, PAGE_SEQ_COUNT, 2);
	make_field(&page, PAGE_DISRUPTION_MARKER, 5);
	sample_page(judged, &page);
	the_finding(judged, FINDING_DISRUPTION);
	sample_page(judged, &garbage);
	the_finding(judged, FINDING_DEVICE_LOST);
	make_field(&page, PAGE_SEQ_COUNT, 0x7fffff00);
	sample_page(judged, &page);
	no_finding(judged);
	assert_true(detector_counts(judged->detector)->updates < 3);
	judged_free(judged);
}

static struct event make_copy(const struct page *page, uint64_t time_ns)
{
	return (struct event){.type = EVENT_READ,
			      .time_ns = time_ns,
			      .latency_ns = 100,
			      .page_state = EVENT_PAGE_STABLE,
			      .page = *page};
}

static void the_kernel_and_the_observer_find_one_disruption(void **state)
{
	struct page old = make_marker_page(), new = make_marker_page();
	struct judged *judged = watching(&old);
	struct event copy = make_copy(&new, AT_NS(judged->counter));
	struct finding finding;

	(void)state;
	make_field(&new, PAGE_DISRUPTION_MARKER, 3);
	make_next_seq(&new);
	copy.page = new;
	detector_event(judged->detector, &copy);
	finding = the_finding(judged, FINDING_DISRUPTION);
	assert_int_equal(finding.event.type, EVENT_READ);
	assert_int_equal(finding.found_ns, AT_NS(judged->counter) + 100);
	sample_page(judged, &new);
	/* A record of the kernel with the old page that comes late is no news. */
	copy.page = old;
	copy.time_ns += 50;
	detector_event(judged->detector, &copy);
	sample_page(judged, &new);
	no_finding(judged);
	assert_int_equal(detector_counts(judged->detector)->late_copies, 1);
	judged_free(judged);
}

static void a_sample_that_went_back_in_time_is_late(void **state)
{
	struct page old = make_marker_page(), new = make_marker_page();
	struct judged *judged = watching(&old);

	(void)state;
	make_field(&new, PAGE_DISRUPTION_MARKER, 3);
	make_next_seq(&new);
	sample_page(judged, &new);
	the_finding(judged, FINDING_DISRUPTION);
	judged->counter -= TICKS(1);
	sample_page(judged, &old);
	no_finding(judged);
	/* A change that is seen at an earlier time happened then, not in a negative interval. */
	make_field(&new, PAGE_DISRUPTION_MARKER, 4);
	make_next_seq(&new);
	sample_page(judged, &new);
	assert_true(judged->found[0].not_before_ns <= judged->found[0].found_ns);
	the_finding(judged, FINDING_DISRUPTION);
	judged_free(judged);
}

static void garbage_is_a_lost_device_once(void **state)
{
	struct page page = make_full_page(), garbage = {.length = VMCLOCK_ABI_BYTES};
	struct judged *judged = watching(&page);
	struct finding finding;

	(void)state;
	memset(garbage.bytes, 0xa5, sizeof(garbage.bytes));
	sample_page(judged, &garbage);
	later(judged, 1);
	sample_page(judged, &garbage);
	finding = the_finding(judged, FINDING_DEVICE_LOST);
	assert_int_equal(finding.lost, LOST_INVALID);
	assert_int_equal(finding.not_before_ns, AT_NS(TICKS(10) + TICKS(1) / 100));
	/* Back, and compared with what was there before. */
	make_field(&page, PAGE_DISRUPTION_MARKER, 1);
	make_next_seq(&page);
	sample_page(judged, &page);
	the_finding(judged, FINDING_DISRUPTION);
	sample_page(judged, &garbage);
	the_finding(judged, FINDING_DEVICE_LOST);
	judged_free(judged);
}

static void garbage_from_the_start_is_nothing(void **state)
{
	struct page garbage = {.length = 3};
	struct judged *judged = judged_new(NULL);

	(void)state;
	sample_page(judged, &garbage);
	no_finding(judged);
	judged_free(judged);
}

static void a_device_goes_and_comes(void **state)
{
	struct page page = make_marker_page();
	struct judged *judged = watching(&page);
	struct event event = make_event(EVENT_DEVICE, judged->counter);

	(void)state;
	event.device_state = DEVICE_LOST;
	detector_event(judged->detector, &event);
	detector_event(judged->detector, &event);
	assert_int_equal(the_finding(judged, FINDING_DEVICE_LOST).lost, LOST_DEVICE);
	event.device_state = DEVICE_APPEARED;
	detector_event(judged->detector, &event);
	event.device_state = DEVICE_LOST;
	detector_event(judged->detector, &event);
	the_finding(judged, FINDING_DEVICE_LOST);
	judged_free(judged);
}

static void losses_are_found_as_they_grow(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct event event = make_event(EVENT_LOSS, judged->counter);

	(void)state;
	detector_event(judged->detector, &event);
	no_finding(judged);
	event.losses.ring_full = 3;
	detector_event(judged->detector, &event);
	detector_event(judged->detector, &event);
	assert_int_equal(the_finding(judged, FINDING_DATA_LOSS).losses.ring_full, 3);
	event.losses.ring_full = 5;
	event.losses.page_unreadable = 1;
	detector_event(judged->detector, &event);
	assert_int_equal(judged->found[0].losses.page_unreadable, 1);
	assert_int_equal(the_finding(judged, FINDING_DATA_LOSS).losses.ring_full, 2);
	judged_free(judged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_marker_is_a_disruption),
		cmocka_unit_test(a_disruption_is_no_step),
		cmocka_unit_test(a_generation_is_a_restore),
		cmocka_unit_test(a_generation_that_is_not_there_says_nothing),
		cmocka_unit_test(status_leap_smearing_by_severity),
		cmocka_unit_test(a_leap_second_withdrawn_is_a_warning),
		cmocka_unit_test(a_tai_offset_and_its_sign),
		cmocka_unit_test(maintenance_is_found_each_time_it_is_announced),
		cmocka_unit_test(missed_updates_are_counted_also_over_the_wrap),
		cmocka_unit_test(a_writer_that_does_not_follow_the_seqlock),
		cmocka_unit_test(a_sequence_that_begins_anew_is_not_broken),
		cmocka_unit_test(the_kernel_and_the_observer_find_one_disruption),
		cmocka_unit_test(a_sample_that_went_back_in_time_is_late),
		cmocka_unit_test(garbage_is_a_lost_device_once),
		cmocka_unit_test(garbage_from_the_start_is_nothing),
		cmocka_unit_test(a_device_goes_and_comes),
		cmocka_unit_test(losses_are_found_as_they_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
