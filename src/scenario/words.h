/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words that a scenario's lines begin with, and what may follow each. */
#ifndef VMCLOCK_TRACE_SCENARIO_WORDS_H
#define VMCLOCK_TRACE_SCENARIO_WORDS_H

#include <stdbool.h>

#include "scenario/scenario.h"

/* What follows the first word of a line, and what is wrong with it. */
struct operands {
	char **word;
	int count;
	int next;	    /* the first that nobody has taken yet */
	const char *wanted; /* on failure: what `bad` is not; static */
	const char *bad;    /* on failure: the word, NULL: there is one too few */
};

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
