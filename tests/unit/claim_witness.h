/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For claim_story.h: clocks that could judge where the page cannot, and how they fail. */
#ifndef VMCLOCK_TRACE_TESTS_CLAIM_WITNESS_H
#define VMCLOCK_TRACE_TESTS_CLAIM_WITNESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "scenario/random.h"

#define WITNESS_LINES 256

/*
 * Two or three clocks with bounds and a page that stops telling; @lies: one of them goes off, and
 * is contradicted by the rest at each reading. @more: "+" if something happens before it.
 */
static inline void story_other_witness(struct random_source *random, bool lies, const char *more,
				       char out[WITNESS_LINES])
{
	static const char *const ends[] = {"gone", "status UNRELIABLE", "mode marker-only",
					   "stick 1h", "migrate downtime 2s late 1h"};
	static const char *const liars[] = {"ptp-clock nic off +10ms within 1ms",
					    "ptp-clock nic off -3s within 10us",
					    "clockbound off +50ms within 1ms"};
	bool has_third = random_u64(random) % 2;
	unsigned long long end_ms = random_u64(random) % 9000;
	const char *end = ends[random_u64(random) % 5];
	unsigned long long lie_ms = random_u64(random) % 9000;
	const char *lie = liars[random_u64(random) % 3];
	unsigned long long set_ms = random_u64(random) % 9000;
	long long step_ns = (long long)(random_u64(random) % 6000000000) - 3000000000ll;
	char lying[96] = "";

	if (lies)
		snprintf(lying, sizeof(lying), "at +%llums %s\n", lie_ms, lie);
	snprintf(out, WITNESS_LINES,
		 "ptp-clock nic within 1ms\nclockbound within 1ms\n%sat %s%llums %s\n%s"
		 "at +%llums clock-set step %+lldns\n",
		 has_third ? "ptp-clock hyperv within 2ms\n" : "", more, end_ms, end, lying, set_ms,
		 step_ns);
}

/* A page with a wide bound in every fourth story, and a disruption after a step; else false. */
static inline bool story_wide_bound(uint64_t seed, const char *more, char out[WITNESS_LINES])
{
	static const char *const bounds[] = {"1s", "200ms", "20ms", "5ms"};
	struct random_source random = {seed * 3 + 77};
	int length;

	if (random_u64(&random) % 4)
		return false;
	length = snprintf(out, WITNESS_LINES, "at %s0ms time-error %s\n", more,
			  bounds[random_u64(&random) % 4]);
	if (random_u64(&random) % 2)
		snprintf(out + length, WITNESS_LINES - (size_t)length,
			 "at +%llums step -50ms\nat +%llums migrate downtime 300ms\n",
			 (unsigned long long)(random_u64(&random) % 9000),
			 (unsigned long long)(random_u64(&random) % 9000));
	return true;
}

#endif
