/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A finding in words: the same ones on every screen and in JSON. */
#ifndef VMCLOCK_TRACE_SHOW_FINDING_WORDS_H
#define VMCLOCK_TRACE_SHOW_FINDING_WORDS_H

#include <stddef.h>

#include "judge/finding.h"

/* Enough for any sentence here. */
#define FINDING_WORDS_BYTES 480

/*
 * What happened, with its numbers, and what to do about it: a sentence without a full stop, safe
 * for a terminal; always terminated.
 */
void finding_sentence(const struct finding *finding, char *text, size_t bytes);

/* How well its time is known, and what was not seen meanwhile; the same form. */
void finding_when(const struct finding *finding, char *text, size_t bytes);

#endif
