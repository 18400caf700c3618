/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recording, read and written in another form as it is read. */
#ifndef VMCLOCK_TRACE_REPORT_REPORT_STREAM_H
#define VMCLOCK_TRACE_REPORT_REPORT_STREAM_H

#include "report/report_source.h"
#include "report/report_form.h"

/*
 * Write what @request asks of the recording at @path to @out in @form. An incident comes with a
 * little of the time around it. Returns the exit code: what is wrong has then been said.
 */
int report_stream_run(const char *path, const struct report_request *request,
		      const struct report_stream *form, FILE *out);

#endif
