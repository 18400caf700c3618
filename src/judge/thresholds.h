/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From how much on something is a finding, or well again: all numbers by which judge/detector.h,
 * judge/health.h and judge/incident.h decide. The manual prints them from here.
 */
#ifndef VMCLOCK_TRACE_JUDGE_THRESHOLDS_H
#define VMCLOCK_TRACE_JUDGE_THRESHOLDS_H

#include <stddef.h>
#include <stdint.h>

#include "judge/finding.h"

#define STALE_GAPS    8
#define STUN_RATE_PPM 1000
/* Between the sample of the page and the tick that is judged by it. */
#define STUN_SAMPLED_NS 10000000
/* For so long the page may show whether the counter was right. */
#define HELD_NS 5000000000ull

/* A counter behind its reference for so long: what comes next is another time it is before it. */
#define REFERENCE_QUIET_NS 500000000

/* Near enough for a clock that claims no bound. */
#define HEALTH_BACK_NS 1000000
/* A clock that claims a bound is back where it was by this part of it, and by no more than that. */
#define HEALTH_BACK_PART 10
/* So far outside the bound of both CLOCK_REALTIME and a page have nothing to do with each other. */
#define HEALTH_FAR_NS 2000000000

/* What belongs together follows within seconds. */
#define INCIDENT_SETTLE_NS 5000000000ull
/* So many times as long, where more may become known; or the page may get its clock back. */
#define UNKNOWN_SETTLES 3
#define GONE_SETTLES	12
/* By no more than this beyond what it claims may CLOCK_REALTIME be off, and be right again. */
#define RECOVERY_BEYOND_NS 1000000

/* So many readings in a row with which the page could not be compared come and go; */
#define UNTOLD_READINGS 2
/* and so far apart may the readings of another clock be. */
#define UNTOLD_BETWEEN_NS 5000000000ull

/* X(option, value, unit, finding, about): the defaults of struct detector_options. */
#define DETECTOR_THRESHOLDS(X)                                                                     \
	X(step_ns, 1000000, THRESHOLD_NS, HOST_STEP,                                               \
	  "Where a page guarantees no bound: a move of its time by more than this, and "           \
	  "more than its bound. It is far above what a servo moves a healthy host by in "          \
	  "one update.")                                                                           \
	X(slew_ppt, 1000000, THRESHOLD_PPT, HOST_SLEW,                                             \
	  "Where a page guarantees no bound of its rate: a change of the rate by this "            \
	  "or more.")                                                                              \
	X(slew_min_ppt, 10000, THRESHOLD_PPT, HOST_SLEW,                                           \
	  "Where both pages guarantee one: a change beyond both that is smaller is "               \
	  "ignored.")                                                                              \
	X(stuck_ns, 100000000, THRESHOLD_NS, WRITER_STUCK,                                         \
	  "An update that has not ended after this time, for which the driver waits "              \
	  "before reads fail.")                                                                    \
	X(stale_ns, 1000000, THRESHOLD_NS, NOT_UPDATED,                                            \
	  "Age has added more than this to the page's error, and more than its error "             \
	  "was when it was updated.")                                                              \
	X(stale_first_ns, 100000000, THRESHOLD_NS, NOT_UPDATED,                                    \
	  "The same while no update was seen, so that it is not known how often the "              \
	  "host updates.")                                                                         \
	X(error_quiet_ns, 10000000000, THRESHOLD_NS, DRIVER_ERROR,                                 \
	  "A failure on the same path with the same error within this time after the "             \
	  "one before is the same finding.")                                                       \
	X(stun_ns, 250000000, THRESHOLD_NS, STUN,                                                  \
	  "The heartbeat came this much late, less the time for which the guest itself "           \
	  "made it wait. It is well above what the timers of a busy guest are late by.")           \
	X(clock_slew_ppt, 100000000, THRESHOLD_PPT, CLOCK_SET,                                     \
	  "A change of the clock's rate by this or more, a fifth of what the kernel "              \
	  "lets a daemon steer; any step is one.")                                                 \
	X(clock_step_ns, 1000000, THRESHOLD_NS, CLOCK_SET,                                         \
	  "A step by this or more, either way, is critical; a smaller one is a warning.")

/* X(value, unit, finding, about): those that nothing changes. */
#define DETECTOR_LIMITS(X)                                                                         \
	X(STALE_GAPS, THRESHOLD_COUNT, NOT_UPDATED,                                                \
	  "No update came for this many times the longest time between two updates so "            \
	  "far.")                                                                                  \
	X(REFERENCE_QUIET_NS, THRESHOLD_NS, COUNTER_BEFORE_REFERENCE,                              \
	  "The counter was behind the reference for this time before it is before it "             \
	  "once more.")                                                                            \
	X(SCALE_NEAR_NS, THRESHOLD_NS, SCALE_MISMATCH,                                             \
	  "A clock that is no farther than this from UTC or TAI is taken to be on it.")            \
	X(HEALTH_BACK_NS, THRESHOLD_NS, CLOCKS_DISAGREE,                                           \
	  "A clock that claims no bound is allowed this, where the other one claims one.")         \
	X(WITNESS_PEERS_RATE_PPM *(uint64_t)1000000, THRESHOLD_PPT, CLOCKS_DISAGREE,               \
	  "By this much the clock by which two readings are held together may drift.")             \
	X(STUN_RATE_PPM *(uint64_t)1000000, THRESHOLD_PPT, STUN,                                   \
	  "By this much CLOCK_MONOTONIC and the counter's nominal rate may differ.")               \
	X(STUN_SAMPLED_NS, THRESHOLD_NS, STUN,                                                     \
	  "How long it was at most is known where the page was sampled so shortly before.")        \
	X(HELD_NS, THRESHOLD_NS, STUN,                                                             \
	  "Where only the counter went on, the page's next clock is waited for so long: if it "    \
	  "steps back by as much, the counter was disturbed.")

/* X(name, value, unit, about): those of what is well, and well again; not of one finding. */
#define WELL_LIMITS(X)                                                                             \
	X("settled", INCIDENT_SETTLE_NS, THRESHOLD_NS,                                             \
	  "An incident is over when all was good for so long, and nothing was found.")             \
	X("settled_unknown", UNKNOWN_SETTLES *INCIDENT_SETTLE_NS, THRESHOLD_NS,                    \
	  "The same where it is not known whether it has recovered, and may become known.")        \
	X("settled_without_clock", GONE_SETTLES *INCIDENT_SETTLE_NS, THRESHOLD_NS,                 \
	  "The same where the page, or the other clock that told how CLOCK_REALTIME is, "          \
	  "does not tell it any more, and may again; or where a clock is about as far off as it "  \
	  "may be, by one of two states of the page that contradict each other.")                  \
	X("recovered", RECOVERY_BEYOND_NS, THRESHOLD_NS,                                           \
	  "CLOCK_REALTIME has recovered where it surely is off by no more than it claims, and "    \
	  "this.")                                                                                 \
	X("unclaimed", HEALTH_BACK_NS, THRESHOLD_NS,                                               \
	  "A clock that claims no bound is well where it may be off by no more than this; and "    \
	  "back where it was, by no more than this.")                                              \
	X("back", HEALTH_BACK_PART, THRESHOLD_PART,                                                \
	  "A clock that claims a bound is back where it was by this part of that, and by no "      \
	  "more than one that claims none.")                                                       \
	X("far", HEALTH_FAR_NS, THRESHOLD_NS,                                                      \
	  "CLOCK_REALTIME that is so far outside the bound of the page is far: status "            \
	  "says NOT SAFE of a device, and of a file that it may be of another machine.")           \
	X("not_read", WITNESS_STALE_NS, THRESHOLD_NS,                                              \
	  "A clock that was not read for so long judges no other; and where other clocks than "    \
	  "the page tell how CLOCK_REALTIME is, and did not for longer in all, that is not "       \
	  "known.")                                                                                \
	X("not_told", UNTOLD_READINGS, THRESHOLD_COUNT,                                            \
	  "Where the page tells how CLOCK_REALTIME is, and could not for more readings in a row, " \
	  "that is not known.")                                                                    \
	X("between", UNTOLD_BETWEEN_NS, THRESHOLD_NS,                                              \
	  "Where other clocks tell it, this may be between two readings that do.")

enum threshold_unit {
	THRESHOLD_NS,
	THRESHOLD_PPT,
	THRESHOLD_COUNT,
	THRESHOLD_PART, /* one in so many */
};

struct threshold {
	const char *name;	   /* stable; NULL: it is of the finding */
	enum finding_kind finding; /* FINDINGS: of none */
	enum threshold_unit unit;
	uint64_t value;
	const char *about; /* a sentence */
};

/* The @i-th, in the order of the findings, then those of none; NULL behind the last. Static. */
const struct threshold *threshold_get(size_t i);

#endif
