/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one rule of what may be said to be well: OK, recovered and right are claims, and a claim
 * holds only if what it says was observed from its beginning to its end. Else it fails, where the
 * contrary was seen, or it is unknown, and why. All outputs take what they say from here. Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_CLAIM_H
#define VMCLOCK_TRACE_JUDGE_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#include "event/gap.h"

enum claim_state {
	CLAIM_UNKNOWN,
	CLAIM_HOLDS,
	CLAIM_FAILS,
};

/* Why a claim is unknown. */
enum claim_why {
	CLAIM_NOT_ENDED,     /* what it is about still goes on */
	CLAIM_NO_CLOCK,	     /* the page carries no clock to hold the others against */
	CLAIM_CLOCK_UNKNOWN, /* a clock was not held against the page since */
	CLAIM_BAD_BEFORE,    /* a clock is bad that was so before it began */
	CLAIM_REFUTED,	     /* one of two pages was wrong, and no clock shows which */
	CLAIM_ENDED_EARLY,   /* it was watched for too short a time since */
	CLAIM_GAP,	     /* what came next was not recorded */
	CLAIM_NO_EVENTS,     /* there is nothing in the recording */
	CLAIM_NOT_CLOSED,    /* the recording's end is not there */
	CLAIM_NO_LOG,	     /* nor is its log, which may hold more */
	CLAIM_NOT_KEPT,	     /* something was found in what was not kept, or may have been */
	CLAIM_DAMAGED,	     /* a part of the recording cannot be read */
	CLAIM_LOST,	     /* events were lost, in the kernel or by the recorder */
	CLAIM_NO_PAGE,	     /* what was to be a page was none that can be read */
	CLAIM_NO_TIME,	     /* no time can be computed from the page */
	CLAIM_NO_VOUCHER,    /* the hypervisor does not vouch for the page's clock */
	CLAIM_MISSED,	     /* updates of the page between samples that were far apart */
	CLAIM_NOT_READ,	     /* the driver was bad, and not seen to be used well since */
	CLAIM_FURTHER_OFF,   /* a clock is within its claim, but was moved away */
	CLAIM_CLOCK_GONE,    /* the page carried a clock, and none at the end of it */
	CLAIM_MOMENT,	     /* it begins and ends with one sample */
	CLAIM_WITNESS,	     /* who says so disagreed with the clock already before */
	CLAIM_FREERUNNING,   /* the host has no source of time */
	CLAIM_WITNESSES,     /* those who could say so contradict each other */
	CLAIM_OUT_OF_RANGE,  /* the page's numbers give no time, or no bound of it */
	CLAIM_UNDEFINED,     /* the page is cut, or has values that the ABI does not define */
	CLAIM_NOT_COMPARED,  /* nothing tells the page's time apart from another's */
	CLAIM_OTHER_MACHINE, /* the page is in a file, and its time is not the time here */
	CLAIM_WIDE,	     /* it is within a bound that is wider than what the clock claims */
	CLAIM_CONTRADICTED,  /* another clock contradicts it */
	CLAIM_COMPARED_NOT_ALWAYS, /* for a time CLOCK_REALTIME was compared with nothing */
	CLAIM_REFERENCE_MOVED,	   /* what it is checked against was stepped itself */
	CLAIM_WHYS
};

/* All zero: unknown, as it has not ended. */
struct claim {
	enum claim_state state;
	enum claim_why why; /* valid with CLAIM_UNKNOWN */
};

/* It holds, or it fails. */
struct claim claim_seen(bool holds);

/* It is not known, for @why. */
struct claim claim_unknown(enum claim_why why);

/* What a recording has, from its beginning to its end. */
struct claim_span {
	uint64_t events;
	bool ended;	   /* was it closed in order? */
	bool no_log;	   /* if not: is its log missing? */
	bool damaged;	   /* could a part not be read? */
	uint64_t lost;	   /* events, in the kernel or by the recorder */
	uint64_t unkept;   /* alarms in what was not kept, or may be there */
	bool found_unkept; /* are there known to be some? Then it is bad, not unknown */
	bool found_unkept_critical;
	const struct event_gap *found; /* the worst of these; NULL: its kind is not known */
	bool found_unread;	 /* was it in what cannot be read, not in what was not kept? */
	bool page_bad;		 /* was the page bad while no incident said so? */
	enum claim_why page_why; /* valid if page_bad */
	bool moment;		 /* was nothing observed but one moment? */
	uint64_t missed;	 /* updates of the page, between two samples that were far apart */
	bool clock_off;		 /* was a clock off while no incident said so? */
	bool unreliable;	 /* or did the page say so of itself? It then is bad, not unknown */
	bool freerunning;	 /* or that the host has no source of time? The same */
	bool uncompared;	 /* was CLOCK_REALTIME compared with nothing? */
	enum claim_why uncompared_why; /* valid if uncompared */
};

/* Is all of @span well, where @found says whether something is known that is not? */
struct claim claim_well(const struct claim_span *span, bool found);

/* "yes", "no", "unknown": stable, for programs. Static. */
const char *claim_state_name(enum claim_state state);

/* "no_clock", "gap", ...: stable; and the same as a clause for people. Static. */
const char *claim_why_name(enum claim_why why);
const char *claim_why_means(enum claim_why why);

/* What is not known of all that was watched, for @why: "whether all was well". Static. */
const char *claim_why_leaves(enum claim_why why);

#endif
