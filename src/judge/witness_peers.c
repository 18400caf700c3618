// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/witness_peers.h"

#include "judge/clock_error.h"
#include "judge/health.h"

struct peer_name peer_name_of(const struct event_clock *clock)
{
	return (struct peer_name){
		.clock = clock->clock,
		.reference = clock->reference,
		.has_claim = clock->has_claim,
		.claim_ns = clock->has_claim ? clock->max_error_ns : 0,
	};
}

static uint64_t allowed_ns(const struct peer_name *name)
{
	return name->has_claim ? name->claim_ns : (uint64_t)HEALTH_BACK_NS;
}

bool peer_pair_is_beyond(struct peer_pair *pair, struct ns_interval apart)
{
	int64_t limit_ns;

	if ((!pair->a.has_claim && !pair->b.has_claim) ||
	    __builtin_add_overflow(allowed_ns(&pair->a), allowed_ns(&pair->b), &limit_ns) ||
	    (apart.lo_ns <= limit_ns && apart.hi_ns >= -limit_ns))
		return false;
	pair->apart = apart;
	/* Towards 0, so it fits. */
	interval_sub(apart, interval_of(apart.lo_ns > 0 ? limit_ns : -limit_ns), &pair->beyond);
	return true;
}

bool witness_peers_off_page(const struct event *event, const struct clock_error *error,
			    struct peer_pair *pair)
{
	struct ns_interval bounded;

	*pair = (struct peer_pair){
		.a = peer_name_of(&event->clock),
		.b = {.is_page = true,
		      .has_claim = error->has_page_claim,
		      .claim_ns = error->has_page_claim ? error->page_claim_ns : 0},
	};
	return peer_pair_is_beyond(pair, error->offset) &&
	       (interval_widen(error->offset, allowed_ns(&pair->a) + allowed_ns(&pair->b),
			       &bounded) ||
		!clock_error_is_leap(event, error, bounded, true));
}

bool witness_peer_is_asked(const struct event_clock *clock)
{
	switch (clock->clock) {
	case OBSERVED_REALTIME:
	case OBSERVED_CLOCKBOUND:
		return clock->has_claim;
	case OBSERVED_PHC_OTHER:
		return witness_rank_of(clock) != WITNESS_NONE;
	default:
		return false;
	}
}

/* CLOCK_REALTIME is judged, whatever it claims. */
static bool is_peer(const struct event_clock *clock)
{
	return clock->clock == OBSERVED_REALTIME || witness_peer_is_asked(clock);
}

static bool utc_of(const struct event_clock *clock, struct instant *out)
{
	int64_t ahead_sec = clock->scale == SCALE_TAI ? clock->kernel_tai_offset_sec : 0;

	return clock->scale != SCALE_UNKNOWN && (clock->scale != SCALE_TAI || ahead_sec) &&
	       (uint64_t)clock->at.tv_nsec < NSEC_PER_SEC &&
	       !instant_add_sec(instant_from_timespec(clock->at), -ahead_sec, out);
}

static bool is_same(const struct event_clock *a, const struct event_clock *b)
{
	return a->clock == b->clock &&
	       (a->clock != OBSERVED_PHC_OTHER || a->reference.number == b->reference.number);
}

static struct witness_peer *peer_of(struct witness_peers *peers, const struct event_clock *clock)
{
	for (size_t i = 0; i < peers->count; i++) {
		if (is_same(&peers->peer[i].clock, clock))
			return &peers->peer[i];
	}
	if (peers->count == WITNESS_PEERS || !is_peer(clock))
		return NULL;
	return &peers->peer[peers->count++];
}

static void hold_against_page(struct witness_peer *peer, const struct event *event)
{
	struct clock_error error;
	struct peer_pair pair;

	if (clock_error_of(event, &error))
		return;
	peer->is_off_page = witness_peers_off_page(event, &error, &pair);
	peer->was_off_page = peer->is_off_page;
}

static void take_reading(struct witness_peer *peer, const struct event *event)
{
	const struct event_clock *clock = &event->clock;

	*peer = (struct witness_peer){
		.clock = *clock,
		.from_ns = event->time_ns,
		.readings = peer->readings + 1,
		.was_off_page = peer->was_off_page,
	};
	if (__builtin_add_overflow(event->time_ns, event->latency_ns, &peer->to_ns))
		return;
	peer->is_there = is_peer(clock) && utc_of(clock, &peer->utc);
	hold_against_page(peer, event);
	if (clock->clock == OBSERVED_REALTIME)
		peer->has_realtime = true;
	else if (clock->clock == OBSERVED_PHC_OTHER || clock->realtime_before.tv_sec)
		peer->has_realtime = !witness_realtime_error(clock, &peer->realtime);
}

/* What the clocks between two readings may have drifted by, and what was rounded. */
static uint64_t drift_ns(const struct witness_peer *a, const struct witness_peer *b)
{
	uint64_t from_ns = a->from_ns < b->from_ns ? a->from_ns : b->from_ns;
	uint64_t to_ns = a->to_ns > b->to_ns ? a->to_ns : b->to_ns;

	return (to_ns - from_ns) / 1000000 * WITNESS_PEERS_RATE_PPM + 1000;
}

static bool by_monotonic(const struct witness_peer *a, const struct witness_peer *b,
			 struct ns_interval *out)
{
	const struct ns_interval between = {.lo_ns = (int64_t)(a->from_ns - b->to_ns),
					    .hi_ns = (int64_t)(a->to_ns - b->from_ns)};

	return !instant_distance(a->utc, b->utc, out) && !interval_sub(*out, between, out) &&
	       !interval_widen(*out, drift_ns(a, b), out);
}

static bool by_realtime(const struct witness_peer *a, const struct witness_peer *b,
			struct ns_interval *out)
{
	return a->has_realtime && b->has_realtime && !interval_sub(b->realtime, a->realtime, out) &&
	       !interval_widen(*out, drift_ns(a, b), out);
}

/* @a less @b at one moment; where CLOCK_REALTIME was set in between, without it. */
static bool measure(const struct witness_peer *a, const struct witness_peer *b,
		    struct ns_interval *out)
{
	struct ns_interval other;

	if (!by_monotonic(a, b, out))
		return false;
	if (!by_realtime(a, b, &other) || !interval_overlap(*out, other))
		return true;
	if (other.lo_ns > out->lo_ns)
		out->lo_ns = other.lo_ns;
	if (other.hi_ns < out->hi_ns)
		out->hi_ns = other.hi_ns;
	return true;
}

static bool is_witness(const struct witness_peer *peer, const struct witness *witness)
{
	return witness_is_clock(witness, &peer->clock);
}

static size_t index_of(size_t first, size_t second)
{
	size_t low = first < second ? first : second, high = first < second ? second : first;

	return high * (high - 1) / 2 + low;
}

static bool shows_apart(const struct peer_state *state)
{
	return state->side || state->found;
}

/* Is it off by the page, or by the witness? */
static bool is_off(const struct witness_peers *peers, const struct witness *witness, size_t i)
{
	if (peers->peer[i].is_off_page)
		return true;
	for (size_t j = 0; j < peers->count; j++) {
		if (j != i && is_witness(&peers->peer[j], witness) &&
		    shows_apart(&peers->state[index_of(i, j)]))
			return true;
	}
	return false;
}

/* Does it say something new that these two are apart? */
static bool counts(const struct witness_peers *peers, const struct witness *witness, size_t i,
		   size_t j)
{
	const struct witness_peer *a = &peers->peer[i], *b = &peers->peer[j];

	if (is_witness(a, witness))
		return b->clock.clock != OBSERVED_REALTIME;
	if (is_witness(b, witness))
		return a->clock.clock != OBSERVED_REALTIME;
	return !is_off(peers, witness, i) && !is_off(peers, witness, j);
}

static struct peer_pair pair_of(const struct witness_peers *peers, size_t i, size_t j)
{
	return (struct peer_pair){.a = peer_name_of(&peers->peer[i].clock),
				  .b = peer_name_of(&peers->peer[j].clock)};
}

/* Keep what shows it best, of one distance. */
static void take_distance(struct peer_state *state, struct ns_interval apart)
{
	bool is_same = state->side && interval_overlap(state->nearest, apart);

	state->apart = apart;
	if (!is_same || interval_width_ns(apart) < interval_width_ns(state->nearest))
		state->nearest = apart;
}

/* Hold two against each other. @i > @j. */
static void compare(struct witness_peers *peers, const struct witness *witness, size_t i, size_t j,
		    uint64_t now_ns)
{
	struct peer_state *state = &peers->state[index_of(i, j)];
	struct peer_pair pair = pair_of(peers, i, j);
	struct ns_interval apart;
	bool is_beyond, again;
	int side;

	if (!measure(&peers->peer[i], &peers->peer[j], &apart))
		return;
	is_beyond = peer_pair_is_beyond(&pair, apart);
	/* Less exact than the one before: it shows nothing else. */
	if (!is_beyond && state->side && interval_overlap(state->apart, apart))
		return;
	side = !is_beyond ? 0 : apart.lo_ns > 0 ? 1 : -1;
	again = state->side == side;
	state->is_sure = side && again;
	if (is_beyond)
		take_distance(state, apart);
	else
		state->agreed_ns = now_ns;
	state->side = side;
	if (!again || state->found == side || (side && !counts(peers, witness, i, j)))
		return;
	state->found = side;
	state->is_new = side != 0;
	peers->news += state->is_new;
}

static bool is_fresh(const struct witness_peer *peer, uint64_t now_ns)
{
	return peer->is_there &&
	       (now_ns < peer->from_ns || now_ns - peer->from_ns <= WITNESS_STALE_NS);
}

static void forget_news(struct witness_peers *peers)
{
	for (size_t i = 0; peers->news && i < WITNESS_PAIRS; i++)
		peers->state[i].is_new = false;
	peers->news = 0;
}

void witness_peers_event(struct witness_peers *peers, const struct witness *witness,
			 const struct event *event)
{
	struct witness_peer *peer;
	size_t newest;

	forget_news(peers);
	peer = event->type == EVENT_CLOCK ? peer_of(peers, &event->clock) : NULL;
	if (!peer)
		return;
	newest = (size_t)(peer - peers->peer);
	take_reading(peer, event);
	for (size_t i = 0; i < peers->count; i++) {
		if (i == newest)
			continue;
		if (peer->is_there && is_fresh(&peers->peer[i], event->time_ns))
			compare(peers, witness, i > newest ? i : newest, i > newest ? newest : i,
				event->time_ns);
		else
			peers->state[index_of(i, newest)] = (struct peer_state){0};
	}
}

bool witness_peers_news(const struct witness_peers *peers, size_t i, struct peer_pair *pair,
			uint64_t *agreed_ns)
{
	if (i >= peers->news)
		return false;
	for (size_t high = 1; high < peers->count; high++) {
		for (size_t low = 0; low < high; low++) {
			const struct peer_state *state = &peers->state[index_of(high, low)];

			if (!state->is_new || i--)
				continue;
			*pair = pair_of(peers, high, low);
			*agreed_ns = state->agreed_ns;
			return peer_pair_is_beyond(pair, state->nearest);
		}
	}
	return false;
}

bool witness_peers_found(const struct witness_peers *peers, struct peer_pair *pair)
{
	for (size_t high = 1; high < peers->count; high++) {
		for (size_t low = 0; low < high; low++) {
			const struct peer_state *state = &peers->state[index_of(high, low)];

			if (!state->found)
				continue;
			*pair = pair_of(peers, high, low);
			return peer_pair_is_beyond(pair, state->nearest);
		}
	}
	return false;
}

bool witness_peers_distance(const struct witness_peers *peers, size_t i, size_t j,
			    struct peer_name *a, struct peer_name *b, struct ns_interval *apart)
{
	const struct witness_peer *first = &peers->peer[i], *second = &peers->peer[j];

	if (!first->is_there || !second->is_there || !measure(first, second, apart))
		return false;
	*a = peer_name_of(&first->clock);
	*b = peer_name_of(&second->clock);
	return true;
}

static bool both_claim(const struct witness_peers *peers, size_t i, size_t j)
{
	return peers->peer[i].clock.has_claim && peers->peer[j].clock.has_claim;
}

bool witness_peers_contradict(const struct witness_peers *peers, const struct witness *witness,
			      uint64_t since_ns, bool claims)
{
	for (size_t i = 0; i < peers->count; i++) {
		const struct witness_peer *peer = &peers->peer[i];

		if (!peer->is_there || peer->from_ns < since_ns)
			continue;
		if (!claims && peer->is_off_page && peer->clock.clock == OBSERVED_PHC_OTHER)
			return true;
		for (size_t j = 0; j < i; j++) {
			if (peers->peer[j].is_there && peers->peer[j].from_ns >= since_ns &&
			    shows_apart(&peers->state[index_of(i, j)]) &&
			    counts(peers, witness, i, j) && (!claims || both_claim(peers, i, j)))
				return true;
		}
	}
	return false;
}

static bool is_about_realtime(const struct witness_peer *peer, const struct witness *witness)
{
	return peer->clock.clock == OBSERVED_REALTIME || is_witness(peer, witness);
}

bool witness_peers_doubt_realtime(const struct witness_peers *peers, const struct witness *witness,
				  uint64_t since_ns)
{
	for (size_t i = 1; i < peers->count; i++) {
		const struct witness_peer *a = &peers->peer[i];

		for (size_t j = 0; j < i; j++) {
			const struct peer_state *state = &peers->state[index_of(i, j)];
			const struct witness_peer *b = &peers->peer[j];

			if (a->is_there && b->is_there && a->from_ns >= since_ns &&
			    b->from_ns >= since_ns && shows_apart(state) &&
			    (is_about_realtime(a, witness) || is_about_realtime(b, witness)) &&
			    (state->agreed_ns || both_claim(peers, i, j)))
				return true;
		}
	}
	return false;
}

bool witness_peers_against(const struct witness_peers *peers, const struct event_clock *clock)
{
	size_t own = 0;

	while (own < peers->count && !is_same(&peers->peer[own].clock, clock))
		own++;
	for (size_t i = 0; own < peers->count && i < peers->count; i++) {
		const struct witness_peer *peer = &peers->peer[i];

		if (i != own && peer->clock.has_claim && is_fresh(peer, peers->peer[own].from_ns) &&
		    shows_apart(&peers->state[index_of(i, own)]))
			return true;
	}
	return false;
}

bool witness_peers_are_new(const struct witness_peers *peers, const struct event_clock *clock)
{
	for (size_t i = 0; i < peers->count; i++) {
		if (is_same(&peers->peer[i].clock, clock))
			return peers->peer[i].readings < 2;
	}
	return false;
}

static bool is_bounded(const struct witness_peer *peer, uint64_t now_ns)
{
	return is_fresh(peer, now_ns) && witness_rank_of(&peer->clock) == WITNESS_BOUNDED;
}

enum peers_doubt witness_peers_doubt(const struct witness_peers *peers, const struct witness *clock,
				     uint64_t now_ns)
{
	enum peers_doubt doubt = PEERS_AGREE;

	for (size_t i = 0; i < peers->count; i++) {
		if (peers->peer[i].was_off_page &&
		    (is_witness(&peers->peer[i], clock) || is_bounded(&peers->peer[i], now_ns)))
			return PEERS_CONTRADICT;
		for (size_t j = 0; j < i; j++) {
			const struct peer_state *state = &peers->state[index_of(i, j)];

			if (!state->side || !is_bounded(&peers->peer[i], now_ns) ||
			    !is_bounded(&peers->peer[j], now_ns))
				continue;
			if (state->is_sure)
				return PEERS_CONTRADICT;
			doubt = PEERS_UNSURE;
		}
	}
	return doubt;
}
