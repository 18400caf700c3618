// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sees every read of a vmclock device that passes through the kernel.
 *
 * The driver has one choke point, vmclock_get_crosststamp(), for all PTP reads; hooks around it say
 * by which call user space came there. fentry/fexit, because they cost a third of a kprobe pair and
 * give typed arguments. Programs are attached one by one: the loader switches off those whose
 * target the running kernel does not have, and reports it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "wire.h"

/* The helpers that may read the kernel's memory are for GPL programs. */
char LICENSE[] SEC("license") = "GPL";

/* Filters, fixed before load: the verifier removes what is not asked for. 0 or empty: everyone. */
const volatile __u32 filter_pid = 0;
const volatile bool filter_comm_set = false;
const volatile char filter_comm[WIRE_COMM_BYTES] = {};

/* What a thread is in the middle of. Its calls nest at most once: a call, and a read inside it. */
struct in_flight {
	__u64 call_start_ns;
	__u64 call_id; /* 0: not in a call */
	__u32 call_path;
	__u32 call_reads;
	__u32 ioctl;
	__u32 pad;
	__u64 read_start_ns; /* 0: not in a read */
	__u32 read_seq;	     /* seq_count when the read began */
	__u32 pad2;
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

static bool is_wanted(void)
{
	char comm[WIRE_COMM_BYTES];

	if (filter_pid && bpf_get_current_pid_tgid() >> 32 != filter_pid)
		return false;
	if (!filter_comm_set)
		return true;
	bpf_get_current_comm(comm, sizeof(comm));
	for (int i = 0; i < WIRE_COMM_BYTES; i++) {
		if (comm[i] != filter_comm[i])
			return false;
		if (!comm[i])
			break;
	}
	return true;
}

static struct in_flight *remember(void)
{
	struct in_flight *now = bpf_task_storage_get(&in_flight, bpf_get_current_task_btf(), 0,
						     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!now)
		count_loss(WIRE_LOSS_TASK_STORAGE);
	return now;
}

static struct in_flight *recall(void)
{
	return bpf_task_storage_get(&in_flight, bpf_get_current_task_btf(), 0, 0);
}

static void fill_header(struct wire_header *head, __u32 kind, __u32 path, __u64 start_ns)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	head->kind = kind;
	head->path = path;
	head->start_ns = start_ns;
	head->latency_ns = bpf_ktime_get_ns() - start_ns;
	head->pid = pid_tgid >> 32;
	head->tid = (__u32)pid_tgid;
	bpf_get_current_comm(head->comm, sizeof(head->comm));
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

/* The choke point. */

SEC("fentry/vmclock_get_crosststamp")
int BPF_PROG(read_enter, struct vmclock_state *st)
{
	struct in_flight *now;

	if (!is_wanted())
		return 0;
	now = remember();
	if (!now)
		return 0;
	now->read_seq = st->clk->seq_count;
	now->read_start_ns = bpf_ktime_get_ns();
	return 0;
}

/* Does a value of this clocksource count what the page counts? kvmclock's, say, does not. */
static bool is_page_counter(enum clocksource_ids id)
{
	return id == bpf_core_enum_value(enum clocksource_ids, CSID_X86_TSC) ||
	       id == bpf_core_enum_value(enum clocksource_ids, CSID_ARM_ARCH_COUNTER);
}

static void fill_counter_from_snapshot(struct wire_read *read, struct system_time_snapshot *sts)
{
	if (is_page_counter(BPF_CORE_READ(sts, cs_id))) {
		read->counter = BPF_CORE_READ(sts, cycles);
	} else if (bpf_core_field_exists(sts->hw_csid) &&
		   is_page_counter(BPF_CORE_READ(sts, hw_csid))) {
		/* The system clock runs on what is derived from the counter; both were kept. */
		read->counter = BPF_CORE_READ(sts, hw_cycles);
	} else {
		return;
	}
	read->counter_source = WIRE_COUNTER_SNAPSHOT;
}

static void fill_counter(struct wire_read *read, struct ptp_system_timestamp *sts,
			 struct system_counterval_t *counter)
{
	read->counter_source = WIRE_COUNTER_NONE;
	read->counter = 0;
	if (read->head.result)
		return;
	if (counter && is_page_counter(BPF_CORE_READ(counter, cs_id))) {
		read->counter = BPF_CORE_READ(counter, cycles);
		read->counter_source = WIRE_COUNTER_SYSTEM;
	} else if (sts && bpf_core_field_exists(sts->pre_sts)) {
		fill_counter_from_snapshot(read, &sts->pre_sts);
	}
}

/*
 * The return value comes from bpf_get_func_ret(), not by position: kernels after 7.3 give the
 * function a fifth argument.
 */
SEC("fexit/vmclock_get_crosststamp")
int BPF_PROG(read_exit, struct vmclock_state *st, struct ptp_system_timestamp *sts,
	     struct system_counterval_t *counter, struct timespec64 *tspec)
{
	struct in_flight *now = recall();
	struct wire_read *read;
	__u64 ret = 0, start_ns;

	if (!now || !now->read_start_ns)
		return 0;
	start_ns = now->read_start_ns;
	now->read_start_ns = 0;
	now->call_reads++;
	read = bpf_ringbuf_reserve(&events, sizeof(*read), 0);
	if (!read) {
		count_loss(WIRE_LOSS_RING_FULL);
		return 0;
	}
	fill_header(&read->head, WIRE_READ, now->call_id ? now->call_path : WIRE_PATH_UNKNOWN,
		    start_ns);
	bpf_get_func_ret(ctx, &ret);
	read->head.result = (__s32)ret;
	read->head.call_id = now->call_id;
	read->head.device = st->index;
	read->sec = 0;
	read->nsec = 0;
	if (!read->head.result) {
		read->sec = BPF_CORE_READ(tspec, tv_sec);
		read->nsec = (__u32)BPF_CORE_READ(tspec, tv_nsec);
	}
	fill_counter(read, sts, counter);
	read->page_state = copy_page(read->page, st->clk, now->read_seq);
	bpf_ringbuf_submit(read, 0);
	return 0;
}

/* The calls around it. */

static void call_enter(__u32 path, __u32 ioctl)
{
	struct in_flight *now;

	if (!is_wanted())
		return;
	now = remember();
	if (!now)
		return;
	now->call_id = __sync_fetch_and_add(&next_call_id, 1) + 1;
	now->call_path = path;
	now->call_reads = 0;
	now->ioctl = ioctl;
	now->call_start_ns = bpf_ktime_get_ns();
}

static struct wire_call *call_reserve(struct in_flight *now, long result, int device)
{
	struct wire_call *call = bpf_ringbuf_reserve(&events, sizeof(*call), 0);

	if (!call) {
		count_loss(WIRE_LOSS_RING_FULL);
		return 0;
	}
	fill_header(&call->head, WIRE_CALL, now->call_path, now->call_start_ns);
	call->head.call_id = now->call_id;
	call->head.result = (__s32)result;
	call->head.device = device;
	call->ioctl = now->ioctl;
	call->reads = now->call_reads;
	call->n_samples = 0;
	call->page_state = WIRE_PAGE_ABSENT;
	return call;
}

/* N if the clock behind a posix clock is vmclockN, else -1. The driver names it so. */
static int vmclock_index(struct posix_clock *clk)
{
	struct ptp_clock *ptp = (void *)clk - bpf_core_field_offset(struct ptp_clock, clock);
	struct ptp_clock_info *info = BPF_CORE_READ(ptp, info);
	char name[10] = {};

	bpf_core_read_str(name, sizeof(name), &info->name);
	if (bpf_strncmp(name, 7, "vmclock"))
		return -1;
	if (name[7] < '0' || name[7] > '9')
		return -1;
	if (name[8] < '0' || name[8] > '9')
		return name[7] - '0';
	return (name[7] - '0') * 10 + name[8] - '0';
}

/* include/uapi/linux/ptp_clock.h: the request's number is its low byte, its type '=' the next. */
#define PTP_REQUEST_TYPE(cmd)	((cmd) >> 8 & 0xff)
#define PTP_REQUEST_NUMBER(cmd) ((cmd)&0xff)

static __u32 ioctl_path(__u32 cmd)
{
	if (PTP_REQUEST_TYPE(cmd) != '=')
		return WIRE_PATH_IOCTL_OTHER;
	switch (PTP_REQUEST_NUMBER(cmd)) {
	case 5: /* PTP_SYS_OFFSET */
	case 14:
		return WIRE_PATH_SYS_OFFSET;
	case 8: /* PTP_SYS_OFFSET_PRECISE */
	case 17:
		return WIRE_PATH_SYS_OFFSET_PRECISE;
	case 9: /* PTP_SYS_OFFSET_EXTENDED */
	case 18:
		return WIRE_PATH_SYS_OFFSET_EXTENDED;
	}
	return WIRE_PATH_IOCTL_OTHER;
}

SEC("fentry/ptp_ioctl")
int BPF_PROG(ioctl_enter, struct posix_clock_context *context, __u32 cmd)
{
	if (vmclock_index(context->clk) >= 0)
		call_enter(ioctl_path(cmd), cmd);
	return 0;
}

SEC("fexit/ptp_ioctl")
int BPF_PROG(ioctl_exit, struct posix_clock_context *context, __u32 cmd, unsigned long arg,
	     long result)
{
	struct in_flight *now = recall();
	struct wire_call *call;
	__u32 path = ioctl_path(cmd);

	if (!now || !now->call_id)
		return 0;
	call = call_reserve(now, result, vmclock_index(context->clk));
	now->call_id = 0;
	if (!call)
		return 0;
	/* n_samples is the first word of both structures. */
	if (path == WIRE_PATH_SYS_OFFSET || path == WIRE_PATH_SYS_OFFSET_EXTENDED)
		bpf_probe_read_user(&call->n_samples, sizeof(call->n_samples), (void *)arg);
	bpf_ringbuf_submit(call, 0);
	return 0;
}

SEC("fentry/ptp_clock_gettime")
int BPF_PROG(gettime_enter, struct posix_clock *clk)
{
	if (vmclock_index(clk) >= 0)
		call_enter(WIRE_PATH_CLOCK_GETTIME, 0);
	return 0;
}

SEC("fexit/ptp_clock_gettime")
int BPF_PROG(gettime_exit, struct posix_clock *clk, struct timespec64 *tp, int result)
{
	struct in_flight *now = recall();
	struct wire_call *call;

	if (!now || !now->call_id)
		return 0;
	call = call_reserve(now, result, vmclock_index(clk));
	now->call_id = 0;
	if (call)
		bpf_ringbuf_submit(call, 0);
	return 0;
}

/* /dev/vmclockN itself. */

static struct vmclock_state *state_of(struct file *file)
{
	void *private = BPF_CORE_READ(file, private_data);

	if (bpf_core_type_exists(struct vmclock_file_state))
		return BPF_CORE_READ((struct vmclock_file_state *)private, st);
	return private - bpf_core_field_offset(struct vmclock_state, miscdev);
}

static void dev_exit(struct file *file, long result)
{
	struct in_flight *now = recall();
	struct vmclock_state *st;
	struct wire_call *call;

	if (!now || !now->call_id)
		return;
	st = state_of(file);
	call = call_reserve(
		now, result,
		result < 0 && now->call_path == WIRE_PATH_DEV_OPEN ? -1 : BPF_CORE_READ(st, index));
	now->call_id = 0;
	if (!call)
		return;
	if (now->call_path == WIRE_PATH_DEV_READ)
		call->page_state = copy_page(call->page, BPF_CORE_READ(st, clk), now->read_seq);
	bpf_ringbuf_submit(call, 0);
}

SEC("fentry/vmclock_miscdev_read")
int BPF_PROG(dev_read_enter, struct file *file)
{
	struct in_flight *now;

	call_enter(WIRE_PATH_DEV_READ, 0);
	now = recall();
	if (now && now->call_id)
		now->read_seq = BPF_CORE_READ(state_of(file), clk, seq_count);
	return 0;
}

SEC("fexit/vmclock_miscdev_read")
int BPF_PROG(dev_read_exit, struct file *file, char *buf, unsigned long count, __s64 *pos,
	     long result)
{
	dev_exit(file, result);
	return 0;
}

SEC("fentry/vmclock_miscdev_mmap")
int BPF_PROG(dev_mmap_enter)
{
	call_enter(WIRE_PATH_DEV_MMAP, 0);
	return 0;
}

SEC("fexit/vmclock_miscdev_mmap")
int BPF_PROG(dev_mmap_exit, struct file *file, void *vma, int result)
{
	dev_exit(file, result);
	return 0;
}

/* 7.0+: the driver opens for itself. */
SEC("fentry/vmclock_miscdev_open")
int BPF_PROG(dev_open_enter)
{
	call_enter(WIRE_PATH_DEV_OPEN, 0);
	return 0;
}

SEC("fexit/vmclock_miscdev_open")
int BPF_PROG(dev_open_exit, void *inode, struct file *file, int result)
{
	dev_exit(file, result);
	return 0;
}

/*
 * Before 7.0 the misc layer opens for it, and for every other misc device: only afterwards do the
 * file's operations tell whose it was.
 */
SEC("fentry/misc_open")
int BPF_PROG(misc_open_enter)
{
	call_enter(WIRE_PATH_DEV_OPEN, 0);
	return 0;
}

SEC("fexit/misc_open")
int BPF_PROG(misc_open_exit, void *inode, struct file *file, int result)
{
	struct in_flight *now = recall();
	struct module *owner = BPF_CORE_READ(file, f_op, owner);
	char name[12] = {};

	bpf_core_read_str(name, sizeof(name), &owner->name);
	if (!bpf_strncmp(name, sizeof(name), "ptp_vmclock"))
		dev_exit(file, result);
	else if (now)
		now->call_id = 0;
	return 0;
}
