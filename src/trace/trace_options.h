/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be asked of `vmclock-trace trace`. */
#ifndef VMCLOCK_TRACE_TRACE_TRACE_OPTIONS_H
#define VMCLOCK_TRACE_TRACE_TRACE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "feed/options.h"
#include "feed/recorded.h"
#include "observe/kernel.h"
#include "trace/trace_view.h"

struct trace_options {
	struct recorded_request from; /* file NULL: this machine, live */
	const char *device;
	int64_t duration_ns; /* 0: until interrupted */
	uint64_t count;	     /* events to show; 0: any number */
	struct trace_request request;
	uint64_t cgroup;       /* request.cgroup as this machine's kernel knows it: its id, */
	uint32_t cgroup_level; /* and its depth */
	bool kprobes_only;
	const char *btf; /* as in struct kernel_trace_options */
	bool reload;
	bool json;
	bool strict;
};

extern const struct command_option trace_option_table[];

/*
 * What follows from what was given. MESSAGE_GO_ON, or the exit code; what is wrong has then been
 * said.
 */
int trace_options_settle(struct trace_options *options);

/* What of it is asked of the kernel; borrows from @options. */
struct kernel_trace_options trace_options_of_kernel(const struct trace_options *options);

#endif
