// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/text_fit.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define INDENT 4 /* of what follows a line without a label */
#define ESCAPE '\033'

/* One character, or an escape as a whole. */
struct glyph {
	size_t bytes;
	int columns;
};

/* Twice as wide, by Unicode's EastAsianWidth: first and last of the ranges that matter. */
static bool is_wide(uint32_t code)
{
	static const uint32_t wide[][2] = {
		{0x1100, 0x115f},   {0x2e80, 0xa4cf},	{0xac00, 0xd7a3}, {0xf900, 0xfaff},
		{0xfe30, 0xfe6f},   {0xff00, 0xff60},	{0xffe0, 0xffe6}, {0x1f300, 0x1f64f},
		{0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
	};

	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		if (code >= wide[i][0] && code <= wide[i][1])
			return true;
	}
	return false;
}

/* "ESC [ ... m" */
static struct glyph escape_at(const char *text, size_t length)
{
	struct glyph glyph = {.bytes = 1};

	while (glyph.bytes < length && text[glyph.bytes] != 'm')
		glyph.bytes++;
	if (glyph.bytes < length)
		glyph.bytes++;
	return glyph;
}

static struct glyph glyph_at(const char *text, size_t length)
{
	const uint8_t first = (uint8_t)*text;
	struct glyph glyph = {.bytes = 1, .columns = 1};
	uint32_t code = first;

	if (first == ESCAPE)
		return escape_at(text, length);
	if (first >= 0xc0)
		code = first & (first < 0xe0 ? 0x1fu : first < 0xf0 ? 0x0fu : 0x07u);
	for (; glyph.bytes < length && ((uint8_t)text[glyph.bytes] & 0xc0) == 0x80; glyph.bytes++)
		code = code << 6 | ((uint8_t)text[glyph.bytes] & 0x3fu);
	if (is_wide(code))
		glyph.columns = 2;
	return glyph;
}

int text_columns(const char *text, size_t length)
{
	int columns = 0;

	for (size_t at = 0; at < length;) {
		struct glyph glyph = glyph_at(text + at, length - at);

		columns += glyph.columns;
		at += glyph.bytes;
	}
	return columns;
}

static size_t blanks_at(const char *text, size_t length)
{
	size_t count = 0;

	while (count < length && text[count] == ' ')
		count++;
	return count;
}

static size_t word_at(const char *text, size_t length)
{
	size_t count = 0;

	while (count < length && text[count] != ' ')
		count++;
	return count;
}

/* Where the text behind a label begins: two blanks or more part them, in the left half. */
static int hang_of(const char *text, size_t length, int columns)
{
	size_t at = blanks_at(text, length);
	int column = (int)at, hang = column + INDENT;

	while (at < length) {
		size_t word = word_at(text + at, length - at);
		size_t blanks = blanks_at(text + at + word, length - at - word);

		column += text_columns(text + at, word) + (int)blanks;
		at += word + blanks;
		if (blanks > 1 && column <= columns / 2)
			hang = column;
	}
	return hang < columns / 2 ? hang : columns / 2;
}

struct fitting {
	FILE *out;
	int columns, hang;
	int used;      /* of this line */
	bool has_text; /* has this line more than blanks? */
};

/* For a word of @columns: further left where it would not fit, so that a time stays whole. */
static void begin_line(struct fitting *fitting, int columns)
{
	int room = fitting->columns - columns;

	fitting->used = room >= 0 && room < fitting->hang ? room : fitting->hang;
	fprintf(fitting->out, "\n%*s", fitting->used, "");
	fitting->has_text = false;
}

/* In pieces where it is longer than a line. */
static void put_word(struct fitting *fitting, const char *word, size_t length)
{
	for (size_t at = 0; at < length;) {
		struct glyph glyph = glyph_at(word + at, length - at);

		if (fitting->used + glyph.columns > fitting->columns)
			begin_line(fitting, glyph.columns);
		fwrite(word + at, 1, glyph.bytes, fitting->out);
		fitting->used += glyph.columns;
		at += glyph.bytes;
	}
	fitting->has_text = true;
}

void text_fit(FILE *out, const char *text, size_t length, int columns)
{
	struct fitting fitting = {.out = out, .columns = columns};

	if (text_columns(text, length) <= columns) {
		fwrite(text, 1, length, out);
		return;
	}
	fitting.hang = hang_of(text, length, columns);
	for (size_t at = 0; at < length;) {
		size_t blanks = blanks_at(text + at, length - at);
		size_t word = word_at(text + at + blanks, length - at - blanks);
		int wide = text_columns(text + at + blanks, word);
		int wanted = fitting.used + (int)blanks + wide;

		at += blanks;
		if (!word)
			break;
		if (wanted > columns && fitting.has_text) {
			begin_line(&fitting, wide);
		} else {
			int kept =
				wanted > columns && wide <= columns ? columns - wide : (int)blanks;

			fprintf(out, "%*s", kept, "");
			fitting.used += kept;
		}
		put_word(&fitting, text + at, word);
		at += word;
	}
}

/* The bytes of @text that are at most @columns, from its beginning. */
static size_t bytes_within(const char *text, int columns)
{
	size_t length = strlen(text), at = 0;

	while (at < length) {
		struct glyph glyph = glyph_at(text + at, length - at);

		columns -= glyph.columns;
		if (columns < 0)
			break;
		at += glyph.bytes;
	}
	return at;
}

const char *text_shorten(const char *text, int columns, char *out, size_t bytes)
{
	int whole = text_columns(text, strlen(text)), tail = (columns - 3) / 2;
	size_t head_bytes, tail_at;

	if (whole <= columns) {
		snprintf(out, bytes, "%s", text);
		return out;
	}
	head_bytes = bytes_within(text, columns - 3 - tail);
	for (tail_at = head_bytes; text_columns(text + tail_at, strlen(text + tail_at)) > tail;)
		tail_at += glyph_at(text + tail_at, strlen(text + tail_at)).bytes;
	snprintf(out, bytes, "%.*s...%s", (int)head_bytes, text, text + tail_at);
	return out;
}
