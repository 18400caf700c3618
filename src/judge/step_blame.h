/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which page was wrong, of the two that a host_step shows to contradict each other? Other clocks
 * that claim a bound may show it, where they were read before the step and after it: if one agreed
 * with the page before, and does at each reading since with the time that that would give, and not
 * with the page of now, the page is wrong since; if it is the other way round, the page was wrong
 * before. It is that clock's word, and of several the one with the narrowest bound. One that takes
 * neither side, or both, shows nothing; nor does one that another clock with a claim contradicts,
 * nor any where two take different sides. Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_STEP_BLAME_H
#define VMCLOCK_TRACE_JUDGE_STEP_BLAME_H

#include "event/event.h"
#include "judge/finding.h"
#include "judge/witness.h"
#include "judge/witness_peers.h"

enum step_fault {
	STEP_FAULT_UNKNOWN,
	STEP_FAULT_BEFORE, /* the page before the step was wrong */
	STEP_FAULT_SINCE,  /* the page is wrong since */
};

/* All PTP clocks that are read; what is beyond is not asked. */
#define STEP_BLAMERS WITNESS_PEERS

/* One other clock. */
struct step_blamer {
	struct witness who; /* as it was read last */
	bool is_read;	    /* was it read, and held against the page? */
	bool is_good;	    /* if so, did it agree with that at the newest reading? */
	bool was_read;	    /* the same before the step */
	bool was_good;
	bool is_out; /* since then it took neither side, or both, or was contradicted */
	enum step_fault fault;
};

/* All zero: none. */
struct step_blamers {
	struct step_blamer of[STEP_BLAMERS];
	size_t count;
};

/* All zero: there was no step. */
struct step_blame {
	enum step_fault fault;
	struct witness by; /* who says so; valid if the fault is known */

	/* Its own. */
	bool is_asked;	/* there was one step, and nothing else that could explain it */
	bool was_asked; /* there was one at all */
	struct page before;
};

/* The page was stepped by @finding, or slewed: @blamers are asked from now on. */
void step_blame_finding(struct step_blame *blame, struct step_blamers *blamers,
			const struct finding *finding);

/*
 * Take a reading of another clock, which is off by @error by the page in force, its bound included,
 * and @is_good by that; @peers is after it.
 */
void step_blame_reading(struct step_blame *blame, struct step_blamers *blamers,
			const struct witness_peers *peers, const struct event *event,
			struct ns_interval error, bool is_good);

/* A reading of it that could not be held against the page: what it was before is not the last. */
void step_blamers_unknown(struct step_blamers *blamers, const struct event_clock *clock);

/* "unknown", "before", "since": stable, for programs. Static. */
const char *step_fault_name(enum step_fault fault);

#define STEP_BLAME_BYTES (WITNESS_TEXT_BYTES + 80)

/* "by WITNESS, the page has been wrong since it was stepped"; @out, "" if it is not known. */
const char *step_blame_text(const struct step_blame *blame, char out[STEP_BLAME_BYTES]);

#endif
