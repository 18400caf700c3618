/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timeline of a fleet as SVG in HTML: a lane for each recording, a link to its section.
 */
#ifndef VMCLOCK_TRACE_FLEET_FLEET_PLOT_H
#define VMCLOCK_TRACE_FLEET_FLEET_PLOT_H

#include <stdio.h>

#include "fleet/fleet.h"

/* What it needs beside report_style. */
extern const char fleet_plot_style[];

/* By fleet_by_harm()'s @order: the first one links to #host1. */
void fleet_plot(FILE *out, const struct fleet *fleet, const size_t *order);

#endif
