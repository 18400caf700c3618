// SPDX-License-Identifier: GPL-2.0-or-later
/* driver_error and driver_mismatch: what came back from the driver. */
#include <errno.h>

#include "judge_make.h"

static struct event make_read(int32_t result, uint64_t call_id, uint64_t time_ns)
{
	return (struct event){.type = EVENT_READ,
			      .path = PATH_CLOCK_GETTIME,
			      .result = result,
			      .call_id = call_id,
			      .time_ns = time_ns};
}

static void see(struct judged *judged, struct event event)
{
	detector_event(judged->detector, &event);
}

static void one_finding_a_cause_until_it_is_quiet(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct event call = make_read(-EINVAL, 5, SECOND);
	struct finding finding;

	(void)state;
	see(judged, make_read(-EINVAL, 5, SECOND));
	call.type = EVENT_CALL;
	see(judged, call); /* the same failure, told by its call */
	for (uint64_t i = 1; i < 100; i++)
		see(judged, make_read(-EINVAL, 5 + i, SECOND + i * 10 * SECOND));
	finding = the_finding(judged, FINDING_DRIVER_ERROR);
	assert_int_equal(finding.event.result, -EINVAL);
	assert_int_equal(finding.severity, FINDING_CRITICAL);
	assert_int_equal(finding.found_ns, SECOND);
	/* 10 s and a nanosecond of quiet. */
	see(judged, make_read(-EINVAL, 1000, SECOND + 99 * 10 * SECOND + 10 * SECOND + 1));
	the_finding(judged, FINDING_DRIVER_ERROR);
	/* Another cause on the same path. */
	call = make_read(-ETIMEDOUT, 1001, 2000 * SECOND);
	see(judged, call);
	call.type = EVENT_CALL;
	call.path = PATH_IOCTL_OTHER; /* even if it were counted apart */
	see(judged, call);
	the_finding(judged, FINDING_DRIVER_ERROR);
	call.call_id++;
	see(judged, call);
	the_finding(judged, FINDING_DRIVER_ERROR);
	judged_free(judged);
}

static void what_is_the_callers_fault_is_none(void **state)
{
	const struct {
		int32_t result;
		bool found;
	} calls[] = {{0, false},	 {8, false},	   {-EFAULT, false}, {-EROFS, false},
		     {-EINVAL, false},	 {-ENOTTY, false}, {-EINTR, false},  {-EOPNOTSUPP, false},
		     {-ETIMEDOUT, true}, {-ENODEV, true},  {-EIO, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct judged *judged = judged_new(NULL);
		struct event call = make_read(calls[i].result, 5, SECOND);

		call.type = EVENT_CALL;
		call.path = PATH_DEV_READ;
		see(judged, call);
		assert_int_equal(judged->count, calls[i].found);
		judged_free(judged);
	}
}

static void more_causes_than_fit_are_counted(void **state)
{
	struct judged *judged = judged_new(NULL);

	(void)state;
	for (int32_t i = 1; i <= 40; i++)
		see(judged, make_read(-i, 0, SECOND));
	assert_int_equal(judged->count, 32);
	assert_int_equal(detector_counts(judged->detector)->errors_unlisted, 8);
	/* Once they are quiet there is room again. */
	see(judged, make_read(-99, 0, 12 * SECOND));
	assert_int_equal(judged->count, 33);
	judged_free(judged);
}

/* A PRECISE read at @counter that returned the page's UTC and @off_ns. */
static struct event make_answer(const struct page *page, uint64_t counter, int64_t off_ns)
{
	struct event event = make_read(0, 0, AT_NS(counter));
	struct page_time time;
	struct instant at;

	assert_int_equal(page_time_at(page, counter, &time), 0);
	assert_int_equal(instant_add_ns(time.utc, off_ns, &at), 0);
	event.page_state = EVENT_PAGE_STABLE;
	event.page = *page;
	event.read.counter_source = COUNTER_SYSTEM;
	event.read.counter = counter;
	event.read.sec = at.sec;
	event.read.nsec = instant_nsec(at);
	return event;
}

static void an_answer_that_is_not_the_pages(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = make_full_page();
	struct event event;

	(void)state;
	see(judged, make_answer(&page, TICKS(10), 0));
	no_finding(judged);
	see(judged, make_answer(&page, TICKS(11), 1));
	see(judged, make_answer(&page, TICKS(12), 1));
	assert_int_equal(the_finding(judged, FINDING_DRIVER_MISMATCH).mismatch.minus_page_ns, 1);
	see(judged, make_answer(&page, TICKS(13), 0));
	see(judged, make_answer(&page, TICKS(14), -5));
	assert_int_equal(the_finding(judged, FINDING_DRIVER_MISMATCH).mismatch.minus_page_ns, -5);
	see(judged, make_answer(&page, TICKS(15), 0));
	/* While the page moves nothing can be held against anybody. */
	event = make_answer(&page, TICKS(16), 700);
	event.page_state = EVENT_PAGE_MOVED;
	see(judged, event);
	no_finding(judged);
	judged_free(judged);
}

static void a_read_before_the_reference(void **state)
{
	struct judged *judged = judged_new(NULL);
	struct page page = make_full_page();

	(void)state;
	make_field(&page, PAGE_COUNTER_VALUE, TICKS(20));
	see(judged, make_answer(&page, TICKS(10), 0));
	see(judged, make_answer(&page, TICKS(11), 0));
	assert_int_equal(the_finding(judged, FINDING_COUNTER_BEFORE_REFERENCE).reference.ns,
			 10 * SECOND);
	judged_free(judged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_finding_a_cause_until_it_is_quiet),
		cmocka_unit_test(what_is_the_callers_fault_is_none),
		cmocka_unit_test(more_causes_than_fit_are_counted),
		cmocka_unit_test(an_answer_that_is_not_the_pages),
		cmocka_unit_test(a_read_before_the_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
