// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/histogram.h"

static unsigned int bucket_of(uint64_t ns)
{
	return ns ? 63 - (unsigned int)__builtin_clzll(ns) : 0;
}

void histogram_add(struct histogram *histogram, uint64_t ns)
{
	histogram->count++;
	histogram->sum_ns += ns;
	histogram->bucket[bucket_of(ns)]++;
	if (ns > histogram->max_ns)
		histogram->max_ns = ns;
}

void histogram_merge(struct histogram *histogram, const struct histogram *other)
{
	histogram->count += other->count;
	histogram->sum_ns += other->sum_ns;
	if (other->max_ns > histogram->max_ns)
		histogram->max_ns = other->max_ns;
	for (int b = 0; b < HISTOGRAM_BUCKETS; b++)
		histogram->bucket[b] += other->bucket[b];
}

struct histogram histogram_less(const struct histogram *now, const struct histogram *before)
{
	struct histogram less = {
		.count = now->count - before->count,
		.sum_ns = now->sum_ns - before->sum_ns,
		.max_ns = now->max_ns,
	};

	for (int b = 0; b < HISTOGRAM_BUCKETS; b++)
		less.bucket[b] = now->bucket[b] - before->bucket[b];
	return less;
}

uint64_t histogram_percentile(const struct histogram *histogram, unsigned int percent)
{
	/* Rounded up: the 99th of 1 value is that value. */
	uint64_t rank = (uint64_t)(((unsigned __int128)histogram->count * percent + 99) / 100);
	uint64_t seen = 0;

	for (unsigned int b = 0; b < HISTOGRAM_BUCKETS; b++) {
		uint64_t edge = b < 63 ? (2ull << b) - 1 : UINT64_MAX;

		seen += histogram->bucket[b];
		if (histogram->count && seen >= rank)
			return edge < histogram->max_ns ? edge : histogram->max_ns;
	}
	return histogram->max_ns;
}
