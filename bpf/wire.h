/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the BPF program shares with the loader: wire format only.
 *
 * Fixed widths, no pointers, explicit padding, the same layout on every architecture. It is neither
 * the event type of src/event nor anything that is stored: src/observe/ converts.
 *
 * There are two ways out. Tables, in the program's own memory, which the loader maps and reads
 * without a system call: every read is in them, exactly once. And records through rings, which it
 * maps too: single events, of those that were asked for and of those that always matter.
 */
#ifndef VMCLOCK_TRACE_BPF_WIRE_H
#define VMCLOCK_TRACE_BPF_WIRE_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#endif

#define WIRE_COMM_BYTES 16
#define WIRE_PAGE_BYTES 0x70 /* VMCLOCK_ABI_BYTES: every field defined so far */
#define WIRE_PAGE_SEQ	0x0c /* where its seq_count is */

/* By which call user space came. */
enum wire_path {
	WIRE_PATH_UNKNOWN = 0, /* not by a call that is known */
	WIRE_PATH_CLOCK_GETTIME,
	WIRE_PATH_SYS_OFFSET,
	WIRE_PATH_SYS_OFFSET_EXTENDED,
	WIRE_PATH_SYS_OFFSET_PRECISE,
	WIRE_PATH_IOCTL_OTHER, /* a PTP ioctl of another number */
	WIRE_PATH_DEV_OPEN,
	WIRE_PATH_DEV_READ,
	WIRE_PATH_DEV_MMAP,
	WIRE_PATH_DEV_POLL,
	WIRE_PATH_DEV_RELEASE,
	WIRE_PATHS
};

/* Why a use failed, by its result and the page of that moment. */
enum wire_cause {
	WIRE_CAUSE_OTHER = 0,	/* the result says all there is */
	WIRE_CAUSE_UNRELIABLE,	/* EINVAL: the page says UNRELIABLE */
	WIRE_CAUSE_SCALE,	/* EINVAL: the page's time is neither UTC nor TAI */
	WIRE_CAUSE_OFFSET,	/* EINVAL: UTC or TAI, and no TAI offset to make the other of it */
	WIRE_CAUSE_NOT_BY_PAGE, /* EINVAL, and none of these: nothing in the page explains it */
	WIRE_CAUSE_LATE,	/* the driver had answered: the call failed afterwards */
};

/* The tables. */

/* A clock: N of vmclockN, or N of /dev/ptpN if it is not a vmclock's. */
#define WIRE_CLOCK_PHC	0x10000u
#define WIRE_CLOCK_NONE 0xffffffffu

struct wire_use {
	__u64 uses; /* passes through the choke point; on the device's own paths: calls */
	__u64 errors;
};

enum wire_reader_state {
	WIRE_READER_FREE = 0, /* or being claimed */
	WIRE_READER_LIVE,
	WIRE_READER_DEAD, /* the thread has exited: the loader takes what is there and frees it */
};

/*
 * One thread's use of one clock. Only that thread writes here, so nothing is atomic but the claim
 * of a free entry and its state. The loader frees an entry by clearing all of it, `tid` last.
 */
struct wire_reader {
	__u32 tid; /* 0: free; WIRE_TID_GONE is set when the thread exits, lest a later one match */
	__u32 state;  /* enum wire_reader_state */
	__u64 object; /* the clock, by the address of what the kernel has of it: never followed */
	/* What it is in the middle of. */
	__u64 start_tick;   /* jiffies64 when the read began; 0: not in one */
	__u64 measure_tick; /* reads that begin in this tick are not measured: one was */
	__u64 start_ns;	    /* CLOCK_MONOTONIC and seq_count when it began, if it is measured */
	__u32 start_seq;

	__u32 stop_condition_evidence; /* measured reads until one is sent as an event */
	__u32 pid;		       /* process (tgid), initial namespace */
	__u32 clock;
	__u32 clock_index;   /* in the table of clocks */
	__u32 failed_path;   /* of the last failure of the driver's own; 0: its call has ended */
	__u64 identify_tick; /* the tick in which the following was looked at */
	__u64 cgroup;
	__u64 first_ns;	   /* CLOCK_MONOTONIC of the claim */
	__u64 sample_ns;   /* and of the end of the last measured use: none was later by a tick */
	__u64 samples;	   /* uses that were measured */
	__u64 worst_ns;	   /* the longest of them */
	__u64 worst_ticks; /* the longest that was not: less than so many ticks; 0: less than 2 */
	__u64 moved;	   /* of the measured: reads during which the page was updated */
	__u64 kvmclock;	   /* of the measured: reads converted to kvmclock for their caller */
	char comm[WIRE_COMM_BYTES]; /* any bytes but NUL, NUL-padded; as of the last measured use */
	struct wire_use use[WIRE_PATHS];
	__u64 path; /* of the read that ends, if more than its count is kept of it */
	__u64 reserved[20];
	/* What is left to whoever is here next: events of its own share, since @own_tick. */
	__u64 own_tick;
	__u64 own_used;
};

/* What may have taken less than this many ticks is not slow: two of them can pass in no time. */
#define WIRE_TICKS_SHORT 2

#define WIRE_TID_GONE	 0x80000000u
#define WIRE_READERS	 4096u /* a power of two */
#define WIRE_READER_WAYS 8u    /* where a thread may be: at its home, and in the entries after it */

/* Failures by path, result and cause. */
struct wire_failure {
	__u64 key; /* path << 40 | cause << 32 | -result; 0: free */
	__u64 count;
};

/* Waking up is measured for vmclock0 up to this number. */
#define WIRE_NOTIFYING 8u

#define WIRE_FAILURES 64u
#define WIRE_CLOCKS   16u

/* Measured latencies of one path to one clock: index clock_index * WIRE_PATHS + path, per CPU. */
#define WIRE_BUCKETS 40 /* [2^b, 2^(b+1)) ns; the last has all above */

struct wire_latency {
	__u64 count;
	__u64 sum_ns;
	__u64 max_ns;
	__u64 bucket[WIRE_BUCKETS];
};

/* Counts by the BPF program of itself: index of a per-CPU array of __u64. */
enum wire_count {
	WIRE_LOSS_SUPPRESSED = 0,   /* not sent because of the limit on their rate */
	WIRE_LOSS_TASK_STORAGE,	    /* no memory to remember the start of a call */
	WIRE_LOSS_PAGE_UNREADABLE,  /* the record went out, its page copy faulted */
	WIRE_LOSS_READER_UNLISTED,  /* uses by threads for which the table had no room */
	WIRE_LOSS_FAILURE_UNLISTED, /* failures for which the table had no room */
	WIRE_LOSS_REFUSED,	    /* refused changes of the clock beyond a fixed rate */
	WIRE_COUNTS
};

/* Records. */

/*
 * The ring of one CPU. Records are numbered from 1; number N is in slot[(N - 1) % slots], and is
 * there when the slot's stamp is N. `lost` found no room: made = head + lost.
 */
struct wire_slot {
	__u64 stamp;
	__u8 record[248];
};

struct wire_ring {
	__u64 head; /* records that were begun */
	__u64 lost;
	__u64 reserved0[6];
	__u64 tail; /* the loader's: records that it has taken */
	__u64 reserved1[23];
	struct wire_slot slot[];
};

enum wire_kind {
	WIRE_READ = 1,		 /* one pass through vmclock_get_crosststamp */
	WIRE_CALL = 2,		 /* one user call that reached, or aimed at, a clock */
	WIRE_CLOCK_CHANGE = 3,	 /* the system clock was set, steered or switched */
	WIRE_NOTIFICATION = 4,	 /* the hypervisor notified the guest of a page update */
	WIRE_UNLOAD_REFUSED = 5, /* an attempt to unload the driver failed, for it is in use */
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
	__u64 number;	  /* of its ring */
	__u32 kind;	  /* enum wire_kind */
	__u32 path;	  /* enum wire_path */
	__u64 end_ns;	  /* CLOCK_MONOTONIC at exit */
	__u64 latency_ns; /* exit - entry, the hooks' own cost included; 0: not measured */
	__u64 cgroup;	  /* id in the unified hierarchy */
	__u32 pid;	  /* of the process (tgid), initial namespace */
	__u32 tid;	  /* of the thread */
	__s32 result;	  /* the function's return value */
	__u32 clock;	  /* WIRE_CLOCK_NONE: unknown, or none */
	char comm[WIRE_COMM_BYTES]; /* any bytes but NUL, NUL-padded */
	__u64 call_id;		    /* joins reads to their call; 0: no call was seen */
	__u32 latency_ticks;	    /* it took less than so many ticks; 0: unknown */
	__u32 reserved;
};

struct wire_read {
	struct wire_header head;
	__u32 ioctl;	      /* request number, 0: no ioctl, or not looked at */
	__u32 n_samples;      /* asked for by SYS_OFFSET and EXTENDED; 0: as ioctl */
	__u16 cause;	      /* enum wire_cause, of a failure */
	__u16 via_kvmclock;   /* 1: the driver converts the counter to kvmclock's for its caller */
	__u32 counter_source; /* enum wire_counter */
	__u64 counter;	      /* valid unless WIRE_COUNTER_NONE */
	__s64 sec;	      /* what the driver returned; valid if head.result is 0 */
	__u32 nsec;
	__u32 page_state; /* enum wire_page_state */
	__u8 page[WIRE_PAGE_BYTES];
};

struct wire_call {
	struct wire_header head;
	__u32 ioctl;	 /* request number, 0 if the call is no ioctl */
	__u32 n_samples; /* asked for by SYS_OFFSET and EXTENDED, else 0 */
	__u32 reads;	 /* passes through the choke point inside this call */
	__u16 cause;	 /* enum wire_cause, of a failure */
	__u16 page_state;
	/* WIRE_PATH_DEV_POLL that became ready: since the notification; 0: unknown */
	__u64 wake_ns;
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
	/* Of an adjtimex() that was not refused, as now in force; else 0. */
	__s64 freq;			/* 2^-16 ppm */
	__s64 tick;			/* us between ticks of 100 Hz */
	char source[WIRE_SOURCE_BYTES]; /* of timekeeping_notify: a name, NUL-terminated */
};

struct wire_notification {
	struct wire_header head; /* of no reader: pid, tid, comm and cgroup are 0 */
	__u32 seq;		 /* seq_count of the page at that moment */
	__u32 reserved;
};

_Static_assert(sizeof(struct wire_reader) == 512, "a power of two: found by a shift");
_Static_assert(sizeof(struct wire_slot) == 256, "a power of two: found by a shift");
_Static_assert(sizeof(struct wire_ring) == 256, "slots begin on a cache line");
_Static_assert(sizeof(struct wire_header) == 88, "wire layout");
_Static_assert(sizeof(struct wire_read) == 88 + 40 + WIRE_PAGE_BYTES, "wire layout");
_Static_assert(sizeof(struct wire_clock_change) == 88 + 8 + 32 + 16 + WIRE_SOURCE_BYTES,
	       "wire layout");
_Static_assert(sizeof(struct wire_call) == 88 + 24 + WIRE_PAGE_BYTES, "wire layout");
_Static_assert(sizeof(struct wire_notification) == 88 + 8, "wire layout");
_Static_assert(sizeof(struct wire_read) <= sizeof(((struct wire_slot *)0)->record), "it fits");

#endif
