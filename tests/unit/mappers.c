// SPDX-License-Identifier: GPL-2.0-or-later
/* observe/mappers.h over a walk that tells what the test wants: who came, who went, and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "observe/mappers.h"

#define TOLD 1024

/* The mappings there are, one a step; and what came of them. */
struct fake {
	struct mapping mapping[TOLD];
	size_t mappings, step;
	size_t fails_at; /* at this step the walk fails; 0: it does not */
	struct mappers *mappers;
	struct event told[TOLD];
	size_t count;
	int begun;
};

static int fake_begin(void *walk)
{
	struct fake *fake = walk;

	fake->step = 0;
	fake->begun++;
	return 0;
}

static int fake_step(void *walk, mapping_fn fn, void *arg)
{
	struct fake *fake = walk;

	if (fake->fails_at && fake->step == fake->fails_at)
		return -EIO;
	if (fake->step == fake->mappings)
		return 0;
	fn(&fake->mapping[fake->step++], arg);
	return 1;
}

static void fake_close(void *walk)
{
	(void)walk;
}

static const struct mapping_ops fake_ops = {fake_begin, fake_step, fake_close};

static struct fake *fake_new(void)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	assert_non_null(fake);
	assert_int_equal(mappers_open_with(&fake->mappers, &fake_ops, fake), 0);
	return fake;
}

static void fake_free(struct fake *fake)
{
	mappers_close(fake->mappers);
	free(fake);
}

static void maps(struct fake *fake, pid_t pid, uint64_t start_ns)
{
	fake->mapping[fake->mappings++] = (struct mapping){
		.who = {.pid = (uint32_t)pid, .tid = (uint32_t)pid, .comm = "reader"},
		.start_ns = start_ns,
		.address = 0x1000,
	};
}

static void keep(const struct event *event, void *arg)
{
	struct fake *fake = arg;

	assert_true(fake->count < TOLD);
	assert_int_equal(event->type, EVENT_MAPPER);
	fake->told[fake->count++] = *event;
}

/* A whole walk, now. Returns how many events came of it. */
static size_t walk(struct fake *fake)
{
	const struct mapper_counts *counts = mappers_counts(fake->mappers);
	uint64_t before = counts->walks + counts->failed;

	fake->count = 0;
	mappers_soon(fake->mappers);
	while (counts->walks + counts->failed == before)
		mappers_run(fake->mappers, keep, fake);
	return fake->count;
}

static pid_t child_new(void)
{
	pid_t child = fork();

	if (!child) {
		pause();
		_exit(0);
	}
	assert_true(child > 0);
	return child;
}

/* It exits, and nobody has taken notice of that yet: a zombie. */
static void child_exits(pid_t child)
{
	siginfo_t info;

	kill(child, SIGKILL);
	waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
}

static void test_there_before_and_came_later(void **state)
{
	struct fake *fake = fake_new();
	uint64_t first_ns;

	(void)state;
	maps(fake, getpid(), 1);
	assert_int_equal(walk(fake), 1);
	assert_int_equal(fake->told[0].mapper.news, MAPPER_THERE);
	assert_int_equal(fake->told[0].mapper.not_before_ns, 0);
	assert_int_equal(fake->told[0].mapper.address, 0x1000);
	assert_string_equal(fake->told[0].who.comm, "reader");
	first_ns = fake->told[0].time_ns;
	assert_int_equal(walk(fake), 0);
	maps(fake, getppid(), 1);
	assert_int_equal(walk(fake), 1);
	assert_int_equal(fake->told[0].mapper.news, MAPPER_CAME);
	assert_int_equal(fake->told[0].who.pid, getppid());
	assert_true(fake->told[0].mapper.not_before_ns >= first_ns);
	assert_true(fake->told[0].time_ns >= fake->told[0].mapper.not_before_ns);
	fake_free(fake);
}

static void test_several_mappings_of_one_process(void **state)
{
	struct fake *fake = fake_new();

	(void)state;
	for (int i = 0; i < 3; i++)
		maps(fake, getpid(), 1);
	assert_int_equal(walk(fake), 1);
	assert_int_equal(fake->told[0].mapper.mappings, 3);
	/* Another vmclock is another matter. */
	fake->mapping[2].device = 1;
	assert_int_equal(walk(fake), 1);
	assert_int_equal(fake->told[0].device, 1);
	fake_free(fake);
}

static void test_unmapped_and_exited(void **state)
{
	struct fake *fake = fake_new();
	pid_t child = child_new();

	(void)state;
	maps(fake, getpid(), 1);
	maps(fake, child, 2);
	assert_int_equal(walk(fake), 2);
	child_exits(child);
	fake->mappings = 0;
	assert_int_equal(walk(fake), 2);
	assert_int_equal(fake->told[0].mapper.news, MAPPER_UNMAPPED);
	assert_int_equal(fake->told[1].mapper.news, MAPPER_EXITED);
	assert_true(fake->told[1].mapper.not_before_ns <= fake->told[1].time_ns);
	waitpid(child, NULL, 0);
	assert_int_equal(walk(fake), 0);
	fake_free(fake);
}

/* Who had exited before anything could be held of it: nobody knows whether it unmapped first. */
static void test_gone(void **state)
{
	struct fake *fake = fake_new();

	(void)state;
	maps(fake, INT32_MAX, 1);
	assert_int_equal(walk(fake), 1);
	fake->mappings = 0;
	assert_int_equal(walk(fake), 1);
	assert_int_equal(fake->told[0].mapper.news, MAPPER_GONE);
	fake_free(fake);
}

static void test_same_id_another_process(void **state)
{
	struct fake *fake = fake_new();

	(void)state;
	maps(fake, getpid(), 1);
	walk(fake);
	fake->mapping[0].start_ns = 2;
	assert_int_equal(walk(fake), 2);
	assert_int_equal(fake->told[0].mapper.news, MAPPER_UNMAPPED);
	assert_int_equal(fake->told[1].mapper.news, MAPPER_CAME);
	fake_free(fake);
}

static void test_half_a_walk_tells_nothing(void **state)
{
	struct fake *fake = fake_new();

	(void)state;
	maps(fake, getpid(), 1);
	walk(fake);
	/* Of two new ones one is seen by the walk that fails, and is gone before the next. */
	maps(fake, getppid(), 1);
	fake->fails_at = 2;
	assert_int_equal(walk(fake), 0);
	assert_int_equal(mappers_counts(fake->mappers)->failed, 1);
	fake->fails_at = 0;
	fake->mappings = 1;
	assert_int_equal(walk(fake), 0);
	assert_int_equal(mappers_counts(fake->mappers)->walks, 2);
	fake_free(fake);
}

static void test_no_room(void **state)
{
	struct fake *fake = fake_new();

	(void)state;
	for (uint64_t i = 0; i < MAPPERS_LISTED + 7; i++)
		maps(fake, getpid(), 1 + i);
	assert_int_equal(walk(fake), MAPPERS_LISTED);
	assert_int_equal(mappers_counts(fake->mappers)->unlisted, 7);
	/* Room that becomes free is for them. */
	memmove(fake->mapping, fake->mapping + 7, MAPPERS_LISTED * sizeof(fake->mapping[0]));
	fake->mappings = MAPPERS_LISTED;
	assert_int_equal(walk(fake), 7);
	assert_int_equal(mappers_counts(fake->mappers)->unlisted, 7);
	assert_int_equal(walk(fake), 7);
	assert_int_equal(fake->told[0].mapper.news, MAPPER_CAME);
	assert_int_equal(mappers_counts(fake->mappers)->unlisted, 0);
	fake_free(fake);
}

/* A walk begins when it is time, and at once where somebody has mapped the page. */
static void test_rest(void **state)
{
	struct fake *fake = fake_new();

	(void)state;
	mappers_run(fake->mappers, keep, fake);
	assert_int_equal(fake->begun, 1);
	for (int i = 0; i < 100; i++)
		mappers_run(fake->mappers, keep, fake);
	assert_int_equal(fake->begun, 1);
	mappers_soon(fake->mappers);
	usleep(10000); /* 20 times what the walk took, and more */
	mappers_run(fake->mappers, keep, fake);
	assert_int_equal(fake->begun, 2);
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_before_and_came_later),
		cmocka_unit_test(test_several_mappings_of_one_process),
		cmocka_unit_test(test_unmapped_and_exited),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_same_id_another_process),
		cmocka_unit_test(test_half_a_walk_tells_nothing),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
