/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of lines that the live views for people share. */
#ifndef VMCLOCK_TRACE_RENDER_LIVE_TEXT_H
#define VMCLOCK_TRACE_RENDER_LIVE_TEXT_H

#include <stdint.h>
#include <stdio.h>

#include "event/page_change.h"
#include "judge/detector.h"
#include "judge/finding.h"
#include "page/page.h"

/* @format has one %s, for @ns as people say it. */
void live_put_duration(FILE *out, const char *format, uint64_t ns);

/* Seconds since @start_ns, which is what people count in while they watch, and a blank. */
void live_put_time(FILE *out, uint64_t start_ns, uint64_t time_ns);

/* What the page is: mode, status, seq, marker. */
void live_put_page(FILE *out, const struct page *page);

/* What changed, but for what moves with every healthy update; and how many updates were missed. */
void live_put_page_change(FILE *out, const struct page_change *change);

/* "critical host_step: SENTENCE (within 10 ms before)" */
void live_put_finding(FILE *out, const struct finding *finding);

/* "2 (1 disruption, 1 host_step)", or "0" */
void live_put_finding_counts(FILE *out, const struct detector_counts *counts);

#endif
