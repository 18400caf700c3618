/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answers at one counter value, for people and for programs. */
#ifndef VMCLOCK_TRACE_COMPARE_ANSWERS_VIEW_H
#define VMCLOCK_TRACE_COMPARE_ANSWERS_VIEW_H

#include <stdio.h>

#include <json-c/json.h>

#include "compare/answers.h"
#include "show/json_table.h"

extern const struct json_table compare_answers_table;

/* A line for each, behind an empty line; nothing where there is no full page. */
void answers_put(FILE *out, const struct answers *answers);

/* NULL where there is no full page; the caller owns it. */
json_object *answers_json(const struct answers *answers);

#endif
