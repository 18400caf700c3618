/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user's calls: to a PTP clock, around the choke point or to another; and to /dev/vmclockN. */
#ifndef VMCLOCK_TRACE_BPF_CALL_H
#define VMCLOCK_TRACE_BPF_CALL_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "cast.bpf.h"
#include "filter.bpf.h"
#include "hook.bpf.h"
#include "maps.bpf.h"
#include "notification.bpf.h"
#include "reader.bpf.h"
#include "ring.bpf.h"
#include "syscall.bpf.h"
#include "wire.h"

#define EFAULT	   14
#define EOPNOTSUPP 95

/* Are calls to PTP clocks that are no vmclock's wanted too? */
const volatile bool all_phcs = false;

static bool call_begin(__u32 path, __u32 ioctl, __u32 clock)
{
	struct in_flight *now = armed ? remember() : 0;

	if (!now)
		return false;
	now->call_id = __sync_fetch_and_add(&next_call_id, 1) + 1;
	now->call_path = path;
	now->call_reads = 0;
	now->ioctl = ioctl;
	now->call_clock = clock;
	now->call_start_ns = bpf_ktime_get_ns();
	return true;
}

/* Is a call to be sent as an event? Who maps the page, and what failed, always is. */
static bool is_telling_call(__u32 path, long result, __u64 latency_ns)
{
	bool telling = every_event ? is_wanted_event(path, result, latency_ns)
				   : path == WIRE_PATH_DEV_MMAP || result < 0;

	return telling && is_within_rate();
}

/*
 * The record of the call that ends now; 0 if it is not wanted, or there is no room. @took_ns is
 * what counts as its latency where only slow ones are wanted.
 */
static struct wire_call *call_record(struct in_flight *now, long result, __u64 end_ns,
				     __u64 took_ns)
{
	struct wire_call *call;

	if (!is_telling_call(now->call_path, result, took_ns))
		return 0;
	call = event_reserve();
	if (!call)
		return 0;
	fill_header(&call->head, WIRE_CALL, now->call_path, now->call_start_ns, end_ns);
	call->head.call_id = now->call_id;
	call->head.result = (__s32)result;
	call->head.clock = now->call_clock;
	call->ioctl = now->ioctl;
	call->reads = now->call_reads;
	call->cause = WIRE_CAUSE_OTHER;
	call->n_samples = 0;
	call->page_state = WIRE_PAGE_ABSENT;
	call->wake_ns = 0;
	return call;
}

/* Calls to PTP clocks. */

/* As much of a clock's name as identifies a vmclock, with up to two digits. */
#define PTP_NAME_BYTES 9

/* The clock of this name: the driver names a vmclock's so. */
static __always_inline __u32 clock_by_name(const char *name, void *ptp)
{
	if (name[0] != 'v' || name[1] != 'm' || name[2] != 'c' || name[6] != 'k' || name[7] < '0' ||
	    name[7] > '9')
		return WIRE_CLOCK_PHC | (__u32)LOAD(ptp, struct ptp_clock, index);
	if (name[8] < '0' || name[8] > '9')
		return name[7] - '0';
	return (name[7] - '0') * 10 + name[8] - '0';
}

/*
 * The clock behind a posix clock. The cast makes loads of what would be calls of a helper, whose
 * cost this would mostly be.
 */
static __u32 clock_of(void *clk)
{
	void *ptp = clk - bpf_core_field_offset(struct ptp_clock, clock);
	char name[PTP_NAME_BYTES] = "";

	if (CAN_CAST)
		return clock_by_name(CAST(ptp, struct ptp_clock)->info->name, ptp);
	bpf_probe_read_kernel(name, sizeof(name),
			      (const char *)BPF_CORE_READ((struct ptp_clock *)ptp, info) +
				      bpf_core_field_offset(struct ptp_clock_info, name));
	return clock_by_name(name, ptp);
}

/* What ptp_ioctl() was called for. Its first argument is the clock itself before 6.7. */
static void *clk_of_ioctl(__u64 context)
{
	if (bpf_core_type_exists(struct posix_clock_context))
		return LOAD(context, struct posix_clock_context, clk);
	return (void *)context;
}

/*
 * Has an ioctl that failed got an answer of the driver's before? By the order of things in
 * drivers/ptp/ptp_chardev.c: PTP_SYS_OFFSET_PRECISE asks for nothing that could be wrong, and is
 * not supported or goes to the driver; the other two go there with what they could read of the
 * caller's.
 */
static bool is_after_answer(__u32 path, int result, const void *arg)
{
	__u32 word;

	if (path == WIRE_PATH_SYS_OFFSET_PRECISE)
		return result != -EOPNOTSUPP;
	return (path == WIRE_PATH_SYS_OFFSET || path == WIRE_PATH_SYS_OFFSET_EXTENDED) &&
	       result == -EFAULT && !bpf_probe_read_user(&word, sizeof(word), arg);
}

/* The entry of this thread for @clock, if it has one. */
static struct wire_reader *reader_find(__u32 clock)
{
	__u32 tid = bpf_get_current_task_btf()->pid;
	__u32 home = reader_index(tid);

	for (__u32 way = 0; way < WIRE_READER_WAYS; way++) {
		struct wire_reader *reader = &readers[home + way];

		if (reader->tid == tid && reader->clock == clock)
			return reader;
	}
	return 0;
}

/*
 * An ioctl of a vmclock's ends with a failure. What the driver has refused was counted there; what
 * failed after its answer is a failed use all the same, and counted here: such as
 * PTP_SYS_OFFSET_PRECISE, ENODEV, where the system clock runs on another counter. Returns the
 * clock, WIRE_CLOCK_NONE if there is nothing to count. @args are those of ptp_ioctl().
 */
static __noinline __u32 count_late_failure(const __u64 *args, int result)
{
	__u32 path = ioctl_path((__u32)args[1]), clock;
	struct wire_reader *reader;

	if (result >= 0 || !armed || !is_wanted())
		return WIRE_CLOCK_NONE;
	clock = clock_of(clk_of_ioctl(args[0]));
	reader = clock & WIRE_CLOCK_PHC ? 0 : reader_find(clock);
	if (!reader || path >= WIRE_PATHS)
		return WIRE_CLOCK_NONE;
	if (reader->failed_path == path) {
		reader->failed_path = 0;
		return WIRE_CLOCK_NONE;
	}
	if (!is_after_answer(path, result, (const void *)args[2]) ||
	    reader->use[path].errors >= reader->use[path].uses)
		return WIRE_CLOCK_NONE;
	reader->use[path].errors++;
	count_failure(path, result, WIRE_CAUSE_LATE);
	return clock;
}

/* As an event: of a call of which no more was seen than its end. */
static __noinline int send_late_failure(__u32 clock, __u32 ioctl, int result)
{
	__u32 path = ioctl_path(ioctl);
	struct wire_call *call;

	if ((every_event && !is_wanted_event(path, result, 0)) || !is_within_rate())
		return 0;
	call = event_reserve();
	if (!call)
		return 0;
	fill_header(&call->head, WIRE_CALL, path, 0, bpf_ktime_get_ns());
	call->head.result = result;
	call->head.clock = clock;
	call->ioctl = ioctl;
	call->reads = 1;
	call->cause = WIRE_CAUSE_LATE;
	call->n_samples = 0;
	call->page_state = WIRE_PAGE_ABSENT;
	call->wake_ns = 0;
	event_submit(call);
	return 0;
}

static bool ptp_begin(void *clk, __u32 path, __u32 ioctl)
{
	__u32 clock;

	if (!is_wanted())
		return false;
	clock = clock_of(clk);
	return (clock & WIRE_CLOCK_PHC ? all_phcs : calls_wanted) && call_begin(path, ioctl, clock);
}

/*
 * A vmclock's uses are counted at the choke point, another clock's here; and so are failures that
 * no read of the driver was the cause of.
 */
static struct wire_call *ptp_end(struct in_flight *now, long result)
{
	__u64 end_ns = bpf_ktime_get_ns();

	if (!now || !now->call_id)
		return 0;
	if (now->call_clock & WIRE_CLOCK_PHC)
		count_call(now->call_clock, now, result, end_ns);
	else if (result < 0 && !now->call_reads)
		count_failure(now->call_path, (int)result, WIRE_CAUSE_OTHER);
	return call_record(now, result, end_ns, end_ns - now->call_start_ns);
}

/* args: context, cmd, arg */
ENTER(ioctl)
{
	return ptp_begin(clk_of_ioctl(args[0]), ioctl_path((__u32)args[1]), (__u32)args[1]);
}

EXIT(ioctl)
{
	bool failed_late = count_late_failure(args, (int)*result) != WIRE_CLOCK_NONE;
	struct in_flight *now = recall();
	struct wire_call *call = ptp_end(now, (int)*result);
	__u32 path = ioctl_path((__u32)args[1]);

	if (call) {
		if (failed_late)
			call->cause = WIRE_CAUSE_LATE;
		/* n_samples is the first word of both structures. */
		if (path == WIRE_PATH_SYS_OFFSET || path == WIRE_PATH_SYS_OFFSET_EXTENDED)
			bpf_probe_read_user(&call->n_samples, sizeof(call->n_samples),
					    (void *)args[2]);
		event_submit(call);
	}
	if (now)
		now->call_id = 0;
}

HOOK(ioctl, ptp_ioctl, call_args)

/*
 * Where calls are not seen, their results are all the same, for what count_late_failure() tells.
 * With fentry the exit alone is hooked.
 */

/* args: context, cmd, arg */
ENTER(ioctl_result)
{
	return true;
}

EXIT(ioctl_result)
{
	__u32 clock;

	if ((int)*result >= 0)
		return;
	clock = count_late_failure(args, (int)*result);
	if (clock != WIRE_CLOCK_NONE)
		send_late_failure(clock, (__u32)args[1], (int)*result);
}

HOOK(ioctl_result, ptp_ioctl, call_args)

/* args: clk, tp */
ENTER(gettime)
{
	return ptp_begin((void *)args[0], WIRE_PATH_CLOCK_GETTIME, 0);
}

EXIT(gettime)
{
	struct in_flight *now = recall();
	struct wire_call *call = ptp_end(now, (int)*result);

	if (call)
		event_submit(call);
	if (now)
		now->call_id = 0;
}

HOOK(gettime, ptp_clock_gettime, call_args)

/* /dev/vmclockN itself. */

static struct vmclock_state *state_of(struct file *file)
{
	void *private = BPF_CORE_READ(file, private_data);

	if (bpf_core_type_exists(struct vmclock_file_state))
		return BPF_CORE_READ((struct vmclock_file_state *)private, st);
	return private - bpf_core_field_offset(struct vmclock_state, miscdev);
}

/* This thread has heard all there is of the clock: only a later notification can be news to it. */
static void knows_all(struct in_flight *now, __u32 clock, __u64 time_ns)
{
	if (clock < WIRE_NOTIFYING)
		now->quiet_ns[clock] = time_ns;
}

static void dev_end(struct in_flight *now, struct vmclock_state *st, long result)
{
	bool failed_open = result < 0 && now->call_path == WIRE_PATH_DEV_OPEN;
	__u64 end_ns = bpf_ktime_get_ns();
	struct wire_call *call;

	/* A file that could not be opened belongs to no device yet. */
	if (!failed_open)
		now->call_clock = BPF_CORE_READ(st, index);
	count_call(failed_open ? WIRE_CLOCK_NONE : (__u64)st, now, result, end_ns);
	if (now->call_path == WIRE_PATH_DEV_READ && result >= 0)
		knows_all(now, now->call_clock, end_ns);
	call = call_record(now, result, end_ns, end_ns - now->call_start_ns);
	if (!call)
		return;
	if (now->call_path == WIRE_PATH_DEV_READ)
		call->page_state = probe_page(call->page, BPF_CORE_READ(st, clk), now->read_seq);
	event_submit(call);
}

/* The call that this thread was in ends, if it was in one. */
static void dev_exit(struct file *file, long result)
{
	struct in_flight *now = recall();

	if (!now || !now->call_id)
		return;
	dev_end(now, state_of(file), result);
	now->call_id = 0;
}

/* args: file, buf, count, pos */
ENTER(dev_read)
{
	struct in_flight *now;

	if (!is_wanted() || !call_begin(WIRE_PATH_DEV_READ, 0, WIRE_CLOCK_NONE))
		return false;
	now = recall();
	if (now)
		now->read_seq = BPF_CORE_READ(state_of((void *)args[0]), clk, seq_count);
	return true;
}

EXIT(dev_read)
{
	dev_exit((void *)args[0], (long)*result);
}

HOOK(dev_read, vmclock_miscdev_read, call_args)

/* args: file, vma */
ENTER(dev_mmap)
{
	return is_wanted() && call_begin(WIRE_PATH_DEV_MMAP, 0, WIRE_CLOCK_NONE);
}

EXIT(dev_mmap)
{
	dev_exit((void *)args[0], (int)*result);
}

HOOK(dev_mmap, vmclock_miscdev_mmap, call_args)

/* 7.0+: the driver opens for itself. args: inode, file */
ENTER(dev_open)
{
	return is_wanted() && call_begin(WIRE_PATH_DEV_OPEN, 0, WIRE_CLOCK_NONE);
}

EXIT(dev_open)
{
	dev_exit((void *)args[1], (int)*result);
}

HOOK(dev_open, vmclock_miscdev_open, call_args)

/*
 * Before 7.0 the misc layer opens for it, and for every other misc device: only afterwards do the
 * file's operations tell whose it was.
 */
ENTER(misc_open)
{
	return is_wanted() && call_begin(WIRE_PATH_DEV_OPEN, 0, WIRE_CLOCK_NONE);
}

EXIT(misc_open)
{
	struct in_flight *now = recall();
	struct file *file = (void *)args[1];
	struct module *owner = BPF_CORE_READ(file, f_op, owner);
	char name[12] = {};

	bpf_core_read_str(name, sizeof(name), &owner->name);
	if (!bpf_strncmp(name, sizeof(name), "ptp_vmclock"))
		dev_exit(file, (int)*result);
	else if (now)
		now->call_id = 0;
}

HOOK(misc_open, misc_open, call_args)

/*
 * 7.0+: a poll(), select() or epoll_wait() looks once when it begins, and again each time that it
 * is woken. That is what is measured of it: how long after the hypervisor's notification it looked.
 */

/* include/uapi/asm-generic/poll.h */
#define POLL_IN 0x0001

/*
 * How long this sample came after the notification that woke the thread for it; 0: it was not
 * woken. It was if it had known of no news until the notification came, now finds some, and is past
 * the first sample of its call, at which it would have been queued to be woken later.
 */
static __u64 woken_after(struct in_flight *now, struct poll_table_struct *table, __u32 events)
{
	__u32 clock = now->call_clock;
	__u64 quiet_ns, notified;

	if (clock >= WIRE_NOTIFYING)
		return 0;
	quiet_ns = now->quiet_ns[clock];
	notified = notified_ns[clock];
	now->quiet_ns[clock] = events ? 0 : now->call_start_ns;
	if (!(events & POLL_IN) || BPF_CORE_READ(table, _qproc) || !quiet_ns ||
	    quiet_ns >= notified || notified >= now->call_start_ns)
		return 0;
	return now->call_start_ns - notified;
}

/*
 * A use like any other, but its latency is that of the wake. The function itself waits for nothing.
 */
static void count_poll(__u64 object, struct in_flight *now, __u64 end_ns, __u64 wake_ns)
{
	struct wire_reader *reader = reader_elsewhere(object, now->call_clock);
	__u64 ticks = (end_ns - now->call_start_ns) * ticks_per_second / 1000000000 + 1;

	if (!reader) {
		count_unlisted(now->call_clock, WIRE_PATH_DEV_POLL, 0);
		return;
	}
	reader->use[WIRE_PATH_DEV_POLL].uses++;
	if (wake_ns) {
		call_measured(reader, WIRE_PATH_DEV_POLL, end_ns, wake_ns);
		return;
	}
	identify(reader);
	reader->sample_ns = end_ns;
	if (ticks > reader->worst_ticks)
		reader->worst_ticks = ticks;
}

/* args: file, wait */
ENTER(dev_poll)
{
	return is_wanted() && call_begin(WIRE_PATH_DEV_POLL, 0, WIRE_CLOCK_NONE);
}

EXIT(dev_poll)
{
	struct vmclock_state *st = state_of((void *)args[0]);
	struct in_flight *now = recall();
	__u64 end_ns = bpf_ktime_get_ns(), wake_ns;
	struct wire_call *call;

	if (!now || !now->call_id)
		return;
	now->call_clock = BPF_CORE_READ(st, index);
	wake_ns = woken_after(now, (void *)args[1], (__u32)*result);
	count_poll((__u64)st, now, end_ns, wake_ns);
	call = call_record(now, (int)*result, end_ns, wake_ns);
	if (call) {
		call->wake_ns = wake_ns;
		event_submit(call);
	}
	now->call_id = 0;
}

HOOK(dev_poll, vmclock_miscdev_poll, call_args)

/* include/linux/sched.h */
#define PF_EXITING 0x00000004

/* 7.0+: the last one who has it open closes the file. args: inode, file */
ENTER(dev_release)
{
	struct in_flight *now;

	if (!is_wanted() || !call_begin(WIRE_PATH_DEV_RELEASE, 0, WIRE_CLOCK_NONE))
		return false;
	now = recall();
	if (now)
		now->released = (__u64)state_of((void *)args[1]);
	return true;
}

EXIT(dev_release)
{
	struct in_flight *now = recall();
	struct wire_reader *reader;

	if (!now || !now->call_id)
		return;
	dev_end(now, (void *)now->released, (int)*result);
	now->call_id = 0;
	if (!(bpf_get_current_task_btf()->flags & PF_EXITING))
		return;
	/*
	 * The kernel told of the thread's exit before: nobody will free what is claimed for it now.
	 */
	reader = reader_elsewhere(now->released, now->call_clock);
	if (!reader)
		return;
	reader->tid |= WIRE_TID_GONE;
	__sync_lock_test_and_set(&reader->state, WIRE_READER_DEAD);
}

HOOK(dev_release, vmclock_miscdev_release, call_args)

#endif
