/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds where clocks contradict their own bounds, and what limits a comparison. Pure. */
#ifndef VMCLOCK_TRACE_COMPARE_CONTRADICT_H
#define VMCLOCK_TRACE_COMPARE_CONTRADICT_H

#include "compare/comparison.h"

/*
 * Fill the contradictions, the notes and `agree` of @comparison from all else in it. The clocks
 * agree only where two of them could be held against each other, and the page is not in doubt.
 *
 * A contradiction needs two claims that cannot both hold. A clock that claims nothing, a page that
 * was updated more often than it was seen, a changed disruption marker contradict nothing: they are
 * notes.
 */
void contradict(struct comparison *comparison);

#endif
