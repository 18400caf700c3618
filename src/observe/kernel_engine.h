/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BPF program in the kernel: loaded once, as this kernel has it now. One file owns the
 * skeleton.
 *
 * A driver that is loaded or unloaded later is another kernel, for another engine: see kernel.c.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_KERNEL_ENGINE_H
#define VMCLOCK_TRACE_OBSERVE_KERNEL_ENGINE_H

#include "base/error.h"
#include "observe/kernel.h"
#include "observe/kernel_hooks.h"
#include "observe/kernel_wire.h"

struct kernel_engine;

/*
 * Load the program and attach @hooks as they are planned; those that the kernel refuses are
 * demoted.
 * @wire, borrowed, remembers from one engine to the next. 0, or -errno as kernel_trace_open() with
 * @error filled. It is not an error if no hook attaches.
 */
int kernel_engine_open(struct kernel_engine **out, const struct kernel_trace_options *options,
		       struct hook hooks[KERNEL_HOOKS], struct kernel_symbols *symbols,
		       struct kernel_wire *wire, struct error *error);

/* Detach, unload, free. NULL is fine. */
void kernel_engine_close(struct kernel_engine *engine);

/*
 * From now on it also sees who moves the system clock, and calls: until then another engine does.
 */
void kernel_engine_arm(struct kernel_engine *engine);

/* Detach all hooks, which takes a while; any thread may. What they have made can still be had. */
void kernel_engine_detach(struct kernel_engine *engine);

/*
 * Give up those @hooks that hold the driver's module, which takes a moment; any thread may. The
 * others go on.
 */
void kernel_engine_release(struct kernel_engine *engine, const bool hooks[KERNEL_HOOKS]);

/* As kernel_trace_consume(), kernel_trace_tally(), kernel_trace_every_event(). */
int kernel_engine_consume(struct kernel_engine *engine, kernel_event_fn fn, void *arg);
void kernel_engine_tally(struct kernel_engine *engine, kernel_event_fn fn, void *arg);
void kernel_engine_every_event(struct kernel_engine *engine, bool on);

/* Add what was lost. 0 or -errno. */
int kernel_engine_add_losses(struct kernel_engine *engine, struct event_losses *losses);

#endif
