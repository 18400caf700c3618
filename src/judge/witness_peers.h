/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clocks that say how right they are: do any two of them contradict each other? Which of the two is
 * wrong is then not known, and none of them shows that all is well. Pure.
 *
 * Asked are CLOCK_REALTIME, ClockBound while it claims a bound, and each reference clock that
 * may be a witness (judge/witness.h). Of two clocks at least one must claim a bound; one that
 * claims none is allowed HEALTH_BACK_NS. Each is held against the page, where that carries a clock,
 * at the counter value of the reading; and two of them against each other by their newest readings,
 * which were not at the same moment: CLOCK_MONOTONIC was read around all, and CLOCK_REALTIME around
 * some.
 * Neither runs evenly: in a downtime they stand still, and CLOCK_REALTIME is set. So two are found
 * to be apart only if they are so twice, in the same direction: what disturbs what is between the
 * readings moves the earlier one back, and each of the two is the earlier one in turn.
 *
 * What CLOCK_REALTIME is off by the witness or the page is wrong_bound; and a clock that is off by
 * one of these says nothing new by being apart from the rest.
 */
#ifndef VMCLOCK_TRACE_JUDGE_WITNESS_PEERS_H
#define VMCLOCK_TRACE_JUDGE_WITNESS_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"
#include "event/event.h"
#include "judge/witness.h"

/* All PTP clocks that are read, CLOCK_REALTIME and ClockBound; what is beyond is not asked. */
#define WITNESS_PEERS 18
#define WITNESS_PAIRS (WITNESS_PEERS * (WITNESS_PEERS - 1) / 2)
/* Between two readings CLOCK_MONOTONIC and CLOCK_REALTIME drift by no more than this. */
#define WITNESS_PEERS_RATE_PPM 1000

/* Who it is. All zero: CLOCK_REALTIME without a claim. */
struct peer_name {
	bool is_page;
	enum observed_clock clock;  /* valid unless is_page */
	struct reference reference; /* of OBSERVED_PHC_OTHER */
	bool has_claim;
	uint64_t claim_ns; /* one way; valid if has_claim */
};

/* Two clocks at one moment. */
struct peer_pair {
	struct peer_name a;
	struct peer_name b;
	struct ns_interval apart;  /* a less b, by measurement alone */
	struct ns_interval beyond; /* how far that is beyond what is allowed to both; towards 0 */
};

struct witness_peer {
	bool is_there; /* it is CLOCK_REALTIME, claims a bound, or may be a witness */
	struct event_clock clock;
	struct instant utc;
	struct ns_interval realtime; /* CLOCK_REALTIME less it; valid if has_realtime */
	bool has_realtime;
	uint64_t from_ns; /* it was read between these, CLOCK_MONOTONIC */
	uint64_t to_ns;
	bool is_off_page;  /* it and the page contradict each other */
	bool was_off_page; /* the same, when the two could be compared last */
	uint64_t readings;
};

/* What is known of two of them. */
struct peer_state {
	int side;  /* by the newest comparison, of the first one: -1 behind, 1 ahead, 0 neither */
	int found; /* the same, by two of them one after the other */
	bool is_sure;		    /* two of them in that direction: not by what came in between */
	struct ns_interval apart;   /* by the newest that shows it: the first less the second */
	struct ns_interval nearest; /* by the most exact one of those that it agrees with */
	uint64_t agreed_ns;	    /* when they did not contradict each other, last; 0: never */
	bool is_new;		    /* found by the newest event */
};

/* All zero: none. */
struct witness_peers {
	struct witness_peer peer[WITNESS_PEERS];
	size_t count;
	struct peer_state state[WITNESS_PAIRS];
	size_t news; /* how many of them are new */
};

/* Take an event, with the @witness after it. */
void witness_peers_event(struct witness_peers *peers, const struct witness *witness,
			 const struct event *event);

/*
 * The @i-th pair that was found by the newest event, into @pair; and since when it may be so, 0:
 * since the beginning. False: there are no more.
 */
bool witness_peers_news(const struct witness_peers *peers, size_t i, struct peer_pair *pair,
			uint64_t *agreed_ns);

/* The first pair of which that was found and still holds, into @pair; false: there is none. */
bool witness_peers_found(const struct witness_peers *peers, struct peer_pair *pair);

/*
 * @a less @b, the peers @i and @j, by their newest readings; false: one is not there. Between the
 * two clocks may have drifted, and CLOCK_REALTIME may have been set.
 */
bool witness_peers_distance(const struct witness_peers *peers, size_t i, size_t j,
			    struct peer_name *a, struct peer_name *b, struct ns_interval *apart);

/*
 * Do any two of them, read at @since_ns or later, surely show other times? With @claims both claim
 * a bound, and no page is asked.
 */
bool witness_peers_contradict(const struct witness_peers *peers, const struct witness *witness,
			      uint64_t since_ns, bool claims);

/*
 * Does any of them, read at @since_ns or later, contradict CLOCK_REALTIME, or the @witness by which
 * that is judged? Of two of which one claims no bound only if they agreed before.
 */
bool witness_peers_doubt_realtime(const struct witness_peers *peers, const struct witness *witness,
				  uint64_t since_ns);

/* Do those that claim a bound contradict each other, so that none of them can judge? */
enum peers_doubt {
	PEERS_AGREE,	  /* all of them, as far as it is known */
	PEERS_UNSURE,	  /* by one comparison: what came between two readings may do that */
	PEERS_CONTRADICT, /* some of them surely */
};

/*
 * Of all that may be a witness with a bound (judge/witness.h), and were read no longer than
 * WITNESS_STALE_NS before @now_ns. CLOCK_REALTIME, which is judged, is none. One that contradicted
 * the page when the two could be compared last is one of two that do, though the page is gone; so
 * is that of @clock, the witness, whatever it claims.
 */
enum peers_doubt witness_peers_doubt(const struct witness_peers *peers, const struct witness *clock,
				     uint64_t now_ns);

/* Was the clock of @clock read for the first time, and perhaps not all others yet? */
bool witness_peers_are_new(const struct witness_peers *peers, const struct event_clock *clock);

/* Does another of them that claims a bound, and is read, contradict the one of @clock? */
bool witness_peers_against(const struct witness_peers *peers, const struct event_clock *clock);

/*
 * The clock of @event, of which @offset is the distance from the page as clock_error_of() gives it:
 * do the two contradict each other? False too where neither claims a bound.
 */
struct clock_error;
bool witness_peers_off_page(const struct event *event, const struct clock_error *error,
			    struct peer_pair *pair);

/*
 * @apart is how far @pair's clocks are apart: are they beyond what is allowed to both? Then it and
 * how far are put there; else @pair is not touched.
 */
bool peer_pair_is_beyond(struct peer_pair *pair, struct ns_interval apart);

/* Does the clock of a reading say how right it is, or may it be a witness? */
bool witness_peer_is_asked(const struct event_clock *clock);

/* Which clock that is, and what it claims, from a reading of it. */
struct peer_name peer_name_of(const struct event_clock *clock);

#endif
