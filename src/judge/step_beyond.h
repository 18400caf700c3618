/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A step of CLOCK_REALTIME while its error was not known, or one of several between two readings,
 * in an incident: by the known reading before it, or after it, and the sum of the steps between, it
 * was further off than any known one. Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_STEP_BEYOND_H
#define VMCLOCK_TRACE_JUDGE_STEP_BEYOND_H

#include "judge/incident.h"

struct step_beyond {
	int64_t step_ns;  /* by how much it was stepped, about */
	bool has_side;	  /* is it known whether it was off before or after? */
	bool is_before;	  /* valid if has_side */
	int64_t about_ns; /* how far off, but for what it drifted; valid if has_side */
};

/*
 * The step in @incident with which it was the furthest off, of those with a side if there is any,
 * into @out: the first of those alike. False: there is none; @out is then untouched.
 */
bool step_beyond_of(const struct incident *incident, struct step_beyond *out);

#endif
