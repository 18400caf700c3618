// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/witness_peers.h"

#include "judge/witness.h"

static struct witness_peer *peer_of(struct witness_peers *peers, int32_t number)
{
	for (size_t i = 0; i < peers->count; i++) {
		if (peers->peer[i].number == number)
			return &peers->peer[i];
	}
	return peers->count < WITNESS_PEERS ? &peers->peer[peers->count++] : NULL;
}

void witness_peers_event(struct witness_peers *peers, const struct event *event)
{
	struct ns_interval error;
	struct witness_peer *peer;

	if (event->type != EVENT_CLOCK || witness_rank_of(&event->clock) != WITNESS_BOUNDED ||
	    witness_realtime_error(&event->clock, &error) ||
	    interval_widen(error, event->clock.max_error_ns, &error))
		return;
	peer = peer_of(peers, event->clock.reference.number);
	if (peer)
		*peer = (struct witness_peer){.number = event->clock.reference.number,
					      .seen_ns = event->time_ns,
					      .error = error};
}

static bool are_apart(const struct witness_peer *a, const struct witness_peer *b)
{
	uint64_t apart_ns =
		a->seen_ns > b->seen_ns ? a->seen_ns - b->seen_ns : b->seen_ns - a->seen_ns;
	struct ns_interval drifted;

	return !interval_widen(a->error, apart_ns / 1000000 * WITNESS_PEERS_RATE_PPM + 1000,
			       &drifted) &&
	       !interval_overlap(drifted, b->error);
}

bool witness_peers_contradict(const struct witness_peers *peers, uint64_t since_ns)
{
	for (size_t i = 0; i < peers->count; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct witness_peer *a = &peers->peer[i], *b = &peers->peer[j];

			if (a->seen_ns >= since_ns && b->seen_ns >= since_ns && are_apart(a, b))
				return true;
		}
	}
	return false;
}
