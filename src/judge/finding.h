/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One thing that happened to the clock, with its proof. When each kind is found, and when not, is
 * defined in judge/detector.h.
 */
#ifndef VMCLOCK_TRACE_JUDGE_FINDING_H
#define VMCLOCK_TRACE_JUDGE_FINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "event/event.h"
#include "judge/driver_answer.h"
#include "judge/witness.h"
#include "judge/witness_peers.h"
#include "page/page.h"

/*
 * X(constant, name, about): the name is stable and for programs, the sentence for the manual. In
 * the order of what they are about: the page, its reader and writer, other clocks, this program.
 */
#define FINDING_KINDS(X)                                                                           \
	X(DISRUPTION, "disruption", "The disruption marker changed: the counter was disrupted.")   \
	X(RESTORE, "restore", "The VM generation changed: a restore from a snapshot.")             \
	X(HOST_STEP, "host_step",                                                                  \
	  "An update moved the time so far that no time is within the bounds of the page "         \
	  "before and after.")                                                                     \
	X(HOST_SLEW, "host_slew",                                                                  \
	  "An update changed the rate beyond the bounds of the page before and after.")            \
	X(STATUS_CHANGE, "status_change", "`clock_status` changed.")                               \
	X(LEAP_ANNOUNCED, "leap_announced", "`leap_indicator` announces a leap second.")           \
	X(LEAP_CHANGE, "leap_change", "`leap_indicator` changed otherwise.")                       \
	X(TAI_OFFSET_CHANGE, "tai_offset_change", "The offset of UTC from TAI changed.")           \
	X(SMEARING_CHANGE, "smearing_change", "The hint on how to smear leap seconds changed.")    \
	X(MAINTENANCE_SOON, "maintenance_soon", "A disruption was announced, within a day.")       \
	X(MAINTENANCE_IMMINENT, "maintenance_imminent",                                            \
	  "A disruption was announced, within an hour.")                                           \
	X(WRITER_STUCK, "writer_stuck", "An update did not end.")                                  \
	X(SEQLOCK_BROKEN, "seqlock_broken",                                                        \
	  "The writer does not follow the seqlock: the page changed and `seq_count` did "          \
	  "not, or that went back or on too fast.")                                                \
	X(NOT_UPDATED, "not_updated",                                                              \
	  "The host does not update the page any more, and its error outgrows its bound.")         \
	X(COUNTER_BEFORE_REFERENCE, "counter_before_reference",                                    \
	  "The counter is before the page's reference, which the driver gets wrong.")              \
	X(DRIVER_ERROR, "driver_error",                                                            \
	  "Reads through the driver fail (needs hooks in the kernel).")                            \
	X(DRIVER_MISMATCH, "driver_mismatch",                                                      \
	  "The driver returns another time than the page's (needs hooks in the kernel).")          \
	X(WRONG_BOUND, "wrong_bound", "A clock claims a bound that the page refutes.")             \
	X(CLOCKS_DISAGREE, "clocks_disagree",                                                      \
	  "Two clocks contradict each other: which of them is wrong is not known.")                \
	X(STUN, "stun", "This machine did not run.")                                               \
	X(CLOCK_SET, "clock_set",                                                                  \
	  "A process set or steered the system clock (needs hooks in the kernel).")                \
	X(SCALE_MISMATCH, "scale_mismatch",                                                        \
	  "UTC is taken for TAI, or the TAI offset has the wrong sign.")                           \
	X(DEVICE_LOST, "device_lost",                                                              \
	  "The device is gone, or what is there is not a page any more.")                          \
	X(DATA_LOSS, "data_loss", "Events were lost (needs hooks in the kernel).")

enum finding_kind {
#define FINDING_ENUM(constant, name, about) FINDING_##constant,
	FINDING_KINDS(FINDING_ENUM)
#undef FINDING_ENUM
	FINDINGS
};

enum finding_severity {
	FINDING_INFO,	  /* know it; nothing is wrong */
	FINDING_WARNING,  /* look at it soon: a clock may become wrong, or the view is incomplete */
	FINDING_CRITICAL, /* a clock was or is wrong, or cannot be read */
};

/* A field of the page that became another: markers, generation, status, leap, offset, hint. */
struct finding_change {
	bool has_old; /* false: not there (its flag is not set), or not known on a first sample */
	bool has_new;
	uint64_t old_value; /* by page_get(): sign-extended where the field is signed */
	uint64_t new_value;
};

/* FINDING_HOST_STEP. All signed: positive where the clock was set forwards. */
struct finding_step {
	uint64_t counter;	   /* where both pages were asked */
	struct ns_interval moved;  /* the new page's time less the earlier page's there */
	bool has_bound;		   /* did the earlier page guarantee one? */
	uint64_t bound_ns;	   /* it there, one way; else the threshold */
	struct ns_interval beyond; /* how far `moved` is beyond bound_ns */
	bool bounds_disjoint;	   /* no time is within both pages' bounds: one of them was false */
	bool out_of_range;	   /* past 292 years: the intervals are at their limit */
};

/* FINDING_HOST_SLEW. Rates are parts in 10^12, rounded towards zero. */
struct finding_slew {
	int64_t old_ppt;    /* against the first page of this clock (since start or disruption) */
	int64_t new_ppt;    /* the same */
	int64_t change_ppt; /* new period / earlier period - 1: positive where time runs faster */
	bool has_bound;	    /* did both pages guarantee their rates? */
	uint64_t bound_ppt; /* the sum of both bounds, rounded up; else the threshold */
	bool out_of_range;  /* a rate is past 64 bits and at its limit */
};

/* FINDING_WRITER_STUCK */
struct finding_stuck {
	uint32_t seq;		   /* the odd value that stays */
	struct ns_interval for_ns; /* how long it has been so, when found */
};

enum seqlock_cause {
	SEQLOCK_UNCHANGED, /* the page changed, and seq_count did not */
	SEQLOCK_BACK,	   /* seq_count went back */
	SEQLOCK_JUMPED,	   /* seq_count went on by more updates than fit into the time */
};

/* FINDING_SEQLOCK_BROKEN: seq_count of `before` and `after`. */
struct finding_seqlock {
	enum seqlock_cause cause;
	uint32_t old_seq;
	uint32_t new_seq;
};

/* FINDING_NOT_UPDATED */
struct finding_stale {
	uint64_t bound_ns;  /* the page's max error now */
	uint64_t growth_ns; /* how much of it is age */
	uint64_t limit_ns;  /* what growth_ns has passed */
	uint64_t age_ns;    /* time since the page's reference, by the page's own rate */
};

/* FINDING_COUNTER_BEFORE_REFERENCE */
struct finding_reference {
	uint64_t counter; /* read after the page was */
	uint64_t ticks;	  /* how far it is before the page's reference */
	bool has_ns;	  /* false where the page's rate gives none below 292 years */
	uint64_t ns;	  /* the same by the page's rate, rounded up */
};

/* FINDING_WRONG_BOUND, FINDING_SCALE_MISMATCH by a clock. Signed: positive where it is ahead. */
struct finding_clock {
	enum observed_clock clock;
	struct ns_interval
		offset;		/* the clock less the page, as measured; on UTC or TAI as below */
	enum clock_scale scale; /* the scale on which that is */
	uint64_t claim_ns;	/* what the clock claims, one way */
	uint64_t page_claim_ns; /* what the page guarantees, one way */
	struct ns_interval beyond; /* how far they are apart beyond both */
	struct witness witness;	   /* by which clock; rank WITNESS_NONE: by the page */
};

enum scale_cause {
	SCALE_CAUSE_OFFSET_SIGN,   /* the page's tai_offset_sec is positive: wrong by the ABI */
	SCALE_CAUSE_CLOCK,	   /* a clock shows the other scale's time: `clock` says which */
	SCALE_CAUSE_KERNEL_OFFSET, /* the kernel's TAI offset is another than the page's */
};

/* FINDING_SCALE_MISMATCH */
struct finding_scale {
	enum scale_cause cause;
	struct finding_clock clock; /* SCALE_CAUSE_CLOCK: against the scale it is taken for */
	int64_t page_offset_sec;    /* tai_offset_sec as it stands in the page */
	int64_t kernel_offset_sec;  /* SCALE_CAUSE_KERNEL_OFFSET */
};

enum stun_clock {
	STUN_BY_MONOTONIC, /* CLOCK_MONOTONIC went on while nothing ran */
	STUN_BY_COUNTER,   /* it stood too: only the counter went on */
};

/* FINDING_STUN */
struct finding_stun {
	enum stun_clock by;
	struct ns_interval length; /* how long the guest did not run */
	bool at_least;		   /* it may have been longer: `length`'s end is not proven */
	uint64_t waited_ns;	   /* of the delay, the part that the guest itself explains */
};

enum lost_cause {
	LOST_DEVICE,  /* the device is gone */
	LOST_INVALID, /* what is there is no vmclock page any more */
};

struct finding {
	enum finding_kind kind;
	enum finding_severity severity;
	uint64_t number; /* of this detector's findings, from 1 */
	int32_t device;	 /* N of vmclockN, -1 unknown */

	/* It happened in between, both included; CLOCK_MONOTONIC. */
	uint64_t not_before_ns;
	uint64_t found_ns;
	bool since_start; /* so at the first sample: not_before_ns is found_ns, and unknown */

	/*
	 * Updates of the page in that interval by seq_count. All but one were not seen: what they
	 * brought is in `after` with the rest, or came and went.
	 */
	uint32_t updates;
	uint32_t missed; /* updates - 1, or 0 */

	/* Evidence. */
	bool has_before; /* the page as it was ... */
	bool has_after;	 /* ... and as it is, where the finding is about the page */
	struct page before;
	struct page after;
	struct event event; /* what showed it; with its own copy of the page */

	union {				      /* by kind */
		struct finding_change change; /* DISRUPTION .. STATUS_CHANGE, LEAP .. SMEARING */
		struct finding_step step;
		struct finding_slew slew;
		struct finding_stuck stuck;
		struct finding_seqlock seqlock;
		struct finding_stale stale;
		struct finding_reference reference;
		struct driver_answer mismatch;
		struct finding_clock clock;
		struct peer_pair pair; /* CLOCKS_DISAGREE */
		struct finding_stun stun;
		struct finding_scale scale;
		enum lost_cause lost;
		struct event_losses losses; /* what was lost since the last such finding */
	}; /* CLOCK_SET and DRIVER_ERROR: all is in `event`; MAINTENANCE: in `after` */
};

/* "disruption", "restore", "host_step", ...: stable, for programs. Static. */
const char *finding_name(enum finding_kind kind);

/* What has happened then, a sentence. Static. */
const char *finding_about(enum finding_kind kind);

/* The kind of that name into @kind; -EINVAL where there is none, @kind untouched. */
int finding_kind_by_name(const char *name, enum finding_kind *kind);

/* Is @kind found by hooks in the kernel alone, as finding_about() says? */
bool finding_needs_hooks(enum finding_kind kind);

/* "info", "warning", "critical" */
const char *finding_severity_name(enum finding_severity severity);

/* Is @finding about the clock, and more than news? data_loss is about what was seen of it. */
bool finding_is_alarm(const struct finding *finding);

/* "unchanged", "back", "jumped" */
const char *seqlock_cause_name(enum seqlock_cause cause);

/* "tai_offset_sign", "clock_on_other_scale", "kernel_tai_offset" */
const char *scale_cause_name(enum scale_cause cause);

#endif
