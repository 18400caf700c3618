/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live kernel as a source of events. Behind it, and nowhere else, is the BPF skeleton.
 *
 * Hooks are attached one by one. What this kernel does not have is left out and reported, never
 * fatal, unless nothing at all can be hooked.
 *
 * A driver that is loaded later is hooked when it comes (EVENT_HOOKS tells), and again when it has
 * gone and comes again. Hooks by fentry hold it: it cannot be unloaded then. The kernel refuses the
 * first try, upon which the driver is released, so that the next try succeeds; if there is none
 * within KERNEL_RELEASE_NS, it is hooked again. In between uses are not seen, and the output says
 * so.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_KERNEL_H
#define VMCLOCK_TRACE_OBSERVE_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "event/event.h"
#include "event/histogram.h"
#include "event/hook.h"

struct kernel_trace;

/* Whose uses count at all, and which of them are sent as events: applied in the kernel. */
struct kernel_trace_filter {
	uint32_t pid;		 /* only this process (tgid); 0: all */
	const char *comm;	 /* only threads of this name (its first 15 bytes); NULL: all */
	uint64_t cgroup;	 /* only this cgroup, by id, and those below it; 0: all */
	uint32_t cgroup_level;	 /* its depth in the hierarchy; the root's is 0 */
	bool errors_only;	 /* of the events: only failures */
	uint64_t slower_than_ns; /* only what took longer; 0: all */
	uint32_t paths;		 /* bit N: enum event_path N; 0: all */
};

/* How long the driver is released so that it can be unloaded. */
#define KERNEL_RELEASE_NS 10000000000

/*
 * By default uses are counted in the kernel, and events are only what is rare and always matters:
 * failures, slow reads, mappings, changes of clocks, and now and then a read as evidence.
 */
struct kernel_trace_options {
	struct kernel_trace_filter filter;
	bool every_event;    /* each use as an event, from the beginning */
	bool limited;	     /* but not more than 1000 a second of a process */
	bool calls;	     /* also each whole call to a vmclock's PTP clock */
	bool all_phcs;	     /* other PTP clocks too */
	uint32_t rate;	     /* at most so many events a second; 0: any number */
	bool measure_all;    /* the latency of each read, not of a thread's first in a tick */
	uint32_t ring_bytes; /* about so much for events that wait; 0: 4 MiB */
	const char *btf; /* a file with the kernel's types, for one that has none; NULL: its own */
	bool reload;	 /* release the driver on unload and re-attach later; keeps capabilities */
	bool wait_for_driver; /* begin without it too, and hook it when it comes */
	bool kprobes_only;    /* no fentry: for tests, or where it is suspected */
	/*
	 * Release the driver too, for @ns, or longer if it is released already: files of its
	 * devices, mappings. Says whether anything was held. From within kernel_trace_consume();
	 * NULL: nothing else holds it.
	 */
	bool (*release)(uint64_t ns, void *arg);
	void *arg;
};

/* Called for each event, in the order of their time. The event is the callee's to copy. */
typedef void (*kernel_event_fn)(const struct event *event, void *arg);

/*
 * Load, attach and hand out. Returns 0, or -errno with @error filled: -EPERM (privileges), -ENOENT
 * (no driver, or no hook fits this kernel), -EOPNOTSUPP (no BTF). The caller closes @out.
 */
int kernel_trace_open(struct kernel_trace **out, const struct kernel_trace_options *options,
		      struct error *error);

/* Is @file one with the types of a kernel? 0, or -errno with @error filled. */
int kernel_trace_check_btf(const char *file, struct error *error);

#define KERNEL_TRACE_HOOKS 16

/*
 * What was to be hooked by a kernel_trace_open() that failed with @result and @why: each absent,
 * with its reason. Returns how many; 0: no memory.
 */
size_t kernel_trace_refused(const struct kernel_trace_options *options, int result,
			    const struct error *why, struct hook hooks[KERNEL_TRACE_HOOKS]);

/* Detach, unload, free. NULL is fine. */
void kernel_trace_close(struct kernel_trace *trace);

/* How often events are to be fetched: as late as this they arrive. */
#define KERNEL_TRACE_PERIOD_NS 10000000

/* A timer that polls readable when it is time for kernel_trace_consume(). Owned by @trace. */
int kernel_trace_fd(const struct kernel_trace *trace);

/* Deliver what waits to @fn, but not more than some at once. Returns how many, or -errno. */
int kernel_trace_consume(struct kernel_trace *trace, kernel_event_fn fn, void *arg);

/*
 * Deliver what the kernel has counted since the last time: EVENT_TALLY, who used which clock how
 * often; EVENT_LATENCY, how long it took; EVENT_FAILURES, why it failed. Once a second costs
 * nothing.
 */
void kernel_trace_tally(struct kernel_trace *trace, kernel_event_fn fn, void *arg);

/* From now on, is each use to come as an event, or only what always does? */
void kernel_trace_every_event(struct kernel_trace *trace, bool on);

/*
 * Will the hooks stay as they are? Then no capability is needed any more. With `reload` a driver
 * that is a module can go and come again, and its hooks with it.
 */
bool kernel_trace_is_settled(const struct kernel_trace *trace);

/* Detach the hooks. What they have counted and sent until then can still be fetched. */
void kernel_trace_stop(struct kernel_trace *trace);

/* What was lost since attach. 0 or -errno. */
int kernel_trace_losses(const struct kernel_trace *trace, struct event_losses *losses);

/* All hooks, in a stable order. Owned by @trace. */
const struct hook *kernel_trace_hooks(const struct kernel_trace *trace, size_t *count);

#endif
