// SPDX-License-Identifier: GPL-2.0-or-later
/* Has an incident recovered, now that all that is seen is good? */
#include "judge/health.h"
#include "judge/incident_state.h"

static bool is_waited_for(const struct incident_clock *clock, int id)
{
	return clock->seen && id != OBSERVED_PHC_OTHER && (!clock->was_bad || clock->worse);
}

/*
 * Which clocks that can be waited for, bit 1 << enum observed_clock, were not held against the page
 * at @since_ns or later? With @must_be_seen CLOCK_REALTIME too, if it was never seen. Where another
 * clock judges that, no other one is held against anything.
 */
static unsigned int clocks_unchecked(const struct incidents *incidents, uint64_t since_ns,
				     bool must_be_seen)
{
	unsigned int unchecked = 0;

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct incident_clock *clock = &incidents->incident.clock[i];
		bool is_due = is_waited_for(clock, i) ||
			      (must_be_seen && i == OBSERVED_REALTIME && !clock->seen);

		if (i != OBSERVED_REALTIME && witness_is_other(&incidents->page->witness))
			continue;
		if (is_due &&
		    (!incidents->newest[i].known || incidents->newest[i].point.from_ns < since_ns))
			unchecked |= 1u << i;
	}
	return unchecked;
}

/* Its newest reading that shows how it is, and a later one that could not. */
static bool is_outdated(const struct incidents *incidents, int id)
{
	const struct incident_clock *clock = &incidents->incident.clock[id];
	uint64_t seen_ns = incidents->newest[id].point.from_ns;

	return clock->untold_ns > seen_ns &&
	       (incidents->moved_ns > seen_ns || clock->untold_ns - seen_ns > WITNESS_STALE_NS);
}

void incident_follow_outdated(struct incidents *incidents)
{
	for (int i = 0; i < OBSERVED_CLOCKS; i++)
		incidents->incident.clock[i].is_outdated = is_outdated(incidents, i);
}

uint64_t incident_clocks_bad_ns(const struct incidents *incidents)
{
	uint64_t newest_ns = 0;

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct incident_clock *clock = &incidents->incident.clock[i];
		uint64_t seen_ns = incidents->newest[i].point.from_ns;

		if (is_waited_for(clock, i) && !clock->is_good && !clock->is_contradicted &&
		    !clock->is_outdated && seen_ns > newest_ns)
			newest_ns = seen_ns;
	}
	return newest_ns;
}

bool incident_page_is_refuted(const struct incidents *incidents, uint64_t since_ns)
{
	/* The PTP clock is the page itself. */
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct newest_reading *newest =
			incident_newest_of(incidents, (enum observed_clock)i);

		if (i != OBSERVED_PHC && newest->known && newest->vouching.agrees &&
		    newest->point.from_ns >= since_ns)
			return false;
	}
	return refuted_any(&incidents->refuted);
}

/* Does that clock, which claims a bound and is not contradicted, tell how far CLOCK_REALTIME is? */
static bool tells_realtime(const struct incidents *incidents, const struct witness_peer *peer,
			   struct ns_interval *error)
{
	uint64_t now_ns = incidents->newest_ns;

	return peer->is_there && peer->has_realtime && peer->clock.has_claim &&
	       peer->clock.clock != OBSERVED_REALTIME && !peer->is_off_page &&
	       peer->from_ns > incidents->moved_ns &&
	       (peer->from_ns > now_ns || now_ns - peer->from_ns <= WITNESS_STALE_NS) &&
	       !witness_peers_against(&incidents->page->peers, &peer->clock) &&
	       !interval_widen(peer->realtime, peer->clock.max_error_ns, error);
}

/*
 * How far CLOCK_REALTIME is off by all that bound it: the page or the witness, and each other clock
 * with a bound that nothing contradicts. False: one of them contradicts the others.
 */
static bool realtime_bounds(const struct incidents *incidents, struct ns_interval *error)
{
	const struct witness_peers *peers = &incidents->page->peers;

	*error = incidents->newest[OBSERVED_REALTIME].own;
	for (size_t i = 0; i < peers->count; i++) {
		struct ns_interval by;

		if (!tells_realtime(incidents, &peers->peer[i], &by))
			continue;
		if (!interval_overlap(by, *error))
			return false;
		error->lo_ns = by.lo_ns > error->lo_ns ? by.lo_ns : error->lo_ns;
		error->hi_ns = by.hi_ns < error->hi_ns ? by.hi_ns : error->hi_ns;
	}
	return true;
}

/* A clock of the host, which claims no bound, tells how far CLOCK_REALTIME is. */
static bool is_host_of_now(const struct incidents *incidents, const struct witness_peer *peer)
{
	uint64_t now_ns = incidents->newest_ns;

	return peer->is_there && peer->has_realtime && !peer->is_off_page &&
	       witness_rank_of(&peer->clock) == WITNESS_HOST &&
	       (!incidents->open || peer->from_ns > incidents->moved_ns) &&
	       (peer->from_ns > now_ns || now_ns - peer->from_ns <= WITNESS_STALE_NS);
}

static uint64_t claim_of_ns(const struct event_clock *clock)
{
	return clock->has_claim ? clock->max_error_ns : 0;
}

/* Is all of @error within what the clock of @reading claims, and RECOVERY_BEYOND_NS? */
static bool is_proven(const struct event_clock *reading, struct ns_interval error)
{
	uint64_t allowed_ns;

	return __builtin_add_overflow(claim_of_ns(reading), RECOVERY_BEYOND_NS, &allowed_ns) ||
	       interval_furthest_ns(error) <= allowed_ns;
}

/*
 * What is bounded by @error alone leaves open whether CLOCK_REALTIME is right: do the clocks of the
 * host, which claim no bound, agree with that, and all show it to be? Then the last of them, else
 * none.
 */
static struct witness host_proof(const struct incidents *incidents, struct ns_interval error)
{
	const struct event_clock *reading = &incidents->newest[OBSERVED_REALTIME].reading;
	const struct witness_peers *peers = &incidents->page->peers;
	struct witness by = {0};

	for (size_t i = 0; i < peers->count; i++) {
		const struct witness_peer *peer = &peers->peer[i];

		if (!is_host_of_now(incidents, peer))
			continue;
		if (!interval_overlap(peer->realtime, error) || !is_proven(reading, peer->realtime))
			return (struct witness){0};
		by = (struct witness){.rank = WITNESS_HOST,
				      .clock = peer->clock.clock,
				      .reference = peer->clock.reference,
				      .seen_ns = peer->from_ns};
	}
	return by;
}

static bool is_bounded(const struct witness *witness)
{
	return witness->rank == WITNESS_PAGE || witness->rank == WITNESS_BOUNDED;
}

/* Within @error it is good; is it right? */
static void prove(struct incidents *incidents, struct ns_interval error)
{
	const struct event_clock *reading = &incidents->newest[OBSERVED_REALTIME].reading;
	struct realtime_proof *proof = &incidents->proof;
	struct witness host = host_proof(incidents, error);

	/* One that disagreed before anything was moved is not asked afterwards. */
	if (!incidents->open)
		proof->host_agreed = host.rank != WITNESS_NONE;
	if (is_proven(reading, error)) {
		proof->is_missing = false;
		proof->by = (struct witness){0};
	} else if (host.rank != WITNESS_NONE && proof->host_agreed &&
		   is_bounded(&incidents->page->witness)) {
		proof->is_missing = false;
		proof->by = host;
	}
}

/* Where it proves the recovery, it tells from what. */
static void note_by_host(struct incidents *incidents)
{
	const struct witness_peers *peers = &incidents->page->peers;
	struct ns_interval *furthest = &incidents->incident.by_host;

	for (size_t i = 0; incidents->open && incidents->proof.host_agreed && i < peers->count;
	     i++) {
		if (is_host_of_now(incidents, &peers->peer[i]) &&
		    surely_off_ns(peers->peer[i].realtime) > surely_off_ns(*furthest))
			*furthest = peers->peer[i].realtime;
	}
}

void incident_follow_proof(struct incidents *incidents)
{
	const struct event_clock *reading = &incidents->newest[OBSERVED_REALTIME].reading;
	struct realtime_proof *proof = &incidents->proof;
	struct ns_interval error;

	note_by_host(incidents);
	if (!incidents->newest[OBSERVED_REALTIME].is_good)
		proof->is_missing = true;
	/* By the page or the witness alone it is not off: then another clock says that it is. */
	proof->is_contradicted =
		!realtime_bounds(incidents, &error) ||
		(incidents->newest[OBSERVED_REALTIME].is_good && !health_of_clock(reading, error));
	if (proof->is_contradicted)
		return;
	proof->bound_ns = interval_furthest_ns(error);
	proof->claim_ns = claim_of_ns(reading);
	if (incidents->newest[OBSERVED_REALTIME].is_good)
		prove(incidents, error);
}

struct claim incident_proof_of_realtime(const struct incidents *incidents)
{
	const struct realtime_proof *proof = &incidents->proof;

	if (!proof->is_missing || !incidents->newest[OBSERVED_REALTIME].known)
		return claim_seen(true);
	return claim_unknown(proof->is_contradicted ? CLAIM_CONTRADICTED : CLAIM_WIDE);
}

/*
 * All that is watched is good since @since_ns, as far as it can be waited for: is that a recovery?
 * Not where a clock is bad that was so before, or is further off than then, nor where a page was
 * refuted and no clock agrees, nor where what was moved is not proven to be right.
 */
static struct claim clocks_recovery(const struct incidents *incidents, uint64_t since_ns)
{
	bool is_away = false;

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct incident_clock *clock = &incidents->incident.clock[i];

		if (clock->seen && clock->was_bad && i != OBSERVED_PHC_OTHER)
			return claim_unknown(CLAIM_BAD_BEFORE);
		is_away |=
			clock->seen && i != OBSERVED_PHC_OTHER && incidents->newest[i].further_off;
	}
	if (incident_page_is_refuted(incidents, since_ns))
		return claim_unknown(CLAIM_REFUTED);
	return is_away ? claim_unknown(CLAIM_FURTHER_OFF) : incident_proof_of_realtime(incidents);
}

bool incident_is_freerunning(const struct incidents *incidents)
{
	return incidents->lost_source && incidents->clock_status == VMCLOCK_STATUS_FREERUNNING;
}

/* Is it not known how far the host's clock is off, as it has no source of time? */
static bool is_without_source(const struct incidents *incidents)
{
	return incident_is_freerunning(incidents) ||
	       (incidents->page->known && health_is_adrift(&incidents->page->page));
}

/* Do clocks contradict CLOCK_REALTIME, or the one by which it is judged, or two that claim? */
static struct claim quarrel_of(const struct incidents *incidents, uint64_t since_ns)
{
	const struct page_in_force *page = incidents->page;

	if (witness_is_other(&page->witness) &&
	    (witness_peers_doubt(&page->peers, &page->witness, incidents->newest_ns) ==
		     PEERS_CONTRADICT ||
	     witness_peers_contradict(&page->peers, &page->witness, since_ns, true)))
		return claim_unknown(CLAIM_WITNESSES);
	return witness_peers_doubt_realtime(&page->peers, &page->witness, since_ns)
		       ? claim_unknown(CLAIM_CONTRADICTED)
		       : claim_seen(true);
}

/* Does another clock than the one that judges tell how CLOCK_REALTIME is, with a bound? */
static bool is_told_by_another(const struct incidents *incidents)
{
	const struct witness_peers *peers = &incidents->page->peers;
	struct ns_interval error;

	for (size_t i = 0; i < peers->count; i++) {
		if (tells_realtime(incidents, &peers->peer[i], &error) &&
		    !witness_is_clock(&incidents->page->witness, &peers->peer[i].clock))
			return true;
	}
	return false;
}

bool incident_reference_has_moved(const struct incidents *incidents)
{
	return witness_is_other(&incidents->page->witness) &&
	       (reference_moves_are_onto(&incidents->reference_moves) ||
		(reference_moves_are_away(&incidents->page->moves) &&
		 !is_told_by_another(incidents)));
}

struct claim incident_recovery_of(struct incidents *incidents, uint64_t since_ns)
{
	bool has_witness = incidents->has_clock || incidents->page->witness.rank != WITNESS_NONE;
	bool moved = incident_may_move_clocks(&incidents->incident);
	struct claim suspects = suspects_recovery(&incidents->suspects);
	struct claim quarrel = quarrel_of(incidents, since_ns);

	incidents->incident.within_ns = incidents->proof.bound_ns;
	incidents->incident.claim_ns = incidents->proof.claim_ns;
	incidents->incident.proven_by = incidents->proof.by;
	incidents->incident.unchecked =
		suspects.state == CLAIM_UNKNOWN && suspects.why == CLAIM_CLOCK_UNKNOWN
			? 1u << OBSERVED_PHC_OTHER
			: clocks_unchecked(incidents, since_ns, moved);
	/* What moved them before is not over because another thing is. */
	incidents->clocks_moved = !has_witness && (incidents->clocks_moved || moved);
	if (incidents->clocks_moved)
		return claim_unknown(CLAIM_NO_CLOCK);
	if (incidents->had_clock && !incidents->has_clock)
		return claim_unknown(CLAIM_CLOCK_GONE);
	if (suspects.state != CLAIM_HOLDS)
		return suspects;
	if (quarrel.state == CLAIM_UNKNOWN && quarrel.why == CLAIM_WITNESSES)
		return quarrel;
	if (has_witness && incidents->incident.unchecked)
		return claim_unknown(CLAIM_CLOCK_UNKNOWN);
	if (incidents->witness_in_doubt && moved && witness_is_other(&incidents->page->witness))
		return claim_unknown(CLAIM_WITNESS);
	if (incident_reference_has_moved(incidents))
		return claim_unknown(CLAIM_REFERENCE_MOVED);
	if (is_without_source(incidents))
		return claim_unknown(CLAIM_FREERUNNING);
	if (quarrel.state != CLAIM_HOLDS)
		return quarrel;
	return clocks_recovery(incidents, since_ns);
}

bool incident_end_is_unchecked(struct incidents *incidents)
{
	const struct newest_reading *newest = &incidents->newest[OBSERVED_REALTIME];

	if (!incident_may_move_clocks(&incidents->incident) || !newest->known ||
	    newest->point.from_ns >= incidents->moved_ns)
		return false;
	incidents->incident.unchecked = 1u << OBSERVED_REALTIME;
	return true;
}

/* Has another clock told how CLOCK_REALTIME is, so that it may again? */
static bool may_tell_again(const struct incidents *incidents)
{
	const struct witness_peers *peers = &incidents->page->peers;

	for (size_t i = 0; i < peers->count; i++) {
		if (peers->peer[i].clock.clock != OBSERVED_REALTIME)
			return true;
	}
	return false;
}

/* One that was off when it was seen last, and may be seen again. */
static bool is_lost_sight_of(const struct incidents *incidents)
{
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct incident_clock *clock = &incidents->incident.clock[i];

		if (is_waited_for(clock, i) && !clock->is_good && clock->is_outdated)
			return true;
	}
	return false;
}

/*
 * One that is about as far off as it may be is so at one update of the page, and not at the next:
 * that is one condition.
 */
static bool is_at_edge(const struct incidents *incidents)
{
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct newest_reading *newest = &incidents->newest[i];

		if (newest->known && newest->is_good && newest->reading.has_claim &&
		    interval_furthest_ns(newest->own) > claim_of_ns(&newest->reading))
			return true;
	}
	return false;
}

uint64_t incident_settle_ns(const struct incidents *incidents, struct claim recovery)
{
	if (recovery.state != CLAIM_UNKNOWN)
		return INCIDENT_SETTLE_NS;
	if (is_lost_sight_of(incidents))
		return GONE_SETTLES * INCIDENT_SETTLE_NS;
	switch (recovery.why) {
	case CLAIM_CLOCK_UNKNOWN:
	case CLAIM_FURTHER_OFF:
	case CLAIM_WITNESSES:
	case CLAIM_CONTRADICTED:
	case CLAIM_WIDE:
		return UNKNOWN_SETTLES * INCIDENT_SETTLE_NS;
	case CLAIM_NO_CLOCK:
		return may_tell_again(incidents) ? GONE_SETTLES * INCIDENT_SETTLE_NS
						 : INCIDENT_SETTLE_NS;
	case CLAIM_REFUTED:
		return is_at_edge(incidents) ? GONE_SETTLES * INCIDENT_SETTLE_NS
					     : INCIDENT_SETTLE_NS;
	case CLAIM_CLOCK_GONE:
		return GONE_SETTLES * INCIDENT_SETTLE_NS;
	default:
		return INCIDENT_SETTLE_NS;
	}
}
