/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PTP clock that the driver registers for a vmclock device: finding it, and every way of
 * reading it that user space has. All PTP ioctls of the program are made here.
 *
 * A reading is on the PHC's own scale, which is TAI or UTC, depending on the kernel:
 * judge/scale_inference.h finds out which. 0 or -errno; the driver's causes are -EINVAL (the page
 * is UNRELIABLE, the TSC unstable, no conversion of the scale), -ETIMEDOUT (an update of the page
 * does not end) and -EOPNOTSUPP (this kernel or clock has no such reading).
 */
#ifndef VMCLOCK_TRACE_OBSERVE_PHC_H
#define VMCLOCK_TRACE_OBSERVE_PHC_H

#include <stddef.h>
#include <time.h>

#include "base/error.h"
#include "event/bracket.h"

/* Room for "/dev/ptp" and any number, the end included. */
#define PHC_PATH_BYTES 32

/* As many readings as one ioctl makes at most. */
#define PHC_SAMPLES 25

/* To who may not read /dev/ptpN, or /dev/vmclockN. */
#define PHC_RIGHTS_HINT                                                                            \
	"run it as root (sudo), or join the group clock (sudo usermod -aG clock USER): "           \
	"the udev rules of vmclock-trace give it the devices, for reading"

/* An open PTP clock; opaque. */
struct phc;

/*
 * The device node of the PTP clock that belongs to the vmclock device open as @vmclock_fd, without
 * opening it, so without any privilege; with -1, of the first that any vmclock device has.
 * -ENOENT: there is none, as where a page holds no clock. -ENOTTY: @vmclock_fd is no vmclock
 * device. @path is then untouched.
 */
int phc_find(int vmclock_fd, char path[PHC_PATH_BYTES]);

/*
 * The same by the name that the driver gave the clock (NULL: any vmclockN) in @class_path, which is
 * /sys/class/ptp but for tests.
 */
int phc_find_by_name(const char *class_path, const char *name, char path[PHC_PATH_BYTES]);

/*
 * Find it and open it for reading. -ENOENT, -ENOTTY as above; -EACCES and the like where the node
 * is not for us. The caller closes *@out. @error, if not NULL, gets the cause and the cure.
 */
int phc_open(int vmclock_fd, struct phc **out, struct error *error);

/* Close and forget. NULL is fine. */
void phc_close(struct phc *phc);

/* The device node, as "/dev/ptp0"; lives as long as @phc. */
const char *phc_path(const struct phc *phc);

/* The time by clock_gettime(), rounded down to 1 ns by the driver, as in all readings below. */
int phc_read(const struct phc *phc, struct timespec *at);

/*
 * PTP_SYS_OFFSET: @count (1..PHC_SAMPLES) readings, each between two of CLOCK_REALTIME that the
 * kernel makes around it.
 */
int phc_sys_offset(const struct phc *phc, struct bracket *brackets, size_t count);

/*
 * PTP_SYS_OFFSET_EXTENDED: the same, CLOCK_REALTIME read by the driver itself as near as it can.
 * The vmclock driver needs only one reading of the counter for all three where CLOCK_REALTIME runs
 * on the page's counter: the width is then 0.
 */
int phc_sys_offset_extended(const struct phc *phc, struct bracket *brackets, size_t count);

/* One counter value seen by three clocks. */
struct phc_precise {
	struct timespec phc;
	struct timespec realtime;      /* CLOCK_REALTIME */
	struct timespec monotonic_raw; /* CLOCK_MONOTONIC_RAW */
};

/* PTP_SYS_OFFSET_PRECISE: all three clocks at the same counter value. */
int phc_sys_offset_precise(const struct phc *phc, struct phc_precise *precise);

#endif
