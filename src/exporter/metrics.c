// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/metrics.h"

#include "exporter/metrics_parts.h"

void metrics_write(struct metrics_writer *out, const struct metrics_snapshot *snapshot,
		   const struct metrics_self *self)
{
	metrics_write_page(out, &snapshot->page);
	metrics_write_clocks(out, snapshot);
	metrics_write_driver(out, &snapshot->driver);
	metrics_write_self(out, snapshot, self);
	metrics_end(out);
}
