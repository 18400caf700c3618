/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `wait` says when it is over: one line. */
#ifndef VMCLOCK_TRACE_WATCH_WAIT_VIEW_H
#define VMCLOCK_TRACE_WATCH_WAIT_VIEW_H

#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>

#include "judge/claim.h"
#include "judge/finding.h"
#include "judge/witness.h"
#include "page/page.h"
#include "show/json_table.h"

/* By what a state is known. */
enum wait_basis {
	WAIT_BY_PAGE,	 /* the page's own status alone */
	WAIT_BY_CLOCKS,	 /* other clocks agree with it */
	WAIT_BY_FILE,	 /* it is in a file, and CLOCK_REALTIME is near */
	WAIT_BY_WITNESS, /* it carries no clock; CLOCK_REALTIME agrees with another */
};

struct wait_result {
	const char *what;	       /* the name of what happened; NULL: the time was over */
	const struct finding *finding; /* NULL: what happened is a state, not a finding */
	const char *device;	       /* path of the page */
	const struct page *page;       /* the newest sample */
	bool sampled;		       /* was a valid page ever read? */
	uint64_t time_ns;	       /* CLOCK_MONOTONIC */
	uint64_t waited_ns;
	uint64_t stopped_ns;	       /* of these this program was stopped */
	enum wait_basis basis;	       /* of a state that happened */
	struct claim well;	       /* were page and clocks well, by all that was seen? */
	const struct witness *witness; /* who judges CLOCK_REALTIME */
};

/* What happened, a sentence, into @text; FINDING_WORDS_BYTES are enough. */
void wait_sentence(const struct wait_result *result, char *text, size_t bytes);

/* For people, a line; nothing where the time was over. */
void wait_print(FILE *out, const struct wait_result *result);

/* For programs, as `wait_schema` says. The caller owns it. */
json_object *wait_json(const struct wait_result *result);

extern const struct json_schema wait_schema;

#endif
