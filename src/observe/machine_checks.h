/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this machine has for the tool's work: kernel, BTF, driver, device, rights. Nothing here
 * changes anything.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_MACHINE_CHECKS_H
#define VMCLOCK_TRACE_OBSERVE_MACHINE_CHECKS_H

#include <stddef.h>

#include "base/error.h"
#include "event/check.h"

/* How many checks machine_checks() makes at most. */
#define MACHINE_CHECKS 20

/*
 * Look at everything but the hooks. @device: the page's path, NULL for the first device. @btf: a
 * file of BTF to use instead of the kernel's, or NULL. @hooks_result and @no_hooks: what came of
 * trying the hooks, as of kernel_trace_open(). Returns how many of @checks were filled.
 */
size_t machine_checks(const char *device, const char *btf, int hooks_result,
		      const struct error *no_hooks, struct check checks[MACHINE_CHECKS]);

#endif
