// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/csv.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

#define CELL_BYTES 1024

static void next_cell(struct csv_row *row)
{
	if (row->begun)
		fputc(',', row->out);
	row->begun = true;
}

void csv_empty(struct csv_row *row)
{
	next_cell(row);
}

void csv_u64(struct csv_row *row, uint64_t value)
{
	next_cell(row);
	fprintf(row->out, "%" PRIu64, value);
}

void csv_i64(struct csv_row *row, int64_t value)
{
	next_cell(row);
	fprintf(row->out, "%" PRId64, value);
}

void csv_text(struct csv_row *row, const char *text, size_t bytes)
{
	char shown[TEXT_DISPLAY_BYTES(CELL_BYTES)];
	size_t length = strnlen(text, bytes < CELL_BYTES ? bytes : CELL_BYTES);
	bool quoted;

	next_cell(row);
	text_display(text, length, shown, sizeof(shown));
	quoted = strpbrk(shown, ",\"") != NULL;
	if (quoted)
		fputc('"', row->out);
	if (*shown && strchr("=+-@", *shown))
		fputc('\'', row->out);
	for (const char *c = shown; *c; c++) {
		if (*c == '"')
			fputc('"', row->out);
		fputc(*c, row->out);
	}
	if (quoted)
		fputc('"', row->out);
}

void csv_string(struct csv_row *row, const char *text)
{
	if (text)
		csv_text(row, text, strlen(text));
	else
		csv_empty(row);
}

void csv_end(struct csv_row *row)
{
	fputs("\r\n", row->out);
	row->begun = false;
}
