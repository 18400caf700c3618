/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of a JSON object, by the type of the value; and a line of JSON Lines. */
#ifndef VMCLOCK_TRACE_SHOW_JSON_ADD_H
#define VMCLOCK_TRACE_SHOW_JSON_ADD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>

#include "show/page_json.h"

static inline void add_u64(json_object *to, const char *key, uint64_t value)
{
	json_object_object_add(to, key, json_object_new_uint64(value));
}

static inline void add_i64(json_object *to, const char *key, int64_t value)
{
	json_object_object_add(to, key, json_object_new_int64(value));
}

static inline void add_bool(json_object *to, const char *key, bool value)
{
	json_object_object_add(to, key, json_object_new_boolean(value));
}

/* Null for NULL; what is no UTF-8 is replaced. */
static inline void add_text(json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, page_json_string(value));
}

static inline void add_null(json_object *to, const char *key)
{
	json_object_object_add(to, key, NULL);
}

/* Null unless it is @known. */
static inline void add_known(json_object *to, const char *key, bool known, uint64_t value)
{
	json_object_object_add(to, key, known ? json_object_new_uint64(value) : NULL);
}

/* A new object with what every line has. */
static inline json_object *new_line(const char *type, uint64_t time_ns)
{
	json_object *line = json_object_new_object();

	add_text(line, "type", type);
	add_u64(line, "monotonic_ns", time_ns);
	return line;
}

/* @line as text, without an end of line; owned by @line. */
static inline const char *json_line(json_object *line)
{
	return json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN |
							    JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* Write @line, and release it. */
static inline void put_line(FILE *out, json_object *line)
{
	fprintf(out, "%s\n", json_line(line));
	json_object_put(line);
}

#endif
