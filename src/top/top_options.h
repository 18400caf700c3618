/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be asked of `vmclock-trace top`, and its two sources. */
#ifndef VMCLOCK_TRACE_TOP_TOP_OPTIONS_H
#define VMCLOCK_TRACE_TOP_TOP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "feed/recorded.h"
#include "observe/page_monitor.h"
#include "top/top_terminal.h"

struct top_options {
	struct recorded_request from; /* file NULL: this machine, live */
	struct page_monitor_options monitor;
	bool without_bpf;
	const char *btf; /* as in struct kernel_trace_options */
	enum colour_when colour;
};

/* Show this machine until the user ends it. An exit code: what is wrong has then been said. */
int top_live(const struct top_options *options);

/* The same of a recording, which is played. */
int top_from(const struct top_options *options);

#endif
