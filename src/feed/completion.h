/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completion for shells, made from the tables of options. */
#ifndef VMCLOCK_TRACE_FEED_COMPLETION_H
#define VMCLOCK_TRACE_FEED_COMPLETION_H

#include "feed/command.h"

/*
 * Print what @shell, "bash", "zsh" or "fish", needs to complete @command: a program's whole script,
 * also of a subcommand that was @called by another name, as vmclock-trace-exporter is; else a
 * subcommand's part of one. The exit code: what is wrong has then been said.
 */
int completion_show(const struct command *command, const char *called, const char *shell);

#endif
