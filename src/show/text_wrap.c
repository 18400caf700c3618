// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/text_wrap.h"

#include <stdbool.h>
#include <string.h>

#include "show/terminal.h"
#include "show/text_fit.h"

/* All but the end of the last line. */
static void wrap(FILE *out, int columns, const char *text, int used, int indent)
{
	bool first = true;

	columns = terminal_columns_within(out, columns);
	if (indent > columns / 2)
		indent = columns / 2;
	for (; *text; text += strspn(text, " ")) {
		size_t bytes = strcspn(text, " ");
		int length = text_columns(text, bytes);

		if (!first && used + 1 + length > columns) {
			fprintf(out, "\n%*s", indent, "");
			used = indent;
		} else if (!first) {
			fputc(' ', out);
			used++;
		}
		fprintf(out, "%.*s", (int)bytes, text);
		used += length;
		text += bytes;
		first = false;
	}
}

void text_wrap_within(FILE *out, int columns, const char *text, int used, int indent)
{
	wrap(out, columns, text, used, indent);
	fputc('\n', out);
}

void text_wrap(FILE *out, const char *text, int used, int indent)
{
	text_wrap_within(out, TEXT_WRAP_COLUMNS, text, used, indent);
}

void text_wrap_log(FILE *out, enum level level, const char *text, int used)
{
	level_begin(out, level);
	if (terminal_columns(out))
		fputs(text, out);
	else
		wrap(out, TEXT_LINE_COLUMNS, text, used, 4);
	level_end(out, level);
}

void text_wrap_level(FILE *out, enum level level, int columns, const char *text, int used,
		     int indent)
{
	level_begin(out, level);
	wrap(out, columns, text, used, indent);
	level_end(out, level);
	fputc('\n', out);
}
