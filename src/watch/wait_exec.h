/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command that `wait` becomes, and what it gets to know. */
#ifndef VMCLOCK_TRACE_WATCH_WAIT_EXEC_H
#define VMCLOCK_TRACE_WATCH_WAIT_EXEC_H

#include "watch/wait_view.h"

/* As of a shell and of env(1), where the command could not be run. */
#define EXIT_NOT_RUN   126
#define EXIT_NOT_FOUND 127

/*
 * Replace this process by @command (argv of it, ended by NULL; found by PATH), with what happened
 * in its environment. Returns only if that failed: the exit status, the cause told.
 */
int wait_exec(char *const *command, const struct wait_result *result);

#endif
