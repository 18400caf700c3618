/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wanted: of whom, and which of it as single events. Fixed before load where it can be. */
#ifndef VMCLOCK_TRACE_BPF_FILTER_H
#define VMCLOCK_TRACE_BPF_FILTER_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "maps.bpf.h"
#include "wire.h"

/*
 * Is there anything but the ordinary: a filter of whose uses count, or calls that are seen? One
 * load where nothing is; the verifier removes what follows.
 */
const volatile bool has_use_filter = false;

/* Whose uses count at all. 0 or empty: everyone's. */
const volatile __u32 filter_pid = 0;
const volatile bool filter_comm_set = false;
const volatile char filter_comm[WIRE_COMM_BYTES] = {}; /* NUL-padded */
const volatile __u64 filter_cgroup = 0;		       /* its id; all below it are wanted too */
const volatile __u32 filter_cgroup_level = 0;	       /* its depth, 0: the root */

/* Which uses are sent as events when events are wanted. */
const volatile bool filter_errors = false; /* failures alone */
const volatile __u64 filter_slower_ns = 0; /* those that took longer */
const volatile __u32 filter_paths = ~0u;   /* bit N: enum wire_path N */

/* At most so many events a second; 0: any number. */
const volatile __u32 rate_limit = 0;
const volatile __u32 ticks_per_second = 250; /* the loader asks the kernel */

/* Is there anything of the above, or calls to join reads to? One load where there is nothing. */
const volatile bool has_event_filter = false;

/* Are calls of user space seen, not reads of the driver alone? */
const volatile bool calls_wanted = false;

/* Is each read measured, not just the first of a thread in a tick? */
const volatile bool measure_all = false;

/* Does the user want every use as an event, and not the loader alone, for an incident or a ring? */
const volatile bool every_event_asked = false;

/* The loader's switch: 1 while every use is to be sent as an event. */
__u32 every_event = 0;

/*
 * Set by the loader once this program is the one that counts. What hooks of the driver see, no
 * other program sees; but who moves the clock, and calls to PTP clocks, the one before it sees
 * until then.
 */
__u32 armed = 0;

/* How many events there were in the second that began at @tick. Roughly: CPUs may race. */
struct rate {
	__u64 tick;
	__u32 used;
};

static struct rate event_rate;
static struct rate refused_rate;
static struct rate telling_rate;

static bool is_wanted_comm(struct task_struct *task)
{
	for (int i = 0; i < WIRE_COMM_BYTES; i++) {
		if (task->comm[i] != filter_comm[i])
			return false;
		if (!filter_comm[i])
			break;
	}
	return true;
}

static __noinline bool is_wanted(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (filter_pid && (__u32)task->tgid != filter_pid)
		return false;
	if (filter_comm_set && !is_wanted_comm(task))
		return false;
	return !filter_cgroup ||
	       bpf_get_current_ancestor_cgroup_id(filter_cgroup_level) == filter_cgroup;
}

/* Does a use pass the filters of events? @latency_ns 0: not measured. */
static bool is_wanted_event(__u32 path, long result, __u64 latency_ns)
{
	if (filter_errors && result >= 0)
		return false;
	if (filter_slower_ns && latency_ns <= filter_slower_ns)
		return false;
	return filter_paths & (1u << (path & 31));
}

/* Is there room for one more of @limit within this second, that is about @tick? */
static __always_inline bool has_room(struct rate *rate, __u32 limit, __u64 tick)
{
	if (tick - rate->tick >= ticks_per_second) {
		rate->tick = tick;
		rate->used = 0;
	}
	return __sync_fetch_and_add(&rate->used, 1) < limit;
}

/* The same; if there is none it is counted as @loss. */
static __noinline bool is_within(struct rate *rate, __u32 limit, __u32 loss)
{
	if (has_room(rate, limit, bpf_jiffies64()))
		return true;
	count_one(loss);
	return false;
}

static bool is_within_rate(void)
{
	return !rate_limit || is_within(&event_rate, rate_limit, WIRE_LOSS_SUPPRESSED);
}

/*
 * Any process can cause refused calls without limit, so at most this many a second are sent. The
 * rest is counted.
 */
#define REFUSED_A_SECOND 10

static bool is_within_refused_rate(void)
{
	return is_within(&refused_rate, REFUSED_A_SECOND, WIRE_LOSS_REFUSED);
}

/*
 * Nor is there a limit to the calls that any process can make fail, or map the page by. Where the
 * user did not ask for every use, at most this many a second are sent, also in an incident, which
 * they may be the cause of. They are counted as uses all the same.
 */
#define TELLING_A_SECOND 100

static bool is_within_telling_rate(void)
{
	return every_event_asked ||
	       is_within(&telling_rate, TELLING_A_SECOND, WIRE_LOSS_SUPPRESSED);
}

#endif
