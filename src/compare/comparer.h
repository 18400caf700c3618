/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares the clocks of one sample, and the sample with those before it. Pure.
 */
#ifndef VMCLOCK_TRACE_COMPARE_COMPARER_H
#define VMCLOCK_TRACE_COMPARE_COMPARER_H

#include "compare/comparison.h"

/* Zero it before first use. */
struct comparer {
	uint64_t samples;
	struct clock_sample base;   /* where elapsed time is counted from; valid if samples > 0 */
	struct clock_sample newest; /* the sample before; the same */
};

/*
 * Compare @sample into @out, and remember it. @driver is what was seen of the driver during it,
 * NULL where that cannot be seen; @references what was read of other PTP clocks, NULL: nothing.
 */
void comparer_add(struct comparer *comparer, const struct clock_sample *sample,
		  const struct driver_comparison *driver,
		  const struct compared_references *references, struct comparison *out);

#endif
