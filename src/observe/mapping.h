/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks through the mappings of a vmclock's page that there are on this machine. Two can be had:
 * mapping_bpf.h, of all processes, and mapping_proc.h, of those that this one may look into.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_MAPPING_H
#define VMCLOCK_TRACE_OBSERVE_MAPPING_H

#include <stdint.h>

#include "event/event.h"

/* One mapping, by a process that is not this one. */
struct mapping {
	struct event_reader who; /* the process: tid is pid */
	uint64_t
		/* when the process began, by a clock of the walk's choice; 0: not known */
		start_ns;
	int32_t device; /* N of vmclockN */
	uint64_t address;
};

typedef void (*mapping_fn)(const struct mapping *mapping, void *arg);

/* One way to walk. Of each @walk there is one walk at a time. */
struct mapping_ops {
	/* Begin anew. 0 or -errno. */
	int (*begin)(void *walk);
	/*
	 * Go on for microseconds, and tell @fn what was found. 1: there is more; 0: that was all;
	 * -errno: it failed, and is over.
	 */
	int (*step)(void *walk, mapping_fn fn, void *arg);
	/* NULL is fine. */
	void (*close)(void *walk);
};

#endif
