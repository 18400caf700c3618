/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one rule of what may be said to be well: OK, recovered and right are claims, and a claim
 * holds only if what it says was observed from its beginning to its end. Else it fails, where the
 * contrary was seen, or it is unknown, and why. All outputs take what they say from here. Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_CLAIM_H
#define VMCLOCK_TRACE_JUDGE_CLAIM_H

#include <stdbool.h>

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
	CLAIM_ENDED_EARLY,   /* it was watched for too short a time since */
	CLAIM_GAP,	     /* what came next was not recorded */
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

/* "yes", "no", "unknown": stable, for programs. Static. */
const char *claim_state_name(enum claim_state state);

/* "no_clock", "gap", ...: stable; and the same as a clause for people. Static. */
const char *claim_why_name(enum claim_why why);
const char *claim_why_means(enum claim_why why);

#endif
