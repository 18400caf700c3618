/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls to PTP clocks: around the choke point of a vmclock, or to another. */
#ifndef VMCLOCK_TRACE_BPF_PHC_CALL_H
#define VMCLOCK_TRACE_BPF_PHC_CALL_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "call.bpf.h"
#include "cast.bpf.h"
#include "filter.bpf.h"
#include "hook.bpf.h"
#include "maps.bpf.h"
#include "reader.bpf.h"
#include "ring.bpf.h"
#include "syscall.bpf.h"
#include "wire.h"

#define EFAULT	   14
#define ENODEV	   19
#define EOPNOTSUPP 95

/* Are calls to PTP clocks that are no vmclock's wanted too? */
const volatile bool all_phcs = false;

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
 * not supported or goes to the driver; the others go there with what they could read of the
 * caller's. Its form with attributes can be wrong, and fails so too where the system clock runs on
 * another counter.
 */
static bool is_after_answer(__u32 ioctl, int result, const void *arg)
{
	__u32 path = ioctl_path(ioctl), word;

	if (path == WIRE_PATH_SYS_OFFSET_PRECISE && PTP_REQUEST_NUMBER(ioctl) != PTP_PRECISE_ATTRS)
		return result != -EOPNOTSUPP;
	if (path == WIRE_PATH_SYS_OFFSET_PRECISE && result == -ENODEV)
		return true;
	return path >= WIRE_PATH_SYS_OFFSET && path <= WIRE_PATH_SYS_OFFSET_PRECISE &&
	       result == -EFAULT && !bpf_probe_read_user(&word, sizeof(word), arg);
}

/*
 * An ioctl of a vmclock's ends with a failure. What the driver has refused was counted there; what
 * failed after its answer is a failed use all the same, and counted here: such as
 * PTP_SYS_OFFSET_PRECISE, ENODEV, where the system clock runs on another counter. Returns the
 * clock, WIRE_CLOCK_NONE if there is nothing to count. @args are those of ptp_ioctl().
 */
static __noinline __u32 count_late_failure(const __u64 *args, int result)
{
	struct wire_reader *reader;
	__u32 clock, path, found;

	if (result >= 0 || !armed || !is_wanted())
		return WIRE_CLOCK_NONE;
	clock = clock_of(clk_of_ioctl(args[0]));
	found = clock & WIRE_CLOCK_PHC ? NO_READER : reader_find(clock);
	path = ioctl_path((__u32)args[1]);
	if (found >= WIRE_READERS + WIRE_READER_WAYS || path >= WIRE_PATHS)
		return WIRE_CLOCK_NONE;
	barrier_var(found); /* the verifier wants the address made after the check */
	reader = &readers[found];
	if (reader->failed_path == path) {
		reader->failed_path = 0;
		return WIRE_CLOCK_NONE;
	}
	if (!is_after_answer((__u32)args[1], result, (const void *)args[2]) ||
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

	if ((every_event && !is_wanted_event(path, result, 0)) || !is_within_telling_rate() ||
	    !is_within_rate())
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
		if (path == WIRE_PATH_SYS_OFFSET || path == WIRE_PATH_SYS_OFFSET_EXTENDED)
			bpf_probe_read_user(&call->n_samples, sizeof(call->n_samples),
					    samples_wanted((__u32)args[1], (void *)args[2]));
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

#endif
