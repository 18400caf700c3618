/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines as wide as a terminal is. Escapes that colour have no width, and East Asian letters two. */
#ifndef VMCLOCK_TRACE_SHOW_TEXT_FIT_H
#define VMCLOCK_TRACE_SHOW_TEXT_FIT_H

#include <stddef.h>
#include <stdio.h>

/* How many columns @length bytes of @text are. */
int text_columns(const char *text, size_t length);

/*
 * The line @text of @length bytes, without its end, in lines of at most @columns: broken at blanks,
 * or within what is longer; the next lines begin below the text of a labelled line, else further in
 * than the first, but further left where only so the next word fits.
 */
void text_fit(FILE *out, const char *text, size_t length, int columns);

/*
 * @text in at most @columns, of which there are 5 or more: what is longer has "..." for its middle.
 * @out, always terminated.
 */
const char *text_shorten(const char *text, int columns, char *out, size_t bytes);

#endif
