/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which page was wrong, of the two that a host_step shows to contradict each other? Another clock
 * that claims a bound may show it, where it was read before the step and after it: if it agreed
 * with the page before, and does at each reading since with the time that that would give, and not
 * with the page of now, the page is wrong since; if it is the other way round, the page was wrong
 * before. It is that clock's word. Where it takes neither side, or both, it shows nothing. Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_STEP_BLAME_H
#define VMCLOCK_TRACE_JUDGE_STEP_BLAME_H

#include "event/event.h"
#include "judge/finding.h"
#include "judge/witness.h"

enum step_fault {
	STEP_FAULT_UNKNOWN,
	STEP_FAULT_BEFORE, /* the page before the step was wrong */
	STEP_FAULT_SINCE,  /* the page is wrong since */
};

/* All zero: there was no step. */
struct step_blame {
	enum step_fault fault;
	struct witness by; /* who says so; valid if the fault is known */

	/* Its own. */
	bool is_asked;	/* there was one step, and nothing else that could explain it */
	bool was_asked; /* there was one at all */
	bool was_read;	/* the clock, before it, */
	bool was_good;	/* and agreed with the page */
	struct page before;
};

/*
 * The page was stepped by @finding, or slewed; @was_good: the other clock agreed with it at its
 * last reading, if it @was_read.
 */
void step_blame_finding(struct step_blame *blame, const struct finding *finding, bool was_read,
			bool was_good);

/*
 * Take a reading of the other clock, which is off by @error by the page in force, its bound
 * included.
 */
void step_blame_reading(struct step_blame *blame, const struct event *event,
			struct ns_interval error);

/* "unknown", "before", "since": stable, for programs. Static. */
const char *step_fault_name(enum step_fault fault);

#define STEP_BLAME_BYTES (WITNESS_TEXT_BYTES + 80)

/* "by WITNESS, the page has been wrong since it was stepped"; @out, "" if it is not known. */
const char *step_blame_text(const struct step_blame *blame, char out[STEP_BLAME_BYTES]);

#endif
