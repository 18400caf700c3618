/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the exporter observes by: the page, and the kernel's hooks where they can be had. Either may
 * come later than the exporter: the page with its device, the hooks with the driver.
 */
#ifndef VMCLOCK_TRACE_EXPORTER_EXPORTER_SOURCES_H
#define VMCLOCK_TRACE_EXPORTER_EXPORTER_SOURCES_H

#include "base/error.h"
#include "exporter/exporter_state.h"
#include "observe/page_monitor.h"

struct exporter_source_options {
	struct page_monitor_options monitor;
	bool without_bpf;
	const char *btf; /* as in struct kernel_trace_options */
	bool reload;	 /* as in struct kernel_trace_options */
	bool probe_cost; /* have the kernel count what the hooks cost */
};

struct exporter_sources;

/*
 * Open what there is, and give up the rights that took, unless they are needed for hooks on a
 * driver that is not there yet, or may go and come again. Events go to @state, which is borrowed.
 * 0 or -errno with @error filled. The caller closes *@out.
 */
int exporter_sources_open(const struct exporter_source_options *options,
			  struct exporter_state *state, struct exporter_sources **out,
			  struct error *error);

/* NULL is fine. */
void exporter_sources_close(struct exporter_sources *sources);

/* Polls readable when there is something to do. */
int exporter_sources_fd(const struct exporter_sources *sources);

/*
 * Do what is due. @held_up: since the last time this process was stopped, or did something else for
 * long, so that a late tick says nothing about the machine.
 */
void exporter_sources_run(struct exporter_sources *sources, bool held_up);

#endif
