/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live kernel as a source of events. Behind it, and nowhere else, is the BPF skeleton.
 *
 * Hooks are attached one by one. What this kernel does not have is left out and reported, never
 * fatal, unless nothing at all can be hooked.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_KERNEL_H
#define VMCLOCK_TRACE_OBSERVE_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "event/event.h"
#include "event/hook.h"

struct kernel_trace;

struct kernel_trace_options {
	uint32_t pid;	     /* only this process (tgid); 0: all */
	const char *comm;    /* only threads of this name (its first 15 bytes); NULL: all */
	uint32_t ring_bytes; /* size of the ring buffer, a power of two; 0: 4 MiB */
	const char *btf; /* a file with the kernel's types, for one that has none; NULL: its own */
	bool kprobes_only; /* leave out the best rung of the ladder: for tests and for doubt */
};

/* Called for each event, in the order of the ring buffer. The event is the callee's to copy. */
typedef void (*kernel_event_fn)(const struct event *event, void *arg);

/*
 * Load, attach and hand out. Returns 0, or -errno with @error filled: -EPERM (privileges), -ENOENT
 * (no driver, or no hook fits this kernel), -EOPNOTSUPP (no BTF). The caller closes @out.
 */
int kernel_trace_open(struct kernel_trace **out, const struct kernel_trace_options *options,
		      struct error *error);

/* Detach, unload, free. NULL is fine. */
void kernel_trace_close(struct kernel_trace *trace);

/* How often events are to be fetched: as late as this they arrive. */
#define KERNEL_TRACE_PERIOD_NS 10000000

/* A timer that polls readable when it is time for kernel_trace_consume(). Owned by @trace. */
int kernel_trace_fd(const struct kernel_trace *trace);

/* Deliver all waiting events to @fn. Returns how many, or -errno. */
int kernel_trace_consume(struct kernel_trace *trace, kernel_event_fn fn, void *arg);

/* What was lost since attach. 0 or -errno. */
int kernel_trace_losses(const struct kernel_trace *trace, struct event_losses *losses);

/* All hooks, in a stable order. Owned by @trace. */
const struct hook *kernel_trace_hooks(const struct kernel_trace *trace, size_t *count);

#endif
