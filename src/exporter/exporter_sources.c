// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/exporter_sources.h"

/* How often the page's mappers are searched for: a walk costs more than all the rest. */
#define MAPPERS_PERIOD_NS 30000000000

/* Only failures and changes are events here: so many a second are enough, and little memory. */
#define EVENTS_A_SECOND 100
#define RING_BYTES	(1 << 18)

static void show_hooks(struct exporter_sources *sources)
{
	const struct live *live = &sources->live;
	struct hook refused[KERNEL_TRACE_HOOKS];
	const struct hook *hooks = refused;
	struct error why = live->no_hooks;
	size_t count = 0;

	if (live->kernel)
		hooks = kernel_trace_hooks(live->kernel, &count);
	else if (live->request.page_only)
		error_cause(&why, "none were asked for (--without-bpf)");
	else
		count = kernel_trace_refused(&live->request.hooks, live->kernel_result, &why,
					     refused);
	exporter_state_hooks(sources->state, hooks, count, &why);
	if (sources->cost)
		probe_cost_find(sources->cost);
}

int exporter_sources_open(const struct exporter_source_options *options,
			  struct exporter_sources *sources)
{
	const struct live_request request = {
		.writes = options->writes,
		.monitor = options->monitor,
		.page_only = options->without_bpf,
		.hooks = {.rate = EVENTS_A_SECOND,
			  .ring_bytes = RING_BYTES,
			  .wait_for_driver = true,
			  .btf = options->btf,
			  .reload = options->reload},
		.quiet = true,
		.is_calm = true,
		.mappers_period_ns = MAPPERS_PERIOD_NS,
	};
	struct live *live = &sources->live;
	int err = live_open(live, &request);

	if (!err && live->kernel)
		probe_cost_open(options->probe_cost, &sources->cost);
	/* How many of only some processes do would be no metric. */
	if (live->mappers && !mappers_facts(live->mappers)->all) {
		mappers_close(live->mappers);
		live->mappers = NULL;
	}
	live_drop_privileges(live);
	return err ? err : live_start(live);
}

static bool on_event(const struct event *event, const struct source_note *note, void *arg)
{
	struct exporter_sources *sources = arg;
	struct probe_cost_counts cost;

	exporter_state_event(sources->state, event, note->is_watched);
	if (event->type == EVENT_HOOKS)
		show_hooks(sources);
	/* As often as it is asked what was lost. */
	if (event->type == EVENT_LOSS && sources->cost) {
		cost = probe_cost_read(sources->cost);
		exporter_state_probes(sources->state, cost.runs, cost.run_ns);
	}
	return true;
}

void exporter_sources_begin(struct exporter_sources *sources, struct exporter_state *state,
			    struct stop_condition *until)
{
	sources->state = state;
	show_hooks(sources);
	exporter_state_all_mappers(state, sources->live.mappers);
	source_begin(&sources->live.source, until, on_event, sources);
}

void exporter_sources_close(struct exporter_sources *sources)
{
	probe_cost_close(sources->cost);
	live_close(&sources->live);
}
