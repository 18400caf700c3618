/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of JSON objects as the man page has them, in the form of scdoc(5). */
#ifndef VMCLOCK_TRACE_SHOW_JSON_MANUAL_H
#define VMCLOCK_TRACE_SHOW_JSON_MANUAL_H

#include <stdio.h>

#include "show/json_table.h"

/* @text in lines, each behind @indent, and an empty one; what is in backquotes is underlined. */
void json_manual_text(FILE *out, const char *indent, const char *text);

/* What @table is, and each key of it; objects without a name of their own within. */
void json_manual_table(FILE *out, const struct json_table *table);

/*
 * The same of all tables of @schema. Of lines of several types, first the list of these, and each
 * under its type as a heading.
 */
void json_manual_schema(FILE *out, const struct json_schema *schema);

#endif
