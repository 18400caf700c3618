// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * observe/kernel_rings.h: the rings are plain memory, so the tests fill them as bpf/ring.bpf.h
 * does.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "observe/kernel_rings.h"

#define CPUS  3
#define SLOTS 512u
#define TAKEN 4096

/* The memory as the kernel has it, the rings that read it, and what they gave. */
struct fake {
	uint8_t *memory;
	struct kernel_rings *rings;
	uint64_t taken[TAKEN];
	int count;
	int fail_at; /* the record that the reader refuses; -1: none */
};

static struct wire_ring *ring(const struct fake *fake, uint32_t cpu)
{
	return (struct wire_ring *)(fake->memory + (size_t)cpu * kernel_rings_bytes(SLOTS));
}

static void setup(struct fake *fake)
{
	size_t bytes = (size_t)CPUS * kernel_rings_bytes(SLOTS);
	int fd = memfd_create("rings", 0);

	memset(fake, 0, sizeof(*fake));
	fake->fail_at = -1;
	assert_return_code(fd, errno);
	assert_return_code(ftruncate(fd, (off_t)bytes), errno);
	fake->memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(fake->memory, MAP_FAILED);
	assert_int_equal(kernel_rings_open(&fake->rings, fd, CPUS, SLOTS), 0);
	close(fd);
}

static void teardown(struct fake *fake)
{
	kernel_rings_close(fake->rings);
	munmap(fake->memory, (size_t)CPUS * kernel_rings_bytes(SLOTS));
}

/* Takes a slot; NULL, and counted: there is none. */
static struct wire_slot *take_slot(struct wire_ring *to, uint64_t *number)
{
	if (to->head - __atomic_load_n(&to->tail, __ATOMIC_ACQUIRE) >= SLOTS) {
		to->lost++;
		return NULL;
	}
	*number = ++to->head;
	return &to->slot[(*number - 1) % SLOTS];
}

static void stamp(struct wire_slot *slot, uint64_t number, uint64_t time_ns)
{
	((struct wire_header *)slot->record)->end_ns = time_ns;
	__atomic_store_n(&slot->stamp, number, __ATOMIC_RELEASE);
}

static void make(const struct fake *fake, uint32_t cpu, uint64_t time_ns)
{
	uint64_t number;
	struct wire_slot *slot = take_slot(ring(fake, cpu), &number);

	if (slot)
		stamp(slot, number, time_ns);
}

static int keep(const void *record, size_t bytes, void *arg)
{
	struct fake *fake = arg;

	assert_true(bytes >= sizeof(struct wire_read));
	assert_true(fake->count < TAKEN);
	if (fake->count == fake->fail_at)
		return -EPROTO;
	fake->taken[fake->count++] = ((const struct wire_header *)record)->end_ns;
	return 0;
}

static void test_in_the_order_of_time(void **state)
{
	struct fake fake;

	(void)state;
	setup(&fake);
	assert_int_equal(kernel_rings_consume(fake.rings, TAKEN, keep, &fake), 0);
	for (uint64_t i = 0; i < 300; i++)
		make(&fake, (uint32_t)(i * 7 % CPUS), 1000 + i);
	assert_int_equal(kernel_rings_consume(fake.rings, TAKEN, keep, &fake), 300);
	for (uint64_t i = 0; i < 300; i++)
		assert_int_equal(fake.taken[i], 1000 + i);
	assert_int_equal(kernel_rings_consume(fake.rings, TAKEN, keep, &fake), 0);
	teardown(&fake);
}

static void test_what_is_not_stamped_waits(void **state)
{
	struct wire_slot *slot;
	uint64_t number;
	struct fake fake;

	(void)state;
	setup(&fake);
	make(&fake, 0, 1);
	slot = take_slot(ring(&fake, 0), &number);
	make(&fake, 0, 3);
	make(&fake, 1, 4);
	/* The third is there, but not before the second. */
	assert_int_equal(kernel_rings_consume(fake.rings, TAKEN, keep, &fake), 2);
	assert_int_equal(fake.taken[1], 4);
	stamp(slot, number, 2);
	assert_int_equal(kernel_rings_consume(fake.rings, TAKEN, keep, &fake), 2);
	assert_int_equal(fake.taken[2], 2);
	assert_int_equal(fake.taken[3], 3);
	teardown(&fake);
}

static void test_made_is_seen_and_lost(void **state)
{
	struct kernel_rings_counts counts;
	struct fake fake;

	(void)state;
	setup(&fake);
	/* Round and round, and each time more than there is room for. */
	for (int round = 0; round < 3; round++) {
		for (uint64_t i = 0; i < SLOTS + 10; i++)
			make(&fake, 2, i);
		assert_int_equal(kernel_rings_consume(fake.rings, TAKEN, keep, &fake), SLOTS);
	}
	make(&fake, 0, 1);
	kernel_rings_count(fake.rings, &counts);
	assert_int_equal(counts.made, 3 * (SLOTS + 10) + 1);
	assert_int_equal(counts.seen, 3 * SLOTS);
	assert_int_equal(counts.lost, 3 * 10);
	teardown(&fake);
}

static void test_not_more_than_asked_for(void **state)
{
	struct fake fake;

	(void)state;
	setup(&fake);
	for (uint64_t i = 0; i < 20; i++)
		make(&fake, i & 1, i);
	assert_int_equal(kernel_rings_consume(fake.rings, 15, keep, &fake), 15);
	assert_int_equal(kernel_rings_consume(fake.rings, 15, keep, &fake), 5);
	assert_int_equal(fake.taken[19], 19);
	teardown(&fake);
}

static void test_an_error_ends_the_round(void **state)
{
	struct fake fake;

	(void)state;
	setup(&fake);
	for (uint64_t i = 0; i < 5; i++)
		make(&fake, 0, i);
	fake.fail_at = 2;
	assert_int_equal(kernel_rings_consume(fake.rings, TAKEN, keep, &fake), -EPROTO);
	fake.fail_at = -1;
	/* The one that was refused is taken too: it would be refused for ever. */
	assert_int_equal(kernel_rings_consume(fake.rings, TAKEN, keep, &fake), 2);
	assert_int_equal(fake.taken[3], 4);
	teardown(&fake);
}

#define FLOOD 200000

static void *flood(void *arg)
{
	const struct fake *fake = arg;

	for (uint64_t i = 0; i < FLOOD; i++)
		make(fake, 1, i);
	return NULL;
}

static int count_in_order(const void *record, size_t bytes, void *arg)
{
	struct fake *fake = arg;
	uint64_t time_ns = ((const struct wire_header *)record)->end_ns;

	(void)bytes;
	assert_true(!fake->count || time_ns > fake->taken[0]);
	fake->taken[0] = time_ns;
	fake->count++;
	return 0;
}

static void test_while_it_is_being_filled(void **state)
{
	struct kernel_rings_counts counts;
	struct fake fake;
	pthread_t thread;

	(void)state;
	setup(&fake);
	assert_int_equal(pthread_create(&thread, NULL, flood, &fake), 0);
	do {
		assert_true(kernel_rings_consume(fake.rings, 64, count_in_order, &fake) >= 0);
		kernel_rings_count(fake.rings, &counts);
	} while (counts.made < FLOOD);
	pthread_join(thread, NULL);
	while (kernel_rings_consume(fake.rings, 64, count_in_order, &fake) > 0)
		;
	kernel_rings_count(fake.rings, &counts);
	assert_int_equal(counts.made, FLOOD);
	assert_int_equal(counts.seen + counts.lost, FLOOD);
	assert_int_equal(counts.seen, fake.count);
	teardown(&fake);
}

static void test_sizes(void **state)
{
	(void)state;
	assert_int_equal(kernel_rings_slots(4 << 20, 2), 8192);
	assert_int_equal(kernel_rings_slots(4 << 20, 3), 4096);
	/* Never too few, however many CPUs there are; never too many either. */
	assert_int_equal(kernel_rings_slots(1 << 18, 256), 512);
	assert_int_equal(kernel_rings_slots(UINT32_MAX, 1), 1 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_the_order_of_time),
		cmocka_unit_test(test_what_is_not_stamped_waits),
		cmocka_unit_test(test_made_is_seen_and_lost),
		cmocka_unit_test(test_not_more_than_asked_for),
		cmocka_unit_test(test_an_error_ends_the_round),
		cmocka_unit_test(test_while_it_is_being_filled),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
