// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How fast a recording is made: what `record --events` keeps while eight threads hammer the clock,
 * EVENTS of it, given to the recorder as fast as it takes them, then at RATE as the kernel would.
 *
 *	record DIRECTORY [EVENTS [RATE]]
 *
 * Prints a line of numbers for each, and leaves DIRECTORY/record.sqlite, the one made as fast as
 * can be. Exit status 1: an event was lost.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/instant.h"
#include "page/abi.h"
#include "store/recorder.h"

#define READERS 8

/* So long from one event to the next in the recorded machine's time: 300,000 a second. */
#define STEP_NS 3333

struct stream {
	struct page page;
	uint64_t number; /* of the next event */
	uint64_t time_ns;
	uint64_t uses[READERS]; /* since its last tally */
};

static void set_le(struct page *page, size_t at, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		page->bytes[at + (size_t)i] = (uint8_t)(value >> (8 * i));
}

static void begin(struct stream *stream)
{
	*stream = (struct stream){.number = 0, .time_ns = 1000000000};
	stream->page.length = VMCLOCK_ABI_BYTES;
	for (size_t i = 0; i < VMCLOCK_ABI_BYTES; i++)
		stream->page.bytes[i] = (uint8_t)(i * 37);
}

static void set_reader(struct event *event, uint64_t number)
{
	event->who = (struct event_reader){
		.pid = 4000 + (uint32_t)number / 4, .tid = 4000 + (uint32_t)number, .cgroup = 77};
	snprintf(event->who.comm, sizeof(event->who.comm), "database-%u", (unsigned int)number / 4);
}

/* A read of the driver, each as PTP_SYS_OFFSET_PRECISE gives it. */
static void make_read(struct stream *stream, struct event *event)
{
	uint64_t reader = stream->number * 2654435761u % READERS;

	event->type = EVENT_READ;
	event->latency_ns = 600 + stream->number * 7919 % 900;
	event->path = PATH_SYS_OFFSET_PRECISE;
	event->call_id = stream->number / 2 + 1;
	set_reader(event, reader);
	stream->uses[reader]++;
	event->page_state = EVENT_PAGE_STABLE;
	event->page = stream->page;
	event->read =
		(struct event_read){.counter_source = COUNTER_SYSTEM,
				    .counter = 3 * stream->time_ns,
				    .sec = 1800000000 + (int64_t)(stream->time_ns / NSEC_PER_SEC),
				    .nsec = (uint32_t)(stream->time_ns % NSEC_PER_SEC),
				    .ioctl = 0xc0403d08};
}

static void make_sample(struct stream *stream, struct event *event)
{
	event->type = EVENT_PAGE;
	event->page_state = EVENT_PAGE_STABLE;
	event->page = stream->page;
	event->sample.ticks =
		(struct event_ticks){1, 3 * stream->time_ns, 3 * stream->time_ns + 90};
}

static void make_clock(struct stream *stream, struct event *event)
{
	make_sample(stream, event);
	event->type = EVENT_CLOCK;
	event->clock =
		(struct event_clock){.clock = OBSERVED_REALTIME,
				     .scale = SCALE_UTC,
				     .ticks = {1, 3 * stream->time_ns, 3 * stream->time_ns + 90},
				     .at = {1800000000, 5},
				     .has_claim = true,
				     .max_error_ns = 5000};
}

static void make_tally(struct stream *stream, uint64_t reader, struct event *event)
{
	event->type = EVENT_TALLY;
	set_reader(event, reader);
	event->tally.uses[PATH_SYS_OFFSET_PRECISE] = stream->uses[reader];
	event->tally.measured = stream->uses[reader];
	event->tally.first_ns = 1000000000;
	event->tally.last_ns = stream->time_ns;
	stream->uses[reader] = 0;
}

/*
 * The next one: a sample every 10 ms, CLOCK_REALTIME every 100 ms, an update and tallies each
 * second.
 */
static void next_event(struct stream *stream, struct event *event)
{
	uint64_t in_second = stream->number % 300000;

	memset(event, 0, sizeof(*event));
	event->time_ns = stream->time_ns += STEP_NS;
	if (!in_second)
		set_le(&stream->page, VMCLOCK_ABI_BYTES - 8, stream->number);
	if (in_second > 0 && in_second <= READERS)
		make_tally(stream, in_second - 1, event);
	else if (in_second % 30000 == 1000)
		make_clock(stream, event);
	else if (in_second % 3000 == 0)
		make_sample(stream, event);
	else
		make_read(stream, event);
	stream->number++;
}

static struct recorder *open_recorder(const char *path, bool may_wait)
{
	const struct recorder_options options = {.path = path, .may_wait = may_wait};
	const struct fact_list facts = {0};
	struct recorder *recorder;
	struct error error;

	if (recorder_open(&options, &facts, &recorder, &error)) {
		fprintf(stderr, "record: %s\n", error.cause);
		exit(1);
	}
	recorder_fact(recorder, "start_monotonic_ns", "1000000000");
	recorder_fact(recorder, "start_realtime_ns", "1800000000000000000");
	return recorder;
}

/* What the kernel has brought by now is taken in one go, ten times a second at least. */
static void wait_for(uint64_t start_ns, uint64_t given, uint64_t rate)
{
	uint64_t due_ns = start_ns + given * NSEC_PER_SEC / rate, now_ns;

	now_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (due_ns > now_ns + 10000000)
		usleep((useconds_t)((due_ns - now_ns) / 1000));
}

/*
 * @rate events a second, 0: as fast as it takes them. Nanoseconds until all of it was in the file.
 */
static uint64_t run(const char *path, uint64_t events, uint64_t rate,
		    struct recorder_counts *counts)
{
	struct recorder *recorder = open_recorder(path, !rate);
	uint64_t start_ns = clock_now_ns(CLOCK_MONOTONIC);
	static struct stream stream;
	struct event event;
	char end[24];

	begin(&stream);
	for (uint64_t i = 0; i < events; i++) {
		next_event(&stream, &event);
		recorder_event(recorder, &event);
		if (rate && i % 1024 == 0)
			wait_for(start_ns, i, rate);
	}
	snprintf(end, sizeof(end), "%" PRIu64, stream.time_ns);
	recorder_fact(recorder, "end_monotonic_ns", end);
	recorder_close(recorder, counts);
	return clock_now_ns(CLOCK_MONOTONIC) - start_ns;
}

/* One line of numbers: nanoseconds, events kept and lost, bytes of the file. */
static void report(const char *path, uint64_t ns, const struct recorder_counts *counts)
{
	struct stat file;

	if (stat(path, &file))
		file.st_size = 0;
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %lld\n", ns, counts->kept, counts->lost,
	       (long long)file.st_size);
}

int main(int argc, char **argv)
{
	uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
	uint64_t rate = argc > 3 ? strtoull(argv[3], NULL, 10) : 300000, ns;
	struct recorder_counts fast, paced;
	char path[4096];

	if (argc < 2 || !events || !rate) {
		fputs("usage: record DIRECTORY [EVENTS [RATE]]\n", stderr);
		return 2;
	}
	snprintf(path, sizeof(path), "%s/record.sqlite", argv[1]);
	ns = run(path, events, 0, &fast);
	report(path, ns, &fast);
	snprintf(path, sizeof(path), "%s/paced.sqlite", argv[1]);
	ns = run(path, events, rate, &paced);
	report(path, ns, &paced);
	return fast.lost || paced.lost;
}
