/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `wait` says when it is over: one line. */
#ifndef VMCLOCK_TRACE_WATCH_WAIT_VIEW_H
#define VMCLOCK_TRACE_WATCH_WAIT_VIEW_H

#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>

#include "judge/finding.h"
#include "page/page.h"
#include "show/json_table.h"

struct wait_result {
	const char *what;	       /* the name of what happened; NULL: the time was over */
	const struct finding *finding; /* NULL: what happened is a state, not a finding */
	const char *device;	       /* path of the page */
	const struct page *page;       /* the newest sample */
	uint64_t time_ns;	       /* CLOCK_MONOTONIC */
	uint64_t waited_ns;
};

/* What happened, a sentence, into @text; FINDING_WORDS_BYTES are enough. */
void wait_sentence(const struct wait_result *result, char *text, size_t bytes);

/* For people, a line; nothing where the time was over. */
void wait_print(FILE *out, const struct wait_result *result);

/* For programs, as `wait_schema` says. The caller owns it. */
json_object *wait_json(const struct wait_result *result);

extern const struct json_schema wait_schema;

#endif
