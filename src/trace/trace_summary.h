/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a trace adds up to, for people and for programs. */
#ifndef VMCLOCK_TRACE_TRACE_TRACE_SUMMARY_H
#define VMCLOCK_TRACE_TRACE_TRACE_SUMMARY_H

#include <stdbool.h>

#include <json-c/json.h>

#include "trace/trace_view.h"

/* Lines for people. */
void trace_summary_put_text(FILE *out, const struct trace_context *context,
			    const struct trace_result *result);

/* One line of type "summary". The caller owns it, or gives it to put_line(). */
json_object *trace_summary_json(const struct trace_context *context,
				const struct trace_result *result);

#endif
