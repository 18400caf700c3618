// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/summary.h"

#include <string.h>

static struct summary_clock *clock_slot(struct summary *summary, bool is_phc, int32_t device)
{
	struct summary_clock *clock;

	for (size_t i = 0; i < summary->clocks; i++) {
		clock = &summary->clock[i];
		if (clock->is_phc == is_phc && clock->device == device)
			return clock;
	}
	if (summary->clocks == SUMMARY_CLOCKS)
		return NULL;
	clock = &summary->clock[summary->clocks++];
	clock->is_phc = is_phc;
	clock->device = device;
	return clock;
}

/* Linear, but the last reader is most often the next one too. */
static struct summary_reader *reader_slot(struct summary *summary, const struct event *event)
{
	const struct event_reader *who = &event->who;

	for (size_t i = summary->readers; i-- > 0;) {
		struct summary_reader *reader = &summary->reader[i];

		if (reader->who.pid == who->pid && reader->who.cgroup == who->cgroup)
			return reader;
	}
	if (summary->readers == SUMMARY_READERS)
		return NULL;
	summary->reader[summary->readers] =
		(struct summary_reader){.first_ns = event->tally.first_ns};
	return &summary->reader[summary->readers++];
}

static uint64_t sum_of(const uint64_t counts[EVENT_PATHS])
{
	uint64_t sum = 0;

	for (int i = 0; i < EVENT_PATHS; i++)
		sum += counts[i];
	return sum;
}

static uint64_t max_of(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void add_to_reader(struct summary *summary, const struct event *event)
{
	const struct event_tally *tally = &event->tally;
	struct summary_reader *reader = event->who.pid ? reader_slot(summary, event) : NULL;

	if (!reader) {
		summary->reader_uses_unlisted += sum_of(tally->uses);
		return;
	}
	reader->who = event->who;
	for (int i = 0; i < EVENT_PATHS; i++) {
		reader->uses[i] += tally->uses[i];
		reader->errors[i] += tally->errors[i];
	}
	reader->measured += tally->measured;
	if (tally->first_ns < reader->first_ns)
		reader->first_ns = tally->first_ns;
	if (tally->last_ns > reader->last_ns) {
		reader->last_ns = tally->last_ns;
		reader->last_error_ns = tally->last_error_ns;
	}
	reader->worst_ns = max_of(reader->worst_ns, tally->worst_ns);
	reader->worst_below_ns = max_of(reader->worst_below_ns, tally->worst_below_ns);
}

static void add_tally(struct summary *summary, const struct event *event)
{
	struct summary_clock *clock = clock_slot(summary, event->is_phc, event->device);
	const struct event_tally *tally = &event->tally;

	add_to_reader(summary, event);
	summary->moved += tally->moved;
	summary->via_kvmclock += tally->via_kvmclock;
	if (!clock) {
		summary->clock_uses_unlisted += sum_of(tally->uses);
		return;
	}
	for (int i = 0; i < EVENT_PATHS; i++) {
		clock->path[i].uses += tally->uses[i];
		clock->path[i].errors += tally->errors[i];
	}
}

/* Calls on paths that are no reads of the driver are in the tallies too. */
static void add_call(struct summary *summary, const struct event *event)
{
	struct summary_clock *clock = clock_slot(summary, event->is_phc, event->device);
	struct summary_path *path = clock ? &clock->path[event->path] : NULL;

	summary->calls_seen++;
	/* Of a call that failed late, where calls are not traced, the end alone was seen. */
	if (!path || event->is_phc || event->path > PATH_IOCTL_OTHER || !event->latency_ns)
		return;
	path->calls++;
	path->failed_calls += event->result < 0;
	histogram_add(&path->call_latency, event->latency_ns);
}

static void add_latency(struct summary *summary, const struct event *event)
{
	struct summary_clock *clock = clock_slot(summary, event->is_phc, event->device);

	if (clock)
		histogram_merge(&clock->path[event->path].latency, &event->latency);
}

static void add_failures(struct summary *summary, const struct event *event)
{
	struct summary_error *error;

	for (size_t i = 0; i < summary->errors; i++) {
		error = &summary->error[i];
		if (error->path == event->path && error->result == event->result &&
		    error->cause == event->failures.cause) {
			error->count += event->failures.count;
			memcpy(error->source, event->failures.source, sizeof(error->source));
			return;
		}
	}
	if (summary->errors == SUMMARY_ERRORS) {
		summary->errors_unlisted += event->failures.count;
		return;
	}
	error = &summary->error[summary->errors++];
	*error = (struct summary_error){
		.path = event->path,
		.result = event->result,
		.cause = event->failures.cause,
		.count = event->failures.count,
	};
	memcpy(error->source, event->failures.source, sizeof(error->source));
}

void summary_add(struct summary *summary, const struct event *event)
{
	switch (event->type) {
	case EVENT_TALLY:
		add_tally(summary, event);
		break;
	case EVENT_LATENCY:
		add_latency(summary, event);
		break;
	case EVENT_FAILURES:
		add_failures(summary, event);
		break;
	case EVENT_READ:
		summary->reads_seen++;
		summary->torn += event->page_state == EVENT_PAGE_TORN;
		break;
	case EVENT_CALL:
		add_call(summary, event);
		break;
	case EVENT_HOOKS:
		blind_period_add(&summary->unseen, event);
		break;
	default:
		break;
	}
}

uint64_t summary_reads(const struct summary *summary)
{
	uint64_t reads = 0;

	for (size_t c = 0; c < summary->clocks; c++) {
		for (int i = 0; i < EVENT_PATHS && !summary->clock[c].is_phc; i++) {
			if (event_path_is_read((enum event_path)i))
				reads += summary->clock[c].path[i].uses;
		}
	}
	return reads;
}

uint64_t summary_reader_uses(const struct summary_reader *reader)
{
	return sum_of(reader->uses);
}

uint64_t summary_reader_errors(const struct summary_reader *reader)
{
	return sum_of(reader->errors);
}

bool summary_reader_maps(const struct summary_reader *reader)
{
	return reader->uses[PATH_DEV_MMAP] > reader->errors[PATH_DEV_MMAP];
}

static void add_clock(struct summary_totals *totals, const struct summary_clock *clock)
{
	for (int i = 0; i < EVENT_PATHS; i++) {
		totals->uses += clock->path[i].uses;
		totals->errors += clock->path[i].errors;
		totals->measured += clock->path[i].latency.count;
	}
}

struct summary_totals summary_totals_of(const struct summary *summary)
{
	struct summary_totals totals = {.uses = summary->clock_uses_unlisted};

	for (size_t i = 0; i < summary->clocks; i++)
		add_clock(&totals, &summary->clock[i]);
	/* Who is not listed may have waited for any time. */
	if (summary->reader_uses_unlisted || totals.measured >= totals.uses)
		return totals;
	for (size_t i = 0; i < summary->readers; i++)
		totals.others_below_ns =
			max_of(totals.others_below_ns, summary->reader[i].worst_below_ns);
	return totals;
}
