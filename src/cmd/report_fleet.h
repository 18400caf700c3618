/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several recordings, read one after the other and twice, as one report. */
#ifndef VMCLOCK_TRACE_CMD_REPORT_FLEET_H
#define VMCLOCK_TRACE_CMD_REPORT_FLEET_H

#include <stddef.h>
#include <stdio.h>

#include "cmd/report_material.h"
#include "render/fleet_view.h"

/* Report on the @count files at @paths by @put. The exit code: what is wrong has been said. */
int report_fleet(char *const *paths, size_t count, const struct report_wish *wish,
		 void (*put)(FILE *out, const struct fleet *fleet));

#endif
