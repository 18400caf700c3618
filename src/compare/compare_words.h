/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a comparison found, in sentences; the same ones for people and in JSON. */
#ifndef VMCLOCK_TRACE_COMPARE_COMPARE_WORDS_H
#define VMCLOCK_TRACE_COMPARE_COMPARE_WORDS_H

#include <stddef.h>

#include "compare/comparison.h"

/* Enough for any sentence here. */
#define COMPARE_SENTENCE_BYTES 512

/*
 * @contradiction of @comparison with its numbers into @text, a sentence without a full stop; always
 * terminated. @phc is the PTP clock's node, NULL where there is none.
 */
void compare_contradiction_sentence(const struct comparison *comparison,
				    const struct contradiction *contradiction, const char *phc,
				    char *text, size_t bytes);

/* What to do about it, a sentence. Static. */
const char *compare_contradiction_advice(enum contradiction_kind kind);

/* A note's stable code for programs, such as "marker_only". Static. */
const char *compare_note_code(enum comparison_note note);

/* The note as a sentence. Static. */
const char *compare_note_sentence(enum comparison_note note);

/* @pair for people: CLOCK_REALTIME less the other clock, wherever it is one of the two. */
struct clock_pair compare_pair_shown(const struct clock_pair *pair);

#endif
