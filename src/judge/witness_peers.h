/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clocks that claim a bound, where no page judges CLOCK_REALTIME: do they contradict each other?
 * One of them is the witness (judge/witness.h), but then none shows that all is well. Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_WITNESS_PEERS_H
#define VMCLOCK_TRACE_JUDGE_WITNESS_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"
#include "event/event.h"

#define WITNESS_PEERS 8
/* Between the readings of two of them CLOCK_REALTIME is taken to drift by no more than this. */
#define WITNESS_PEERS_RATE_PPM 1000

struct witness_peer {
	int32_t number; /* of /dev/ptpN */
	uint64_t seen_ns;
	struct ns_interval error; /* CLOCK_REALTIME less it, its bound included */
};

/* All zero: none. Those that do not fit are not asked. */
struct witness_peers {
	struct witness_peer peer[WITNESS_PEERS];
	size_t count;
};

/* Take an event. */
void witness_peers_event(struct witness_peers *peers, const struct event *event);

/* Do any two of them, read at @since_ns or later, surely show other times? */
bool witness_peers_contradict(const struct witness_peers *peers, uint64_t since_ns);

#endif
