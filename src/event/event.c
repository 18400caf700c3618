// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/event.h"

#include <errno.h>

static const char *const path_names[EVENT_PATHS] = {
	[PATH_UNKNOWN] = "unknown",
	[PATH_CLOCK_GETTIME] = "clock_gettime",
	[PATH_SYS_OFFSET] = "PTP_SYS_OFFSET",
	[PATH_SYS_OFFSET_EXTENDED] = "PTP_SYS_OFFSET_EXTENDED",
	[PATH_SYS_OFFSET_PRECISE] = "PTP_SYS_OFFSET_PRECISE",
	[PATH_IOCTL_OTHER] = "other PTP ioctl",
	[PATH_DEV_OPEN] = "open",
	[PATH_DEV_READ] = "read",
	[PATH_DEV_MMAP] = "mmap",
};

static const char *const type_names[EVENT_TYPES] = {
	[EVENT_READ] = "read",
	[EVENT_CALL] = "call",
	[EVENT_PAGE] = "page",
	[EVENT_CLOCK] = "clock",
	[EVENT_CLOCK_CHANGE] = "clock_change",
	[EVENT_NOTIFICATION] = "notification",
	[EVENT_DEVICE] = "device",
	[EVENT_LOSS] = "loss",
	[EVENT_TICK] = "tick",
};

static const char *const clock_names[OBSERVED_CLOCKS] = {
	[OBSERVED_REALTIME] = "CLOCK_REALTIME",	  [OBSERVED_PHC] = "PTP clock",
	[OBSERVED_PHC_OTHER] = "other PTP clock", [OBSERVED_CLOCKBOUND] = "ClockBound",
	[OBSERVED_OTHER] = "other clock",
};

const char *event_type_name(enum event_type type)
{
	return (unsigned int)type < EVENT_TYPES ? type_names[type] : "unknown";
}

const char *observed_clock_name(enum observed_clock clock)
{
	return (unsigned int)clock < OBSERVED_CLOCKS ? clock_names[clock] : "unknown";
}

const char *event_path_name(enum event_path path)
{
	return (unsigned int)path < EVENT_PATHS ? path_names[path] : "unknown";
}

const char *event_page_state_name(enum event_page_state state)
{
	switch (state) {
	case EVENT_PAGE_STABLE:
		return "stable";
	case EVENT_PAGE_MOVED:
		return "moved";
	case EVENT_PAGE_TORN:
		return "torn";
	case EVENT_PAGE_ABSENT:
		break;
	}
	return NULL;
}

uint64_t event_losses_total(const struct event_losses *losses)
{
	return losses->ring_full + losses->task_storage + losses->recursion;
}

/* What each error means in drivers/ptp/ptp_vmclock.c and drivers/ptp/ptp_chardev.c. */
const char *event_result_cause(int32_t result)
{
	switch (-result) {
	case EINVAL:
		return "clock unreliable, TSC unstable, scale not convertible, or a bad request";
	case ETIMEDOUT:
		return "page stayed in update for 100 ms";
	case ENODEV:
		return "system clocksource is not the page's counter";
	case EOPNOTSUPP:
		return "not supported by this clock";
	case EFAULT:
		return "bad user buffer";
	case EROFS:
		return "page can only be mapped read-only";
	case ENOTTY:
		return "no such request";
	case ENOMEM:
		return "out of memory";
	}
	return "see errno(3)";
}
