/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the exporter observes by: the page, and the kernel's hooks where they can be had. Either may
 * come later than the exporter: the page with its device, the hooks with the driver.
 */
#ifndef VMCLOCK_TRACE_EXPORTER_EXPORTER_SOURCES_H
#define VMCLOCK_TRACE_EXPORTER_EXPORTER_SOURCES_H

#include "exporter/exporter_state.h"
#include "feed/live.h"
#include "observe/probe_cost.h"

struct exporter_source_options {
	struct page_monitor_options monitor;
	bool without_bpf;
	const char *const *writes; /* as in struct live_request */
	const char *btf;	   /* as in struct kernel_trace_options */
	bool reload;		   /* as in struct kernel_trace_options */
	bool probe_cost;	   /* have the kernel count what the hooks cost */
};

/* All zero at first. */
struct exporter_sources {
	struct live live;
	struct exporter_state *state;
	struct probe_cost *cost; /* NULL: what the hooks cost is not known */
};

/*
 * Open what there is, and give up the rights that took, unless they are needed for hooks on a
 * driver that is not there yet, or may go and come again. 0 or -errno: what is wrong was said.
 * exporter_sources_close() is due in either case.
 */
int exporter_sources_open(const struct exporter_source_options *options,
			  struct exporter_sources *sources);

/* From now on events go to @state. Both are borrowed. */
void exporter_sources_begin(struct exporter_sources *sources, struct exporter_state *state,
			    struct stop_condition *until);

/* Fine for one that is all zero. */
void exporter_sources_close(struct exporter_sources *sources);

#endif
