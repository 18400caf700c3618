/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was observed: the one kind of thing that flows from the sources to everything else.
 *
 * A live kernel and, later, a recording or a scenario all speak in these events, so what judges and
 * shows them never knows where they come from. Times are CLOCK_MONOTONIC of the observed machine.
 */
#ifndef VMCLOCK_TRACE_EVENT_EVENT_H
#define VMCLOCK_TRACE_EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "page/page.h"

#define EVENT_COMM_BYTES 16

/* The way by which user space came to the device. */
enum event_path {
	PATH_UNKNOWN, /* the driver was read, but no hook saw by which call */
	PATH_CLOCK_GETTIME,
	PATH_SYS_OFFSET,
	PATH_SYS_OFFSET_EXTENDED,
	PATH_SYS_OFFSET_PRECISE,
	PATH_IOCTL_OTHER,
	PATH_DEV_OPEN,
	PATH_DEV_READ,
	PATH_DEV_MMAP,
	EVENT_PATHS
};

enum event_type {
	EVENT_READ, /* one pass through the driver's choke point */
	EVENT_CALL, /* one user call; holds zero or more reads */
};

/* How far a copy of the page can be trusted. */
enum event_page_state {
	EVENT_PAGE_ABSENT, /* there is no copy */
	EVENT_PAGE_STABLE, /* consistent, and in force from beginning to end of what was observed */
	EVENT_PAGE_MOVED, /* consistent, but updated meanwhile: the read may have used the one before */
	EVENT_PAGE_TORN, /* an update was under way: fields may not belong together */
};

/* Which kernel structure a counter value was taken from. */
enum event_counter {
	COUNTER_NONE,
	COUNTER_SYSTEM,	  /* system_counterval_t: PTP_SYS_OFFSET_PRECISE */
	COUNTER_SNAPSHOT, /* system_time_snapshot: PTP_SYS_OFFSET_EXTENDED on kernels from 7.2 */
};

/* Who did it. */
struct event_reader {
	uint32_t pid;		     /* process, in the initial pid namespace */
	uint32_t tid;		     /* thread */
	char comm[EVENT_COMM_BYTES]; /* any bytes but NUL, padded with NUL, maybe no NUL at all */
};

/* EVENT_READ */
struct event_read {
	enum event_counter counter_source;
	uint64_t counter; /* valid unless COUNTER_NONE */
	int64_t sec;	  /* what the driver returned, on the PHC's scale; valid if result is 0 */
	uint32_t nsec;
};

/* EVENT_CALL */
struct event_call {
	uint32_t ioctl;	    /* request number; 0: not an ioctl */
	uint32_t n_samples; /* what SYS_OFFSET and EXTENDED asked for; else 0 */
	uint32_t reads;	    /* passes through the choke point within the call */
};

struct event {
	enum event_type type;
	uint64_t time_ns;    /* CLOCK_MONOTONIC at its start */
	uint64_t latency_ns; /* from start to return */
	int32_t device;	     /* N of vmclockN, -1 unknown */
	int32_t result;	     /* the kernel function's return value: 0, bytes, or -errno */
	enum event_path path;
	uint64_t call_id; /* joins reads to their call; 0: none was seen */
	struct event_reader who;
	enum event_page_state page_state;
	struct page page; /* valid unless EVENT_PAGE_ABSENT */
	union {
		struct event_read read;
		struct event_call call;
	};
};

/* What was made but never arrived, by cause. Loss is data: every output shows it. */
struct event_losses {
	uint64_t ring_full;	  /* no room in the kernel's ring buffer */
	uint64_t task_storage;	  /* the kernel had no memory to remember a call's start */
	uint64_t page_unreadable; /* events that came without their page */
	uint64_t recursion;	  /* hooks that the kernel skipped because one was running */
};

/* All losses that cost an event (page_unreadable costs only its page). */
uint64_t event_losses_total(const struct event_losses *losses);

/* "clock_gettime", "PTP_SYS_OFFSET_PRECISE", "read", ...: static, as the field calls it. */
const char *event_path_name(enum event_path path);

/* "stable", "moved", "torn"; NULL for EVENT_PAGE_ABSENT. */
const char *event_page_state_name(enum event_page_state state);

/* The kernel's cause for a negative result of this driver: a short phrase, static. */
const char *event_result_cause(int32_t result);

#endif
