/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What systemd and its services say to each other: sd_notify(3), sd_watchdog_enabled(3),
 * sd_listen_fds(3). Variables, descriptors and a datagram, so no library.
 */
#ifndef VMCLOCK_TRACE_BASE_SERVICE_H
#define VMCLOCK_TRACE_BASE_SERVICE_H

#include <stdint.h>

/* Tell @state, such as "READY=1"; nothing without a listener. Never waits. */
void service_tell(const char *state);

/* How often "WATCHDOG=1" is wanted from this process at least; 0: not at all. */
uint64_t service_watchdog_ns(void);

/* The first of the sockets that were handed over; the others follow it. */
#define SERVICE_FIRST_SOCKET 3

/*
 * How many sockets were handed over to this process, the caller's from now on: children do not get
 * them, and a second call gives 0. -EINVAL if what says so makes no sense.
 */
int service_take_sockets(void);

#endif
