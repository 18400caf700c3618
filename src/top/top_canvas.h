/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text and bars into cells of a window: cut where there is no room, ASCII where there must be. */
#ifndef VMCLOCK_TRACE_TOP_TOP_CANVAS_H
#define VMCLOCK_TRACE_TOP_TOP_CANVAS_H

#include <stdbool.h>

#include <ncurses.h>

#include "top/top_words.h"

struct top_canvas {
	WINDOW *window;
	bool is_utf8;	 /* else ASCII alone */
	bool has_colour; /* the pairs 1 + enum level are there */
	int rows;
	int columns;
};

/* Only what fits: whole characters, and a mark at the end where something was left out. */
void top_put(const struct top_canvas *canvas, int y, int x, int columns, attr_t attributes,
	     const char *text);

/* The same at the right end of those columns. */
void top_put_right(const struct top_canvas *canvas, int y, int x, int columns, attr_t attributes,
		   const char *text);

/*
 * @text, in @rows lines at most, the first at @x, the others at @indent, broken between words.
 * Returns how many lines it took.
 */
int top_put_wrapped(const struct top_canvas *canvas, int y, int rows, int x, int indent,
		    attr_t attributes, const char *text);

/* A row of bars, as top_history_bars() gives them. */
void top_put_bars(const struct top_canvas *canvas, int y, int x, int columns, const int bar[]);

/* How a level looks, */
attr_t top_attributes(const struct top_canvas *canvas, enum level level);

/* and its symbol, one column wide: static. */
const char *top_symbol(const struct top_canvas *canvas, enum level level);

#endif
