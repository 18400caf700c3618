/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the hooks share: losses, what a thread is in the middle of, what every record holds. */
#ifndef VMCLOCK_TRACE_BPF_MAPS_H
#define VMCLOCK_TRACE_BPF_MAPS_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "cast.bpf.h"
#include "wire.h"

#define HOOK_ARGS 4

/*
 * What a thread is in the middle of, for all but a plain read of the driver, which struct
 * wire_reader serves: it costs half. It nests at most once: a call, and a read inside it.
 */
struct in_flight {
	__u64 call_start_ns;
	__u64 call_id; /* 0: not in a call */
	__u32 call_path;
	__u32 call_reads;
	__u32 call_clock; /* WIRE_CLOCK_NONE until it is known */
	__u32 ioctl;
	__u32 read_seq; /* seq_count when a read() of the device began */
	__u64 released; /* the device, while a file of it is closed: afterwards it is not known */
	/* Since when it knows of no news of vmclockN: CLOCK_MONOTONIC; 0: there may be some. */
	__u64 quiet_ns[WIRE_NOTIFYING];
	__u32 clock_modes;
	__u64 clock_start_ns; /* 0: not changing the system clock */
	struct wire_offset clock_before;
	/* Of kprobes only: a kretprobe no longer has the arguments. */
	__u64 call_args[HOOK_ARGS];
	__u64 read_args[HOOK_ARGS];
	__u64 notice_args[HOOK_ARGS]; /* of whom an interrupt found on its CPU: never set */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct in_flight);
} in_flight SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WIRE_COUNTS);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

__u64 next_call_id = 0;

static void count_one(__u32 what)
{
	__u64 *count = bpf_map_lookup_elem(&counts, &what);

	if (count)
		(*count)++;
}

/* Where this thread's state is; made if it has none yet. 0, and counted, if there is no memory. */
static struct in_flight *remember(void)
{
	struct in_flight *now = bpf_task_storage_get(&in_flight, bpf_get_current_task_btf(), 0,
						     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!now)
		count_one(WIRE_LOSS_TASK_STORAGE);
	return now;
}

/* The same, 0 if it has none. */
static struct in_flight *recall(void)
{
	return bpf_task_storage_get(&in_flight, bpf_get_current_task_btf(), 0, 0);
}

/* A read of the driver, within a call of this thread's if one is under way. */
static __noinline void count_read_of_call(void)
{
	struct in_flight *now = recall();

	if (now && now->call_id)
		now->call_reads++;
}

static void copy_comm(char *to, struct task_struct *task)
{
	/* Plain loads cost a fraction of what bpf_get_current_comm() does. */
	for (int i = 0; i < WIRE_COMM_BYTES; i++)
		to[i] = task->comm[i];
}

/* All of it but whose it is, for an event that ends now. */
static void fill_event(struct wire_header *head, __u32 kind, __u32 path, __u64 start_ns,
		       __u64 end_ns)
{
	head->kind = kind;
	head->path = path;
	head->end_ns = end_ns;
	head->latency_ns = start_ns ? end_ns - start_ns : 0;
	head->call_id = 0;
	head->result = 0;
	head->clock = WIRE_CLOCK_NONE;
	head->latency_ticks = 0;
	head->reserved = 0;
}

/* The same, of this thread. */
static void fill_header(struct wire_header *head, __u32 kind, __u32 path, __u64 start_ns,
			__u64 end_ns)
{
	struct task_struct *task = bpf_get_current_task_btf();

	fill_event(head, kind, path, start_ns, end_ns);
	head->cgroup = bpf_get_current_cgroup_id();
	head->pid = task->tgid;
	head->tid = task->pid;
	copy_comm(head->comm, task);
}

/* A member of what only the module's BTF knows: followed by plain loads where that can be. */
#define MEMBER(typed, object, member) ((typed) ? (object)->member : BPF_CORE_READ(object, member))

/*
 * Of any array of words, of which the kernel's types tell: so the page can be read by plain loads.
 */
#define WORDS struct vm_event_state

/*
 * Loads of what others write stay in this order, which they do on x86 by themselves. @own is memory
 * that only this program writes.
 */
static __always_inline void keep_order(__u64 *own)
{
#ifdef __TARGET_ARCH_arm64
	__sync_lock_test_and_set(own, *own);
#endif
}

/*
 * The page's bytes by plain loads, which cost half of what a helper does; the word with seq_count
 * is the last. Where there is nothing to be read they give 0.
 */
static __always_inline void load_page(__u64 *to, struct vmclock_abi *page, __u64 *own)
{
	const volatile __u64 *from = (const volatile __u64 *)CAST(page, WORDS);
	const int seq = WIRE_PAGE_SEQ / sizeof(*to);

	for (int i = 0; i < WIRE_PAGE_BYTES / (int)sizeof(*to); i++) {
		if (i != seq)
			to[i] = from[i];
	}
	keep_order(own);
	to[seq] = from[seq];
}

/* The same by helpers, which know what could not be read, and between two reads of seq_count. */
static __noinline __u32 probe_page(__u8 *to, struct vmclock_abi *page, __u32 seq_at_entry)
{
	__u32 before = BPF_CORE_READ(page, seq_count), after;

	if (bpf_probe_read_kernel(to, WIRE_PAGE_BYTES, page)) {
		count_one(WIRE_LOSS_PAGE_UNREADABLE);
		return WIRE_PAGE_ABSENT;
	}
	after = BPF_CORE_READ(page, seq_count);
	if ((before & 1) || before != after)
		return WIRE_PAGE_TORN;
	return before == seq_at_entry ? WIRE_PAGE_STABLE : WIRE_PAGE_MOVED;
}

/*
 * Copies the page into @to, in the record of @head, and says how far the copy can be trusted.
 * @seq_at_entry is its seq_count when the read began: as long as that is the same and even, the
 * page was not written. NO_SEQ: it is not known.
 */
#define NO_SEQ 1u

static __always_inline __u32 copy_page(__u8 *to, struct vmclock_abi *page, struct wire_header *head,
				       __u32 seq_at_entry, const bool typed)
{
	if (typed && CAN_CAST && bpf_core_type_exists(WORDS)) {
		__u64 *words = (__u64 *)to;

		load_page(words, page, &head->number);
		/* No page begins with 0: these were loads of nothing. */
		if (*(__u32 *)(to + WIRE_PAGE_SEQ) == seq_at_entry && !(seq_at_entry & 1) &&
		    words[0])
			return WIRE_PAGE_STABLE;
	}
	return probe_page(to, page, seq_at_entry);
}

#endif
