/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of metrics_write(), one file each. */
#ifndef VMCLOCK_TRACE_EXPORTER_METRICS_PARTS_H
#define VMCLOCK_TRACE_EXPORTER_METRICS_PARTS_H

#include "exporter/metrics.h"

/* What the page holds: metrics_page.c. */
void metrics_write_page(struct metrics_writer *out, const struct metrics_page *page);

/* How far apart clocks are, what was found, when clocks were bad: metrics_clocks.c. */
void metrics_write_clocks(struct metrics_writer *out, const struct metrics_snapshot *snapshot);

/* Would a finding of @kind be seen, by the hooks that it needs, if any? metrics_driver.c. */
bool metrics_sees_finding(const struct metrics_driver *driver, enum finding_kind kind);

/* Who reads the driver, who sets the system clock: metrics_driver.c. */
void metrics_write_driver(struct metrics_writer *out, const struct metrics_driver *driver);

/* How well all this is seen, and at what cost: metrics_self.c. */
void metrics_write_self(struct metrics_writer *out, const struct metrics_snapshot *snapshot,
			const struct metrics_self *self);

#endif
