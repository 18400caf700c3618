/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this process may do, and giving it up.
 *
 * Hooks need CAP_BPF (to load) and CAP_PERFMON (tracing programs, reading kernel memory), or
 * CAP_SYS_ADMIN, which has both in it. Fentry on a driver that is a module needs CAP_SYS_ADMIN: the
 * kernel hands out the BTF of modules for nothing less (bpf_btf_get_fd_by_id() in
 * kernel/bpf/syscall.c). None is needed once everything is attached for good: the descriptors are
 * open.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_PRIVILEGES_H
#define VMCLOCK_TRACE_OBSERVE_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The names of the capabilities that hooks need and this process does not have, comma-separated, in
 * @text; empty if it has all. 0 or -errno.
 */
int privileges_missing(char *text, size_t bytes);

/* Has it CAP_SYS_ADMIN? */
bool privileges_are_admin(void);

/*
 * Give up all but those that hooks need, for a driver that may come, or come again; and all system
 * calls that are unusual (base/confine.h) but those for hooks. 0 or -errno.
 */
int privileges_keep_for_hooks(void);

/*
 * Give up all capabilities, for good: none can be had back by execve() either; and all system
 * calls that are unusual, but those for hooks where there are some whose counts are read
 * (@with_hooks). Of this thread and those that it starts. 0 or -errno.
 */
int privileges_drop(bool with_hooks);

#endif
