// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets CLOCK_REALTIME to what the PTP clock shows, taken to be on UTC, once, as a time daemon
 * would: both at one counter value, so that it is right to well below a millisecond.
 */
#include "load.h"

#include <linux/ptp_clock.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/timex.h>

#define NSEC_PER_SEC 1000000000ll

int load_follow(struct load_clocks clocks, int argc, char **argv)
{
	struct ptp_sys_offset_precise pair = {0};
	struct timex set = {.modes = ADJ_SETOFFSET | ADJ_NANO};
	long long off_ns;

	(void)argc;
	(void)argv;
	if (ioctl(clocks.phc, PTP_SYS_OFFSET_PRECISE, &pair)) {
		perror("PTP_SYS_OFFSET_PRECISE");
		return 1;
	}
	off_ns = (pair.device.sec - pair.sys_realtime.sec) * NSEC_PER_SEC + pair.device.nsec -
		 pair.sys_realtime.nsec;
	set.time.tv_sec = off_ns / NSEC_PER_SEC - (off_ns % NSEC_PER_SEC < 0);
	set.time.tv_usec = off_ns - set.time.tv_sec * NSEC_PER_SEC;
	if (adjtimex(&set) < 0) {
		perror("adjtimex");
		return 1;
	}
	printf("{\"stepped_ns\":%lld}\n", off_ns);
	return 0;
}
