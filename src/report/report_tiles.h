/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The five figures of a verdict as HTML: a tile each, with a shape as well as a colour. */
#ifndef VMCLOCK_TRACE_REPORT_REPORT_TILES_H
#define VMCLOCK_TRACE_REPORT_REPORT_TILES_H

#include <stdbool.h>
#include <stdio.h>

#include "report/verdict.h"

/* @small: for one of several hosts. */
void report_put_tiles(FILE *out, const struct verdict_line line[VERDICT_FIGURES], bool small);

#endif
