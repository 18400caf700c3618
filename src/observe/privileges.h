/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this process may do, and giving it up.
 *
 * Hooks need CAP_BPF (to load), CAP_PERFMON (tracing programs, reading kernel memory) and
 * CAP_SYS_ADMIN (the BTF of modules: bpf_btf_get_fd_by_id() asks for it, kernel/bpf/syscall.c).
 * None is needed once everything is attached: the descriptors are open.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_PRIVILEGES_H
#define VMCLOCK_TRACE_OBSERVE_PRIVILEGES_H

#include <stddef.h>

/*
 * The names of the capabilities that hooks need and this process does not have, comma-separated, in
 * @text; empty if it has all. 0 or -errno.
 */
int privileges_missing(char *text, size_t bytes);

/* Give up all capabilities, for good: none can be had back by execve() either. 0 or -errno. */
int privileges_drop(void);

#endif
