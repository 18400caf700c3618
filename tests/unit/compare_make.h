/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons for tests: when they are made, and what was found in them. */
#ifndef VMCLOCK_TRACE_TESTS_COMPARE_MAKE_H
#define VMCLOCK_TRACE_TESTS_COMPARE_MAKE_H

#include "compare/comparer.h"
#include "compare_machine.h"

#define NOW (100 * MACHINE_TICKS_PER_SEC)

static inline unsigned int contradictions_of(const struct comparison *comparison,
					     enum contradiction_kind kind)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < comparison->contradictions; i++)
		count += comparison->contradiction[i].kind == kind;
	return count;
}

static inline bool has_note(const struct comparison *comparison, enum comparison_note note)
{
	return comparison->notes & NOTE_BIT(note);
}

#endif
