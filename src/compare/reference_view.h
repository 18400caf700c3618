/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reference clocks of a comparison, for people and for programs. */
#ifndef VMCLOCK_TRACE_COMPARE_REFERENCE_VIEW_H
#define VMCLOCK_TRACE_COMPARE_REFERENCE_VIEW_H

#include <stdio.h>

#include <json-c/json.h>

#include "compare/references.h"
#include "show/json_table.h"

extern const struct json_table compare_reference_table;

/* A line for each clock: what it is, and how that is known. */
void references_put_clocks(FILE *out, const struct compared_references *references);

/* A row for each pair, of the columns of the table of pairs. */
void references_put_pairs(FILE *out, const struct compared_references *references, int pair_columns,
			  int method_columns);

/* An array; the caller owns it. */
json_object *references_json(const struct compared_references *references);

#endif
