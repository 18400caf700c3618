/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in one table of the program, as a list in a man page: see scdoc(5). */
#ifndef VMCLOCK_TRACE_MAIN_MANUAL_LISTS_H
#define VMCLOCK_TRACE_MAIN_MANUAL_LISTS_H

#include <stdbool.h>
#include <stdio.h>

/* Print the list @name: "findings", "losses", "hooks". False: there is none of that name. */
bool manual_list(FILE *out, const char *name);

#endif
