/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls to /dev/vmclockN itself. */
#ifndef VMCLOCK_TRACE_BPF_DEV_CALL_H
#define VMCLOCK_TRACE_BPF_DEV_CALL_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "call.bpf.h"
#include "filter.bpf.h"
#include "hook.bpf.h"
#include "maps.bpf.h"
#include "notification.bpf.h"
#include "reader.bpf.h"
#include "ring.bpf.h"
#include "wire.h"

static struct vmclock_state *state_of(struct file *file)
{
	void *private = BPF_CORE_READ(file, private_data);

	if (bpf_core_type_exists(struct vmclock_file_state))
		return BPF_CORE_READ((struct vmclock_file_state *)private, st);
	return private - bpf_core_field_offset(struct vmclock_state, miscdev);
}

/* This thread has taken every notification of the clock so far: only a later one is new to it. */
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
