/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares the clocks of one sample, and the sample with those before it. Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_COMPARE_H
#define VMCLOCK_TRACE_JUDGE_COMPARE_H

#include "judge/comparison.h"

/* Zero it before first use. */
struct comparer {
	uint64_t samples;
	struct clock_sample base;   /* where elapsed time is counted from; valid if samples > 0 */
	struct clock_sample newest; /* the sample before; the same */
};

/*
 * Compare @sample into @out, and remember it. @driver is what was seen of the driver during it,
 * NULL where that cannot be seen.
 */
void comparer_add(struct comparer *comparer, const struct clock_sample *sample,
		  const struct driver_comparison *driver, struct comparison *out);

/* What a number of comparisons adds up to. Zero it before first use. */
struct comparison_totals {
	uint64_t samples;
	uint64_t contradictions[CONTRADICTIONS]; /* by kind, at most one a sample and cause */
	uint64_t updates;			 /* of the page, by seq_count */
	uint64_t marker_changes;
	bool has_driver;
	struct driver_comparison driver;
	uint32_t notes;
};

/* Count @comparison. */
void comparison_totals_add(struct comparison_totals *totals, const struct comparison *comparison);

/* The sum over all kinds. */
uint64_t comparison_totals_contradictions(const struct comparison_totals *totals);

#endif
