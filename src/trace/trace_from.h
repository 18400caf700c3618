/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `vmclock-trace trace --from`: a recording, shown as the trace that was live then. */
#ifndef VMCLOCK_TRACE_TRACE_TRACE_FROM_H
#define VMCLOCK_TRACE_TRACE_TRACE_FROM_H

#include <stdio.h>

#include "trace/trace_options.h"

/* @out is where it is shown. Returns the exit code. */
int trace_from(const struct trace_options *options, FILE *out);

#endif
