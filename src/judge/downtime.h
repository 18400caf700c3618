/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For how long the guest did not run when its counter was disrupted. Pure.
 *
 * The clocks of the guest do not show it: they may stand still with it, go on, or jump. The page
 * shows it: between the last sample with the old marker and the first with the new one as much true
 * time has passed as the new page says of the second less what the old page said of the first, each
 * at its own counter. The new page may be a later one than that of the sample, once the hypervisor
 * vouches for its clock and has renewed its reference, as long as the marker stays. At both samples
 * the guest ran, so
 *
 *	at most		it stood still for all of that true time;
 *	at least	for what CLOCK_MONOTONIC did not count of it, and besides for as long as the
 *			heartbeat in between came late without waiting for a CPU, where it is much.
 *
 * Both hold if CLOCK_MONOTONIC was right to DOWNTIME_RATE_PPM while the guest ran, and if the
 * counter was not set back by the move: a guest whose counter was looks as if it had stood still
 * until the counter had made up for it.
 *
 * Where a page with one of the two markers is contradicted by another (judge/refuted.h), both are
 * hulls by all of them: which is right is not known.
 */
#ifndef VMCLOCK_TRACE_JUDGE_DOWNTIME_H
#define VMCLOCK_TRACE_JUDGE_DOWNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "judge/finding.h"
#include "judge/refuted.h"

#define DOWNTIME_RATE_PPM 1000
#define DOWNTIME_LATE_NS  250000000 /* as `stun` has it: less may be the program's own doing */
#define DOWNTIMES	  64

/* Why it is not known. */
enum downtime_unknown {
	DOWNTIME_KNOWN,
	DOWNTIME_NO_CLOCK,    /* the page carries no clock, or one on a counter that was not read */
	DOWNTIME_NOT_VOUCHED, /* the hypervisor did not vouch for its clock before */
	DOWNTIME_NEVER_AFTER, /* nor afterwards, up to the end or the next disruption */
	DOWNTIME_NO_TIME,     /* the pages' times cannot be compared: other scales, or numbers */
	DOWNTIME_REFUTED,     /* pages contradict each other, and not by so much */
	DOWNTIME_UNKNOWNS
};

/* One disruption. */
struct downtime {
	uint64_t not_before_ns; /* CLOCK_MONOTONIC of the sample before, and of that after */
	uint64_t found_ns;
	uint64_t late_ns; /* of what it counted between them: the guest surely did not run */
	enum downtime_unknown unknown;
	bool is_bounded;	    /* did both pages guarantee their error? Valid if known */
	struct ns_interval true_ns; /* the time between both samples; valid if known */
	struct ns_interval length;  /* how long the guest did not run; valid if known */
};

/* All zero at first. */
struct downtimes {
	struct downtime downtime[DOWNTIMES]; /* the first ones; the last may not be final */
	size_t count;
	uint64_t unlisted; /* disruptions beyond the table */

	/* Its own. */
	bool has_sample;
	struct event sample; /* the newest whole sample */
	bool is_waiting;     /* for a page that can decide the newest one */
	bool is_tick_due;    /* the heartbeat that belongs to `after` has not come */
	struct event before; /* the samples around the newest disruption */
	struct event after;
	struct refuted refuted;	       /* pages with the marker of now, */
	struct refuted refuted_before; /* and with the one before the newest disruption */
};

/* Take one event, in the order in which they were judged. */
void downtimes_event(struct downtimes *downtimes, const struct event *event);

/* Take a finding, after the event that it is about. */
void downtimes_finding(struct downtimes *downtimes, const struct finding *finding);

/* "no_clock", "not_vouched", ...: stable; and a clause for people. Static; NULL if known. */
const char *downtime_unknown_name(enum downtime_unknown why);
const char *downtime_unknown_means(enum downtime_unknown why);

#endif
