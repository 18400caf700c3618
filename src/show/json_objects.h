/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables (json_table.h) of what is in the output of several commands, and names for others. */
#ifndef VMCLOCK_TRACE_SHOW_JSON_OBJECTS_H
#define VMCLOCK_TRACE_SHOW_JSON_OBJECTS_H

#include "show/json_table.h"

extern const struct json_table json_interval; /* {lo_ns, hi_ns} */
extern const struct json_table json_moment;   /* {sec, nsec} */
extern const struct json_table json_missing;  /* {cause, hint} */
extern const struct json_table json_page;     /* each field of a page */
extern const struct json_table json_who;      /* to be embedded: pid, tid, comm, comm_hex */
extern const struct json_table json_check;    /* {name, state, why, hint} */
extern const struct json_table json_hook;     /* {function, tells, state, why} */

/* The keys of every line of JSON Lines of @type. @when says what monotonic_ns is the time of. */
#define JSON_LINE_KEYS(type_name, when)                                                            \
	{"type", JSON_STRING, "What kind of line this is.", .values = JSON_VALUES(type_name)},     \
	{                                                                                          \
		"monotonic_ns", JSON_U64, when, .unit = "ns"                                       \
	}

/* The key `schema`. */
#define JSON_SCHEMA_KEY(schema)                                                                    \
	{                                                                                          \
		"schema", JSON_STRING, "The form of this output, and its number.",                 \
			.values = JSON_VALUES(schema)                                              \
	}

/* The names that a key can have, or be, for `name` of struct json_key. */
const char *json_path_names(int i);
const char *json_clock_names(int i);
const char *json_scale_names(int i);
const char *json_severity_names(int i);

/* What a command says in one word: is it bad? */
#define JSON_LEVELS JSON_VALUES("ok", "warning", "critical", "unknown")

#endif
