/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A walk through /proc/PID/maps, as far as this process may read them: its user's own, as a rule.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_MAPPING_PROC_H
#define VMCLOCK_TRACE_OBSERVE_MAPPING_PROC_H

#include "observe/mapping.h"

extern const struct mapping_ops mapping_proc;

/* 0 or -ENOMEM. The caller closes *@walk. */
int mapping_proc_open(void **walk);

#endif
