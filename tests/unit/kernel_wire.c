// SPDX-License-Identifier: GPL-2.0-or-later
/* observe/kernel_wire.h: what a record of a change of the clock can hold, and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/timex.h>

#include "../bpf/wire.h"
#include "observe/kernel_wire.h"

/* One more than there is room for: it must stay as it is. */
static struct event events[KERNEL_WIRE_EVENTS + 1];

static int events_of(const struct wire_clock_change *change)
{
	struct kernel_wire state = {.tick_ns = 4000000};

	memset(events, 0xa5, sizeof(events));
	return kernel_wire_events(&state, change, sizeof(*change), events);
}

static void is_untouched(const struct event *event)
{
	const unsigned char *bytes = (const unsigned char *)event;

	for (size_t i = 0; i < sizeof(*event); i++)
		assert_int_equal(bytes[i], 0xa5);
}

static void a_call_can_step_and_steer(void **state)
{
	struct wire_clock_change change = {
		.head.kind = WIRE_CLOCK_CHANGE,
		.how = WIRE_CHANGE_ADJTIMEX,
		.modes = ADJ_SETOFFSET | ADJ_FREQUENCY,
		.before = {.lo_ns = 10, .hi_ns = 20},
		.after = {.lo_ns = 1010, .hi_ns = 1020},
	};

	(void)state;
	assert_int_equal(events_of(&change), 2);
	assert_int_equal(events[0].change.how, CLOCK_STEPPED);
	assert_int_equal(events[0].change.step.lo_ns, 990);
	assert_int_equal(events[0].change.step.hi_ns, 1010);
	assert_int_equal(events[1].change.how, CLOCK_SLEWED);
	is_untouched(&events[2]);
}

/* It has no modes: bits there make no more of it. */
static void a_new_clocksource_is_one_event(void **state)
{
	struct wire_clock_change change = {
		.head.kind = WIRE_CLOCK_CHANGE,
		.how = WIRE_CHANGE_SOURCE,
		.modes = ADJ_SETOFFSET | ADJ_FREQUENCY,
		.source = "hpet",
	};

	(void)state;
	assert_int_equal(events_of(&change), 1);
	assert_int_equal(events[0].change.how, CLOCK_NEW_SOURCE);
	assert_string_equal(events[0].change.source, "hpet");
	is_untouched(&events[2]);
}

static void a_step_past_all_numbers_is_the_largest(void **state)
{
	struct wire_clock_change change = {
		.head.kind = WIRE_CLOCK_CHANGE,
		.how = WIRE_CHANGE_SETTIME,
		.before = {.lo_ns = INT64_MIN, .hi_ns = INT64_MIN},
		.after = {.lo_ns = 1, .hi_ns = INT64_MAX},
	};

	(void)state;
	assert_int_equal(events_of(&change), 1);
	assert_int_equal(events[0].change.step.lo_ns, INT64_MAX);
	assert_int_equal(events[0].change.step.hi_ns, INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_can_step_and_steer),
		cmocka_unit_test(a_new_clocksource_is_one_event),
		cmocka_unit_test(a_step_past_all_numbers_is_the_largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
