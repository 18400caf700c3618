// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/trial.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock_now.h"

static int compare_u64(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

uint64_t trial_median_ns(uint64_t *took_ns, size_t trials)
{
	qsort(took_ns, trials, sizeof(took_ns[0]), compare_u64);
	return took_ns[trials / 2];
}

uint64_t trial_wake_ns(size_t trials)
{
	const struct timespec nap = {.tv_nsec = 100000};
	uint64_t wake_ns = 0;

	for (size_t i = 0; i < trials; i++) {
		uint64_t from_ns = clock_now_ns(CLOCK_MONOTONIC), took_ns;

		clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
		took_ns = clock_now_ns(CLOCK_MONOTONIC) - from_ns;
		if (took_ns > (uint64_t)nap.tv_nsec && took_ns - (uint64_t)nap.tv_nsec > wake_ns)
			wake_ns = took_ns - (uint64_t)nap.tv_nsec;
	}
	return wake_ns;
}
