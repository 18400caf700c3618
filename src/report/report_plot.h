/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plots of a report, as SVG within HTML; colours are classes of the page's style sheet. */
#ifndef VMCLOCK_TRACE_REPORT_REPORT_PLOT_H
#define VMCLOCK_TRACE_REPORT_REPORT_PLOT_H

#include <stdio.h>

#include "report/report_view.h"

#define REPORT_PLOT_ID_BYTES 32

/* The anchor of what report_plot_errors() draws of @incident, NULL: of the whole recording; @id. */
const char *report_plot_id(const struct incident *incident, char id[REPORT_PLOT_ID_BYTES]);

/*
 * Each clock's error and the page's own bound from @from_ns to @to_ns (CLOCK_MONOTONIC), with the
 * bad windows and the findings: curves of @incident, or of the whole recording where that is NULL.
 */
void report_plot_errors(FILE *out, const struct report *report, const struct incident *incident,
			uint64_t from_ns, uint64_t to_ns);

/* How long the reads took that were measured one by one, over the whole recording. */
void report_plot_latencies(FILE *out, const struct report *report);

/* How long the uses took that @latency counts. */
void report_plot_histogram(FILE *out, const struct histogram *latency);

#endif
