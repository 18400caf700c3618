/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Giving up for good what this program will not do: it gains no rights by being executed as
 * another, and asks the kernel for nothing that is not on a list (seccomp(2), by libseccomp). Both
 * hold for the thread that calls and for all that it starts from then on.
 */
#ifndef VMCLOCK_TRACE_BASE_CONFINE_H
#define VMCLOCK_TRACE_BASE_CONFINE_H

#include <stdbool.h>
#include <unistd.h>

/* Refuse new privileges. 0 or -errno. */
int confine_refuse_new_privileges(void);

/*
 * Refuse new privileges, and from now on all system calls but those of a program that reads clocks
 * and files, writes files and talks to its clients: no other program is executed, no process
 * inspected, no clock set, nothing mounted or loaded, no socket but of UNIX, the internet and
 * netlink. @with_hooks: bpf(2), by which maps are read too, and perf_event_open(2). What is refused
 * fails with EPERM.
 *
 * Called again it can only take away. 0 or -errno: -EINVAL is a kernel without seccomp filters.
 */
int confine_system_calls(bool with_hooks);

/*
 * Become another user for good, where root runs this and may change its user: "vmclock-trace" if
 * /etc/passwd has one, else "nobody"; in no group but that user's, without capabilities. What is
 * open stays open. Only before the first thread. Nothing changes where root may not change its
 * user, or that user had not access to @path as @mode says (access(2)); @path NULL: none is needed.
 * 0 or -errno.
 */
int confine_user(const char *path, int mode);

/* To make files in a directory. */
#define CONFINE_MAKES_FILES (R_OK | W_OK | X_OK)

/*
 * From now on open, make, rename and remove files to write beneath the directories of @paths alone,
 * up to NULL; NULL itself: nowhere (landlock(7)). What is open stays open. Refuse new privileges
 * first. The first of a thread's calls holds. 0, also where there is no Landlock (a kernel before
 * 5.13, or not enabled; a container whose manager refuses it), or -errno.
 */
int confine_writing(const char *const *paths);

#endif
