// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/top_canvas.h"

#include <string.h>
#include <wchar.h>

#include "show/sparkline.h"

/* No line is longer. */
#define LINE_COLUMNS 512

/* A line as it is put: each character with its columns. */
struct line {
	wchar_t character[LINE_COLUMNS];
	int width[LINE_COLUMNS];
	int characters;
};

static void append(struct line *line, wchar_t character, int width)
{
	if (line->characters == LINE_COLUMNS)
		return;
	line->character[line->characters] = character;
	line->width[line->characters++] = width;
}

/* For a terminal that has ASCII alone: one character, of @bytes in UTF-8. */
static void append_ascii(struct line *line, const char *text, size_t bytes)
{
	if (bytes == strlen("±") && !memcmp(text, "±", bytes)) {
		append(line, L'+', 1);
		append(line, L'-', 1);
	} else {
		append(line, bytes == 1 ? (wchar_t)(unsigned char)*text : L'?', 1);
	}
}

static size_t bytes_of_character(const char *text)
{
	size_t bytes = 1;

	while ((text[bytes] & 0xc0) == 0x80)
		bytes++;
	return bytes;
}

/* What could harm was made visible before; what is left without a width is left out. */
static void append_wide(struct line *line, const char *text, size_t bytes)
{
	mbstate_t state = {0};
	wchar_t character;
	size_t used = mbrtowc(&character, text, bytes, &state);
	int width = used == (size_t)-1 || used == (size_t)-2 ? -1 : wcwidth(character);

	if (width >= 0)
		append(line, character, width);
	else
		append(line, L'?', 1);
}

static void line_of(const struct top_canvas *canvas, const char *text, size_t length,
		    struct line *line)
{
	size_t bytes;

	line->characters = 0;
	for (const char *end = text + length; text < end; text += bytes) {
		bytes = bytes_of_character(text);
		if (canvas->is_utf8)
			append_wide(line, text, bytes);
		else
			append_ascii(line, text, bytes);
	}
}

static int columns_of(const struct line *line)
{
	int columns = 0;

	for (int i = 0; i < line->characters; i++)
		columns += line->width[i];
	return columns;
}

static void cut(const struct top_canvas *canvas, struct line *line, int columns)
{
	int used = columns_of(line);

	if (used <= columns)
		return;
	while (line->characters && used > columns - 1)
		used -= line->width[--line->characters];
	append(line, canvas->is_utf8 ? L'…' : L'>', 1);
}

static void put_line(const struct top_canvas *canvas, int y, int x, attr_t attributes,
		     const struct line *line)
{
	for (int i = 0; i < line->characters; i++) {
		const wchar_t text[2] = {line->character[i]};
		cchar_t cell;

		if (!line->width[i]) /* it combines with the one before, which has been put */
			continue;
		setcchar(&cell, text, attributes & ~A_COLOR,
			 (short)PAIR_NUMBER(attributes & A_COLOR), NULL);
		mvwadd_wch(canvas->window, y, x, &cell);
		x += line->width[i];
	}
}

static void put_text(const struct top_canvas *canvas, int y, int x, int columns, bool right,
		     attr_t attributes, const char *text, size_t length)
{
	struct line line;

	if (x + columns > canvas->columns)
		columns = canvas->columns - x;
	if (columns <= 0 || y < 0 || y >= canvas->rows)
		return;
	line_of(canvas, text, length, &line);
	cut(canvas, &line, columns);
	put_line(canvas, y, right ? x + columns - columns_of(&line) : x, attributes, &line);
}

void top_put(const struct top_canvas *canvas, int y, int x, int columns, attr_t attributes,
	     const char *text)
{
	put_text(canvas, y, x, columns, false, attributes, text, strlen(text));
}

void top_put_right(const struct top_canvas *canvas, int y, int x, int columns, attr_t attributes,
		   const char *text)
{
	put_text(canvas, y, x, columns, true, attributes, text, strlen(text));
}

/* How much of @text fits in @columns: up to a blank, or to the end, or nothing. */
static size_t fitting(const struct top_canvas *canvas, const char *text, int columns)
{
	size_t fits = 0, length = 0;
	struct line line;

	while (text[length]) {
		length += strspn(text + length, " ");
		length += strcspn(text + length, " ");
		line_of(canvas, text, length, &line);
		if (columns_of(&line) > columns)
			break;
		fits = length;
	}
	return fits;
}

int top_put_wrapped(const struct top_canvas *canvas, int y, int rows, int x, int indent,
		    attr_t attributes, const char *text)
{
	int row = 0;

	for (; row < rows && *text; row++) {
		size_t length = fitting(canvas, text, canvas->columns - x);

		/* The last line has all the rest, and a word that is too long is cut. */
		if (row == rows - 1)
			length = strlen(text);
		else if (!length)
			length = strcspn(text, " ");
		put_text(canvas, y + row, x, canvas->columns - x, false, attributes, text, length);
		text += length;
		text += strspn(text, " ");
		x = indent;
	}
	return row;
}

void top_put_bars(const struct top_canvas *canvas, int y, int x, int columns, const int bar[])
{
	for (int i = 0; i < columns; i++) {
		if (bar[i] != TOP_BAR_NONE)
			top_put(canvas, y, x + i, 1, A_NORMAL,
				sparkline_bar((unsigned int)bar[i], canvas->is_utf8));
	}
}

attr_t top_attributes(const struct top_canvas *canvas, enum level level)
{
	attr_t attributes = level == LEVEL_OK ? A_NORMAL : A_BOLD;

	return canvas->has_colour ? attributes | (attr_t)COLOR_PAIR(1 + level) : attributes;
}

const char *top_symbol(const struct top_canvas *canvas, enum level level)
{
	static const char *const symbols[LEVELS] = {"●", "?", "▲", "✖"};
	static const char *const ascii[LEVELS] = {"+", "?", "!", "X"};

	return (canvas->is_utf8 ? symbols : ascii)[level];
}
