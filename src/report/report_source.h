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
};

/*
 * "2026-11-23T03:33:07Z", or a length of time since @start_ns such as 90s or 2m, as UTC in ns since
 * 1970. -EINVAL: it is neither, -ERANGE: past 292 years from there; @utc_ns is then untouched.
 */
#define REPORT_MOMENT_WANTED                                                                       \
	"a UTC such as 2026-11-23T03:33:07Z, or a time since the start such as 90s"
int report_moment(const char *text, int64_t start_ns, int64_t *utc_ns);

struct report_source;

/*
 * Read the recording at @path. MESSAGE_GO_ON, or the exit code: what is wrong has then been said.
 * Its damage is no error here: the report has it. The caller closes *@out in either case.
 */
int report_source_open(const char *path, const struct report_request *request,
		       struct report_source **out);

/* The report, ready to be shown. Owned by @material, as is all that it points to. */
const struct report *report_source_report(const struct report_source *material);

/* What the file at @path says of itself, before its events. Borrowed from both. */
struct report report_of_recording(struct recording *recording, const char *path);

/*
 * Set the part of the time that @request asks for in @report, which is of a recording.
 * MESSAGE_GO_ON, or the exit code: what is wrong has then been said.
 */
int report_set_window(const struct report_request *request, struct report *report);

/* NULL is fine. */
void report_source_close(struct report_source *material);

#endif
