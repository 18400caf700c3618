/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON objects that hold what their table says (json_table.h). A key that is not in the table, one
 * of another type, one that is missing, and a line of a type that is not in the schema end the
 * program: that is a bug of this program.
 */
#ifndef VMCLOCK_TRACE_SHOW_JSON_ADD_H
#define VMCLOCK_TRACE_SHOW_JSON_ADD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>

#include "show/json_table.h"
#include "show/page_json.h"

/* A new object with the keys of @table, the caller's until it is added to another. */
json_object *json_new(const struct json_table *table);

/* A new object whose keys are names: the value of a key with JSON_MAP. */
json_object *json_new_map(void);

/*
 * @value as the value of @key, null for NULL: an object, an array of them or of strings, ...; of an
 * integer beyond JSON_EXACT_MOST the digits too.
 */
void add_json(json_object *to, const char *key, json_object *value);

/* Take the digits that stand beside large integers out of @json, and of all objects in it. */
void json_take_digits(json_object *json);

void add_u64(json_object *to, const char *key, uint64_t value);
void add_i64(json_object *to, const char *key, int64_t value);
void add_bool(json_object *to, const char *key, bool value);
void add_null(json_object *to, const char *key);

/* Null for NULL; what is no UTF-8 is replaced. */
void add_text(json_object *to, const char *key, const char *value);

/* @level in lower case: "ok", "warning", ... */
void add_level(json_object *to, const char *key, const char *level);

/* Null unless it is @known. */
void add_known(json_object *to, const char *key, bool known, uint64_t value);

/* The path of vmclock number @device; null below 0: not known. */
void add_device(json_object *to, const char *key, int32_t device);

/*
 * Why something is null, as {"cause", "hint"}. Null for a @cause that is NULL or empty: it is not.
 * @hint can be either, too: there is none.
 */
void add_missing(json_object *to, const char *key, const char *cause, const char *hint);

/* The `type` of a line, as its table has it (JSON_TYPE_KEY). */
void add_type(json_object *to);

/* A new object with what every line of JSON Lines has: the `type` of @table and the time. */
json_object *json_new_line(const struct json_table *table, uint64_t time_ns);

/* @line as text, without an end of line; owned by @line. */
const char *json_line(json_object *line);

/* Write @line, whose table is one of @schema's, and release it. */
void put_line(FILE *out, const struct json_schema *schema, json_object *line);

/* The same over several lines, for people to read. */
void put_pretty(FILE *out, const struct json_schema *schema, json_object *json);

#endif
