/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal: taken over, drawn on, asked for keys, and given back as it was. One at a time.
 */
#ifndef VMCLOCK_TRACE_TOP_TOP_TERMINAL_H
#define VMCLOCK_TRACE_TOP_TOP_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "show/terminal.h"
#include "top/top_canvas.h"

struct top_terminal;

/*
 * Take over the terminal that @out and @in are. 0, or -errno with @error filled: -ENOTTY, or
 * -EINVAL where nothing is known of it. The caller closes *@terminal.
 */
int top_terminal_open(FILE *out, FILE *in, enum colour_when colour, struct top_terminal **terminal,
		      struct error *error);

/* As it was before. NULL is fine. */
void top_terminal_close(struct top_terminal *terminal);

/* Polls readable when there is a key, another size, or an end of the terminal. */
int top_terminal_fd(const struct top_terminal *terminal);

/* What to draw on, in its size of now; owned by @terminal. */
const struct top_canvas *top_terminal_canvas(const struct top_terminal *terminal);

/* Bring to the terminal what was drawn and is new. */
void top_terminal_show(const struct top_terminal *terminal);

/*
 * The next key, without waiting, as ncurses calls it; ERR: there is none. KEY_RESIZE: it has
 * another size.
 */
int top_terminal_key(struct top_terminal *terminal);

/* Is it gone? Then there will be no more keys. */
bool top_terminal_is_gone(const struct top_terminal *terminal);

#endif
