/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Latencies as bars, a row for each power of two, of several ways side by side. */
#ifndef VMCLOCK_TRACE_SHOW_HISTOGRAM_TEXT_H
#define VMCLOCK_TRACE_SHOW_HISTOGRAM_TEXT_H

#include <stddef.h>
#include <stdio.h>

#include "event/histogram.h"

/* One of them. Both are borrowed. */
struct named_histogram {
	const char *name;
	const struct histogram *histogram;
};

/* As many beside each other as @out is wide; the bars of each are relative to its longest. */
void histograms_put(FILE *out, const struct named_histogram histograms[], size_t count);

#endif
