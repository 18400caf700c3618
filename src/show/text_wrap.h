/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences in lines of a width that any ticket has, and the terminal that they are put to. */
#ifndef VMCLOCK_TRACE_SHOW_TEXT_WRAP_H
#define VMCLOCK_TRACE_SHOW_TEXT_WRAP_H

#include <stdio.h>

#include "show/level.h"

#define TEXT_WRAP_COLUMNS 100
#define TEXT_LINE_COLUMNS 180 /* of a line of a log, each of which is to be found by itself */

/*
 * @text, the first line behind what is @used of one, the others behind @indent; and an end of line.
 */
void text_wrap(FILE *out, const char *text, int used, int indent);

/* The same in lines of @columns. */
void text_wrap_within(FILE *out, int columns, const char *text, int used, int indent);

/* The same in the colour of @level. */
void text_wrap_level(FILE *out, enum level level, int columns, const char *text, int used,
		     int indent);

/*
 * The rest of such a line, @used columns of which are there, and no end of it: what does not fit
 * goes on in lines that are further in. A terminal breaks it as it is wide.
 */
void text_wrap_log(FILE *out, enum level level, const char *text, int used);

#endif
