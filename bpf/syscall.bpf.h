/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which system call the thread is in, from the registers with which it came into the kernel. */
#ifndef VMCLOCK_TRACE_BPF_SYSCALL_H
#define VMCLOCK_TRACE_BPF_SYSCALL_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "wire.h"

/* include/uapi/linux/ptp_clock.h: the request's number is its low byte, its type '=' the next. */
#define PTP_REQUEST_TYPE(cmd)	((cmd) >> 8 & 0xff)
#define PTP_REQUEST_NUMBER(cmd) ((cmd)&0xff)

/* Kernels later than 7.3 take 21 to 24, of which the last two have a structure of their own. */
#define PTP_PRECISE_ATTRS  23
#define PTP_EXTENDED_ATTRS 24

/* The forms of one request are one path: the driver is asked in the same way. */
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
	case 21: /* PTP_SYS_OFFSET_PRECISE_CYCLES */
	case PTP_PRECISE_ATTRS:
		return WIRE_PATH_SYS_OFFSET_PRECISE;
	case 9: /* PTP_SYS_OFFSET_EXTENDED */
	case 18:
	case 22: /* PTP_SYS_OFFSET_EXTENDED_CYCLES */
	case PTP_EXTENDED_ATTRS:
		return WIRE_PATH_SYS_OFFSET_EXTENDED;
	}
	return WIRE_PATH_IOCTL_OTHER;
}

/*
 * Where a request for several samples says how many: in the first word of its structure. That of
 * the forms with attributes has what is valid and a clock's id before it.
 */
static const void *samples_wanted(__u32 cmd, const void *arg)
{
	return PTP_REQUEST_NUMBER(cmd) == PTP_EXTENDED_ATTRS ? arg + 2 * sizeof(__u32) : arg;
}

/*
 * The calls by their numbers in the 64-bit table and in the 32-bit one. Where a number is another
 * call in the other table, that call cannot lead to a PTP clock, so which table it is need not be
 * asked. x32 sets bit 30.
 */
#ifdef __TARGET_ARCH_x86
#define NR_CLOCK_GETTIME     228
#define IS_CLOCK_GETTIME(nr) ((nr) == NR_CLOCK_GETTIME || (nr) == 265 || (nr) == 403)
#define IS_IOCTL(nr)	     ((nr) == 16 || (nr) == 514 || (nr) == 54)
#define SYSCALL_RAW(regs)    ((__u32)(regs)->orig_ax)
#define SYSCALL_NR(regs)     (SYSCALL_RAW(regs) & ~0x40000000u)
#define SYSCALL_ARG2(regs)   ((regs)->si)
#define SYSCALL_ARG3(regs)   ((regs)->dx) /* in both tables */
#define IS_COMPAT(nr)	     ((nr) == 54)
#define COMPAT_ARG2(regs)    ((regs)->cx)
#else
#define NR_CLOCK_GETTIME     113
#define IS_CLOCK_GETTIME(nr) ((nr) == NR_CLOCK_GETTIME || (nr) == 263 || (nr) == 403)
#define IS_IOCTL(nr)	     ((nr) == 29 || (nr) == 54)
#define SYSCALL_RAW(regs)    ((__u32)(regs)->syscallno)
#define SYSCALL_NR(regs)     SYSCALL_RAW(regs)
#define SYSCALL_ARG2(regs)   ((regs)->regs[1])
#define SYSCALL_ARG3(regs)   ((regs)->regs[2])
#define IS_COMPAT(nr)	     false /* its registers are the same */
#define COMPAT_ARG2(regs)    0
#endif

static struct pt_regs___entry *entry_regs(struct task_struct *task)
{
	return (void *)bpf_task_pt_regs(task);
}

/*
 * The path of a read of the driver for which neither a system time nor a counter was asked. A
 * kernel thread has made no call; what is found in place of one is no number of these.
 */
static __u32 syscall_path(struct task_struct *task)
{
	struct pt_regs___entry *regs = entry_regs(task);
	__u32 nr = SYSCALL_RAW(regs);

	if (nr == NR_CLOCK_GETTIME) /* most often, so first */
		return WIRE_PATH_CLOCK_GETTIME;
	nr = SYSCALL_NR(regs);
	if (IS_CLOCK_GETTIME(nr))
		return WIRE_PATH_CLOCK_GETTIME;
	return IS_IOCTL(nr) ? WIRE_PATH_SYS_OFFSET : WIRE_PATH_UNKNOWN;
}

/* The request of the ioctl that a thread came in with; 0: with none. */
static __u32 syscall_ioctl(struct pt_regs___entry *regs)
{
	__u32 nr = SYSCALL_NR(regs);

	if (!IS_IOCTL(nr))
		return 0;
	return (__u32)(IS_COMPAT(nr) ? COMPAT_ARG2(regs) : SYSCALL_ARG2(regs));
}

#endif
