/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What functions the running kernel has: asked of the kernel itself, never of its version.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_KERNEL_SYMBOLS_H
#define VMCLOCK_TRACE_OBSERVE_KERNEL_SYMBOLS_H

#include <stdbool.h>

/* The driver's name as a module. */
#define DRIVER_MODULE "ptp_vmclock"

/* The function through which every PTP read of a vmclock passes: where it is, the driver is. */
#define DRIVER_CHOKE_POINT "vmclock_get_crosststamp"

struct kernel_symbols;

/* Read the BTF of the kernel and of the driver. NULL: no memory. Freed by the caller. */
struct kernel_symbols *kernel_symbols_load(void);

/* NULL is fine. */
void kernel_symbols_free(struct kernel_symbols *symbols);

/* Has the kernel BTF at all? Without, nothing can be traced. */
bool kernel_symbols_has_btf(const struct kernel_symbols *symbols);

/* Is @function in the BTF of the kernel or the driver, so that fentry can reach it? */
bool kernel_symbols_in_btf(const struct kernel_symbols *symbols, const char *function);

/* Is it in /proc/kallsyms, so that a kprobe can? The file is read at the first question. */
bool kernel_symbols_in_kallsyms(struct kernel_symbols *symbols, const char *function);

#endif
