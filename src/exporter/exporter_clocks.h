/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far other clocks are off by what an exporter saw last, and since when one is wrong. Pure. */
#ifndef VMCLOCK_TRACE_EXPORTER_EXPORTER_CLOCKS_H
#define VMCLOCK_TRACE_EXPORTER_EXPORTER_CLOCKS_H

#include "exporter/metrics.h"
#include "judge/page_in_force.h"

/* An EVENT_CLOCK into @snapshot, whose page in force @line has taken it. */
void exporter_clocks_event(struct metrics_snapshot *snapshot, const struct event *event,
			   const struct page_in_force *line);

#endif
