/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a recording where it begins and where it ends, whatever is recorded. */
#ifndef VMCLOCK_TRACE_RECORD_RECORD_SUMMARY_H
#define VMCLOCK_TRACE_RECORD_RECORD_SUMMARY_H

#include <stdio.h>

#include "record/record_session.h"
#include "record/record_options.h"

/* How much of it is kept. */
void record_bounds_facts(const struct record_options *options, struct fact_list *facts);

/*
 * Write all, and show on @out what @duration_ns add up to. An exit code; what is wrong was said.
 * @is_stopped: SIGTERM ended it, as it does a service, which has not failed where nothing was found
 * and whether all was well is not known. That is said, and no error.
 */
int record_end(struct record_session *session, const struct record_context *context,
	       uint64_t duration_ns, bool is_stopped, FILE *out);

#endif
