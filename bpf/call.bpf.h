/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A user's call from its begin to its end, and what is sent of it. */
#ifndef VMCLOCK_TRACE_BPF_CALL_H
#define VMCLOCK_TRACE_BPF_CALL_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "filter.bpf.h"
#include "maps.bpf.h"
#include "reader.bpf.h"
#include "ring.bpf.h"
#include "wire.h"

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

/* Is a call to be sent as an event? Who maps the page, and what failed, is. */
static bool is_telling_call(__u32 clock, __u32 path, long result, __u64 latency_ns)
{
	bool telling = path == WIRE_PATH_DEV_MMAP || result < 0;

	if (every_event ? !is_wanted_event(path, result, latency_ns) : !telling)
		return false;
	return (telling ? is_within_telling_rate() : is_call_within_use_rate(clock)) &&
	       is_within_rate();
}

/*
 * The record of the call that ends now; 0 if it is not wanted, or there is no room. @took_ns is
 * what counts as its latency where only slow ones are wanted.
 */
static struct wire_call *call_record(struct in_flight *now, long result, __u64 end_ns,
				     __u64 took_ns)
{
	struct wire_call *call;

	if (!is_telling_call(now->call_clock, now->call_path, result, took_ns))
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

#endif
