/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of kinds of terminals; apart, as <term.h> defines words such as `columns`. */
#ifndef VMCLOCK_TRACE_TOP_TOP_TERMINFO_H
#define VMCLOCK_TRACE_TOP_TOP_TERMINFO_H

#include <stdbool.h>

/* Is the kind of terminal known here that TERM names, and @fd is? */
bool top_terminfo_is_known(int fd);

#endif
