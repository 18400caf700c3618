/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which numbers of a summary are all that there were, and which at least so many, or not known. */
#ifndef VMCLOCK_TRACE_TRACE_TRACE_KNOWN_H
#define VMCLOCK_TRACE_TRACE_TRACE_KNOWN_H

#include <stdbool.h>

#include "trace/trace_view.h"

/* How much is known of a number. */
struct trace_known {
	bool known;	 /* false: nothing was seen of it */
	bool complete;	 /* else it is at least that */
	const char *why; /* NULL where complete; a clause, borrowed */
};

/* Was each use seen and counted, from the first to the last, as far as is known? */
bool trace_has_all_uses(const struct trace_context *context, const struct trace_result *result);

/* The disruptions, by the samples of the page. */
struct trace_known trace_knows_disruptions(const struct trace_result *result);

/* The changes of the system clock, by the hooks. */
struct trace_known trace_knows_clock_changes(const struct trace_context *context,
					     const struct trace_result *result);

#endif
