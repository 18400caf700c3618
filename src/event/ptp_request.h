/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requests that a PTP clock takes by ioctl(2), as include/uapi/linux/ptp_clock.h calls them. */
#ifndef VMCLOCK_TRACE_EVENT_PTP_REQUEST_H
#define VMCLOCK_TRACE_EVENT_PTP_REQUEST_H

#include <stdint.h>

/* "PTP_SYS_OFFSET_EXTENDED2", ...: static. NULL: @request is none that is known. */
const char *ptp_request_name(uint32_t request);

#endif
