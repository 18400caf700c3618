/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a trace observes: the page, the kernel's hooks, and who maps the page. */
#ifndef VMCLOCK_TRACE_CMD_TRACE_SOURCES_H
#define VMCLOCK_TRACE_CMD_TRACE_SOURCES_H

#include "cmd/trace_options.h"
#include "observe/kernel.h"
#include "observe/lookout.h"
#include "observe/mappers.h"

struct trace_sources {
	struct lookout *lookout;     /* NULL: no page, and none is waited for */
	struct kernel_trace *kernel; /* NULL: no hooks */
	struct mappers *mappers;
	struct error no_page; /* why there is no page (yet), or no hooks */
	struct error no_hooks;
};

/*
 * Open what can be had. Either the page or the hooks are enough to go on, unless the page was named,
 * or everything was asked for (--strict). With hooks, a page and a driver that are not there yet are
 * waited for. 0, or -errno and what is wrong was said. The caller closes @sources in either case.
 */
int trace_sources_open(struct trace_sources *sources, const struct trace_options *options);

/* Give up the capabilities that are needed no more. */
void trace_sources_drop_privileges(const struct trace_sources *sources);

void trace_sources_close(struct trace_sources *sources);

#endif
