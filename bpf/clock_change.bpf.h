/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who moves the system clock: the three functions of kernel/time/timekeeping.c that every way of
 * setting, steering and switching it goes through.
 *
 * The size of a step is measured, not taken from the arguments: CLOCK_TAI less CLOCK_MONOTONIC,
 * before and after, each time between two readings of CLOCK_MONOTONIC. Steering moves both alike.
 */
#ifndef VMCLOCK_TRACE_BPF_CLOCK_CHANGE_H
#define VMCLOCK_TRACE_BPF_CLOCK_CHANGE_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "filter.bpf.h"
#include "hook.bpf.h"
#include "maps.bpf.h"
#include "ring.bpf.h"
#include "wire.h"

/* include/uapi/linux/timex.h: what does not change how the clock runs or stands. */
#define ADJ_MAXERROR	   0x0004
#define ADJ_ESTERROR	   0x0008
#define ADJ_TIMECONST	   0x0020
#define ADJ_MICRO	   0x1000
#define ADJ_NANO	   0x2000
#define ADJ_OFFSET_SS_READ 0xa001
#define ADJ_ONLY_LABELS	   (ADJ_MAXERROR | ADJ_ESTERROR | ADJ_TIMECONST | ADJ_MICRO | ADJ_NANO)

static void read_offset(struct wire_offset *offset)
{
	__u64 before = bpf_ktime_get_ns();
	__u64 tai = bpf_ktime_get_tai_ns();
	__u64 after = bpf_ktime_get_ns();

	offset->lo_ns = (__s64)(tai - after);
	offset->hi_ns = (__s64)(tai - before);
}

static bool clock_change_begin(__u32 modes)
{
	struct in_flight *now = armed ? remember() : 0;

	if (!now)
		return false;
	now->clock_modes = modes;
	read_offset(&now->clock_before);
	now->clock_start_ns = bpf_ktime_get_ns();
	return true;
}

/* The record of the change that ends now; 0 if none is under way, or there is no room. */
static struct wire_clock_change *clock_change_end(__u32 how, long result)
{
	struct in_flight *now = recall();
	__u64 start_ns = now ? now->clock_start_ns : 0;
	struct wire_clock_change *change;

	if (!start_ns)
		return 0;
	now->clock_start_ns = 0;
	if (result < 0 && !is_within_refused_rate())
		return 0;
	change = event_reserve();
	if (!change)
		return 0;
	fill_header(&change->head, WIRE_CLOCK_CHANGE, WIRE_PATH_UNKNOWN, start_ns,
		    bpf_ktime_get_ns());
	change->head.result = (__s32)result;
	change->how = how;
	change->modes = now->clock_modes;
	change->before = now->clock_before;
	read_offset(&change->after);
	change->freq = 0;
	change->tick = 0;
	change->source[0] = '\0';
	return change;
}

/* args: txc */
ENTER(adjtimex)
{
	struct __kernel_timex *txc = (void *)args[0];
	__u32 modes = BPF_CORE_READ(txc, modes);

	return modes & ~ADJ_ONLY_LABELS && modes != ADJ_OFFSET_SS_READ && clock_change_begin(modes);
}

EXIT(adjtimex)
{
	struct __kernel_timex *txc = (void *)args[0];
	struct wire_clock_change *change = clock_change_end(WIRE_CHANGE_ADJTIMEX, (int)*result);

	if (!change)
		return;
	/* What is in force now, by the kernel; of a refused call it would be the caller's wish. */
	if ((int)*result >= 0) {
		change->freq = BPF_CORE_READ(txc, freq);
		change->tick = BPF_CORE_READ(txc, tick);
	}
	event_submit(change);
}

HOOK(adjtimex, do_adjtimex, call_args)

/* args: ts */
ENTER(settime)
{
	return clock_change_begin(0);
}

EXIT(settime)
{
	struct wire_clock_change *change = clock_change_end(WIRE_CHANGE_SETTIME, (int)*result);

	if (change)
		event_submit(change);
}

HOOK(settime, do_settimeofday64, call_args)

/* args: clock */
ENTER(clocksource)
{
	return clock_change_begin(0);
}

EXIT(clocksource)
{
	struct clocksource *clock = (void *)args[0];
	struct wire_clock_change *change = clock_change_end(WIRE_CHANGE_SOURCE, (int)*result);
	const char *name = BPF_CORE_READ(clock, name);

	if (!change)
		return;
	bpf_probe_read_kernel_str(change->source, sizeof(change->source), name);
	event_submit(change);
}

HOOK(clocksource, timekeeping_notify, call_args)

#endif
