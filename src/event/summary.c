// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/summary.h"

static struct summary_error *error_slot(struct summary *summary, enum event_path path,
					int32_t result)
{
	for (size_t i = 0; i < summary->errors; i++) {
		struct summary_error *error = &summary->error[i];

		if (error->path == path && error->result == result)
			return error;
	}
	if (summary->errors == SUMMARY_ERRORS)
		return NULL;
	summary->error[summary->errors] = (struct summary_error){.path = path, .result = result};
	return &summary->error[summary->errors++];
}

/* Linear, but the last reader is most often the next one too. */
static struct summary_reader *reader_slot(struct summary *summary, const struct event *event)
{
	for (size_t i = summary->readers; i-- > 0;) {
		if (summary->reader[i].who.pid == event->who.pid)
			return &summary->reader[i];
	}
	if (summary->readers == SUMMARY_READERS)
		return NULL;
	summary->reader[summary->readers] = (struct summary_reader){.first_ns = event->time_ns};
	return &summary->reader[summary->readers++];
}

static void add_error(struct summary *summary, const struct event *event)
{
	struct summary_error *error = error_slot(summary, event->path, event->result);

	if (!error)
		summary->errors_unlisted++;
	else if (event->type == EVENT_CALL)
		error->calls++;
	else
		error->reads++;
}

static void add_reader(struct summary *summary, const struct event *event)
{
	struct summary_reader *reader = reader_slot(summary, event);

	if (!reader) {
		summary->reader_events_unlisted++;
		return;
	}
	reader->who = event->who;
	reader->last_ns = event->time_ns;
	if (event->type == EVENT_READ) {
		reader->reads++;
		return;
	}
	reader->calls++;
	reader->errors += event->result < 0;
	reader->maps |= event->path == PATH_DEV_MMAP && event->result >= 0;
	if (event->latency_ns > reader->worst_ns)
		reader->worst_ns = event->latency_ns;
}

void summary_add(struct summary *summary, const struct event *event)
{
	struct summary_path *path = &summary->path[event->path];

	summary->events++;
	if (event->type == EVENT_READ) {
		path->reads++;
		path->failed_reads += event->result < 0;
		histogram_add(&path->read_latency, event->latency_ns);
		summary->page_moved += event->page_state == EVENT_PAGE_MOVED;
		summary->page_torn += event->page_state == EVENT_PAGE_TORN;
	} else if (event->type == EVENT_CALL) {
		path->calls++;
		path->failed_calls += event->result < 0;
		histogram_add(&path->call_latency, event->latency_ns);
	} else {
		return;
	}
	if (event->result < 0)
		add_error(summary, event);
	add_reader(summary, event);
}

uint64_t summary_calls(const struct summary *summary)
{
	uint64_t calls = 0;

	for (size_t i = 0; i < EVENT_PATHS; i++)
		calls += summary->path[i].calls;
	return calls;
}

uint64_t summary_reads(const struct summary *summary)
{
	uint64_t reads = 0;

	for (size_t i = 0; i < EVENT_PATHS; i++)
		reads += summary->path[i].reads;
	return reads;
}
