// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/top_readers.h"

#include <stdlib.h>
#include <string.h>

static struct top_reader *find(struct top_readers *readers, const struct event_reader *who)
{
	for (size_t i = 0; i < readers->readers; i++) {
		struct top_reader *reader = &readers->reader[i];

		if (reader->who.pid == who->pid && reader->who.cgroup == who->cgroup)
			return reader;
	}
	return NULL;
}

/* The one that was seen longest ago; those that map the page are there as long as they do. */
static struct top_reader *oldest(struct top_readers *readers)
{
	struct top_reader *found = &readers->reader[0];

	for (size_t i = 1; i < readers->readers; i++) {
		struct top_reader *reader = &readers->reader[i];

		if (reader->maps != found->maps ? found->maps : reader->seen_ns < found->seen_ns)
			found = reader;
	}
	return found;
}

static struct top_reader *room(struct top_readers *readers)
{
	if (readers->readers < TOP_READERS)
		return &readers->reader[readers->readers++];
	readers->evicted++;
	return oldest(readers);
}

static struct top_reader *reader_of(struct top_readers *readers, const struct event *event)
{
	struct top_reader *reader = find(readers, &event->who);

	if (!reader) {
		reader = room(readers);
		*reader = (struct top_reader){0};
	}
	reader->who = event->who; /* the name of the last thread seen */
	reader->seen_ns = event->time_ns;
	return reader;
}

static void add_recent(struct top_reader *reader, uint64_t time_ns, uint64_t uses)
{
	uint64_t second = time_ns / NSEC_PER_SEC;
	size_t i = second % (TOP_RATE_SECONDS + 1);

	if (reader->recent[i].second != second + 1) {
		reader->recent[i].second = second + 1;
		reader->recent[i].uses = 0;
	}
	reader->recent[i].uses += uses;
}

static void add_latency(struct top_reader *reader, uint64_t ns)
{
	reader->is_measured = true;
	if (ns > reader->slowest_ns)
		reader->slowest_ns = ns;
}

static void add_tally(struct top_readers *readers, const struct event *event)
{
	struct top_reader *reader = reader_of(readers, event);
	const struct event_tally *tally = &event->tally;
	uint64_t uses = 0;

	for (int path = 0; path < EVENT_PATHS; path++) {
		reader->uses[path] += tally->uses[path];
		reader->failures += tally->errors[path];
		uses += tally->uses[path];
	}
	add_recent(reader, event->time_ns, uses);
	if (tally->measured)
		add_latency(reader, tally->worst_ns);
}

/* A read within a call is the use, not the call around it. */
static void add_use(struct top_readers *readers, const struct event *event)
{
	struct top_reader *reader;

	if (readers->by_tally || (event->type == EVENT_CALL && event_path_is_read(event->path)))
		return;
	reader = reader_of(readers, event);
	reader->uses[event->path]++;
	reader->failures += event->result < 0;
	add_recent(reader, event->time_ns, 1);
	if (!event->latency_is_bound)
		add_latency(reader, event->latency_ns);
}

/* From here on uses come by tallies, and the first has those too that were counted until now. */
static void begin_tallies(struct top_readers *readers)
{
	for (size_t i = 0; i < readers->readers; i++) {
		struct top_reader *reader = &readers->reader[i];

		memset(reader->uses, 0, sizeof(reader->uses));
		memset(reader->recent, 0, sizeof(reader->recent));
		reader->failures = 0;
	}
	readers->by_tally = true;
}

void top_readers_event(struct top_readers *readers, const struct event *event)
{
	enum mapper_news news = event->mapper.news;

	switch (event->type) {
	case EVENT_TALLY:
		if (!readers->by_tally)
			begin_tallies(readers);
		add_tally(readers, event);
		break;
	case EVENT_READ:
	case EVENT_CALL:
		add_use(readers, event);
		break;
	case EVENT_MAPPER:
		reader_of(readers, event)->maps = news == MAPPER_THERE || news == MAPPER_CAME;
		break;
	default:
		break;
	}
}

/* How far @error is from 0 at least. */
static uint64_t surely_off_ns(struct ns_interval error)
{
	if (error.lo_ns > 0)
		return (uint64_t)error.lo_ns;
	return error.hi_ns < 0 ? 0 - (uint64_t)error.hi_ns : 0;
}

void top_readers_incident(struct top_readers *readers, const struct incident *incident)
{
	for (size_t i = 0; i < readers->readers; i++)
		readers->reader[i].has_error = false;
	for (size_t i = 0; i < incident->readers; i++) {
		const struct incident_reader *read = &incident->reader[i];
		struct top_reader *reader = find(readers, &read->who);

		if (!reader || !read->errors.known ||
		    (reader->has_error &&
		     surely_off_ns(reader->error) >= surely_off_ns(read->errors.worst)))
			continue;
		reader->has_error = true;
		reader->error = read->errors.worst;
	}
}

double top_reader_rate(const struct top_readers *readers, const struct top_reader *reader,
		       uint64_t now_ns)
{
	uint64_t now = now_ns / NSEC_PER_SEC, first = readers->started_ns / NSEC_PER_SEC;
	uint64_t seconds = now > first ? now - first : 0, uses = 0;

	if (seconds > TOP_RATE_SECONDS)
		seconds = TOP_RATE_SECONDS;
	for (uint64_t second = now - seconds; second < now; second++) {
		size_t i = second % (TOP_RATE_SECONDS + 1);

		if (reader->recent[i].second == second + 1)
			uses += reader->recent[i].uses;
	}
	return seconds ? (double)uses / (double)seconds : 0;
}

enum event_path top_reader_path(const struct top_reader *reader)
{
	enum event_path most = PATH_UNKNOWN;

	for (enum event_path path = 0; path < EVENT_PATHS; path++) {
		if (reader->uses[path] > reader->uses[most])
			most = path;
	}
	return most;
}

unsigned int top_reader_paths(const struct top_reader *reader)
{
	unsigned int paths = 0;

	for (int path = 0; path < EVENT_PATHS; path++)
		paths += reader->uses[path] > 0;
	return paths;
}

uint64_t top_reader_off_ns(const struct top_reader *reader)
{
	return reader->has_error ? surely_off_ns(reader->error) : 0;
}

/* By what it is sorted, and then by what all are. */
struct sorted {
	size_t index;
	double first;
	double rate;
	uint32_t pid;
};

static int compare(const void *a, const void *b)
{
	const struct sorted *one = a, *other = b;

	if (one->first != other->first)
		return one->first < other->first ? 1 : -1;
	if (one->rate != other->rate)
		return one->rate < other->rate ? 1 : -1;
	if (one->pid != other->pid)
		return one->pid > other->pid ? 1 : -1;
	return one->index > other->index ? 1 : -1;
}

void top_readers_sort(const struct top_readers *readers, enum top_sort sort, uint64_t now_ns,
		      size_t order[TOP_READERS])
{
	struct sorted sorted[TOP_READERS];

	for (size_t i = 0; i < readers->readers; i++) {
		const struct top_reader *reader = &readers->reader[i];
		double rate = top_reader_rate(readers, reader, now_ns);

		sorted[i] = (struct sorted){
			.index = i,
			.rate = rate,
			.pid = reader->who.pid,
			.first = sort == TOP_BY_LATENCY	   ? (double)reader->slowest_ns
				 : sort == TOP_BY_ERROR	   ? (double)top_reader_off_ns(reader)
				 : sort == TOP_BY_FAILURES ? (double)reader->failures
							   : rate,
		};
	}
	qsort(sorted, readers->readers, sizeof(sorted[0]), compare);
	for (size_t i = 0; i < readers->readers; i++)
		order[i] = sorted[i].index;
}
