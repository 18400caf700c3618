/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The CPU counter that a page refers to: the TSC, or the virtual count of the Arm generic timer.
 *
 * Two ways to read it, since order costs more than the reading:
 *
 * counter_read() may be executed early or late among its neighbours by the CPU (not by the
 * compiler). That is enough between the two reads of a page's seq_count. An ordinary update in
 * between is harmless: the ABI promises that old and new parameters agree on nearby counter values
 * within the bounds. A disruption of the counter itself cannot come in between: it needs a VM exit,
 * and an exit discards what was executed but not retired. So in program order the reading lies on
 * one side of it, and the second read of seq_count sees that it happened.
 *
 * counter_read_ordered() happens after all earlier loads and before all later ones. It is for
 * brackets: counter, other clock, counter.
 */
#ifndef VMCLOCK_TRACE_PAGE_COUNTER_H
#define VMCLOCK_TRACE_PAGE_COUNTER_H

#include <stdint.h>

#include "page/abi.h"

#if defined(__x86_64__)

/* The counter_id of this CPU's counter. */
#define COUNTER_NATIVE_ID VMCLOCK_COUNTER_X86_TSC

static inline uint64_t counter_read(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static inline uint64_t counter_read_ordered(void)
{
	uint32_t low, high;

	/* LFENCE waits for all earlier loads and lets nothing later start. */
	__asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

#elif defined(__aarch64__)

#define COUNTER_NATIVE_ID VMCLOCK_COUNTER_ARM_VCNT

static inline uint64_t counter_read(void)
{
	uint64_t count;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
	return count;
}

static inline uint64_t counter_read_ordered(void)
{
	uint64_t count;

	/*
	 * ISB holds the reading back until earlier instructions are done, though not their loads:
	 * those need the barrier. The second ISB holds back what follows.
	 */
	__asm__ volatile("dmb ishld\n\tisb\n\tmrs %0, cntvct_el0\n\tisb"
			 : "=r"(count)
			 :
			 : "memory");
	return count;
}

#else
#error "no counter that the vmclock ABI knows: only x86-64 and arm64 have one"
#endif

#endif
