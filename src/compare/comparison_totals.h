/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a number of comparisons adds up to. */
#ifndef VMCLOCK_TRACE_COMPARE_COMPARISON_TOTALS_H
#define VMCLOCK_TRACE_COMPARE_COMPARISON_TOTALS_H

#include "compare/comparison.h"

/* Zero it before first use. */
struct comparison_totals {
	uint64_t samples;
	uint64_t contradictions[CONTRADICTIONS]; /* by kind, at most one a sample and cause */
	uint64_t updates;			 /* of the page, by seq_count */
	uint64_t marker_changes;
	bool has_driver;
	struct driver_comparison driver;
	uint32_t notes;
	struct claim agree;	      /* did the clocks, in all samples? */
	char doubt[PAGE_DOUBT_BYTES]; /* of the page, with the claim; empty: none */
};

/* Count @comparison. */
void comparison_totals_add(struct comparison_totals *totals, const struct comparison *comparison);

/*
 * "critical" where a clock is outside of what it or the page claims; "warning" where two contradict
 * each other; "ok" where all agree, else "unknown". Static.
 */
const char *comparison_totals_level(const struct comparison_totals *totals);

/* The sum over all kinds. */
uint64_t comparison_totals_contradictions(const struct comparison_totals *totals);

#endif
