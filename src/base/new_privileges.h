/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No program that this process may ever become gains rights by being run. */
#ifndef VMCLOCK_TRACE_BASE_NEW_PRIVILEGES_H
#define VMCLOCK_TRACE_BASE_NEW_PRIVILEGES_H

/* Refuse new privileges for good, in this thread and all that it starts. 0 or -errno. */
int new_privileges_refuse(void);

#endif
