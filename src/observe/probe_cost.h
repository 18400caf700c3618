/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often this process's BPF programs ran and how long that took, as the kernel counts it where
 * it is told to: for all programs of the machine at once, and for some 30 ns more a run each.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_PROBE_COST_H
#define VMCLOCK_TRACE_OBSERVE_PROBE_COST_H

#include <stdbool.h>
#include <stdint.h>

struct probe_cost;

struct probe_cost_counts {
	uint64_t runs; /* 0: the kernel does not count, or there were none */
	uint64_t run_ns;
};

/*
 * With @count have the kernel count until this is closed, which takes CAP_SYS_ADMIN. 0 or -errno;
 * the caller closes *@out.
 */
int probe_cost_open(bool count, struct probe_cost **out);

/* Find the programs that this process holds now: they are those that are read. */
void probe_cost_find(struct probe_cost *cost);

/* NULL is fine. */
void probe_cost_close(struct probe_cost *cost);

/* The sums over all those programs. Takes a system call for each. */
struct probe_cost_counts probe_cost_read(const struct probe_cost *cost);

#endif
