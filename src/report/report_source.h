/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recording, read to its end: what a report on it is made of. */
#ifndef VMCLOCK_TRACE_REPORT_REPORT_SOURCE_H
#define VMCLOCK_TRACE_REPORT_REPORT_SOURCE_H

#include "report/report_view.h"
#include "store/recording.h"

/* What of it is asked for. */
struct report_request {
	uint64_t incident; /* only this one; 0: all */
	const char *since; /* --since and --until as they were given; NULL: all */
	const char *until;
	bool keeps_reads; /* what is found of each read, too */
	bool is_last;	  /* of its recording: recorded_request */
};

#define REPORT_MOMENT_WANTED                                                                       \
	"a UTC such as 2026-11-23T03:33:07Z, or a time since the start such as 90s"

/* A moment that is asked for. */
struct report_moment {
	bool since_start; /* then utc.ns is a length of time */
	struct utc_moment utc;
};

/*
 * "2026-11-23T03:33:07Z", also with a fraction and as 23:59:60, or a length of time since the start
 * such as 90s or 2m. -EINVAL: it is neither, -ERANGE: past 292 years; @out is then untouched.
 */
int report_moment(const char *text, struct report_moment *out);

struct report_source;

/*
 * Read the recording at @path. MESSAGE_GO_ON, or the exit code: what is wrong has then been said.
 * Its damage is no error here: the report has it. The caller closes *@out in either case.
 */
int report_source_open(const char *path, const struct report_request *request,
		       struct report_source **out);

/* The report, ready to be shown. Owned by @source, as is all that it points to. */
const struct report *report_source_report(const struct report_source *source);

/* NULL is fine. */
void report_source_close(struct report_source *source);

#endif
