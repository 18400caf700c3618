/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the BPF program sends to the loader: wire format only.
 *
 * Fixed widths, no pointers, explicit padding, the same layout on every architecture. It is neither
 * the event type of src/event nor anything that is stored: src/observe/kernel.c converts.
 */
#ifndef VMCLOCK_TRACE_BPF_WIRE_H
#define VMCLOCK_TRACE_BPF_WIRE_H

#ifndef __bpf__
#include <linux/types.h>
#endif

#define WIRE_COMM_BYTES 16
#define WIRE_PAGE_BYTES 0x70 /* VMCLOCK_ABI_BYTES: every field defined so far */

enum wire_kind {
	WIRE_READ = 1,	       /* one pass through vmclock_get_crosststamp */
	WIRE_CALL = 2,	       /* one user call that reached, or aimed at, the device */
	WIRE_CLOCK_CHANGE = 3, /* somebody set, steered or switched the system clock */
};

/* By which call user space came. */
enum wire_path {
	WIRE_PATH_UNKNOWN = 0, /* none of the hooks below saw the caller */
	WIRE_PATH_CLOCK_GETTIME,
	WIRE_PATH_SYS_OFFSET,
	WIRE_PATH_SYS_OFFSET_EXTENDED,
	WIRE_PATH_SYS_OFFSET_PRECISE,
	WIRE_PATH_IOCTL_OTHER, /* a PTP ioctl of another number */
	WIRE_PATH_DEV_OPEN,
	WIRE_PATH_DEV_READ,
	WIRE_PATH_DEV_MMAP,
	WIRE_PATHS
};

/* What is known of the page copy in a record. */
enum wire_page_state {
	WIRE_PAGE_ABSENT = 0, /* no copy was made, or it faulted */
	WIRE_PAGE_STABLE,     /* seq even, and the same at entry, before and after the copy */
	WIRE_PAGE_MOVED,      /* a consistent copy, but the page was updated since the read began */
	WIRE_PAGE_TORN, /* seq odd or moved during the copy: the fields may not fit together */
};

/* Where the counter value comes from. */
enum wire_counter {
	WIRE_COUNTER_NONE = 0,
	WIRE_COUNTER_SYSTEM,   /* system_counterval_t of PTP_SYS_OFFSET_PRECISE */
	WIRE_COUNTER_SNAPSHOT, /* system_time_snapshot in sts, 7.2+ */
};

struct wire_header {
	__u32 kind;		    /* enum wire_kind */
	__u32 path;		    /* enum wire_path */
	__u64 start_ns;		    /* CLOCK_MONOTONIC at entry */
	__u64 latency_ns;	    /* exit - entry, the hooks' own cost included */
	__u64 call_id;		    /* joins reads to their call; 0: no call was seen */
	__u32 pid;		    /* of the process (tgid), initial namespace */
	__u32 tid;		    /* of the thread */
	__s32 result;		    /* the function's return value */
	__s32 device;		    /* N of vmclockN, -1 unknown */
	char comm[WIRE_COMM_BYTES]; /* any bytes but NUL, NUL-padded */
};

struct wire_read {
	struct wire_header head;
	__u64 counter; /* valid unless WIRE_COUNTER_NONE */
	__s64 sec;     /* what the driver returned; valid if head.result is 0 */
	__u32 nsec;
	__u32 counter_source; /* enum wire_counter */
	__u32 page_state;     /* enum wire_page_state */
	__u32 reserved;
	__u8 page[WIRE_PAGE_BYTES];
};

struct wire_call {
	struct wire_header head;
	__u32 ioctl;	 /* request number, 0 if the call is no ioctl */
	__u32 n_samples; /* asked for by SYS_OFFSET and EXTENDED, else 0 */
	__u32 reads;	 /* passes through the choke point inside this call */
	__u32 page_state;
	__u8 page[WIRE_PAGE_BYTES]; /* with WIRE_PATH_DEV_READ only */
};

/* CLOCK_TAI less CLOCK_MONOTONIC: its true value is in between. */
struct wire_offset {
	__s64 lo_ns;
	__s64 hi_ns;
};

enum wire_change {
	WIRE_CHANGE_ADJTIMEX = 1, /* do_adjtimex: steps, slews, or both */
	WIRE_CHANGE_SETTIME,	  /* do_settimeofday64: a step */
	WIRE_CHANGE_SOURCE,	  /* timekeeping_notify: another clocksource */
};

#define WIRE_SOURCE_BYTES 32

struct wire_clock_change {
	struct wire_header head;
	__u32 how;   /* enum wire_change */
	__u32 modes; /* of adjtimex, else 0 */
	struct wire_offset before;
	struct wire_offset after;
	__s64 freq; /* of adjtimex, as now in force: 2^-16 ppm */
	__s64 tick; /* of adjtimex, as now in force: us between ticks of 100 Hz */
	char source[WIRE_SOURCE_BYTES]; /* of timekeeping_notify: a name, NUL-terminated */
};

/* Events that were made but could not be sent, by cause: index of a per-CPU array of __u64. */
enum wire_loss {
	WIRE_LOSS_RING_FULL = 0,   /* no room in the ring buffer */
	WIRE_LOSS_TASK_STORAGE,	   /* no memory to remember the start of a call */
	WIRE_LOSS_PAGE_UNREADABLE, /* the event went out, its page copy faulted */
	WIRE_LOSSES
};

_Static_assert(sizeof(struct wire_header) == 64, "wire layout");
_Static_assert(sizeof(struct wire_read) == 64 + 32 + WIRE_PAGE_BYTES, "wire layout");
_Static_assert(sizeof(struct wire_clock_change) == 64 + 8 + 32 + 16 + WIRE_SOURCE_BYTES,
	       "wire layout");
_Static_assert(sizeof(struct wire_call) == 64 + 16 + WIRE_PAGE_BYTES, "wire layout");

#endif
