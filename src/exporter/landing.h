/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an exporter knows, as pages for people: in a browser, and by curl. */
#ifndef VMCLOCK_TRACE_EXPORTER_LANDING_H
#define VMCLOCK_TRACE_EXPORTER_LANDING_H

#include <stdint.h>
#include <stdio.h>

#include "exporter/metrics.h"

/* An observer that has not turned for so long has stopped: a sample waits for 100 ms at most. */
#define LANDING_STALL_NS 10000000000ull

/* Is the observer at work, at @now_ns of CLOCK_MONOTONIC? */
bool landing_is_healthy(const struct metrics_snapshot *snapshot, uint64_t now_ns);

/* The state now, the last findings, and where the metrics are: a whole page of HTML. */
void landing_put_html(FILE *out, const struct metrics_snapshot *snapshot, uint64_t now_ns);

/* Whether it is healthy, and if not why not; then what is not seen, and why. Lines of text. */
void landing_put_health(FILE *out, const struct metrics_snapshot *snapshot, uint64_t now_ns);

#endif
