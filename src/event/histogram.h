/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Latencies by powers of two: bucket b counts what lies in [2^b, 2^(b+1)) ns; bucket 0 has 0 too.
 */
#ifndef VMCLOCK_TRACE_EVENT_HISTOGRAM_H
#define VMCLOCK_TRACE_EVENT_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS 64

struct histogram {
	uint64_t count;
	uint64_t sum_ns;
	uint64_t max_ns;
	uint64_t bucket[HISTOGRAM_BUCKETS];
};

/* Count one value. */
void histogram_add(struct histogram *histogram, uint64_t ns);

/* Add all of @other. */
void histogram_merge(struct histogram *histogram, const struct histogram *other);

/* What @now has more than @before, an earlier state of it; the maximum is that of @now. */
struct histogram histogram_less(const struct histogram *now, const struct histogram *before);

/*
 * The upper edge, in ns, of the bucket below which @percent of all values lie (at most max_ns): an
 * upper bound of that percentile, true to a factor of two. 0 for an empty histogram.
 */
uint64_t histogram_percentile(const struct histogram *histogram, unsigned int percent);

#endif
