/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is true of a story beside what the judge says of it; for claim_property.c. */
#ifndef VMCLOCK_TRACE_TESTS_CLAIM_TRUTH_H
#define VMCLOCK_TRACE_TESTS_CLAIM_TRUTH_H

#include "claim_record.h"

#define SETTLE_NS (5 * SECOND)

static uint64_t seed;
static bool is_verbose;

#define wrong(...)                                                                                 \
	do {                                                                                       \
		print_error("seed %llu: ", (unsigned long long)seed);                              \
		print_error(__VA_ARGS__);                                                          \
		print_error("\n%s", story.text);                                                   \
		fail_msg("again, with all that it says: claim_property %llu",                      \
			 (unsigned long long)seed);                                                \
	} while (0)

/* What an open incident's clock and readers truly were, by those samples that count for it. */
struct true_range {
	uint64_t count;
	uint64_t off; /* of them, not 0 */
	int64_t lo, hi;
};

struct beside {
	struct judge *judge;
	size_t at;     /* the event that is judged */
	size_t opened; /* where the newest incident did */
	uint64_t incidents;
	bool refuted;		/* has any page been, by another? */
	bool slewed;		/* by its rate */
	bool moved;		/* may a clock of the guest be another? */
	uint64_t least_step_ns; /* valid if refuted, and by steps alone */
	/*
	 * Of the pages since the marker moved last: what refutes one says nothing of another clock,
	 * and nothing of this one. What lies and is not refuted is taken at its word.
	 */
	bool here_refuted;
	bool here_lied;
	bool here_unseen;
	bool here_anew;	     /* it began to lie otherwise, and that was not refuted yet */
	int64_t page_off_ns; /* how far the newest page that tells was off */
	bool lied_before;    /* here_lied, before the event that is judged */
	bool anew_before;    /* here_anew, before it */
	size_t moved_at;     /* the event that showed another marker */
	bool believed; /* one with an earlier marker lied, and was not refuted: in this incident */
	bool ever_believed;
	bool ever_lied;
	enum claim_state last;
	bool ended_freerunning; /* had the host no source of time when that was said? */
};

static inline bool lies(const struct told *told)
{
	return told->page_lies || told->tai_lies || told->utc_lies;
}

/* By too little for a step to be found: by nothing will it be refuted. */
static inline bool lies_unseen(const struct told *told)
{
	uint64_t off_ns = story_abs(told->page_off_ns), claim_ns = told->page_claim_ns;

	return told->page_tells && (claim_ns ? off_ns > claim_ns && off_ns <= 3 * claim_ns
					     : off_ns > READING_NS && off_ns <= MS);
}

/* Does it lie, and by a jump not as the page before did? What refuted that one says nothing. */
static inline bool lies_anew(const struct beside *beside, const struct told *told)
{
	uint64_t moved_ns = story_abs(told->page_off_ns - beside->page_off_ns);

	return told->page_tells && lies(told) && moved_ns > told->page_claim_ns + READING_NS;
}

/* Can the truth be held against what is said, as no lie was believed? */
static inline bool is_fair(const struct beside *beside, bool ever)
{
	/* Where it is the page that carries no clock, another PTP clock is believed. */
	return !(ever ? beside->ever_believed : beside->believed) && !beside->here_unseen &&
	       !beside->here_anew && (story.tells || !story.reference_lies) &&
	       (beside->here_refuted || !beside->here_lied);
}

static inline void range_add(struct true_range *range, int64_t off_ns)
{
	range->lo = !range->count || off_ns < range->lo ? off_ns : range->lo;
	range->hi = !range->count || off_ns > range->hi ? off_ns : range->hi;
	range->count++;
	range->off += off_ns > READING_NS || off_ns < -READING_NS;
}

/* The samples of CLOCK_REALTIME from @from on, before @to, and the newest before them. */
static inline struct true_range range_of_clock(size_t from, size_t to)
{
	struct true_range range = {0};

	for (size_t i = from; i-- > 0;) {
		if (is_realtime(&story.told[i])) {
			range_add(&range, story.told[i].off_ns);
			break;
		}
	}
	for (size_t i = from; i < to; i++) {
		if (is_realtime(&story.told[i]))
			range_add(&range, story.told[i].off_ns);
	}
	return range;
}

static inline struct true_range range_of_reads(void)
{
	struct true_range range = {0};

	for (size_t i = 0; i < story.count; i++) {
		if (story.told[i].event.type == EVENT_READ && story.told[i].has_off)
			range_add(&range, story.told[i].off_ns);
	}
	return range;
}

/* Is what was measured possible by what is true? The extremes are, where all of it is known. */
static inline void check_errors(const char *what, const struct error_range *errors,
				const struct true_range *range, bool all)
{
	if (!errors->known)
		return;
	if (errors->wrong > range->off)
		wrong("%s: %llu were wrong, and %llu were", what, (unsigned long long)errors->wrong,
		      (unsigned long long)range->off);
	if (errors->all.lo_ns > range->hi + READING_NS ||
	    errors->all.hi_ns < range->lo - READING_NS)
		wrong("%s: off by %lld .. %lld ns, and was by %lld .. %lld", what,
		      (long long)errors->all.lo_ns, (long long)errors->all.hi_ns,
		      (long long)range->lo, (long long)range->hi);
	if (all && (errors->all.lo_ns > range->lo + READING_NS ||
		    errors->all.hi_ns < range->hi - READING_NS))
		wrong("%s: all off by %lld .. %lld ns, and was by %lld .. %lld", what,
		      (long long)errors->all.lo_ns, (long long)errors->all.hi_ns,
		      (long long)range->lo, (long long)range->hi);
}

/* May a clock of the guest be another after it? */
static inline bool may_move(const struct incident *incident)
{
	return incident->count[FINDING_DISRUPTION] || incident->count[FINDING_STUN] ||
	       incident->count[FINDING_CLOCK_SET] || incident->count[FINDING_RESTORE];
}

/* By how much CLOCK_REALTIME may be further off than before, and be back. */
static inline uint64_t back_ns(const struct told *told)
{
	uint64_t part_ns = told->event.clock.max_error_ns / 10;

	return told->event.clock.has_claim && part_ns < MS ? part_ns : MS;
}

/* The newest reading of CLOCK_REALTIME before event @at, or NULL. */
static inline const struct told *realtime_before(size_t at)
{
	while (at-- > 0) {
		if (is_realtime(&story.told[at]))
			return &story.told[at];
	}
	return NULL;
}

/* Was it moved away by the incident that opened at event @opened, and stayed there? */
static inline bool is_further_off(const struct told *told, size_t opened)
{
	const struct told *before = realtime_before(opened);

	return is_realtime(told) && before && before->page_tells && !before->page_lies &&
	       story_abs(told->off_ns) >
		       story_abs(before->off_ns) + back_ns(told) +
			       2 * (told->page_claim_ns + before->page_claim_ns + READING_NS);
}

/* Did the driver refuse, or answer another time than the page? */
static inline bool is_bad_read(const struct told *told)
{
	return told->event.type == EVENT_READ &&
	       (told->event.result < 0 || driver_answer_of(&told->event).verdict == DRIVER_DIFFERS);
}

static inline bool is_good_read(const struct told *told)
{
	return told->event.type == EVENT_READ && told->event.result >= 0 &&
	       driver_answer_of(&told->event).verdict == DRIVER_EQUAL;
}

/* Where the driver was bad in @incident, it must have been seen to be good by its end. */
static inline void check_driver(const struct incident *incident, size_t now)
{
	bool bad = false;

	if (!incident->count[FINDING_DRIVER_ERROR] && !incident->count[FINDING_DRIVER_MISMATCH])
		return;
	for (size_t i = 0; i < now; i++) {
		const struct told *told = &story.told[i];

		bad = (bad || is_bad_read(told)) && !is_good_read(told);
		if (is_bad_read(told) && told->event.time_ns > incident->to_ns)
			wrong("recovered, and the driver is as bad at %llu",
			      (unsigned long long)told->event.time_ns);
	}
	if (bad)
		wrong("recovered, and the driver did not show it");
}

/* Did the page carry a clock before event @opened or since, and carries none? */
static inline void check_page(const struct incident *incident, size_t opened, size_t now)
{
	bool had = false, has = false;

	for (size_t i = opened ? opened - 1 : 0; i < now; i++) {
		const struct event *event = &story.told[i].event;

		if ((event->type != EVENT_PAGE && event->type != EVENT_CLOCK) ||
		    event->page_state != EVENT_PAGE_STABLE)
			continue;
		has = page_mode(&event->page) == PAGE_FULL;
		had |= has;
		if (had && !has && event->time_ns >= incident->to_ns)
			wrong("recovered, and the page has lost its clock");
	}
}

/* It says that all was good from its end on, and for SETTLE_NS. */
static inline void check_recovered(const struct incident *incident, size_t opened, size_t now)
{
	bool witness =
		!story.realtime && !may_move(incident) && !incident->count[FINDING_HOST_STEP];
	bool about_reference = incident->count[FINDING_WRONG_BOUND];

	check_driver(incident, now);
	check_page(incident, opened, now);
	for (size_t i = 0; i < now; i++) {
		const struct told *told = &story.told[i];

		if (told->event.time_ns < incident->to_ns)
			continue;
		witness |= told->event.type == EVENT_CLOCK;
		if (told->event.time_ns > incident->to_ns + SETTLE_NS)
			continue;
		if (is_contradicted(told) && (is_realtime(told) || about_reference))
			wrong("recovered, and a clock and the page contradict each other");
		if (!told->page_lies && is_seen_to_be_bad(told))
			wrong("recovered, and CLOCK_REALTIME is off by %lld ns",
			      (long long)told->off_ns);
		if (told->page_tells && !told->page_lies && is_further_off(told, opened))
			wrong("recovered, and CLOCK_REALTIME is still off by %lld ns",
			      (long long)told->off_ns);
	}
	if (!witness)
		wrong("recovered, and CLOCK_REALTIME did not show it");
}

/*
 * Is CLOCK_REALTIME, by what it claims, as good by one of two pages as by the other? Then it does
 * not show which was wrong. The page that lied may never have been sampled while it did, as where
 * the counter jumps, so it goes by the least step found; a page with another rate is not asked.
 */
static inline bool is_in_doubt(const struct beside *beside, size_t now)
{
	uint64_t claim_ns = MS, page_claim_ns = 0;

	for (size_t i = 0; i <= now; i++) {
		const struct told *told = &story.told[i];

		if (told->event.type == EVENT_CLOCK && told->event.clock.has_claim)
			claim_ns = told->event.clock.max_error_ns;
		if (told->page_claim_ns > page_claim_ns)
			page_claim_ns = told->page_claim_ns;
	}
	return beside->refuted &&
	       (!story.realtime || beside->slewed ||
		beside->least_step_ns <= claim_ns + 2 * page_claim_ns + READING_NS);
}

/* Was the driver seen to be good soon after each time that it was bad? */
static inline bool driver_is_known(size_t now)
{
	const struct told *bad = NULL;

	for (size_t i = 0; i <= now; i++) {
		const struct told *told = &story.told[i];

		if (bad && told->event.time_ns - bad->event.time_ns > 2 * SETTLE_NS)
			return false;
		if (is_bad_read(told))
			bad = told;
		else if (is_good_read(told))
			bad = NULL;
	}
	return !bad;
}

/* Does @told show that something is bad, or that nobody can know? */
static inline bool is_bad_then(const struct told *told)
{
	const struct event *event = &told->event;

	/* A driver that refuses is bad, too. */
	if ((event->type == EVENT_READ || event->type == EVENT_CALL) && event->result < 0)
		return true;
	if (is_bad_read(told) || is_contradicted(told) || is_seen_to_be_bad(told))
		return true;
	return (event->type == EVENT_PAGE || event->type == EVENT_CLOCK) &&
	       (!told->page_tells || told->page_lies);
}

/* By the newest page before @now the host has no source of time: nothing has recovered. */
static inline bool is_freerunning(size_t now)
{
	for (size_t i = now + 1; i-- > 0;) {
		const struct event *event = &story.told[i].event;

		if (event->type == EVENT_PAGE && event->page_state == EVENT_PAGE_STABLE)
			return page_get(&event->page, PAGE_CLOCK_STATUS) ==
			       VMCLOCK_STATUS_FREERUNNING;
	}
	return false;
}

/* It was seen to the end that all is good, and for long. */
static inline bool could_be_known(const struct beside *beside, size_t now)
{
	uint64_t end_ns = story.told[now].event.time_ns;
	/* It may be over before it is long. */
	uint64_t good_ns = story.told[0].event.time_ns;
	const struct told *newest = realtime_before(now + 1);

	if (!story.full || story.end == STORY_RING || story.loses || is_in_doubt(beside, now) ||
	    !driver_is_known(now) || beside->ended_freerunning ||
	    (!story.realtime && beside->moved))
		return false;
	if (newest && beside->moved && !newest->utc_tells)
		return false;
	if (newest &&
	    story_abs(newest->off_ns) + 2 * newest->page_claim_ns + READING_NS > back_ns(newest))
		return false;
	for (size_t i = 0; i <= now; i++) {
		if (is_bad_then(&story.told[i]))
			good_ns = story.told[i].event.time_ns;
	}
	return end_ns - good_ns > 4 * SETTLE_NS;
}

#endif
