/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a command's output as a JSON Schema, draft 2020-12. */
#ifndef VMCLOCK_TRACE_SHOW_JSON_SCHEMA_H
#define VMCLOCK_TRACE_SHOW_JSON_SCHEMA_H

#include <stdio.h>

#include "show/json_table.h"

/*
 * Print @schema. It is of this very version: it allows no key that is not in the tables, and says
 * of each what it means. Where there are several tables, a line or an object is one of them.
 */
void json_schema_print(FILE *out, const struct json_schema *schema);

#endif
