// SPDX-License-Identifier: GPL-2.0-or-later
/* Who read the clock, for how long, and how wrong what they got was: a track each thread. */
#include <string.h>

#include "base/text.h"
#include "judge/driver_answer.h"
#include "page/time.h"
#include "report/report_perfetto.h"

#define NAME_BYTES 96

#define PROCESS_UUID (1ull << 60)
#define THREAD_UUID  (2ull << 60)
#define READS_UUID   (3ull << 60)
#define PID_BITS     30

static uint64_t process_uuid(const struct event_reader *who)
{
	return PROCESS_UUID | (who->pid & ((1u << PID_BITS) - 1));
}

static uint64_t thread_uuid(const struct event_reader *who)
{
	return THREAD_UUID | (uint64_t)(who->pid & ((1u << PID_BITS) - 1)) << PID_BITS |
	       (who->tid & ((1u << PID_BITS) - 1));
}

/*
 * The reads of a thread have a track beside its calls: one may begin in the very nanosecond of its
 * call, and come first, and then which of two slices on one track is in the other would be a guess.
 */
static uint64_t reads_uuid(const struct event_reader *who)
{
	return thread_uuid(who) ^ THREAD_UUID ^ READS_UUID;
}

/* The track of @who, which is described, with that of its reads, if it is not yet. */
static uint64_t track_of(struct trace *trace, const struct event_reader *who)
{
	size_t slot = (who->pid * 31u + who->tid) % DESCRIBED;
	struct event_reader *known = &trace->described[slot];
	char name[TEXT_UTF8_BYTES(EVENT_COMM_BYTES)];
	struct perfetto_track track = {
		.kind = PERFETTO_PROCESS,
		.uuid = process_uuid(who),
		.name = name,
		.pid = who->pid,
		.tid = who->tid,
	};

	if (who->pid == known->pid && who->tid == known->tid &&
	    !memcmp(who->comm, known->comm, sizeof(who->comm)))
		return thread_uuid(who);
	*known = *who;
	text_utf8(who->comm, strnlen(who->comm, sizeof(who->comm)), name, sizeof(name));
	perfetto_track(trace->out, &track);
	track.kind = PERFETTO_THREAD;
	track.uuid = thread_uuid(who);
	track.parent = process_uuid(who);
	perfetto_track(trace->out, &track);
	track.kind = PERFETTO_TRACK;
	track.uuid = reads_uuid(who);
	track.parent = thread_uuid(who);
	track.name = "reads of the driver";
	perfetto_track(trace->out, &track);
	return thread_uuid(who);
}

/* What the page of a read says of its own error at the very counter value. */
static bool bound_at(const struct event *event, uint64_t *bound_ns)
{
	struct page_time time;

	if (event->page_state == EVENT_PAGE_ABSENT || event->page_state == EVENT_PAGE_TORN ||
	    event->read.counter_source == COUNTER_NONE ||
	    page_time_at(&event->page, event->read.counter, &time) || !time.has_max_error)
		return false;
	*bound_ns = time.max_error_ns;
	return true;
}

static void add_read(struct perfetto_args *args, const struct event *event,
		     const struct read_verdict *read)
{
	struct driver_answer answer = driver_answer_of(event);
	uint64_t bound_ns;

	if (answer.verdict != DRIVER_NOT_COMPARABLE && !answer.out_of_range)
		perfetto_add_i64(args, "against_page_ns", answer.minus_page_ns);
	if (bound_at(event, &bound_ns))
		perfetto_add_u64(args, "page_bound_ns", bound_ns);
	perfetto_add_text(args, "page_state", event_page_state_name(event->page_state));
	if (!read)
		return;
	if (!read->known) {
		perfetto_add_text(args, "read_error_unknown", error_unknown_name(read->why));
		return;
	}
	perfetto_add_i64(args, "read_error_lo_ns", read->error.lo_ns);
	perfetto_add_i64(args, "read_error_hi_ns", read->error.hi_ns);
	perfetto_add_bool(args, "wrong", read->wrong);
}

/* "PTP_SYS_OFFSET, wrong: 130 ms behind": a viewer gives each name a colour, numbers apart. */
static void name_use(const struct event *event, const struct read_verdict *read, char *name,
		     size_t bytes)
{
	const char *path = event_path_name(event->path);
	char size[TEXT_NS_BYTES];
	struct ns_interval error;

	snprintf(name, bytes, "%s", path);
	if (event->result < 0)
		snprintf(name, bytes, "%s, failed", path);
	if (!read || !read->known || !read->wrong)
		return;
	/* By at least so much. */
	error = read->error;
	text_ns_short(error.lo_ns > 0 ? (uint64_t)error.lo_ns : 0 - (uint64_t)error.hi_ns, size,
		      sizeof(size));
	snprintf(name, bytes, "%s, wrong: %s %s", path, size, error.lo_ns > 0 ? "ahead" : "behind");
}

void trace_use(struct trace *trace, const struct event *event, const struct read_verdict *read)
{
	struct perfetto_args args = {.category = event_type_name(event->type)};
	char name[NAME_BYTES];
	uint64_t track, end_ns;
	char device[EVENT_DEVICE_BYTES], cause[EVENT_CAUSE_BYTES];

	name_use(event, read, name, sizeof(name));
	if (read && read->known && read->wrong) {
		args.category = "wrong";
		args.flow = read->incident;
	}
	track = track_of(trace, &event->who);
	if (event->type == EVENT_READ)
		track = reads_uuid(&event->who);
	perfetto_add_text(&args, "device", event_device_name(event->is_phc, event->device, device));
	perfetto_add_i64(&args, "result", event->result);
	if (event->result < 0)
		perfetto_add_text(&args, "cause", event_failure_text(event, cause));
	perfetto_add_u64(&args, event->latency_is_bound ? "latency_below_ns" : "latency_ns",
			 event->latency_ns);
	if (event->type == EVENT_READ)
		add_read(&args, event, read);
	else if (event->call.reads)
		perfetto_add_u64(&args, "reads", event->call.reads);
	/* What has no length that is known is a moment. */
	if (event->latency_is_bound || !event->latency_ns ||
	    __builtin_add_overflow(event->time_ns, event->latency_ns, &end_ns)) {
		perfetto_instant(trace->out, track, event->time_ns, name, &args);
		return;
	}
	perfetto_slice(trace->out, track, event->time_ns, name, &args);
	perfetto_end(trace->out, track, end_ns);
}

void trace_tally(struct trace *trace, const struct event *event)
{
	struct perfetto_args args = {0};
	uint64_t failed = 0;

	if (!event->who.pid)
		return;
	for (int path = 0; path < EVENT_PATHS; path++) {
		failed += event->tally.errors[path];
		if (event->tally.uses[path])
			perfetto_add_u64(&args, event_path_name((enum event_path)path),
					 event->tally.uses[path]);
	}
	if (!args.args)
		return;
	perfetto_add_u64(&args, "failed", failed);
	perfetto_instant(trace->out, track_of(trace, &event->who), event->time_ns,
			 "uses since the last count", &args);
}

void trace_mapper(struct trace *trace, const struct event *event)
{
	static const char *const names[MAPPER_NEWS] = {
		[MAPPER_THERE] = "maps the page",
		[MAPPER_CAME] = "maps the page",
		[MAPPER_UNMAPPED] = "maps the page no longer",
		[MAPPER_EXITED] = "maps the page no longer",
		[MAPPER_GONE] = "maps the page no longer",
	};
	struct perfetto_args args = {0};

	perfetto_add_text(&args, "news", mapper_news_name(event->mapper.news));
	perfetto_instant(trace->out, track_of(trace, &event->who), event->time_ns,
			 names[event->mapper.news], &args);
}
