/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that map the page, whose reads are not visible: as they become known, and all at the
 * end.
 */
#ifndef VMCLOCK_TRACE_SHOW_MAPPER_VIEW_H
#define VMCLOCK_TRACE_SHOW_MAPPER_VIEW_H

#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>

#include "event/event.h"
#include "event/mapper_list.h"
#include "show/json_table.h"

extern const struct json_table mapper_table;	    /* of mapper_json(), a line */
extern const struct json_table mapper_method_table; /* of mapper_method_json() */
extern const struct json_table mapper_list_table;   /* of mapper_list_json() */

/* How they were found. The text is borrowed. */
struct mapper_method {
	bool all;	     /* all of the machine; else only those this user may look into */
	const char *why_not; /* if not all; NULL: they were not looked for */
};

/* One line for an EVENT_MAPPER; times are seconds after @start_ns. */
void mapper_put_text(FILE *out, uint64_t start_ns, const struct event *event);

/* How they are found, one line. */
void mapper_method_put_text(FILE *out, const struct mapper_method *method);

/* A line for each, and what is not known. @counts NULL: how they were looked for, as below. */
void mapper_list_put_text(FILE *out, uint64_t start_ns, const struct mapper_list *list,
			  const struct mapper_counts *counts);

/* The line of an EVENT_MAPPER; the caller releases it, as what follows. */
json_object *mapper_json(const struct event *event);

/* {"method", "bpf_missing"} */
json_object *mapper_method_json(const struct mapper_method *method);

/* {"processes": [...], "forgotten", "unlisted", "walks", ...} */
json_object *mapper_list_json(const struct mapper_list *list, const struct mapper_counts *counts);

#endif
