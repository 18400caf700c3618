// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long a function takes, as tools of the kind of funclatency find out: the start in a hash by
 * thread, the latency in a histogram of powers of two. To measure ours beside.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* Of the kernel's uAPI, which the short vmlinux.h has none of. */
#define MAP_TYPE_HASH 1
#define ANY	      0

#define SLOTS 26

struct {
	__uint(type, MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, __u64);
} starts SEC(".maps");

__u64 slots[SLOTS];

static __always_inline void enter(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	__u64 now_ns = bpf_ktime_get_ns();

	bpf_map_update_elem(&starts, &tid, &now_ns, ANY);
}

static __always_inline __u32 log2_of(__u64 value)
{
	__u32 log = 0;

#pragma unroll
	for (__u32 step = 32; step; step /= 2) {
		if (value >> step) {
			value >>= step;
			log += step;
		}
	}
	return log;
}

static __always_inline void leave(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid(), slot;
	__u64 *start_ns = bpf_map_lookup_elem(&starts, &tid);

	if (!start_ns)
		return;
	slot = log2_of(bpf_ktime_get_ns() - *start_ns);
	bpf_map_delete_elem(&starts, &tid);
	if (slot >= SLOTS)
		slot = SLOTS - 1;
	__sync_fetch_and_add(&slots[slot], 1);
}

#define TARGET "vmclock_get_crosststamp"

SEC("fentry/" TARGET)
int fentry_enter(void *context)
{
	enter();
	return 0;
}

SEC("fexit/" TARGET)
int fentry_leave(void *context)
{
	leave();
	return 0;
}

SEC("kprobe/" TARGET)
int kprobe_enter(void *context)
{
	enter();
	return 0;
}

SEC("kretprobe/" TARGET)
int kprobe_leave(void *context)
{
	leave();
	return 0;
}

/* The least that anything by fentry and fexit can cost. */
SEC("fentry/" TARGET)
int floor_enter(void *context)
{
	return 0;
}

SEC("fexit/" TARGET)
int floor_leave(void *context)
{
	return 0;
}
