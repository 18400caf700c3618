// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/counter_rate.h"

#include <stdbool.h>

#include "base/instant.h"
#include "observe/host_clock.h"

static uint64_t raw_ns_of(const struct counter_bracket *bracket)
{
	return (uint64_t)bracket->inner.tv_sec * NSEC_PER_SEC + (uint64_t)bracket->inner.tv_nsec;
}

static bool agree(uint64_t a, uint64_t b)
{
	uint64_t apart = a > b ? a - b : b - a;

	return apart < (a / 1000000 + 1) * COUNTER_RATE_AGREE_PPM;
}

void counter_rate_feed(struct counter_rate *rate)
{
	struct counter_bracket now;
	uint64_t ticks, ns, hz;

	if (rate->hz)
		return;
	now = host_clock_by_counter(CLOCK_MONOTONIC_RAW);
	ticks = now.before - rate->from_counter;
	ns = raw_ns_of(&now) - rate->from_raw_ns;
	if (rate->from_raw_ns && ns < COUNTER_RATE_WINDOW_NS)
		return;
	if (rate->from_raw_ns) {
		hz = (uint64_t)((unsigned __int128)ticks * NSEC_PER_SEC / ns);
		if (rate->last_hz && agree(hz, rate->last_hz))
			rate->hz = hz;
		rate->last_hz = hz;
	}
	rate->from_counter = now.before;
	rate->from_raw_ns = raw_ns_of(&now);
}
