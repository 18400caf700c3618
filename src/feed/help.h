/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command says of itself, from its definition: for --help and for the manual. */
#ifndef VMCLOCK_TRACE_FEED_HELP_H
#define VMCLOCK_TRACE_FEED_HELP_H

#include "feed/command.h"

/* Print all of --help. The exit code. */
int help_show(const struct command *command);

/* Print the options for the manual's OPTIONS, as scdoc(5). The exit code. */
int help_manual(const struct command *command);

/* The same of the exit codes for EXIT STATUS. */
int help_manual_exits(const struct command *command);

#endif
