/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What trace and watch say of the recording that they show, where it is not the live machine. */
#ifndef VMCLOCK_TRACE_SHOW_RECORDED_VIEW_H
#define VMCLOCK_TRACE_SHOW_RECORDED_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>

#include "event/fact.h"
#include "show/json_table.h"

extern const struct json_table recorded_table;	      /* of recorded_json() */
extern const struct json_table recorded_result_table; /* of recorded_result_json() */

/* The key `facts`: record_facts_json(). */
#define JSON_FACTS_KEY(flags)                                                                      \
	{                                                                                          \
		"facts", JSON_STRING,                                                              \
			"What is known of the machine and of how it was watched, by the names in " \
			"vmclock-trace-recording(5).",                                             \
			JSON_MAP | (flags)                                                         \
	}

/* Of add_ended(). */
#define JSON_ENDED_KEYS                                                                            \
	{"ended", JSON_BOOL, "It was closed in order."},                                           \
	{                                                                                          \
		"log_missing", JSON_BOOL,                                                          \
			"It was not, and the log beside it (the file -wal) is missing or empty: "  \
			"what only that holds is missing here."                                    \
	}

/* Strings are borrowed. */
struct record_context {
	const char *file;
	const struct fact_list *facts; /* as vmclock-trace-recording(5) names them */
};

/*
 * {"kernel": "Linux ...", ...}: the names are those of vmclock-trace-recording(5). The caller owns
 * it.
 */
json_object *record_facts_json(const struct fact_list *facts);

/* How a recording ends, onto @json. */
void add_ended(json_object *json, bool ended, bool no_log);

/* Known at the end. Strings are borrowed. */
struct recorded_result {
	uint64_t events;    /* that were read */
	uint64_t lost;	    /* that the recorder lost */
	uint64_t cut;	    /* that made room for later ones */
	uint64_t damaged;   /* that are damaged */
	const char *damage; /* what is, in words; empty: nothing */
	bool ended;	    /* was it closed in order? */
	bool no_log;	    /* if not: is its log missing? */
};

/* The first lines: which file, of which machine, and how that was watched. */
void recorded_put_text(FILE *out, const struct record_context *context);

/* One line of the summary. */
void recorded_result_put_text(FILE *out, const struct recorded_result *result);

/* {"file", "facts"}; NULL for NULL: it is live. The caller releases it, as what follows. */
json_object *recorded_json(const struct record_context *context);

/* {"events", "events_lost", ...}; NULL for NULL. */
json_object *recorded_result_json(const struct recorded_result *result);

#endif
