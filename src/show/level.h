/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How bad something is, in colour where the output has it: always beside a word or a sign that says
 * the same.
 */
#ifndef VMCLOCK_TRACE_SHOW_LEVEL_H
#define VMCLOCK_TRACE_SHOW_LEVEL_H

#include <stdbool.h>
#include <stdio.h>

enum level {
	LEVEL_OK,
	LEVEL_UNKNOWN,
	LEVEL_WARNING,
	LEVEL_CRITICAL,
	LEVELS,
	LEVEL_NONE = LEVELS, /* news: no colour */
};

/* The number that ECMA-48 and curses have for its colour; not of LEVEL_NONE. */
short level_colour(enum level level);

/*
 * The level that @text begins with as a word, in any case, as "CRITICAL: ..." and "warning" do, or
 * the state of a check (OK, WARN, FAIL, SKIP), or CONTRADICTION; LEVEL_NONE: none of them.
 */
enum level level_named(const char *text);

/* From here on what is put to @out has the colour of @level, where that has colour at all; ... */
void level_begin(FILE *out, enum level level);

/* ... and now no more. */
void level_end(FILE *out, enum level level);

/* @text in the colour of @level. */
void level_put(FILE *out, enum level level, const char *text);

#endif
