/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way out of single events: a ring of slots for each CPU, which the loader maps.
 *
 * A slot is taken by one compare-and-swap on the CPU's own ring, filled in place, and stamped with
 * its number when all of it is there. That costs a quarter of what reserving and submitting by the
 * kernel's own ring buffer does, which all CPUs share and lock. Nobody is woken: the loader looks
 * every few milliseconds, which costs less than the interrupt that a wakeup is.
 */
#ifndef VMCLOCK_TRACE_BPF_RING_H
#define VMCLOCK_TRACE_BPF_RING_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "wire.h"

/* A power of two. The loader sets it, and the size of the rings with it. */
const volatile __u32 ring_slots = 1;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* the loader sets it: a ring for each CPU that can be */
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct wire_ring) + sizeof(struct wire_slot));
} rings SEC(".maps");

#define NO_SLOT ~0ull

/* Programs may be interrupted on their CPU by one another: but not for ever. */
static __noinline __u64 take_slot(struct wire_ring *ring, __u32 slots)
{
	for (int i = 0; i < 4; i++) {
		__u64 head = ring->head;

		if (head - ring->tail >= slots)
			break;
		if (__sync_val_compare_and_swap(&ring->head, head, head + 1) == head)
			return head;
	}
	__sync_fetch_and_add(&ring->lost, 1);
	return NO_SLOT;
}

/* Room for a record of any kind, to be filled and submitted; 0, and counted: there is none. */
static __always_inline void *event_reserve(void)
{
	__u32 cpu = bpf_get_smp_processor_id(), slots;
	struct wire_ring *ring = bpf_map_lookup_elem(&rings, &cpu);
	struct wire_slot *slot;
	__u64 head, was;

	if (!ring)
		return 0;
	slots = ring_slots;
	head = ring->head;
	/* The first try is here, without a call. */
	if (head - ring->tail >= slots)
		goto again;
	was = __sync_val_compare_and_swap(&ring->head, head, head + 1);
	if (was == head)
		goto taken;
again:
	head = take_slot(ring, slots);
	if (head == NO_SLOT)
		return 0;
taken:
	slot = &ring->slot[head & (slots - 1)];
	barrier_var(slot); /* or clang makes the address anew for each member */
	((struct wire_header *)slot->record)->number = head + 1;
	return slot->record;
}

static __always_inline void event_submit(void *record)
{
	struct wire_slot *slot = record - offsetof(struct wire_slot, record);

	/* Atomic, so that a reader that sees the stamp sees what was written before. */
	__sync_lock_test_and_set(&slot->stamp, ((struct wire_header *)record)->number);
}

#endif
