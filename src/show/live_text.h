/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of lines that the live views for people share. */
#ifndef VMCLOCK_TRACE_SHOW_LIVE_TEXT_H
#define VMCLOCK_TRACE_SHOW_LIVE_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "event/event.h"
#include "event/page_change.h"
#include "event/summary.h"
#include "judge/detector.h"
#include "judge/outcome.h"
#include "page/page.h"

/* @format has one %s, for @ns as people say it. */
void live_put_duration(FILE *out, const char *format, uint64_t ns);

/* "start   2026-01-01T00:00:00.000000000Z (CLOCK_REALTIME)"; 0: it is not known. */
void live_put_start(FILE *out, int64_t realtime_ns);

/* Seconds since @start_ns, which is what people count in while they watch, and a blank: columns. */
int live_put_time(FILE *out, uint64_t start_ns, uint64_t time_ns);

#define LIVE_READER_COLUMNS 16

/*
 * The reader's name, made harmless, in so many columns at least; a blank, and its process id in 7.
 */
void live_put_reader(FILE *out, const struct event_reader *who);

/* A line of what @reader used how often, by path; and that it maps the page, if it does. */
void live_put_reader_paths(FILE *out, const struct summary_reader *reader);

/* What the page is: mode, status, seq, marker. */
void live_put_page(FILE *out, const struct page *page);

/* Has nothing changed but what moves with every healthy update? */
bool live_is_routine(const struct page_change *change);

/* What changed, but for what moves with every healthy update; and how many updates were missed. */
void live_put_page_change(FILE *out, const struct page_change *change);

/* "critical host_step: SENTENCE (within 10 ms before)" */
void live_put_finding(FILE *out, const struct finding *finding);

/* "page updates 12, of them 3": at least so many where the producer breaks the seqlock. */
void live_put_updates(FILE *out, uint64_t updates, uint64_t missed,
		      const struct detector_counts *counts);

/*
 * "2 (1 disruption, 1 host_step)", or "0"; where @outcome has not all, "at least 2 (...): WHY", or
 * "none seen; WHY: not known". What was found live where nothing can be seen now is named, with its
 * time after @start_ns.
 */
void live_put_finding_counts(FILE *out, uint64_t start_ns, const struct detector_counts *counts,
			     const struct outcome *outcome);

#endif
