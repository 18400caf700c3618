/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far a clock was off lately, span by span: bounded, so spans grow as time goes by, from a
 * second to half a minute, and then the oldest are dropped. Pure.
 */
#ifndef VMCLOCK_TRACE_EXPORTER_CLOCK_HISTORY_H
#define VMCLOCK_TRACE_EXPORTER_CLOCK_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"

#define CLOCK_HISTORY_SPANS    128
#define CLOCK_HISTORY_SPAN_MAX (32ull * NSEC_PER_SEC)

/* All that was read in one span of time. */
struct clock_history_span {
	uint32_t known;		  /* readings */
	uint32_t unknown;	  /* readings of which the error is not known */
	struct ns_interval error; /* the hull of those that are known; valid if there are any */
};

/* All zero at first. */
struct clock_history {
	uint64_t from_ns; /* CLOCK_MONOTONIC, where the first span begins */
	uint64_t span_ns; /* how long each is; 0: there is none */
	size_t spans;
	struct clock_history_span span[CLOCK_HISTORY_SPANS];
};

/* It was read at @time_ns, and was @error off; NULL: by how much is not known. */
void clock_history_add(struct clock_history *history, uint64_t time_ns,
		       const struct ns_interval *error);

/* The furthest that it was off, either way, into @ns; false: nothing is known. */
bool clock_history_worst(const struct clock_history *history, uint64_t *ns);

/* Is there any span of which nothing is known, or not all? */
bool clock_history_has_gap(const struct clock_history *history);

/* How far either end of @error is from 0 at most. */
uint64_t interval_reach_ns(struct ns_interval error);

#endif
