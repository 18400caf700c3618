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
#include <time.h>

#include "base/instant.h"
#include "event/scale.h"
#include "page/page.h"

#define EVENT_COMM_BYTES   16
#define EVENT_SOURCE_BYTES 32

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
	EVENT_READ,	    /* one pass through the driver's choke point */
	EVENT_CALL,	    /* one user call; holds zero or more reads */
	EVENT_PAGE,	    /* a look at the page, changed or not, by who watches it */
	EVENT_CLOCK,	    /* another clock, read beside the page */
	EVENT_CLOCK_CHANGE, /* a process set or steered the system clock */
	EVENT_NOTIFICATION, /* the hypervisor told the guest of an update */
	EVENT_DEVICE,	    /* the page's device came or went */
	EVENT_LOSS,	    /* events were made and never arrived */
	EVENT_TICK,	    /* the heartbeat of who watches: nothing but time has passed */
	EVENT_TYPES
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

/*
 * The CPU's counter around an observation, both readings ordered. `counter_id` says which counter
 * (VMCLOCK_COUNTER_...), so that a recording can be judged on another machine; a page gives time
 * only at values of its own counter. VMCLOCK_COUNTER_INVALID, or both readings 0: it was not read.
 */
struct event_ticks {
	uint8_t counter_id;
	uint64_t before;
	uint64_t after;
};

/*
 * EVENT_PAGE: `page` and `page_state` hold what was seen (EVENT_PAGE_STABLE or _TORN; a torn one
 * holds the odd seq_count), time_ns is a reading between the two counters. A source delivers every
 * look that differs from the one before; looks that do not may be thinned, but while an update does
 * not end each one counts.
 */
struct event_look {
	struct event_ticks ticks;
	uint32_t retries; /* tries in vain before this copy */
};

/* The clocks that are held against the page. */
enum observed_clock {
	OBSERVED_REALTIME,   /* CLOCK_REALTIME; its claim is adjtimex()'s maxerror */
	OBSERVED_PHC,	     /* the PTP clock of this page */
	OBSERVED_PHC_OTHER,  /* another PTP clock, such as ptp_kvm */
	OBSERVED_CLOCKBOUND, /* ClockBound's shared memory */
	OBSERVED_OTHER,
	OBSERVED_CLOCKS
};

/*
 * EVENT_CLOCK: one reading, at some moment between the two counters. `page` is the page in force,
 * EVENT_PAGE_STABLE only if it was the same before and after: nothing is judged by another.
 */
struct event_clock {
	enum observed_clock clock;
	enum clock_scale scale; /* as the clock's owner states it; SCALE_UNKNOWN: nobody does */
	struct event_ticks ticks;
	struct timespec at;	       /* what it showed, rounded down to a nanosecond */
	bool has_claim;		       /* does it claim a bound, and to be synchronized? */
	uint64_t max_error_ns;	       /* that bound, one way; valid if has_claim */
	int32_t kernel_tai_offset_sec; /* OBSERVED_REALTIME: TAI less UTC; 0: the kernel has none */
};

/* How the system clock was changed. */
enum clock_change_how {
	CLOCK_STEPPED,	  /* clock_settime(), settimeofday(), ADJ_SETOFFSET */
	CLOCK_SLEWED,	  /* its rate was changed: ADJ_FREQUENCY, ADJ_TICK, adjtime() */
	CLOCK_NEW_SOURCE, /* it runs on another clocksource */
	CLOCK_CHANGES
};

/* EVENT_CLOCK_CHANGE by `who`; `result` of the call. Rates are parts in 10^12. */
struct event_clock_change {
	enum clock_change_how how;
	struct ns_interval step;	 /* CLOCK_STEPPED: new less old */
	int64_t old_ppt;		 /* CLOCK_SLEWED: the correction of its rate before */
	int64_t new_ppt;		 /* and after */
	char source[EVENT_SOURCE_BYTES]; /* CLOCK_NEW_SOURCE: its name, as event_reader.comm */
};

/* EVENT_DEVICE */
enum device_state {
	DEVICE_APPEARED,
	DEVICE_LOST,
};

/*
 * EVENT_TICK: due at `due_ns` (CLOCK_MONOTONIC), run at time_ns. A source may thin ticks that came
 * in time, never one that was late; where it also looks at the page, it delivers the look first, so
 * that a tick is judged by what the page told of the time before it.
 */
struct event_tick {
	uint64_t due_ns;
	uint64_t last_ns;   /* when the tick before it ran, thinned or not; 0: it is the first */
	uint64_t waited_ns; /* meanwhile ready, waiting for a CPU in the guest's own run queue */
	struct event_ticks ticks;
	uint64_t last_counter; /* of the tick before it: its ticks.after */
	uint64_t counter_hz;   /* nominal rate of the counter; 0: not known */
};

/* What was made but never arrived, by cause. Loss is data: every output shows it. */
struct event_losses {
	uint64_t ring_full;	  /* no room in the kernel's ring buffer */
	uint64_t task_storage;	  /* the kernel had no memory to remember a call's start */
	uint64_t page_unreadable; /* events that came without their page */
	uint64_t recursion;	  /* hooks that the kernel skipped because one was running */
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
		struct event_look look;
		struct event_clock clock;
		struct event_clock_change change;
		enum device_state device_state;
		struct event_losses losses; /* EVENT_LOSS: totals since the source was opened */
		struct event_tick tick;
	};
};

/* All losses that cost an event (page_unreadable costs only its page). */
uint64_t event_losses_total(const struct event_losses *losses);

/* "clock_gettime", "PTP_SYS_OFFSET_PRECISE", "read", ...: static, as the field calls it. */
const char *event_path_name(enum event_path path);

/* "read", "call", "page", "clock", "clock_change", "notification", ...: static. */
const char *event_type_name(enum event_type type);

/* "CLOCK_REALTIME", "PTP clock", "other PTP clock", "ClockBound", "other clock": static. */
const char *observed_clock_name(enum observed_clock clock);

/* "stable", "moved", "torn"; NULL for EVENT_PAGE_ABSENT. */
const char *event_page_state_name(enum event_page_state state);

/* The kernel's cause for a negative result of this driver: a short phrase, static. */
const char *event_result_cause(int32_t result);

#endif
