/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables (json_table.h) of what is in the output of several commands, and names for others. */
#ifndef VMCLOCK_TRACE_SHOW_JSON_OBJECTS_H
#define VMCLOCK_TRACE_SHOW_JSON_OBJECTS_H

#include <json-c/json.h>

#include "event/hook.h"
#include "event/losses.h"
#include "show/json_table.h"

extern const struct json_table json_found_unseen;
extern const struct json_table json_interval;  /* {lo_ns, hi_ns} */
extern const struct json_table json_moment;    /* {sec, nsec} */
extern const struct json_table json_missing;   /* {cause, hint} */
extern const struct json_table json_page;      /* each field of a page */
extern const struct json_table json_who;       /* to be embedded: pid, tid, comm, comm_hex */
extern const struct json_table json_path_uses; /* {uses, failed} */
extern const struct json_table json_check;     /* {name, state, why, hint} */
extern const struct json_table json_hook;      /* {function, tells, state, why} */

/* Each of JSON_LOSS_KEYS. */
void add_losses(json_object *to, const struct event_losses *losses);

/* The object of `json_hook`; the caller owns it. */
json_object *json_of_hook(const struct hook *hook);

/* The key of a line of JSON Lines that says which it is: add_type(). */
#define JSON_TYPE_KEY(type_name)                                                                   \
	{                                                                                          \
		"type", JSON_STRING, "What kind of line this is.",                                 \
			.values = JSON_VALUES(type_name)                                           \
	}

/* The keys of every line with a time. @when says what monotonic_ns is the time of. */
#define JSON_LINE_KEYS(type_name, when)                                                            \
	JSON_TYPE_KEY(type_name),                                                                  \
	{                                                                                          \
		"monotonic_ns", JSON_U64, when, .unit = "ns"                                       \
	}

/* The key `schema`. */
#define JSON_SCHEMA_KEY(schema)                                                                    \
	{                                                                                          \
		"schema", JSON_STRING, "The form of this output, and its number.",                 \
			.values = JSON_VALUES(schema)                                              \
	}

/* How many of what was lost, by cause: what add_losses() adds. */
#define JSON_LOSS_KEY(name, effect, label, about) {#name, JSON_U64, about},
#define JSON_LOSS_KEYS				  EVENT_LOSSES(JSON_LOSS_KEY)

/* The time of day of the first line. */
#define JSON_REALTIME_KEY                                                                          \
	{                                                                                          \
		"realtime_ns", JSON_I64,                                                           \
			"CLOCK_REALTIME at the moment of `monotonic_ns`, to within microseconds, " \
			"since 1970. The difference of the two turns every other time into a "     \
			"time "                                                                    \
			"of day, until CLOCK_REALTIME is set or steered.",                         \
			.unit = "ns"                                                               \
	}

#define JSON_UPDATES_KEYS                                                                          \
	{"page_updates", JSON_U64,                                                                 \
	 "Updates of the page, by `seq_count`; of a producer that breaks the seqlock "             \
	 "(`seqlock_broken`) there are at least so many, as of the next."},                        \
	{                                                                                          \
		"page_updates_unseen", JSON_U64,                                                   \
			"Those of them that came and went between two samples."                    \
	}

/* How many of the driver's answers are what the page says. */
#define JSON_ANSWER_KEYS                                                                           \
	{"equal", JSON_U64, "Reads that are 0 ns from the page at the same counter value."},       \
		{"apart", JSON_U64,                                                                \
		 "Reads that are not, though the page was stable. Not 0: a finding."},             \
		{"apart_page_moved", JSON_U64, "Reads that are not, while the page was updated."}, \
	{                                                                                          \
		"not_comparable", JSON_U64, "Reads without a counter value, a time or a page."     \
	}

/* Of add_outcome(). */
#define JSON_OUTCOME_KEYS                                                                          \
	{"level", JSON_STRING,                                                                     \
	 "The worst of what was found. `ok` only where nothing was and all was watched, else "     \
	 "`unknown`. The exit status is 3 with `warning` and `critical`, 1 with `unknown`; 1 "     \
	 "with any level where a file could not be read or written.",                              \
	 .values = JSON_LEVELS},                                                                   \
		{"findings", JSON_U64,                                                             \
		 "How many were found, by kind, with all kinds that there are.", JSON_MAP,         \
		 .name = json_finding_names},                                                      \
		{"findings_complete", JSON_BOOL,                                                   \
		 "Those are all. False: there may have been more, as updates of the page were "    \
		 "missed, it was bad, events were lost, or the recording is not whole."},          \
	{                                                                                          \
		JSON_FOUND_UNSEEN_KEY                                                              \
	}

/* Of found_unseen_json(). */
#define JSON_FOUND_UNSEEN_KEY                                                                      \
	"found_unseen", JSON_OBJECT,                                                               \
		"The worst that was found live where nothing can be seen now. Null: none is "      \
		"known.",                                                                          \
		JSON_NULL, .of = &json_found_unseen

/* The names that a key can have, or be, for `name` of struct json_key. */
const char *json_path_names(int i);
const char *json_clock_names(int i);
const char *json_scale_names(int i);
const char *json_reference_kind_names(int i);
const char *json_reference_way_names(int i);
const char *json_reference_source_names(int i);
const char *json_severity_names(int i);
const char *json_finding_names(int i);
const char *json_clock_change_names(int i);
const char *json_error_unknown_names(int i);

/* What a command says in one word: is it bad? */
#define JSON_LEVELS JSON_VALUES("ok", "warning", "critical", "unknown")

#endif
