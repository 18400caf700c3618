/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the exporter's observing loop adds up: events in, one snapshot for the metrics out. Memory
 * is bounded whatever the events are. For one thread.
 */
#ifndef VMCLOCK_TRACE_EXPORTER_EXPORTER_STATE_H
#define VMCLOCK_TRACE_EXPORTER_EXPORTER_STATE_H

#include "event/event.h"
#include "event/hook.h"
#include "observe/page_monitor.h"
#include "exporter/metrics.h"

struct exporter_state;

/* Counting up to @readers names of readers. NULL without memory. */
struct exporter_state *exporter_state_new(size_t readers);

/* NULL is fine. */
void exporter_state_free(struct exporter_state *state);

/*
 * An event; tallies and losses are counted, but for our own uses. It is judged by the page only if
 * it @is_watched (feed/source.h).
 */
void exporter_state_event(struct exporter_state *state, const struct event *event, bool is_watched);

/* How @monitor samples, and how often it did. */
void exporter_state_monitor(struct exporter_state *state, const struct page_monitor *monitor);

/* What is hooked now; none, and why nothing ever will be. */
void exporter_state_hooks(struct exporter_state *state, const struct hook *hooks, size_t count,
			  const struct error *why);

/* What the hooks cost since the beginning: runs, and their time. */
void exporter_state_probes(struct exporter_state *state, uint64_t runs, uint64_t run_ns);

/* Are the EVENT_MAPPERs that come those of all processes? */
void exporter_state_all_mappers(struct exporter_state *state, bool all);

/* All of it at this moment. Owned by @state, and true until the next call of any of these. */
const struct metrics_snapshot *exporter_state_snapshot(struct exporter_state *state);

#endif
