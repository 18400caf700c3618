/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which functions are hooked, and by which attach type on this kernel. */
#ifndef VMCLOCK_TRACE_OBSERVE_KERNEL_HOOKS_H
#define VMCLOCK_TRACE_OBSERVE_KERNEL_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "event/hook.h"
#include "observe/kernel_symbols.h"

#define KERNEL_HOOKS 16

/* The index of the hook on the choke point. */
#define KERNEL_HOOK_READ 0

/*
 * Choose for each function the best attach type from @best on that this kernel offers. Without
 * @calls, calls to PTP clocks are not hooked, but for the results of ioctls: a read of the driver
 * shows by which call it came.
 */
void kernel_hooks_plan(struct hook hooks[KERNEL_HOOKS], struct kernel_symbols *symbols,
		       enum hook_attach_type best, bool calls, bool reload);

/* The function of hook @i, as it is called on this kind of machine. Static. */
const char *kernel_hook_function(size_t i);

/* What is not known without a hook on @function, static; NULL for one that is not hooked. */
const char *kernel_hook_tells(const char *function);

/*
 * The name that the programs of hook @i have in bpf/, less the ending for the attach type. With
 * @exit_only of those that see the result alone; NULL: there are none.
 */
const char *kernel_hook_program(size_t i, bool exit_only);

/* The hook whose program is called @name; KERNEL_HOOKS: none is. */
size_t kernel_hook_of_program(const char *name);

/* Is the function of hook @i the driver's own? Where that is a module, fentry on it holds it. */
bool kernel_hook_is_in_driver(size_t i);

/* Fall back to the next attach type, because the kernel refused with @result (-errno). */
void kernel_hook_demote(struct hook *hook, int result, struct kernel_symbols *symbols);

/* The same for all that are on @attach_type. Were there any? */
bool kernel_hooks_demote(struct hook hooks[KERNEL_HOOKS], enum hook_attach_type attach_type,
			 int result, struct kernel_symbols *symbols);

#endif
