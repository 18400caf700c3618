/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several recordings, read one after the other and twice, as one report. */
#ifndef VMCLOCK_TRACE_FLEET_REPORT_FLEET_H
#define VMCLOCK_TRACE_FLEET_REPORT_FLEET_H

#include "report/report.h"

/* As text, JSON and HTML. */
extern const struct report_several report_fleet;

#endif
