// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel_rings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* What comes in 10 ms, the time between two samples, at 50,000 records a second on one CPU. */
#define LEAST_SLOTS 512u
#define MOST_SLOTS  (1u << 20)

struct kernel_rings {
	uint8_t *memory;
	size_t bytes;
	uint32_t cpus;
	uint32_t slots;
	struct wire_ring **pending; /* those that had something when this round began */
	uint32_t pendings;
};

uint32_t kernel_rings_slots(uint32_t bytes, uint32_t cpus)
{
	uint32_t slots = LEAST_SLOTS;

	while (slots < MOST_SLOTS && slots * 2 * sizeof(struct wire_slot) * cpus <= bytes)
		slots *= 2;
	return slots;
}

uint32_t kernel_rings_bytes(uint32_t slots)
{
	return (uint32_t)(sizeof(struct wire_ring) + slots * sizeof(struct wire_slot));
}

static struct wire_ring *ring_of(const struct kernel_rings *rings, uint32_t cpu)
{
	return (struct wire_ring *)(rings->memory + (size_t)cpu * kernel_rings_bytes(rings->slots));
}

int kernel_rings_open(struct kernel_rings **out, int fd, uint32_t cpus, uint32_t slots)
{
	struct kernel_rings *rings = calloc(1, sizeof(*rings));
	int result;

	if (!rings)
		return -ENOMEM;
	rings->cpus = cpus;
	rings->slots = slots;
	rings->bytes = (size_t)cpus * kernel_rings_bytes(slots);
	rings->pending = calloc(cpus, sizeof(*rings->pending));
	rings->memory =
		rings->pending ? mmap(NULL, rings->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
			       : MAP_FAILED;
	if (rings->memory == MAP_FAILED) {
		result = -errno;
		free(rings->pending);
		free(rings);
		return result;
	}
	*out = rings;
	return 0;
}

void kernel_rings_close(struct kernel_rings *rings)
{
	if (!rings)
		return;
	munmap(rings->memory, rings->bytes);
	free(rings->pending);
	free(rings);
}

/* The oldest record of a ring that is complete; NULL: there is none. */
static const struct wire_header *oldest(const struct kernel_rings *rings,
					const struct wire_ring *ring)
{
	const struct wire_slot *slot = &ring->slot[ring->tail & (rings->slots - 1)];

	if (__atomic_load_n(&slot->stamp, __ATOMIC_ACQUIRE) != ring->tail + 1)
		return NULL;
	return (const struct wire_header *)slot->record;
}

static void find_pending(struct kernel_rings *rings)
{
	rings->pendings = 0;
	for (uint32_t cpu = 0; cpu < rings->cpus; cpu++) {
		struct wire_ring *ring = ring_of(rings, cpu);

		if (oldest(rings, ring))
			rings->pending[rings->pendings++] = ring;
	}
}

/* The ring whose oldest record is the oldest of all; those that have none any more are left out. */
static struct wire_ring *next_ring(struct kernel_rings *rings)
{
	struct wire_ring *next = NULL;
	uint64_t next_ns = 0;

	for (uint32_t i = 0; i < rings->pendings;) {
		const struct wire_header *record = oldest(rings, rings->pending[i]);

		if (!record) {
			rings->pending[i] = rings->pending[--rings->pendings];
			continue;
		}
		if (!next || record->end_ns < next_ns) {
			next = rings->pending[i];
			next_ns = record->end_ns;
		}
		i++;
	}
	return next;
}

int kernel_rings_consume(struct kernel_rings *rings, int most, kernel_rings_fn fn, void *arg)
{
	struct wire_ring *ring;
	int count = 0, result = 0;

	find_pending(rings);
	while (count < most && result >= 0 && (ring = next_ring(rings))) {
		const struct wire_header *record = oldest(rings, ring);

		result = fn(record, sizeof(ring->slot->record), arg);
		__atomic_store_n(&ring->tail, ring->tail + 1, __ATOMIC_RELEASE);
		count++;
	}
	return result < 0 ? result : count;
}

void kernel_rings_count(const struct kernel_rings *rings, struct kernel_rings_counts *counts)
{
	*counts = (struct kernel_rings_counts){0};
	for (uint32_t cpu = 0; cpu < rings->cpus; cpu++) {
		const struct wire_ring *ring = ring_of(rings, cpu);
		uint64_t lost = __atomic_load_n(&ring->lost, __ATOMIC_RELAXED);

		counts->lost += lost;
		counts->seen += ring->tail;
		counts->made += lost + __atomic_load_n(&ring->head, __ATOMIC_RELAXED);
	}
}
