/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hypervisor's notifications: it has updated the page, and the driver wakes who polls for that.
 * From Linux 7.0 on, by ACPI or, where a device tree describes the machine, by an interrupt.
 */
#ifndef VMCLOCK_TRACE_BPF_NOTIFICATION_H
#define VMCLOCK_TRACE_BPF_NOTIFICATION_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "filter.bpf.h"
#include "hook.bpf.h"
#include "maps.bpf.h"
#include "ring.bpf.h"
#include "wire.h"

/*
 * When the newest of vmclockN came, CLOCK_MONOTONIC: those who wake up look how long that was ago.
 */
__u64 notified_ns[WIRE_NOTIFYING] = {};

static void notification(struct vmclock_state *st)
{
	__u64 now_ns = bpf_ktime_get_ns();
	__u32 clock = BPF_CORE_READ(st, index);
	struct wire_notification *record;

	if (clock < WIRE_NOTIFYING)
		notified_ns[clock] = now_ns;
	if (!is_within_rate())
		return;
	record = event_reserve();
	if (!record)
		return;
	fill_event(&record->head, WIRE_NOTIFICATION, WIRE_PATH_UNKNOWN, 0, now_ns);
	/* Whoever the interrupt found on the CPU has nothing to do with it. */
	record->head.cgroup = 0;
	record->head.pid = 0;
	record->head.tid = 0;
	__builtin_memset(record->head.comm, 0, sizeof(record->head.comm));
	record->head.clock = clock;
	record->seq = BPF_CORE_READ(st, clk, seq_count);
	record->reserved = 0;
	event_submit(record);
}

/*
 * All is done at entry, before any thread can be woken. The exit does nothing: it must not touch
 * the state of the thread that was interrupted.
 */

/* args: handle, event, dev */
ENTER(acpi_notice)
{
	struct device *dev = (void *)args[2];

	notification(BPF_CORE_READ(dev, driver_data));
	return false;
}

EXIT(acpi_notice)
{
}

HOOK(acpi_notice, vmclock_acpi_notification_handler, notice_args)

/* args: irq, st */
ENTER(irq_notice)
{
	notification((void *)args[1]);
	return false;
}

EXIT(irq_notice)
{
}

HOOK(irq_notice, vmclock_of_irq_handler, notice_args)

#endif
