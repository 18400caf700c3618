/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the hooks share: filters, what a thread is in the middle of, the way out, losses. */
#ifndef VMCLOCK_TRACE_BPF_MAPS_H
#define VMCLOCK_TRACE_BPF_MAPS_H

/* Filters, fixed before load: the verifier removes what is not asked for. 0 or empty: everyone. */
const volatile __u32 filter_pid = 0;
const volatile bool filter_comm_set = false;
const volatile char filter_comm[WIRE_COMM_BYTES] = {}; /* NUL-padded */

#define HOOK_ARGS 4

/* What a thread is in the middle of. It nests at most once: a call, and a read inside it. */
struct in_flight {
	__u64 call_start_ns;
	__u64 call_id; /* 0: not in a call */
	__u32 call_path;
	__u32 call_reads;
	__u32 ioctl;
	__s32 call_device;    /* N of vmclockN, -1 until it is known */
	__u32 read_seq;	      /* seq_count when the read, of whichever kind, began */
	__u64 read_start_ns;  /* 0: not in a read of the driver */
	__u64 clock_start_ns; /* 0: not changing the system clock */
	struct wire_offset clock_before;
	__u32 clock_modes;
	/* Of kprobes only: a kretprobe no longer has the arguments. */
	__u64 call_args[HOOK_ARGS];
	__u64 read_args[HOOK_ARGS];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct in_flight);
} in_flight SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20); /* the loader sets it */
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WIRE_LOSSES);
	__type(key, __u32);
	__type(value, __u64);
} losses SEC(".maps");

__u64 next_call_id = 0;

static void count_loss(__u32 cause)
{
	__u64 *count = bpf_map_lookup_elem(&losses, &cause);

	if (count)
		(*count)++;
}

/*
 * Is this thread one that was asked for? Its name is taken from the task itself, here and in
 * fill_header(): plain loads cost a fraction of what bpf_get_current_comm() does.
 */
static bool is_wanted(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (filter_pid && (__u32)task->tgid != filter_pid)
		return false;
	if (!filter_comm_set)
		return true;
	for (int i = 0; i < WIRE_COMM_BYTES; i++) {
		if (task->comm[i] != filter_comm[i])
			return false;
		if (!filter_comm[i])
			break;
	}
	return true;
}

/* Where this thread's state is; made if it has none yet. 0, and counted, if there is no memory. */
static struct in_flight *remember(void)
{
	struct in_flight *now = bpf_task_storage_get(&in_flight, bpf_get_current_task_btf(), 0,
						     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!now)
		count_loss(WIRE_LOSS_TASK_STORAGE);
	return now;
}

/* The same, 0 if it has none. */
static struct in_flight *recall(void)
{
	return bpf_task_storage_get(&in_flight, bpf_get_current_task_btf(), 0, 0);
}

static void *event_reserve(__u32 bytes)
{
	void *record = bpf_ringbuf_reserve(&events, bytes, 0);

	if (!record)
		count_loss(WIRE_LOSS_RING_FULL);
	return record;
}

/*
 * Nobody is woken for it: the loader looks every few milliseconds, which costs less than the
 * interrupt that a wakeup is.
 */
static void event_submit(void *record)
{
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

static void fill_header(struct wire_header *head, __u32 kind, __u32 path, __u64 start_ns)
{
	struct task_struct *task = bpf_get_current_task_btf();

	head->kind = kind;
	head->path = path;
	head->start_ns = start_ns;
	head->latency_ns = bpf_ktime_get_ns() - start_ns;
	head->pid = task->tgid;
	head->tid = task->pid;
	for (int i = 0; i < WIRE_COMM_BYTES; i++)
		head->comm[i] = task->comm[i];
}

/*
 * Copies the page and says how far the copy can be trusted. The driver's own loop ended a moment
 * ago on an even, unmoved seq; what moved since then is told by comparing with the seq at entry.
 */
static __u32 copy_page(void *to, struct vmclock_abi *page, __u32 seq_at_entry)
{
	__u32 before, after;

	before = BPF_CORE_READ(page, seq_count);
	if (bpf_probe_read_kernel(to, WIRE_PAGE_BYTES, page)) {
		count_loss(WIRE_LOSS_PAGE_UNREADABLE);
		return WIRE_PAGE_ABSENT;
	}
	after = BPF_CORE_READ(page, seq_count);
	if ((before & 1) || before != after)
		return WIRE_PAGE_TORN;
	return before == seq_at_entry ? WIRE_PAGE_STABLE : WIRE_PAGE_MOVED;
}

#endif
