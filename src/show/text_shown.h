/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and words from outside, for a terminal. */
#ifndef VMCLOCK_TRACE_SHOW_TEXT_SHOWN_H
#define VMCLOCK_TRACE_SHOW_TEXT_SHOWN_H

#include <stdio.h>

/* @text, at most as long as a fact, with what could move a cursor as text_display() has it. */
void text_put_shown(FILE *out, const char *text);

#endif
