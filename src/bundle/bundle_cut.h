/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A part of a recording, or all of it, as a recording of its own: event by event, each judged again
 * on its way, so that its findings are those that its own events give.
 */
#ifndef VMCLOCK_TRACE_BUNDLE_BUNDLE_CUT_H
#define VMCLOCK_TRACE_BUNDLE_BUNDLE_CUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "report/report_view.h"
#include "version.h"

/* Facts that a bundle's recording has and others have not, but for `redacted`. */
#define BUNDLE_FACT_TOOL  "bundle"
#define BUNDLE_FACT_SINCE "bundle_since_ns"
#define BUNDLE_FACT_UNTIL "bundle_until_ns"
#define BUNDLE_TOOL	  "vmclock-trace " VERSION

/* Pointers are borrowed. Times are CLOCK_MONOTONIC. */
struct cut_request {
	const char *from;	    /* the recording */
	const char *to;		    /* the one to make */
	const struct report *whole; /* on all of it */
	const char *sha256;	    /* of the file, NULL: not known */
	bool windowed;		    /* from since_ns to until_ns; else all */
	uint64_t since_ns;
	uint64_t until_ns;
	/* The cut begins then, before since_ns, to know the state; 0: at its start. */
	uint64_t lead_ns;
	bool redact;
};

struct cut_result {
	uint64_t events;
	uint64_t findings; /* in the window, */
	uint64_t incidents;
	uint64_t overlapping; /* that are in the window in part only */
	bool same; /* and those there in the whole recording are the same but for their numbers */
	uint64_t first_incident; /* of them, as the whole recording numbers it; 0: none */
	bool stopped;		 /* before the end of the recording */
	uint64_t newest_ns;	 /* of the newest event */
	int64_t end_sec;	 /* the same in UTC */
};

/* Make it. 0, or -errno with @error filled: there may then be a file that is no recording. */
int bundle_cut(const struct cut_request *request, struct cut_result *result, struct error *error);

#endif
