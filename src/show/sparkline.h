/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A series in a few characters, for terminals. */
#ifndef VMCLOCK_TRACE_SHOW_SPARKLINE_H
#define VMCLOCK_TRACE_SHOW_SPARKLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "judge/incident.h"

#define SPARKLINE_HEIGHTS 8
#define SPARKLINE_COLUMNS 24
#define SPARKLINE_BYTES	  (4 * SPARKLINE_COLUMNS + 1)

/* A bar of @height, which is less than SPARKLINE_HEIGHTS, one column wide: static. */
const char *sparkline_bar(unsigned int height, bool is_utf8);

/*
 * How far a clock was surely off from @from_ns to @to_ns, by its @points, relative to the most; '?'
 * where that is not known. Empty where it never surely was. @out, always terminated.
 */
const char *sparkline_text(const struct error_point point[], size_t points, uint64_t from_ns,
			   uint64_t to_ns, bool is_utf8, char out[SPARKLINE_BYTES]);

#endif
