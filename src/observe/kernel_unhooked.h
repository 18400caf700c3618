/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why nothing of the kernel is hooked, with the cure, in words. */
#ifndef VMCLOCK_TRACE_OBSERVE_KERNEL_UNHOOKED_H
#define VMCLOCK_TRACE_OBSERVE_KERNEL_UNHOOKED_H

#include "base/error.h"
#include "observe/kernel_hooks.h"
#include "observe/kernel_symbols.h"

/* There is no driver, or no BTF (of @file, unless that is NULL). -errno. */
int kernel_unhooked_no_driver(struct error *error, const struct kernel_symbols *symbols,
			      const char *file);

/* Every hook was refused: the first one that is missed says why. -errno. */
int kernel_unhooked_no_hook(struct error *error, const struct hook hooks[KERNEL_HOOKS]);

#endif
