/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reference clocks of a comparison, for people and for programs. */
#ifndef VMCLOCK_TRACE_COMPARE_REFERENCE_VIEW_H
#define VMCLOCK_TRACE_COMPARE_REFERENCE_VIEW_H

#include <stdio.h>

#include <json-c/json.h>

#include "compare/references.h"
#include "show/json_table.h"

extern const struct json_table compare_reference_table;
extern const struct json_table compare_clockbound_table;
extern const struct json_table compare_distance_table;

/* A line for each clock: what it is, and how that is known. */
void references_put_clocks(FILE *out, const struct compared_references *references);

/* Each pair, and below it how it was read, in so many columns, and the interval. */
void references_put_pairs(FILE *out, const struct compared_references *references,
			  int method_columns);

/* An array; the caller owns it. */
json_object *references_json(const struct compared_references *references);

/* NULL where there is no ClockBound; the caller owns it. */
json_object *clockbound_json(const struct compared_references *references);

/* An array of all pairs but those with CLOCK_REALTIME and the page; the caller owns it. */
json_object *distances_json(const struct compared_references *references);

#endif
