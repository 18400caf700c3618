/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal that the standard output is, if it is one: how wide, and whether in colour. All else
 * (a pipe, a file, memory) gets the same bytes whatever the terminal is.
 */
#ifndef VMCLOCK_TRACE_SHOW_TERMINAL_H
#define VMCLOCK_TRACE_SHOW_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* When is there to be colour? */
enum colour_when {
	COLOUR_AUTO,   /* where a terminal has it, and NO_COLOR is not set */
	COLOUR_ALWAYS, /* into a pipe too */
	COLOUR_NEVER,
};

/* "auto", "always", "never"; NULL behind the last. */
const char *colour_when_word(unsigned int i);

/* Is there to be colour in a terminal, by @when, NO_COLOR and TERM? */
bool colour_is_wanted(enum colour_when when);

/*
 * Text for people comes on the standard output: from now on it is coloured as @when has it, and if
 * it is a terminal no line is wider than that; `stdout` is another stream then. Once, before
 * anything is printed.
 */
void terminal_begin(enum colour_when when);

/* Is @out the standard output, and coloured? Not before terminal_begin(). */
bool terminal_has_colour(const FILE *out);

/* How wide @out is now, by COLUMNS or as it says itself, else 80; 0: it is no terminal. */
int terminal_columns(const FILE *out);

/* Is @out a terminal that shows UTF-8, by the locale? */
bool terminal_is_utf8(const FILE *out);

/* @columns, or what fits on @out. */
int terminal_columns_within(const FILE *out, int columns);

#endif
