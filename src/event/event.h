/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One observation: all sources deliver events of this one type.
 *
 * A live kernel, a recording and a scenario deliver the same events, so the judge and the views do
 * not depend on the source. Times are CLOCK_MONOTONIC of the observed machine.
 */
#ifndef VMCLOCK_TRACE_EVENT_EVENT_H
#define VMCLOCK_TRACE_EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/instant.h"
#include "event/histogram.h"
#include "event/losses.h"
#include "event/reference.h"
#include "event/scale.h"
#include "page/page.h"

#define EVENT_COMM_BYTES   16
#define EVENT_SOURCE_BYTES 32

/*
 * The ways by which user space came to the device, X(name, text): `text` is what the field calls
 * it. By UNKNOWN the driver was read, but not by a call that is known.
 */
#define EVENT_PATH_LIST(X)                                                                         \
	X(UNKNOWN, "unknown")                                                                      \
	X(CLOCK_GETTIME, "clock_gettime")                                                          \
	X(SYS_OFFSET, "PTP_SYS_OFFSET")                                                            \
	X(SYS_OFFSET_EXTENDED, "PTP_SYS_OFFSET_EXTENDED")                                          \
	X(SYS_OFFSET_PRECISE, "PTP_SYS_OFFSET_PRECISE")                                            \
	X(IOCTL_OTHER, "other PTP ioctl")                                                          \
	X(DEV_OPEN, "open")                                                                        \
	X(DEV_READ, "read")                                                                        \
	X(DEV_MMAP, "mmap")                                                                        \
	X(DEV_POLL, "poll")                                                                        \
	X(DEV_RELEASE, "release")

enum event_path {
#define EVENT_PATH_ENUM(name, text) PATH_##name,
	EVENT_PATH_LIST(EVENT_PATH_ENUM)
#undef EVENT_PATH_ENUM
	EVENT_PATHS
};

/* Does the driver's choke point see it as reads, of which one call may make several? */
static inline bool event_path_is_read(enum event_path path)
{
	return path <= PATH_SYS_OFFSET_PRECISE;
}

/*
 * X(constant, name, about): `name` is for programs, the sentence for the manual. New ones at the
 * end: recordings have the numbers.
 */
#define EVENT_TYPE_LIST(X)                                                                         \
	X(READ, "read", "One pass through the driver's choke point.")                              \
	X(CALL, "call", "One user call; holds zero or more reads.")                                \
	X(TALLY, "tally", "How often a thread used a clock since its last tally.")                 \
	X(PAGE, "page", "A sample of the page, changed or not.")                                   \
	X(CLOCK, "clock", "Another clock, read beside the page.")                                  \
	X(LATENCY, "latency", "How long the uses of a clock by one path took since the last.")     \
	X(FAILURES, "failures", "How often they failed for one reason since the last.")            \
	X(HOOKS, "hooks", "The driver came, went or was released, and the hooks with it.")         \
	X(CLOCK_CHANGE, "clock_change", "A process set or steered the system clock.")              \
	X(NOTIFICATION, "notification", "The hypervisor notified the guest of an update.")         \
	X(DEVICE, "device", "The page's device came or went.")                                     \
	X(LOSS, "loss", "How many events were made and never arrived.")                            \
	X(MAPPER, "mapper", "A process maps the page, or does no longer.")                         \
	X(TICK, "tick", "Observer heartbeat: only time has passed.")

enum event_type {
#define EVENT_TYPE_ENUM(constant, name, about) EVENT_##constant,
	EVENT_TYPE_LIST(EVENT_TYPE_ENUM)
#undef EVENT_TYPE_ENUM
	EVENT_TYPES
};

/* How far a copy of the page can be trusted. */
enum event_page_state {
	EVENT_PAGE_ABSENT, /* there is no copy */
	EVENT_PAGE_STABLE, /* consistent, and in force from beginning to end of what was observed */
	/* consistent, but updated meanwhile: the read may have used the one before */
	EVENT_PAGE_MOVED,
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
	uint64_t cgroup;	     /* id in the unified hierarchy; 0: not known */
	char comm[EVENT_COMM_BYTES]; /* any bytes but NUL, padded with NUL, maybe no NUL at all */
};

/*
 * Why a use failed, as far as it was seen: by the result at the boundary at which the caller got
 * it, the page in force at that moment, and what the kernel says of its clocks.
 *
 * X(constant, text, about): `text` is shown; NULL: what the result means is. New ones at the end:
 * recordings have the numbers.
 */
#define EVENT_CAUSE_LIST(X)                                                                        \
	X(BY_RESULT, NULL, "The result says all there is.")                                        \
	X(UNRELIABLE, "the page says UNRELIABLE", "EINVAL: the page says UNRELIABLE.")             \
	X(SCALE, "the page's time is neither UTC nor TAI",                                         \
	  "EINVAL: the page's time is neither UTC nor TAI.")                                       \
	X(NOT_BY_PAGE, "not known: neither the page nor the kernel's clocksources say why",        \
	  "EINVAL, and nothing that was seen explains it.")                                        \
	X(OFFSET, "the page has no valid TAI offset, so the driver cannot convert its time",       \
	  "EINVAL: the page lacks the TAI offset to convert its time.")                            \
	X(TSC_UNSTABLE, "the kernel marked the TSC unstable",                                      \
	  "EINVAL: the kernel has taken the TSC from its clocksources.")                           \
	X(OTHER_COUNTER, "the system clock does not run on the page's counter",                    \
	  "ENODEV after an answer: the system clock runs on another counter.")                     \
	X(AFTER_ANSWER, NULL, "The driver had answered: the result says why the call failed.")

enum event_cause {
#define EVENT_CAUSE_ENUM(constant, text, about) CAUSE_##constant,
	EVENT_CAUSE_LIST(EVENT_CAUSE_ENUM)
#undef EVENT_CAUSE_ENUM
	EVENT_CAUSES
};

/* EVENT_READ */
struct event_read {
	enum event_counter counter_source;
	uint64_t counter; /* valid unless COUNTER_NONE */
	int64_t sec;	  /* what the driver returned, on the PHC's scale; valid if result is 0 */
	uint32_t nsec;
	uint32_t ioctl;		/* request number; 0: not an ioctl */
	uint32_t n_samples;	/* what its SYS_OFFSET or EXTENDED asked for; 0: as ioctl */
	bool via_kvmclock;	/* the driver converts the counter to kvmclock's for its caller */
	enum event_cause cause; /* of a failure */
};

/* EVENT_CALL */
struct event_call {
	uint32_t ioctl;	    /* request number; 0: not an ioctl */
	uint32_t n_samples; /* what SYS_OFFSET and EXTENDED asked for; else 0 */
	uint32_t reads;	    /* passes through the choke point within the call */
	uint64_t wake_ns;   /* of a poll that became ready: since the notification; 0: not known */
	enum event_cause cause;		 /* of a failure */
	char source[EVENT_SOURCE_BYTES]; /* CAUSE_OTHER_COUNTER: the clocksource; "": not known */
};

/*
 * EVENT_TALLY: what `who`, one thread, did with the clock of the event, counted in the kernel, each
 * use exactly once. A use is a read of the driver, or a call on paths that are not (see
 * event_path_is_read()) and to a PTP clock that is no vmclock's. Who pid 0 stands for the threads
 * for which the kernel's table had no room.
 */
struct event_tally {
	uint64_t uses[EVENT_PATHS];   /* since its last tally */
	uint64_t errors[EVENT_PATHS]; /* of them, failed */
	uint64_t measured;	      /* of them, uses whose latency was measured */
	uint64_t moved;		      /* of those, reads during which the page was updated */
	uint64_t via_kvmclock;	      /* of those, reads converted to kvmclock's counter */
	uint64_t first_ns;	      /* its first use ever; CLOCK_MONOTONIC */
	uint64_t last_ns;	      /* its last use, true to ... */
	uint64_t last_error_ns;	      /* ... so much, either way */
	uint64_t worst_ns;	      /* the longest use ever that was measured */
	uint64_t worst_below_ns;      /* no other took as long as this */
	bool gone;		      /* the thread has exited: this is its last tally */
};

/* EVENT_FAILURES, of `path`, with `result`. */
struct event_failures {
	enum event_cause cause;
	uint64_t count;
	char source[EVENT_SOURCE_BYTES]; /* as struct event_call */
};

/* What made the hooks change. */
enum hooks_news {
	HOOKS_DRIVER, /* the driver came or went */
	/* `who` was refused to unload it, so it was released: nothing of ours holds it */
	HOOKS_RELEASED,
	HOOKS_AGAIN, /* it was not unloaded after all, and is hooked and watched again */
	HOOKS_NEWS
};

/* EVENT_HOOKS */
struct event_hooks {
	bool driver;	 /* is it there? */
	uint32_t fentry; /* functions that are hooked, by attach type */
	uint32_t kprobe;
	uint32_t missing; /* and that are not */
	char failed[96];  /* why the hooks are as they were before; empty: they are not */
	enum hooks_news news;
	uint64_t unseen_since_ns; /* since the driver was released uses are not seen; 0: they are */
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
 * sample that differs from the one before; samples that do not may be thinned, but while an update
 * does not end each one counts.
 */
struct event_page_sample {
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
	enum clock_scale scale; /* as the clock's owner states it; SCALE_UNKNOWN: not stated */
	struct event_ticks ticks;
	struct timespec at;	       /* what it showed, rounded down to a nanosecond */
	bool has_claim;		       /* does it claim a bound, and to be synchronized? */
	uint64_t max_error_ns;	       /* that bound, one way; valid if has_claim */
	int32_t kernel_tai_offset_sec; /* TAI less UTC by the kernel; 0: it has none */
	struct reference reference;    /* OBSERVED_PHC_OTHER: which it is */
	/* and CLOCK_REALTIME right before and after; of OBSERVED_CLOCKBOUND where not 0 */
	struct timespec realtime_before;
	struct timespec realtime_after;
};

/* What became known of a process that maps the page. */
enum mapper_news {
	MAPPER_THERE,	 /* it did when mappings were listed first; since when is not known */
	MAPPER_CAME,	 /* it does now */
	MAPPER_UNMAPPED, /* it does no longer, and lives on; execve() is one way to that */
	MAPPER_EXITED,	 /* it does no longer, for it has exited */
	MAPPER_GONE,	 /* it does no longer; one or the other */
	MAPPER_NEWS
};

/* EVENT_MAPPER: `who` is the process. Its reads of the mapped page are not visible. */
struct event_mapper {
	enum mapper_news news;
	uint64_t not_before_ns; /* when it was not so yet, CLOCK_MONOTONIC; 0: not known */
	uint64_t address;	/* of a mapping, the last one seen if it is no more */
	uint32_t mappings;	/* how many it has; of one that is gone: had */
};

/* EVENT_NOTIFICATION */
struct event_notification {
	bool has_seq; /* the kernel's own hook saw it come, */
	uint32_t seq; /* with this seq_count on the page */
};

/* How the system clock was changed: X(constant, name). */
#define EVENT_CLOCK_CHANGES(X)                                                                     \
	/* clock_settime(), settimeofday(), ADJ_SETOFFSET */                                       \
	X(CLOCK_STEPPED, "step")                                                                   \
	/* its rate was changed: ADJ_FREQUENCY, ADJ_TICK, adjtime() */                             \
	X(CLOCK_SLEWED, "slew")                                                                    \
	/* it runs on another clocksource */                                                       \
	X(CLOCK_NEW_SOURCE, "clocksource")

enum clock_change_how {
#define EVENT_CLOCK_CHANGE_ENUM(constant, name) constant,
	EVENT_CLOCK_CHANGES(EVENT_CLOCK_CHANGE_ENUM)
#undef EVENT_CLOCK_CHANGE_ENUM
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
 * in time, never one that was late; where it also samples the page, it delivers the sample first,
 * so that a tick is judged by what the page told of the time before it.
 */
struct event_tick {
	uint64_t due_ns;
	uint64_t last_ns;   /* when the tick before it ran, thinned or not; 0: it is the first */
	uint64_t waited_ns; /* meanwhile ready, waiting for a CPU in the guest's own run queue */
	struct event_ticks ticks;
	uint64_t last_counter; /* of the tick before it: its ticks.after */
	uint64_t counter_hz;   /* nominal rate of the counter; 0: not known */
};

struct event {
	enum event_type type;
	uint64_t time_ns;    /* CLOCK_MONOTONIC at its start */
	uint64_t latency_ns; /* from start to return */
	/* it was not measured: it took less than latency_ns, from time_ns on */
	bool latency_is_bound;
	bool is_slow;	/* it took longer than one of the kernel's ticks */
	bool is_phc;	/* of a PTP clock that is no vmclock's: `device` is N of /dev/ptpN */
	int32_t device; /* N of vmclockN, -1 unknown */
	int32_t result; /* the kernel function's return value: 0, bytes, or -errno */
	enum event_path path;
	uint64_t call_id; /* joins reads to their call; 0: none was seen */
	struct event_reader who;
	enum event_page_state page_state;
	struct page page; /* valid unless EVENT_PAGE_ABSENT */
	union {
		struct event_read read;
		struct event_call call;
		struct event_tally tally;
		struct histogram latency; /* EVENT_LATENCY, of `path` */
		struct event_failures failures;
		struct event_hooks hooks;
		struct event_page_sample sample;
		struct event_clock clock;
		struct event_mapper mapper;
		struct event_notification notification;
		struct event_clock_change change;
		enum device_state device_state;
		struct event_losses losses; /* EVENT_LOSS: totals since the source was opened */
		struct event_tick tick;
	};
};

/* "there", "came", "unmapped", "exited", "gone": static. */
const char *mapper_news_name(enum mapper_news news);

/* "clock_gettime", "PTP_SYS_OFFSET_PRECISE", "read", ...: static, as the field calls it. */
const char *event_path_name(enum event_path path);

/* "read", "call", "page", "clock", "clock_change", "notification", ...: static. */
const char *event_type_name(enum event_type type);

/* What such an event is, a sentence. Static. */
const char *event_type_about(enum event_type type);

#define EVENT_DEVICE_BYTES 24

/*
 * "vmclock0", or "ptp1" for a PTP clock that is no vmclock's, written to @out and returned; NULL if
 * @device is not known.
 */
const char *event_device_name(bool is_phc, int32_t device, char out[EVENT_DEVICE_BYTES]);

/* "CLOCK_REALTIME", "PTP clock", "other PTP clock", "ClockBound", "other clock": static. */
const char *observed_clock_name(enum observed_clock clock);

/* "step", "slew", "clocksource": static. */
const char *clock_change_name(enum clock_change_how how);

/* "driver", "let_go", "again": static. */
const char *hooks_news_name(enum hooks_news news);

/* "stable", "moved", "torn"; NULL for EVENT_PAGE_ABSENT. */
const char *event_page_state_name(enum event_page_state state);

/* "EINVAL" for -EINVAL; "error" for what is none: static. */
const char *event_result_name(int32_t result);

/* What a negative result of this driver can mean: a short phrase, static. */
const char *event_result_cause(int32_t result);

/* When a failure has that cause, a sentence. Static. */
const char *event_cause_about(enum event_cause cause);

#define EVENT_CAUSE_BYTES 192

/*
 * What it means if the cause is known: the same, or @out. CAUSE_BY_RESULT: the clock was not at
 * fault. @source, as event_reader.comm, is the clocksource of CAUSE_OTHER_COUNTER; "": not known.
 */
const char *event_cause_text(enum event_cause cause, int32_t result, const char *source,
			     char out[EVENT_CAUSE_BYTES]);

/* The same of a failed EVENT_READ or EVENT_CALL. */
const char *event_failure_text(const struct event *event, char out[EVENT_CAUSE_BYTES]);

#endif
