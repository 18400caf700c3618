/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all of an exporter's pages for people have: the head, and marks that differ in shape. */
#ifndef VMCLOCK_TRACE_EXPORTER_LANDING_FRAME_H
#define VMCLOCK_TRACE_EXPORTER_LANDING_FRAME_H

#include <stdio.h>

#include "exporter/landing_verdict.h"

/* Up to the body: titled "@first: @second"; with @renew, it loads itself again every 15 s. */
void landing_put_head(FILE *out, const char *first, const char *second, bool renew);

/* "ok", "warning", "critical", "unknown": the class of what has that colour. Static. */
const char *landing_level_style(enum landing_level level);

/*
 * A drawing for a class of landing_level_style(), or "info": a disc with a tick, a triangle, an
 * octagon, a rhomb, a ring.
 */
void landing_put_mark(FILE *out, const char *style);

#endif
