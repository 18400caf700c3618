// SPDX-License-Identifier: GPL-2.0-or-later
/* observe/kernel_tally.h: the kernel's tables are plain memory, so the tests write them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "observe/kernel_tally.h"

#define TICK_NS 4000000
#define TAKEN	8192

/* The tables, who reads them, and the tallies of the last time. */
struct fake {
	struct wire_reader reader[WIRE_READERS + WIRE_READER_WAYS];
	struct wire_use unlisted[WIRE_CLOCKS + 1][WIRE_PATHS];
	uint64_t clock[WIRE_CLOCKS];
	struct wire_failure failure[WIRE_FAILURES];
	struct kernel_tally *tally;
	struct event taken[TAKEN];
	size_t count;
};

static struct fake *fake_new(void)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	struct kernel_tables tables;

	assert_non_null(fake);
	tables = (struct kernel_tables){fake->reader, fake->unlisted, fake->clock, fake->failure};
	fake->tally = kernel_tally_new(&tables, TICK_NS);
	assert_non_null(fake->tally);
	return fake;
}

static void fake_free(struct fake *fake)
{
	kernel_tally_free(fake->tally);
	free(fake);
}

static void keep(const struct event *event, void *arg)
{
	struct fake *fake = arg;

	assert_true(fake->count < TAKEN);
	fake->taken[fake->count++] = *event;
}

/* Takes what is new, and returns how many tallies that are. */
static size_t take(struct fake *fake)
{
	fake->count = 0;
	kernel_tally_take(fake->tally, keep, fake);
	return fake->count;
}

/* Thread @tid of process @pid comes to use vmclock0. */
static struct wire_reader *begin(struct fake *fake, size_t at, uint32_t pid, uint32_t tid)
{
	struct wire_reader *reader = &fake->reader[at];

	*reader = (struct wire_reader){
		.tid = tid,
		.state = WIRE_READER_LIVE,
		.pid = pid,
		.cgroup = 77,
		.first_ns = 1000,
		.comm = "reader",
	};
	return reader;
}

static void each_use_is_told_once(void **state)
{
	struct fake *fake = fake_new();
	struct wire_reader *reader = begin(fake, 9, 5, 9);
	const struct event *event = &fake->taken[0];

	(void)state;
	assert_int_equal(take(fake), 0);
	reader->use[WIRE_PATH_CLOCK_GETTIME] = (struct wire_use){.uses = 10, .errors = 1};
	reader->use[WIRE_PATH_DEV_MMAP].uses = 1;
	reader->samples = 4;
	reader->moved = 2;
	assert_int_equal(take(fake), 1);
	assert_int_equal(event->type, EVENT_TALLY);
	assert_int_equal(event->tally.uses[PATH_CLOCK_GETTIME], 10);
	assert_int_equal(event->tally.errors[PATH_CLOCK_GETTIME], 1);
	assert_int_equal(event->tally.uses[PATH_DEV_MMAP], 1);
	assert_int_equal(event->tally.measured, 4);
	assert_int_equal(event->tally.moved, 2);
	assert_int_equal(take(fake), 0);
	reader->use[WIRE_PATH_CLOCK_GETTIME].uses = 13;
	reader->samples = 5;
	assert_int_equal(take(fake), 1);
	assert_int_equal(event->tally.uses[PATH_CLOCK_GETTIME], 3);
	assert_int_equal(event->tally.errors[PATH_CLOCK_GETTIME], 0);
	assert_int_equal(event->tally.uses[PATH_DEV_MMAP], 0);
	assert_int_equal(event->tally.measured, 1);
	assert_int_equal(event->tally.moved, 0);
	fake_free(fake);
}

/* The kernel counts a use, then its error: a sample in between must not lose it. */
static void an_error_that_comes_after_its_use_is_told(void **state)
{
	struct fake *fake = fake_new();
	struct wire_reader *reader = begin(fake, 9, 5, 9);

	(void)state;
	reader->use[WIRE_PATH_CLOCK_GETTIME].uses = 1;
	assert_int_equal(take(fake), 1);
	reader->use[WIRE_PATH_CLOCK_GETTIME].errors = 1;
	assert_int_equal(take(fake), 1);
	assert_int_equal(fake->taken[0].tally.uses[PATH_CLOCK_GETTIME], 0);
	assert_int_equal(fake->taken[0].tally.errors[PATH_CLOCK_GETTIME], 1);
	fake_free(fake);
}

static void failures_are_told_by_path_result_and_cause(void **state)
{
	struct fake *fake = fake_new();
	const struct event *event = &fake->taken[0];

	(void)state;
	fake->failure[0].key = (uint64_t)WIRE_PATH_SYS_OFFSET << 40 |
			       (uint64_t)WIRE_CAUSE_UNRELIABLE << 32 | EINVAL;
	assert_int_equal(take(fake), 0); /* claimed, and not counted yet */
	fake->failure[0].count = 3;
	fake->failure[1].key = (uint64_t)WIRE_PATH_DEV_READ << 40 | ETIMEDOUT;
	fake->failure[1].count = 1;
	assert_int_equal(take(fake), 2);
	assert_int_equal(event[0].type, EVENT_FAILURES);
	assert_int_equal(event[0].path, PATH_SYS_OFFSET);
	assert_int_equal(event[0].result, -EINVAL);
	assert_int_equal(event[0].failures.cause, CAUSE_UNRELIABLE);
	assert_int_equal(event[0].failures.count, 3);
	assert_int_equal(event[1].path, PATH_DEV_READ);
	assert_int_equal(event[1].failures.cause, CAUSE_BY_RESULT);
	fake->failure[0].count = 5;
	assert_int_equal(take(fake), 1);
	assert_int_equal(event[0].failures.count, 2);
	fake_free(fake);
}

static void who_it_was_which_clock_and_when(void **state)
{
	struct fake *fake = fake_new();
	struct wire_reader *reader = begin(fake, WIRE_READERS + WIRE_READER_WAYS - 1, 5, 9);
	const struct event *event = &fake->taken[0];

	(void)state;
	reader->clock = WIRE_CLOCK_PHC | 3;
	reader->use[WIRE_PATH_SYS_OFFSET].uses = 1;
	reader->sample_ns = 5000;
	reader->worst_ns = 700;
	assert_int_equal(take(fake), 1);
	assert_true(event->is_phc && event->device == 3);
	assert_int_equal(event->who.pid, 5);
	assert_int_equal(event->who.tid, 9);
	assert_int_equal(event->who.cgroup, 77);
	assert_string_equal(event->who.comm, "reader");
	assert_int_equal(event->tally.first_ns, 1000);
	assert_int_equal(event->tally.last_ns, 5000);
	assert_true(event->tally.last_error_ns <= TICK_NS);
	assert_int_equal(event->tally.worst_ns, 700);
	/*
	 * What is not measured has been seen to take less than two ticks, or it would have been
	 * told.
	 */
	assert_int_equal(event->tally.worst_below_ns, 2 * TICK_NS);
	reader->use[WIRE_PATH_SYS_OFFSET].uses = 2;
	reader->worst_ticks = 5;
	assert_int_equal(take(fake), 1);
	assert_int_equal(event->tally.worst_below_ns, 5 * TICK_NS);
	fake_free(fake);
}

/* Its last uses are told, then the entry is free; the next thread there begins at nothing. */
static void an_exited_thread_makes_room(void **state)
{
	struct fake *fake = fake_new();
	struct wire_reader *reader = begin(fake, 9, 5, 9), nobody = {0};
	const struct event *event = &fake->taken[0];

	(void)state;
	reader->use[WIRE_PATH_CLOCK_GETTIME].uses = 10;
	assert_int_equal(take(fake), 1);
	assert_false(event->tally.gone);
	reader->use[WIRE_PATH_CLOCK_GETTIME].uses = 12;
	reader->tid |= WIRE_TID_GONE;
	reader->state = WIRE_READER_DEAD;
	assert_int_equal(take(fake), 1);
	assert_true(event->tally.gone);
	assert_int_equal(event->who.tid, 9);
	assert_int_equal(event->tally.uses[PATH_CLOCK_GETTIME], 2);
	assert_memory_equal(reader, &nobody, sizeof(nobody));
	assert_int_equal(take(fake), 0);

	/* A later thread of the same number, and fewer uses than the one before. */
	begin(fake, 9, 6, 9)->use[WIRE_PATH_CLOCK_GETTIME].uses = 3;
	assert_int_equal(take(fake), 1);
	assert_int_equal(event->who.pid, 6);
	assert_int_equal(event->tally.uses[PATH_CLOCK_GETTIME], 3);
	fake_free(fake);
}

/* Or a thread that exits and begins again would have as many events as it likes. */
static void the_own_share_of_an_entry_is_left_to_the_next(void **state)
{
	struct fake *fake = fake_new();
	struct wire_reader *reader = begin(fake, 9, 5, 9);

	(void)state;
	reader->own_tick = 77;
	reader->own_used = 50;
	reader->state = WIRE_READER_DEAD;
	take(fake);
	assert_int_equal(reader->tid, 0);
	assert_int_equal(reader->state, WIRE_READER_FREE);
	assert_int_equal(reader->own_tick, 77);
	assert_int_equal(reader->own_used, 50);
	fake_free(fake);
}

/* All that happens between two samples: begun, used, exited. */
static void a_thread_that_was_never_seen_alive_is_told(void **state)
{
	struct fake *fake = fake_new();
	struct wire_reader *reader = begin(fake, 9, 5, 9);

	(void)state;
	reader->use[WIRE_PATH_CLOCK_GETTIME].uses = 1;
	reader->state = WIRE_READER_DEAD;
	assert_int_equal(take(fake), 1);
	assert_true(fake->taken[0].tally.gone);
	assert_int_equal(fake->taken[0].tally.uses[PATH_CLOCK_GETTIME], 1);
	fake_free(fake);
}

static void an_entry_that_is_being_claimed_is_left_alone(void **state)
{
	struct fake *fake = fake_new();
	struct wire_reader *reader = begin(fake, 9, 5, 9);

	(void)state;
	reader->state = WIRE_READER_FREE;
	reader->use[WIRE_PATH_CLOCK_GETTIME].uses = 1;
	assert_int_equal(take(fake), 0);
	reader->state = WIRE_READER_LIVE;
	assert_int_equal(take(fake), 1);
	fake_free(fake);
}

static void who_found_no_room_is_nobody_but_counted(void **state)
{
	struct fake *fake = fake_new();
	const struct event *event = &fake->taken[0];

	(void)state;
	fake->clock[0] = 1 + 0; /* vmclock0 */
	fake->unlisted[0][WIRE_PATH_CLOCK_GETTIME] = (struct wire_use){.uses = 6, .errors = 1};
	fake->unlisted[WIRE_CLOCKS][WIRE_PATH_CLOCK_GETTIME].uses = 2; /* and a clock too many */
	assert_int_equal(take(fake), 2);
	assert_int_equal(event[0].who.pid, 0);
	assert_true(!event[0].is_phc && event[0].device == 0);
	assert_int_equal(event[0].tally.uses[PATH_CLOCK_GETTIME], 6);
	assert_int_equal(event[0].tally.errors[PATH_CLOCK_GETTIME], 1);
	assert_int_equal(event[1].device, -1);
	assert_int_equal(event[1].tally.uses[PATH_CLOCK_GETTIME], 2);
	assert_int_equal(take(fake), 0);
	fake->unlisted[0][WIRE_PATH_CLOCK_GETTIME].uses = 7;
	assert_int_equal(take(fake), 1);
	assert_int_equal(event->tally.uses[PATH_CLOCK_GETTIME], 1);
	fake_free(fake);
}

static void a_full_table_is_told_whole(void **state)
{
	struct fake *fake = fake_new();

	(void)state;
	for (uint32_t i = 0; i < WIRE_READERS + WIRE_READER_WAYS; i++)
		begin(fake, i, i + 1, i + 1)->use[WIRE_PATH_CLOCK_GETTIME].uses = 1;
	assert_int_equal(take(fake), WIRE_READERS + WIRE_READER_WAYS);
	assert_int_equal(take(fake), 0);
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_use_is_told_once),
		cmocka_unit_test(an_error_that_comes_after_its_use_is_told),
		cmocka_unit_test(failures_are_told_by_path_result_and_cause),
		cmocka_unit_test(who_it_was_which_clock_and_when),
		cmocka_unit_test(an_exited_thread_makes_room),
		cmocka_unit_test(the_own_share_of_an_entry_is_left_to_the_next),
		cmocka_unit_test(a_thread_that_was_never_seen_alive_is_told),
		cmocka_unit_test(an_entry_that_is_being_claimed_is_left_alone),
		cmocka_unit_test(who_found_no_room_is_nobody_but_counted),
		cmocka_unit_test(a_full_table_is_told_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
