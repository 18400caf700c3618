/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completion for shells, made from the tables of options. */
#ifndef VMCLOCK_TRACE_FEED_COMPLETION_H
#define VMCLOCK_TRACE_FEED_COMPLETION_H

#include "feed/command.h"

/*
 * Print what @shell, "bash", "zsh" or "fish", needs to complete @command: a program's whole script,
 * or of a subcommand its part of one. The exit code: what is wrong has then been said.
 */
int completion_show(const struct command *command, const char *shell);

#endif
