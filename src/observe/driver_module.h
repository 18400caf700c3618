/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vmclock driver as a module, which may come and go. */
#ifndef VMCLOCK_TRACE_OBSERVE_DRIVER_MODULE_H
#define VMCLOCK_TRACE_OBSERVE_DRIVER_MODULE_H

#include <stdint.h>

/*
 * Which one is loaded: after it was unloaded and loaded again, another. 0: none, or it is built in.
 */
uint64_t driver_module_identity(void);

#endif
