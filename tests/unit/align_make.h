/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random hosts as texts of scenarios: they move, fail and come back, and never lie but where asked
 * to.
 */
#ifndef VMCLOCK_TRACE_TESTS_ALIGN_MAKE_H
#define VMCLOCK_TRACE_TESTS_ALIGN_MAKE_H

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "scenario/random.h"

#define HOST_TEXT_BYTES 8192

static struct random_source dice;

static inline uint64_t pick(uint64_t below)
{
	return random_u64(&dice) % below;
}

static inline size_t make_head(uint64_t seed, bool steps, char *text)
{
	static const char *const leaps[] = {"none", "none", "positive", "negative"};
	bool marker_only = !steps && pick(5) == 0;
	size_t length;

	/* A month's end is near for some, and a leap second comes. */
	length = (size_t)sprintf(
		text,
		"# seed %" PRIu64 "\nstart 2026-06-30T23:59:%02dZ\nseed %" PRIu64
		"\nmode %s\ntime-type %s\ntai-offset %s\ngeneration 1\nsample %" PRIu64
		"ms\nrefresh %" PRIu64 "ms\ntime-error %" PRIu64 "us\nrate-error %" PRIu64
		"ppm\ndrift 0.3\nleap %s\n",
		seed, (int)pick(58), seed, marker_only ? "marker-only" : "full",
		pick(2) ? "UTC" : "TAI", pick(8) ? "-37" : "37", 10 + pick(300), 100 + pick(3000),
		1 + pick(1000), 1 + pick(20), steps || marker_only ? "none" : leaps[pick(4)]);
	if (marker_only || pick(2))
		length += (size_t)sprintf(text + length, "realtime within %" PRIu64 "ms\n",
					  1 + pick(20));
	if (pick(2))
		length += (size_t)sprintf(text + length, "notification yes\n");
	return length;
}

static inline size_t make_event(char *text)
{
	static const char *const status[] = {"UNKNOWN", "INITIALIZING", "FREERUNNING", "UNRELIABLE",
					     "SYNCHRONIZED"};
	uint64_t ms = 1 + pick(2000);

	switch (pick(9)) {
	case 0:
	case 1:
		return (size_t)sprintf(text,
				       "%s downtime %" PRIu64 "ms value %+" PRId64
				       "ms rate %+" PRId64 " resync %" PRIu64 "ms\n",
				       pick(2) ? "migrate" : "restore", pick(800),
				       (int64_t)pick(2000) - 1000, (int64_t)pick(60) - 30,
				       pick(2) * pick(1400));
	case 2:
		return (size_t)sprintf(text, "disrupt\n");
	case 3:
		return (size_t)sprintf(text, "status %s\n", status[pick(5)]);
	case 4:
		return (size_t)sprintf(text, "stick %" PRIu64 "ms\n", ms);
	case 5:
		return (size_t)sprintf(text, "%s %" PRIu64 "ms\n", pick(2) ? "gone" : "garbage",
				       ms);
	case 6:
		return (size_t)sprintf(text, "stun %" PRIu64 "ms\n", ms);
	case 7:
		return (size_t)sprintf(text, "storm %" PRIu64 " over %" PRIu64 "ms\n",
				       1 + pick(300), 1 + ms);
	default:
		return (size_t)sprintf(text, "refresh %" PRIu64 "ms\n", 100 + pick(8000));
	}
}

static inline size_t make_line(uint64_t at_ms, char *text)
{
	size_t length = (size_t)sprintf(text, "at %" PRIu64 "ms ", at_ms);

	return length + make_event(text + length);
}

/* With @steps, lies instead: the host's time steps, and at first was true. */
static inline void make_host(uint64_t seed, bool steps, char *text)
{
	uint64_t at_ms = 3000;
	size_t length;

	dice = (struct random_source){seed};
	for (int i = 0; i < 4; i++)
		pick(2);
	length = make_head(seed, steps, text);
	for (uint64_t i = 1 + pick(8); i; i--) {
		at_ms += 2500 + pick(12000);
		if (steps)
			length += (size_t)sprintf(text + length,
						  "at %" PRIu64 "ms step %+" PRId64 "us\n", at_ms,
						  (int64_t)pick(4000000) - 2000000);
		else
			length += make_line(at_ms, text + length);
	}
	assert(length < HOST_TEXT_BYTES);
}

#endif
