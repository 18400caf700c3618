/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What clocks this guest has and lacks, what each is good for, and what chrony should be told. */
#ifndef VMCLOCK_TRACE_OBSERVE_CLOCK_CHECKS_H
#define VMCLOCK_TRACE_OBSERVE_CLOCK_CHECKS_H

#include <stddef.h>

#include "event/check.h"
#include "observe/reference_clock.h"

/* How many checks clock_checks() makes at most. */
#define CLOCK_CHECKS 8

/* What it looks at, whose paths differ in tests. */
struct clock_places {
	const char *sysfs;	/* "/sys" */
	const char *class;	/* "/sys/class/ptp" */
	const char *dev;	/* "/dev" */
	const char *clockbound; /* its shared memory; NULL: where the daemon puts it */
};

/* Fill @checks. Returns how many there are. Nothing is opened or read but names. */
size_t clock_checks(const struct clock_places *places, struct check checks[CLOCK_CHECKS]);

/*
 * A line for chrony.conf by which it follows @clock, or why there is none to be told. False: there
 * is none.
 */
#define CHRONY_LINE_BYTES 160
bool chrony_line(const struct reference_clock *clock, char text[CHRONY_LINE_BYTES]);

#endif
