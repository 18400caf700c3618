/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an exporter knows, as pages for people: in a browser, and by curl. */
#ifndef VMCLOCK_TRACE_EXPORTER_LANDING_H
#define VMCLOCK_TRACE_EXPORTER_LANDING_H

#include <stdint.h>
#include <stdio.h>

#include "exporter/landing_verdict.h"

/*
 * How the clock is, what to do, each clock, the last findings, and where the metrics are: a whole
 * page of HTML, at @now_ns of CLOCK_MONOTONIC.
 */
void landing_put_html(FILE *out, const struct metrics_snapshot *snapshot, uint64_t now_ns);

/* Whether it is healthy, and if not why not; then what is not seen, and why. Lines of text. */
void landing_put_health(FILE *out, const struct metrics_snapshot *snapshot, uint64_t now_ns);

/*
 * The runbook @name, that of an alert, as a whole page of HTML; NULL: a list of all. False, and
 * nothing is written: there is none.
 */
bool landing_put_runbook(FILE *out, const char *name);

#endif
