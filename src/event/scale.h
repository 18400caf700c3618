/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scales of time of day that clocks here are on. */
#ifndef VMCLOCK_TRACE_EVENT_SCALE_H
#define VMCLOCK_TRACE_EVENT_SCALE_H

enum clock_scale {
	SCALE_UNKNOWN,
	SCALE_UTC,
	SCALE_TAI,
};

#endif
