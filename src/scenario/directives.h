/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words that a scenario's lines begin with, and what may follow each. */
#ifndef VMCLOCK_TRACE_SCENARIO_DIRECTIVES_H
#define VMCLOCK_TRACE_SCENARIO_DIRECTIVES_H

#include <stdbool.h>

#include "scenario/operands.h"
#include "scenario/scenario.h"

/* Where a line may stand. */
enum word_place {
	WORD_AT_START = 1, /* before the first `at` */
	WORD_AS_CHANGE = 2,
};

struct word {
	const char *name;
	enum scenario_verb verb;
	unsigned int places; /* of enum word_place */
	/* Take the operands into @action. 0, or -EINVAL with operands->wanted and ->bad set. */
	int (*take)(struct operands *operands, struct scenario_action *action);
	const char *usage; /* "step DISTANCE, such as `step +5ms`"; for hints */
};

/* The word called @name, NULL if there is none. Static. */
const struct word *word_find(const char *name);

#endif
