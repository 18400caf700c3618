/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maps of BPF that hold a value for each CPU. */
#ifndef VMCLOCK_TRACE_OBSERVE_KERNEL_PERCPU_H
#define VMCLOCK_TRACE_OBSERVE_KERNEL_PERCPU_H

#include <stdint.h>

#include "event/histogram.h"

struct bpf_map;

/* The sum over all CPUs of @key, a number of 64 bits. 0 or -errno. */
int kernel_percpu_sum(const struct bpf_map *map, uint32_t key, uint64_t *sum);

/* The same of struct wire_latency. */
int kernel_percpu_sum_latency(const struct bpf_map *map, uint32_t key, struct histogram *sum);

#endif
