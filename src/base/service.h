/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a service tells the one who started it (sd_notify(3)): one datagram, so no library. */
#ifndef VMCLOCK_TRACE_RECORD_SERVICE_H
#define VMCLOCK_TRACE_RECORD_SERVICE_H

#include <stdint.h>

/* Tell @state, such as "READY=1"; nothing where nobody listens. Never waits. */
void service_tell(const char *state);

/* How often "WATCHDOG=1" is wanted from this process at least; 0: not at all. */
uint64_t service_watchdog_ns(void);

#endif
