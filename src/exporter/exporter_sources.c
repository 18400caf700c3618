// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/exporter_sources.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock_now.h"
#include "observe/kernel.h"
#include "observe/mappers.h"
#include "observe/privileges.h"
#include "observe/probe_cost.h"

/* How often the kernel's counts are fetched. */
#define TALLY_PERIOD_NS 1000000000

/* How often it is looked for who maps the page: a walk costs more than all the rest. */
#define MAPPERS_PERIOD_NS 30000000000

/* Only failures and changes are events here: so many a second are enough, and little memory. */
#define EVENTS_A_SECOND 100
#define RING_BYTES	(1 << 18)

/* Whatever takes longer than this between two samples makes the second one late. */
#define HELD_UP_NS 50000000

struct exporter_sources {
	struct exporter_state *state;
	struct page_monitor *monitor;
	struct kernel_trace *kernel; /* NULL: no hooks */
	struct probe_cost *cost;     /* NULL: what they cost is not known */
	struct mappers *mappers;     /* NULL: nobody looks for them */
	bool has_rights;	     /* were they kept for hooks that may still come? */
	bool held_up; /* since the last sample time went by for other reasons: ticks mean nothing */
	uint64_t tally_due_ns;
	uint64_t mappers_due_ns;
};

/* The rights go as soon as no hooks can come any more that would need them. */
static void give_up_rights(struct exporter_sources *sources)
{
	if (sources->kernel && !kernel_trace_is_settled(sources->kernel)) {
		privileges_keep_for_hooks();
		sources->has_rights = true;
	} else {
		privileges_drop();
		sources->has_rights = false;
	}
}

static void show_hooks(struct exporter_sources *sources)
{
	const struct error none = {.cause = ""};
	size_t count;
	const struct hook *hooks = kernel_trace_hooks(sources->kernel, &count);

	exporter_state_hooks(sources->state, hooks, count, &none);
	if (sources->cost)
		probe_cost_find(sources->cost);
}

static bool let_page_go(uint64_t ns, void *arg)
{
	const struct exporter_sources *sources = arg;

	return page_monitor_let_go(sources->monitor, ns);
}

static void open_kernel(struct exporter_sources *sources,
			const struct exporter_source_options *options)
{
	const struct kernel_trace_options kernel = {
		.rate = EVENTS_A_SECOND,
		.ring_bytes = RING_BYTES,
		.wait_for_driver = true,
		.btf = options->btf,
		.reload = options->reload,
		.release = let_page_go,
		.arg = sources,
	};
	struct hook refused[KERNEL_TRACE_HOOKS];
	struct error why = {.cause = ""};
	size_t wanted = 0;
	int result = 0;

	if (options->without_bpf)
		error_cause(&why, "none were asked for (--without-bpf)");
	else
		result = kernel_trace_open(&sources->kernel, &kernel, &why);
	if (result)
		wanted = kernel_trace_refused(&kernel, result, &why, refused);
	if (!sources->kernel) {
		exporter_state_hooks(sources->state, refused, wanted, &why);
		return;
	}
	probe_cost_open(options->probe_cost, &sources->cost);
	show_hooks(sources);
	if (!mappers_open(&sources->mappers))
		exporter_state_all_mappers(sources->state, mappers_facts(sources->mappers)->all);
}

int exporter_sources_open(const struct exporter_source_options *options,
			  struct exporter_state *state, struct exporter_sources **out,
			  struct error *error)
{
	struct exporter_sources *sources = calloc(1, sizeof(*sources));
	int err;

	if (!sources)
		return -ENOMEM;
	sources->state = state;
	err = page_monitor_open(&options->monitor, &sources->monitor, error);
	if (!err)
		open_kernel(sources, options);
	give_up_rights(sources);
	/* Hooks take a while to load: the heartbeat begins after it. */
	if (!err)
		err = page_monitor_start(sources->monitor, error);
	if (err)
		exporter_sources_close(sources);
	else
		*out = sources;
	return err;
}

void exporter_sources_close(struct exporter_sources *sources)
{
	if (!sources)
		return;
	mappers_close(sources->mappers);
	probe_cost_close(sources->cost);
	kernel_trace_close(sources->kernel);
	page_monitor_close(sources->monitor);
	free(sources);
}

int exporter_sources_fd(const struct exporter_sources *sources)
{
	return page_monitor_fd(sources->monitor);
}

static void on_sample(const struct event *event, void *arg)
{
	struct exporter_sources *sources = arg;

	if (event->type != EVENT_TICK || !sources->held_up)
		exporter_state_sample(sources->state, event);
}

static void on_event(const struct event *event, void *arg)
{
	struct exporter_sources *sources = arg;

	exporter_state_kernel(sources->state, event);
	if (event->type == EVENT_HOOKS) {
		show_hooks(sources);
		if (sources->has_rights)
			give_up_rights(sources);
	} else if (event->type == EVENT_TALLY && event->tally.uses[PATH_DEV_MMAP]) {
		sources->mappers_due_ns = 0;
	}
}

/* What the kernel has counted, measured and lost. */
static void take_counts(struct exporter_sources *sources, uint64_t now_ns)
{
	struct event losses = {.type = EVENT_LOSS, .device = -1, .time_ns = now_ns};
	struct probe_cost_counts cost;

	if (now_ns < sources->tally_due_ns)
		return;
	sources->tally_due_ns = now_ns + TALLY_PERIOD_NS;
	kernel_trace_tally(sources->kernel, on_event, sources);
	if (!kernel_trace_losses(sources->kernel, &losses.losses))
		exporter_state_kernel(sources->state, &losses);
	if (sources->cost) {
		cost = probe_cost_read(sources->cost);
		exporter_state_probes(sources->state, cost.runs, cost.run_ns);
	}
}

/* Go on with a walk, until it is done; then let it be for a while. */
static void find_mappers(struct exporter_sources *sources, uint64_t now_ns)
{
	uint64_t walks;

	if (!sources->mappers || now_ns < sources->mappers_due_ns)
		return;
	walks = mappers_counts(sources->mappers)->walks;
	mappers_run(sources->mappers, on_event, sources);
	if (mappers_counts(sources->mappers)->walks > walks)
		sources->mappers_due_ns = now_ns + MAPPERS_PERIOD_NS;
}

void exporter_sources_run(struct exporter_sources *sources, bool held_up)
{
	uint64_t sampled_ns;

	sources->held_up |= held_up;
	/* The page first: a disruption is then found before the reads that suffer from it. */
	page_monitor_run(sources->monitor, on_sample, sources);
	exporter_state_monitor(sources->state, sources->monitor);
	sampled_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (sources->kernel) {
		kernel_trace_consume(sources->kernel, on_event, sources);
		take_counts(sources, sampled_ns);
		find_mappers(sources, sampled_ns);
	}
	sources->held_up = clock_now_ns(CLOCK_MONOTONIC) - sampled_ns > HELD_UP_NS;
}
