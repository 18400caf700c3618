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

/* Is @function in the BTF of the kernel or the driver? */
bool kernel_symbols_in_btf(const struct kernel_symbols *symbols, const char *function);

/* Can fentry reach it, too? That of a module it can with CAP_SYS_ADMIN only. */
bool kernel_symbols_can_fentry(const struct kernel_symbols *symbols, const char *function);

/*
 * A file that has all types, where the kernel does not hand out those of the driver to this
 * process; else NULL: libbpf finds them by itself. Owned by @symbols.
 */
const char *kernel_symbols_types(const struct kernel_symbols *symbols);

/* Is it in /proc/kallsyms, so that a kprobe can? The file is read at the first question. */
bool kernel_symbols_in_kallsyms(struct kernel_symbols *symbols, const char *function);

#endif
