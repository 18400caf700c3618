/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What trace and record observe: the page, the kernel's hooks, and who maps the page. */
#ifndef VMCLOCK_TRACE_FEED_LIVE_SOURCES_H
#define VMCLOCK_TRACE_FEED_LIVE_SOURCES_H

#include "observe/kernel.h"
#include "observe/page_monitor.h"
#include "observe/mappers.h"

struct live_sources {
	struct page_monitor *monitor; /* NULL: no page, and none is waited for */
	struct kernel_trace *kernel;  /* NULL: no hooks */
	struct mappers *mappers;
	struct error no_page; /* why there is no page (yet), or no hooks */
	struct error no_hooks;
};

struct live_request {
	const char *device; /* a page by its name; NULL: the first one */
	struct kernel_trace_options hooks;
	bool strict; /* all or nothing */
	bool quiet;  /* say nothing of what is missing, if there is enough to go on */
};

/*
 * Open what can be had. Either the page or the hooks are enough to go on, unless the page was
 * named, or everything was asked for. With hooks, a page and a driver that are not there yet are
 * waited for, and a driver that somebody wants to unload is let go for a while. @sources stays
 * where it is as long as it is open. 0, or -errno and what is wrong was said. The caller closes
 * @sources in either case.
 */
int live_sources_open(struct live_sources *sources, const struct live_request *request);

/* Give up the capabilities that are needed no more. */
void live_sources_drop_privileges(const struct live_sources *sources);

void live_sources_close(struct live_sources *sources);

#endif
