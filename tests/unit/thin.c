// SPDX-License-Identifier: GPL-2.0-or-later
/* event/decimate.h: of a run that tells nothing new its first and its last stay, in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "event/decimate.h"

/* What was passed on, one letter and its time each. */
static char kept[400];

static void note(const struct event *event, void *arg)
{
	size_t used = strlen(kept);

	(void)arg;
	snprintf(kept + used, sizeof(kept) - used, "%c%d ",
		 event->type == EVENT_PAGE   ? 'p'
		 : event->type == EVENT_TICK ? 't'
					     : 'x',
		 (int)event->time_ns);
}

static struct event sample_at(uint64_t time_ns, uint8_t byte)
{
	struct event event = {
		.type = EVENT_PAGE, .time_ns = time_ns, .page_state = EVENT_PAGE_STABLE};

	page_from_bytes(&event.page, &byte, 1);
	return event;
}

static struct event tick_at(uint64_t time_ns, uint64_t late_ns)
{
	return (struct event){
		.type = EVENT_TICK, .time_ns = time_ns, .tick.due_ns = time_ns - late_ns};
}

static void take(struct decimate *decimate, struct event event, bool matters)
{
	decimate_event(decimate, &event, matters, note, NULL);
}

static void unchanged_run(struct decimate *decimate, uint64_t from_ns, int pairs)
{
	for (int i = 0; i < pairs; i++, from_ns += 2) {
		take(decimate, sample_at(from_ns, 1), false);
		take(decimate, tick_at(from_ns + 1, 0), false);
	}
}

static void first_and_last_stay(void **state)
{
	struct decimate decimate = {0};

	(void)state;
	kept[0] = '\0';
	unchanged_run(&decimate, 100, 5);
	take(&decimate, sample_at(110, 2), false);
	unchanged_run(&decimate, 112, 1);
	decimate_flush(&decimate, note, NULL);
	/*
	 * The change at 110 is between two samples that were made: 108 and 110; and so is that at
	 * 112.
	 */
	assert_string_equal(kept, "p100 t101 p108 t109 p110 p112 t113 ");
	assert_int_equal(decimate.left_out, 6);
}

static void others_end_a_run(void **state)
{
	struct decimate decimate = {0};

	(void)state;
	kept[0] = '\0';
	unchanged_run(&decimate, 100, 3);
	take(&decimate, (struct event){.type = EVENT_READ, .time_ns = 106}, false);
	unchanged_run(&decimate, 107, 3);
	take(&decimate, (struct event){.type = EVENT_READ, .time_ns = 113}, false);
	assert_string_equal(kept, "p100 t101 p104 t105 x106 p107 t108 p111 t112 x113 ");
}

static void habits_are_in_nobodys_way(void **state)
{
	struct decimate decimate = {0};

	(void)state;
	kept[0] = '\0';
	unchanged_run(&decimate, 100, 3);
	take(&decimate, (struct event){.type = EVENT_CLOCK, .time_ns = 106}, false);
	unchanged_run(&decimate, 107, 3);
	take(&decimate, (struct event){.type = EVENT_TALLY, .time_ns = 113}, false);
	unchanged_run(&decimate, 114, 3);
	/* Unless something was found by one. */
	take(&decimate, (struct event){.type = EVENT_CLOCK, .time_ns = 120}, true);
	unchanged_run(&decimate, 121, 3);
	decimate_flush(&decimate, note, NULL);
	assert_string_equal(kept, "p100 t101 x106 x113 p118 t119 x120 p121 t122 p125 t126 ");
	/* All in its order, also where only one of two came again. */
	kept[0] = '\0';
	memset(&decimate, 0, sizeof(decimate));
	unchanged_run(&decimate, 100, 2);
	take(&decimate, (struct event){.type = EVENT_CLOCK, .time_ns = 104}, false);
	take(&decimate, sample_at(105, 1), false);
	take(&decimate, (struct event){.type = EVENT_TALLY, .time_ns = 106}, false);
	take(&decimate, (struct event){.type = EVENT_READ, .time_ns = 107}, false);
	assert_string_equal(kept, "p100 t101 t103 x104 p105 x106 x107 ");
	/* More than can wait. */
	kept[0] = '\0';
	memset(&decimate, 0, sizeof(decimate));
	unchanged_run(&decimate, 100, 2);
	for (uint64_t i = 0; i < DECIMATE_HELD; i++)
		take(&decimate, (struct event){.type = EVENT_CLOCK, .time_ns = 200 + i}, false);
	assert_string_equal(kept, "p100 t101 p102 t103 x200 x201 x202 x203 x204 x205 x206 x207 ");
}

static void order_stays(void **state)
{
	struct decimate decimate = {0};

	(void)state;
	kept[0] = '\0';
	unchanged_run(&decimate, 100, 2);
	take(&decimate, sample_at(104, 1), false);
	decimate_flush(&decimate, note, NULL);
	assert_string_equal(kept, "p100 t101 t103 p104 ");
}

static void what_matters_stays(void **state)
{
	struct decimate decimate = {0};
	struct event torn = sample_at(106, 1);

	(void)state;
	kept[0] = '\0';
	unchanged_run(&decimate, 100, 2);
	take(&decimate, sample_at(104, 1), true);
	take(&decimate, tick_at(105, DECIMATE_LATE_NS), false);
	torn.page_state = EVENT_PAGE_TORN;
	take(&decimate, torn, false);
	take(&decimate, torn, false);
	assert_string_equal(kept, "p100 t101 p102 t103 p104 t105 p106 p106 ");
	assert_int_equal(decimate.left_out, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_and_last_stay),	     cmocka_unit_test(others_end_a_run),
		cmocka_unit_test(habits_are_in_nobodys_way), cmocka_unit_test(order_stays),
		cmocka_unit_test(what_matters_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
