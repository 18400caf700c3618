// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/html.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

#define PIECE_BYTES 256

static void put_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
			break;
		}
	}
}

/* How many of @bytes can be cut off without cutting a character: all, or up to a whole one. */
static size_t piece_of(const char *text, size_t bytes)
{
	size_t length = bytes < PIECE_BYTES ? bytes : PIECE_BYTES;

	if (length == bytes)
		return length;
	while (length > PIECE_BYTES - 4 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

void html_put(FILE *out, const char *text, size_t bytes)
{
	char shown[TEXT_DISPLAY_BYTES(PIECE_BYTES)];
	size_t left = strnlen(text, bytes);

	while (left) {
		size_t piece = piece_of(text, left);

		text_display(text, piece, shown, sizeof(shown));
		put_escaped(out, shown);
		text += piece;
		left -= piece;
	}
}

void html_puts(FILE *out, const char *text)
{
	html_put(out, text, strlen(text));
}

void html_printf(FILE *out, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	html_puts(out, text);
}
