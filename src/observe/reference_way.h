/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways of reading a PTP clock beside CLOCK_REALTIME, from the best one the kernel may have. */
#ifndef VMCLOCK_TRACE_OBSERVE_REFERENCE_WAY_H
#define VMCLOCK_TRACE_OBSERVE_REFERENCE_WAY_H

#include <stdbool.h>
#include <stdint.h>

#include "event/bracket.h"
#include "event/reference.h"
#include "event/scale.h"

struct reference_reading {
	struct bracket realtime; /* the clock between two readings of CLOCK_REALTIME */
	/* By the kernel's own attributes, of the ways that have them. */
	enum clock_scale scale; /* SCALE_UNKNOWN: it does not say */
	bool has_bound;
	uint64_t bound_ns;
};

/*
 * Read the PTP clock open as @fd by @way. 0 or -errno: -EOPNOTSUPP where the kernel or the clock
 * has no such way.
 */
int reference_way_read(int fd, enum reference_way way, struct reference_reading *reading);

#endif
