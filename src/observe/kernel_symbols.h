/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What functions the running kernel has: asked of the kernel itself, never of its version.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_KERNEL_SYMBOLS_H
#define VMCLOCK_TRACE_OBSERVE_KERNEL_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

/* The driver's name as a module. */
#define DRIVER_MODULE "ptp_vmclock"

/* The function through which every PTP read of a vmclock passes: where it is, the driver is. */
#define DRIVER_CHOKE_POINT "vmclock_get_crosststamp"

struct kernel_symbols;

#define KERNEL_SYMBOL_BYTES 64

/*
 * Read the BTF of the kernel and of the driver: that of the kernel from @file, which must outlive
 * what is returned, for kernels that do not show it; NULL: from where the kernel has it. NULL: no
 * memory. Freed by the caller.
 */
struct kernel_symbols *kernel_symbols_load(const char *file);

struct btf;

/* The same of a kernel that is made up, for tests: takes @kernel over, copies @kallsyms. */
struct kernel_symbols *kernel_symbols_make(struct btf *kernel, const char *kallsyms);

/* NULL is fine. */
void kernel_symbols_free(struct kernel_symbols *symbols);

/* Is BTF of the kernel to be had at all? Without, nothing can be traced. */
bool kernel_symbols_has_btf(const struct kernel_symbols *symbols);

/* Why there is none: -errno, or a number of libbpf's own, negative too. 0: there is one. */
int kernel_symbols_btf_error(const struct kernel_symbols *symbols);

/* Does the kernel show its own where libbpf looks for it? Without, there is no fentry. */
bool kernel_symbols_has_own_btf(const struct kernel_symbols *symbols);

/*
 * Finds out in one pass which of these functions are in the BTF; else each question takes one pass.
 * Of more than 32 the others do. @names outlive @symbols.
 */
void kernel_symbols_look_up(struct kernel_symbols *symbols, const char *const *names, size_t n);

/* Is @function in the BTF of the kernel or the driver? */
bool kernel_symbols_in_btf(const struct kernel_symbols *symbols, const char *function);

/* Can fentry reach it, too? That of a module it can with CAP_SYS_ADMIN only. */
bool kernel_symbols_can_fentry(const struct kernel_symbols *symbols, const char *function);

/*
 * A file that has all types, where libbpf does not find them by itself; NULL where it does. Owned
 * by @symbols.
 */
const char *kernel_symbols_types(const struct kernel_symbols *symbols);

/*
 * Is it in /proc/kallsyms, so that a kprobe can? The file is read at the first question: some ten
 * megabytes, which take longer than all else here, so nobody asks without need.
 */
bool kernel_symbols_in_kallsyms(struct kernel_symbols *symbols, const char *function);

/*
 * The symbol of @function under another name: with an ending of the compiler's, such as .isra.0 or
 * .constprop.0. Owned by @symbols, until the next call; NULL: there is none.
 */
const char *kernel_symbols_renamed(struct kernel_symbols *symbols, const char *function);

#endif
