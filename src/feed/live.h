/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This machine as a source of events: its page, the kernel's hooks, and who maps the page. Every
 * command that observes opens it: watch and wait for the page alone.
 */
#ifndef VMCLOCK_TRACE_FEED_LIVE_H
#define VMCLOCK_TRACE_FEED_LIVE_H

#include "feed/source.h"
#include "observe/kernel.h"
#include "observe/mappers.h"
#include "observe/page_monitor.h"

struct live_request {
	struct page_monitor_options monitor;
	bool page_only; /* neither hooks nor mappers: nothing that takes rights */
	struct kernel_trace_options hooks;
	bool strict; /* all or nothing */
	bool quiet;  /* say nothing of what is missing, if there is enough to go on */
	/* Take what the hooks have only when the page is sampled: later, and cheaper. */
	bool is_calm;
	/* At least so long between two walks through mappings; 0: as mappers.h bounds it. */
	uint64_t mappers_period_ns;
	/* The files beside which alone it writes, up to NULL; NULL: it writes none. Borrowed. */
	const char *const *writes;
};

/* All zero at first. */
struct live {
	struct source source;
	struct live_request request;
	struct page_monitor *monitor; /* NULL: no page, and none is waited for */
	struct kernel_trace *kernel;  /* NULL: no hooks */
	struct mappers *mappers;      /* NULL: mappings are not listed */
	struct error no_page;	      /* why there is no page (yet), or no hooks */
	struct error no_hooks;
	int kernel_result;	  /* of kernel_trace_open(): 0, or -errno */
	uint64_t watched_from_ns; /* when live_start() began to watch, CLOCK_MONOTONIC */

	/* Its own. */
	bool has_rights;       /* were capabilities kept for hooks that may still come? */
	bool has_page;	       /* was a page sampled? */
	int32_t device;	       /* N of the vmclockN that it is of; -1: no device */
	bool file_was_of_here; /* the page of a plain file: feed/file_page.h */
	bool held_up;	  /* time went by for reasons of our own: the next tick means nothing */
	uint64_t busy_ns; /* since the newest sample: what the source and its user do takes time */
	uint64_t tally_due_ns;
	uint64_t mappers_due_ns;
	uint64_t detail_until_ns; /* 0: no incident asks for each use */
};

/*
 * Open what can be had. Either the page or the hooks are enough to go on, unless the page was
 * named, or the page alone or everything was asked for, or the page may be absent and is there, but
 * cannot be read. With hooks, a page and a driver that are not there yet are waited for, and a
 * driver that is to be unloaded is released for a while. @live stays where it is as long as it is
 * open. 0, or -errno: what is wrong was said. live_close() is due in either case.
 */
int live_open(struct live *live, const struct live_request *request);

/*
 * Begin to watch: start the heartbeat. Hooks take a while to load; what the page did meanwhile is
 * found by the sample of live_open(), which is the first event. 0, or -errno: what is wrong was
 * said.
 */
int live_start(struct live *live);

/*
 * Give up what is needed no more: files to write but where it was asked to, unusual system calls,
 * and capabilities, all of them as soon as no hooks can come any more that need them.
 */
void live_drop_privileges(struct live *live);

/* Fine for one that is all zero. */
void live_close(struct live *live);

#endif
