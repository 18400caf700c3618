/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a clock was off lately, as a small drawing without numbers. */
#ifndef VMCLOCK_TRACE_EXPORTER_LANDING_PLOT_H
#define VMCLOCK_TRACE_EXPORTER_LANDING_PLOT_H

#include <stdio.h>

#include "exporter/clock_history.h"

/*
 * An SVG as wide as it may be: bars around a line at 0, up to @top_ns either way, which is not 0,
 * and hatched where nothing is known. @about is its text for those who do not see it.
 */
void landing_put_plot(FILE *out, const struct clock_history *history, uint64_t top_ns,
		      const char *about);

#endif
