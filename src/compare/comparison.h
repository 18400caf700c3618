/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one sample of all clocks says of them, pair by pair. Every value is an interval with its
 * method: the true value is inside, or the clocks contradict each other.
 */
#ifndef VMCLOCK_TRACE_COMPARE_COMPARISON_H
#define VMCLOCK_TRACE_COMPARE_COMPARISON_H

#include <stdbool.h>
#include <stdint.h>

#include "event/clock_sample.h"
#include "compare/answers.h"
#include "compare/driver_comparison.h"
#include "compare/references.h"
#include "judge/claim.h"
#include "judge/elapsed.h"
#include "judge/page_update.h"
#include "judge/scale_inference.h"
#include "page/warning.h"

enum compared_clock {
	COMPARED_PAGE,
	COMPARED_PHC,
	COMPARED_REALTIME,
	COMPARED_MONOTONIC,
	COMPARED_MONOTONIC_RAW,
};

/* What was read between what. */
enum compared_between {
	BETWEEN_COUNTERS,     /* two readings of the CPU's counter */
	BETWEEN_REALTIME,     /* two of CLOCK_REALTIME */
	BETWEEN_RAW,	      /* two of CLOCK_MONOTONIC_RAW */
	BETWEEN_SAME_COUNTER, /* nothing: both are of one counter value */
};

enum pair_state {
	PAIR_MEASURED,
	PAIR_FAILED,   /* a clock could not be read: `result` */
	PAIR_REFUSED,  /* the same, since the page's status is UNRELIABLE */
	PAIR_NO_PAGE,  /* the page gives no time here and now */
	PAIR_NO_SCALE, /* the two have no scale in common, or it is not known */
	PAIR_TOO_FAR,  /* more than 292 years apart */
	PAIR_STEPPED,  /* the outer clock was set back during each try */
};

/* An interval that may be unknown. */
struct maybe_interval {
	bool known;
	struct ns_interval ns;
};

/* Which clocks' own claims an interval was widened by. */
#define CLAIM_PAGE     1u
#define CLAIM_REALTIME 2u

/* a - b at one time. */
struct clock_pair {
	enum compared_clock a;
	enum compared_clock b;
	enum phc_method method; /* PHC_GETTIME stands for clock_gettime() of any clock */
	enum compared_between between;
	enum pair_state state;
	int result;		       /* -errno with PAIR_FAILED and PAIR_REFUSED */
	struct maybe_interval offset;  /* by measurement alone, on a common scale */
	struct maybe_interval raw;     /* the same before the scale was converted */
	struct maybe_interval bounded; /* offset, widened by what both clocks claim of themselves */
	unsigned int claims;	       /* whose claims those are; 0: there are none */
	bool contradicts;	       /* is it one of the contradictions? */
};

/* What two clocks counted since the first sample, or since the last change of the marker. */
struct elapsed_pair {
	enum compared_clock a;
	enum compared_clock b;
	enum compared_between between;
	bool known;
	struct elapsed elapsed; /* valid if known */
};

#define COMPARISON_PAIRS   (1 + 2 * PHC_METHODS)
#define COMPARISON_ELAPSED 3
#define COMPARISON_UPDATES 2

enum contradiction_kind {
	CONTRADICTION_BOUNDS, /* page and CLOCK_REALTIME, each with its own bound, are disjoint */
	CONTRADICTION_PHC,    /* the PTP clock is outside of what the page said around it */
	CONTRADICTION_DRIVER, /* the driver differs from a stable page at the same counter value */
	CONTRADICTION_STEP,   /* an update is outside of the earlier page's own bound */
	CONTRADICTION_CLOCKS, /* two others are apart by more than both claim */
	CONTRADICTIONS
};

struct contradiction {
	enum contradiction_kind kind;
	unsigned int
		index; /* of the first pair (_BOUNDS, _PHC) or the update (_STEP) that shows it */
};

/* Each kind shows at most once, however many pairs it is seen by, and a step once an update. */
#define COMPARISON_CONTRADICTIONS (CONTRADICTIONS + COMPARISON_UPDATES)

/* What limits or explains a comparison; a set of bits 1 << note. */
enum comparison_note {
	NOTE_PAGE_STUCK,
	NOTE_PAGE_INVALID,
	NOTE_MARKER_ONLY,
	NOTE_FOREIGN_COUNTER,
	NOTE_NO_TIME,
	NOTE_BEFORE_REFERENCE,
	NOTE_NO_UTC,
	NOTE_STATUS,
	NOTE_NO_PAGE_CLAIM,
	NOTE_NO_REALTIME_CLAIM,
	NOTE_LEAP,
	NOTE_TAI_SIGN,
	NOTE_SCALE_UNKNOWN,
	NOTE_PAGE_MOVED,
	NOTE_MARKER_CHANGED,
	NOTE_PAGE_IN_DOUBT,
	COMPARISON_NOTES
};
#define NOTE_BIT(note) (1u << (note))

struct comparison {
	uint64_t number; /* of the sample, from 1 */
	struct clock_sample sample;

	enum clock_scale phc_scale; /* as a clock shows that it stood beside: */
	bool scale_is_by_page; /* the page; else CLOCK_REALTIME, where no page gives the time */
	bool has_tai_offset;
	int64_t tai_offset_sec; /* TAI less UTC by that clock; valid if has_tai_offset */
	bool has_page_claim;
	uint64_t page_claim_ns; /* the page's guaranteed error, one way, at the sample */

	struct clock_pair pair[COMPARISON_PAIRS];
	unsigned int pairs;
	struct elapsed_pair elapsed[COMPARISON_ELAPSED];
	unsigned int elapseds;
	struct page_update update[COMPARISON_UPDATES]; /* before the sample, and during it */
	unsigned int updates;
	bool has_driver; /* could the driver's reads be seen? */
	struct driver_comparison driver;

	struct compared_references references;
	struct answers answers;

	struct contradiction contradiction[COMPARISON_CONTRADICTIONS];
	unsigned int contradictions;
	uint32_t notes;		      /* NOTE_BIT() of each */
	struct claim agree;	      /* do the clocks, as far as they claim something? */
	char doubt[PAGE_DOUBT_BYTES]; /* of the page, as page_is_in_doubt(); empty: none */
};

/* "clock_gettime", "PTP_SYS_OFFSET", "PTP_SYS_OFFSET_EXTENDED", "PTP_SYS_OFFSET_PRECISE" */
const char *phc_method_name(enum phc_method method);

/* "counter", "CLOCK_REALTIME", "CLOCK_MONOTONIC_RAW", "same counter" */
const char *compared_between_name(enum compared_between between);

/* "page", "CLOCK_REALTIME", ...; @phc_path for the PTP clock. */
const char *compared_clock_name(enum compared_clock clock, const char *phc_path);

/* "bounds_disjoint", "phc_outside_page", "driver_differs", "host_step", "clocks_disagree" */
const char *contradiction_code(enum contradiction_kind kind);

/* Why there is no offset, in a few words; NULL for PAIR_MEASURED. Static. */
const char *clock_pair_why(const struct clock_pair *pair);

#endif
