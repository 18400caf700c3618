// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/text_wrap.h"

#include <stdbool.h>
#include <string.h>

void text_wrap_within(FILE *out, int columns, const char *text, int used, int indent)
{
	bool first = true;

	for (; *text; text += strspn(text, " ")) {
		int length = (int)strcspn(text, " ");

		if (!first && used + 1 + length > columns) {
			fprintf(out, "\n%*s", indent, "");
			used = indent;
		} else if (!first) {
			fputc(' ', out);
			used++;
		}
		fprintf(out, "%.*s", length, text);
		used += length;
		text += length;
		first = false;
	}
	fputc('\n', out);
}

void text_wrap(FILE *out, const char *text, int used, int indent)
{
	text_wrap_within(out, TEXT_WRAP_COLUMNS, text, used, indent);
}
