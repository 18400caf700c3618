/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rings of records that the BPF program fills, one a CPU, read as one stream: bpf/ring.bpf.h.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_KERNEL_RINGS_H
#define VMCLOCK_TRACE_OBSERVE_KERNEL_RINGS_H

#include <stddef.h>
#include <stdint.h>

#include "../bpf/wire.h"

struct kernel_rings;

/*
 * How many slots each of @cpus rings has, a power of two, for @bytes in all: never too few to be of
 * use.
 */
uint32_t kernel_rings_slots(uint32_t bytes, uint32_t cpus);

/* Bytes of one ring of so many slots. */
uint32_t kernel_rings_bytes(uint32_t slots);

/*
 * Map @cpus rings in the memory behind @fd: a BPF map of them, or a file in a test. 0 or -errno.
 * The caller closes *@out, and may close @fd before.
 */
int kernel_rings_open(struct kernel_rings **out, int fd, uint32_t cpus, uint32_t slots);

/* NULL is fine. */
void kernel_rings_close(struct kernel_rings *rings);

/* @bytes is what a slot holds, whatever the record's kind. An error (< 0) ends the round. */
typedef int (*kernel_rings_fn)(const void *record, size_t bytes, void *arg);

/*
 * Hand out what is there, in the order of its time as far as it is there already, but not more than
 * @most records. Returns how many, or what @fn said; that record counts as taken.
 */
int kernel_rings_consume(struct kernel_rings *rings, int most, kernel_rings_fn fn, void *arg);

/* Since the beginning: made = seen + lost, and what still waits. */
struct kernel_rings_counts {
	uint64_t made;
	uint64_t seen;
	uint64_t lost; /* there was no room */
};

void kernel_rings_count(const struct kernel_rings *rings, struct kernel_rings_counts *counts);

#endif
