/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who used the clock in the whole recording, and how wrong the time was that each got: HTML. */
#ifndef VMCLOCK_TRACE_REPORT_REPORT_USERS_H
#define VMCLOCK_TRACE_REPORT_REPORT_USERS_H

#include <stdio.h>

#include "report/report_view.h"

/* A table with its title; nothing where nobody was seen. */
void report_put_users(FILE *out, const struct report *report);

#endif
