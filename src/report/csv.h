/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A row of a table by RFC 4180, for spreadsheets, which take for a formula whatever begins like
 * one: what comes from outside is text in every cell, and never a formula.
 */
#ifndef VMCLOCK_TRACE_REPORT_CSV_H
#define VMCLOCK_TRACE_REPORT_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* All zero but for `out`; used again after csv_end(). */
struct csv_row {
	FILE *out;
	bool begun;
};

/* The next cell: empty, which is not known; or a number. */
void csv_empty(struct csv_row *row);
void csv_u64(struct csv_row *row, uint64_t value);
void csv_i64(struct csv_row *row, int64_t value);

/*
 * The next cell is the @bytes at @text, up to a NUL. What no screen should get is shown as \xNN.
 * What begins with = + - or @ gets a ' in front, as one would type it: then it is text.
 */
void csv_text(struct csv_row *row, const char *text, size_t bytes);

/* The same for a whole string; NULL: empty. */
void csv_string(struct csv_row *row, const char *text);

/* The row is complete. */
void csv_end(struct csv_row *row);

#endif
