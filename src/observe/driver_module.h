/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vmclock driver as a module, which may come and go. */
#ifndef VMCLOCK_TRACE_OBSERVE_DRIVER_MODULE_H
#define VMCLOCK_TRACE_OBSERVE_DRIVER_MODULE_H

#include <stdint.h>

/*
 * Which one is loaded: after it was unloaded and loaded again, another. 0: none, or it is built in.
 */
uint64_t driver_module_identity(void);

/*
 * What to do where there is no driver: static. By what the kernel's modules on disk are, where that
 * can be seen: a module that was never built is not to be loaded.
 */
const char *driver_module_hint(void);

#endif
