// SPDX-License-Identifier: GPL-2.0-or-later
/* Who read a clock during an incident, and how wrong what they got was. */
#include <string.h>

#include "judge/clock_error.h"
#include "judge/incident_state.h"
#include "judge/page_update.h"
#include "judge/scale_inference.h"
#include "page/time.h"

/* How fast CLOCK_MONOTONIC may run against true time: what adjtimex() can do, and as much again. */
#define MONOTONIC_RATE_PPM 1000

/* Linear, but the last reader is most often the next one too. */
static struct incident_reader *reader_of(struct incident *incident, const struct event_reader *who,
					 enum event_path path)
{
	struct incident_reader *reader;

	for (size_t i = incident->readers; i-- > 0;) {
		reader = &incident->reader[i];
		if (reader->who.pid == who->pid && reader->path == path) {
			reader->who = *who;
			return reader;
		}
	}
	if (incident->readers == INCIDENT_READERS)
		return NULL;
	reader = &incident->reader[incident->readers++];
	*reader = (struct incident_reader){.who = *who, .path = path};
	return reader;
}

/* NULL: there is no room for it. */
static struct incident_reader *count_unknown(struct incident *incident,
					     const struct event_reader *who, enum event_path path,
					     enum error_unknown why, uint64_t reads)
{
	/* Tallies have uses by unknown threads, for which the kernel's table had no room. */
	struct incident_reader *reader = who->pid ? reader_of(incident, who, path) : NULL;

	if (!reader) {
		incident->reads_unlisted += reads;
		return NULL;
	}
	reader->reads += reads;
	reader->errors.unknown[why] += reads;
	return reader;
}

void incident_count_unknown(struct incident *incident, const struct event_reader *who,
			    enum event_path path, enum error_unknown why, uint64_t reads)
{
	count_unknown(incident, who, path, why, reads);
}

static void tell_read(const struct incidents *incidents, const struct incident_reader *reader,
		      struct read_verdict verdict)
{
	verdict.incident = incidents->incident.number;
	if (!reader || !incidents->tell.read)
		return;
	verdict.reader = (size_t)(reader - incidents->incident.reader);
	incidents->tell.read(&verdict, incidents->arg);
}

/* One read, of which an event came. */
static void judge_as_unknown(struct incidents *incidents, const struct pending_read *read,
			     enum error_unknown why)
{
	const struct incident_reader *reader =
		count_unknown(&incidents->incident, &read->who, read->path, why, 1);

	tell_read(
		incidents, reader,
		(struct read_verdict){.read = read->number, .time_ns = read->start_ns, .why = why});
}

void incident_tell_refuted(const struct incidents *incidents)
{
	if (incidents->open && incidents->tell.refuted)
		incidents->tell.refuted(&incidents->incident, incidents->arg);
}

static bool on_scale(const struct page_time *time, enum clock_scale scale, struct instant *out)
{
	*out = scale == SCALE_TAI ? time->tai : time->utc;
	return scale == SCALE_TAI ? time->has_tai : scale == SCALE_UTC && time->has_utc;
}

/* What the read returned less the time of @page at counters from @first to @last. */
static int offset_at(const struct pending_read *read, const struct page *page, uint64_t first,
		     uint64_t last, struct ns_interval *offset, struct page_time *newest)
{
	struct instant returned = instant_from_timespec(read->returned), at;
	enum clock_scale scale;
	struct page_time oldest;
	struct ns_interval lo, hi;

	if (page_time_at(page, first, &oldest) || page_time_at(page, last, newest))
		return ERROR_OUT_OF_RANGE;
	scale = read->scale != SCALE_UNKNOWN ? read->scale : clock_scale_by_page(returned, newest);
	if (!on_scale(newest, scale, &at))
		return ERROR_NO_SCALE;
	if (instant_distance(returned, at, &lo))
		return ERROR_OUT_OF_RANGE;
	if (!on_scale(&oldest, scale, &at))
		return ERROR_NO_SCALE;
	if (instant_distance(returned, at, &hi) ||
	    interval_add((struct ns_interval){.lo_ns = lo.lo_ns, .hi_ns = hi.hi_ns},
			 (struct ns_interval){.lo_ns = 0, .hi_ns = 1}, offset))
		return ERROR_OUT_OF_RANGE;
	return -1;
}

/*
 * True time at the read is true time at the sample, less what CLOCK_MONOTONIC counted from one to
 * the other. Widens @offset, which is against the sample, and moves it there.
 */
static bool move_to_read(const struct pending_read *read, uint64_t sample_ns,
			 struct ns_interval *offset)
{
	int64_t first = (int64_t)(sample_ns - read->end_ns);
	int64_t last = (int64_t)(sample_ns - read->start_ns);
	uint64_t length = (uint64_t)(last < 0 ? -last : last);
	struct ns_interval since = {.lo_ns = first < last ? first : last,
				    .hi_ns = first < last ? last : first};

	return !interval_widen(since, length / (1000000 / MONOTONIC_RATE_PPM) + 1, &since) &&
	       !interval_add(*offset, since, offset);
}

/* Why the page of @look cannot judge @read; -1: it can. */
static int why_not(const struct incidents *incidents, const struct pending_read *read,
		   const struct event *sample)
{
	const struct page *page = &sample->page;

	if (read->failed)
		return ERROR_FAILED;
	if (page_mode(page) != PAGE_FULL)
		return ERROR_NO_CLOCK;
	if (read->has_marker
		    ? read->marker != page_get(page, PAGE_DISRUPTION_MARKER)
		    : incidents->page->marker_ns && read->start_ns <= incidents->page->marker_ns)
		return ERROR_DISRUPTED;
	return -1;
}

static int error_of(const struct incidents *incidents, const struct pending_read *read,
		    const struct event *sample, struct ns_interval *error, bool *unbounded)
{
	const struct event_ticks *ticks =
		sample->type == EVENT_CLOCK ? &sample->clock.ticks : &sample->sample.ticks;
	int why = why_not(incidents, read, sample);
	struct page_time time;

	if (why >= 0)
		return why;
	if (read->has_counter) {
		why = offset_at(read, &sample->page, read->counter, read->counter, error, &time);
	} else if (event_ticks_fit(ticks, &sample->page)) {
		why = offset_at(read, &sample->page, ticks->before, ticks->after, error, &time);
		if (why < 0 && !move_to_read(read, sample->time_ns, error))
			why = ERROR_OUT_OF_RANGE;
	} else {
		why = ERROR_NO_COUNTER;
	}
	if (why >= 0)
		return why;
	*unbounded = !time.has_max_error;
	return interval_widen(*error, time.has_max_error ? time.max_error_ns : 0, error)
		       ? (int)ERROR_OUT_OF_RANGE
		       : -1;
}

/* The same over all pages that may be the right one. */
static int error_by_all(const struct incidents *incidents, const struct pending_read *read,
			const struct event *sample, struct ns_interval *error, bool *unbounded)
{
	int why = error_of(incidents, read, sample, error, unbounded);
	struct event by = *sample;
	struct ns_interval last = *error;

	for (size_t i = incidents->refuted.pages; why < 0 && i-- > 0;) {
		struct ns_interval also;
		bool without;

		by.page = incidents->refuted.page[i];
		if (error_of(incidents, read, &by, &also, &without) >= 0 ||
		    !refuted_leap(&by.page, &sample->page, read->scale, &also) ||
		    !refuted_join(error, last, also))
			return ERROR_REFUTED;
		last = also;
		*unbounded |= without;
	}
	if (why < 0 && (incidents->refuted.unlisted ||
			!refuted_widen_utc(&incidents->refuted, read->scale, error)))
		return ERROR_REFUTED;
	return why;
}

static void judge_read(struct incidents *incidents, const struct pending_read *read,
		       const struct event *sample)
{
	struct incident *incident = &incidents->incident;
	struct incident_reader *reader;
	struct ns_interval error;
	bool unbounded;
	int why = error_by_all(incidents, read, sample, &error, &unbounded);

	if (why >= 0) {
		judge_as_unknown(incidents, read, (enum error_unknown)why);
		return;
	}
	reader = reader_of(incident, &read->who, read->path);
	if (!reader) {
		incident->reads_unlisted++;
		return;
	}
	reader->reads++;
	error_range_add(&reader->errors, error, unbounded, read->end_ns, NULL, false);
	tell_read(incidents, reader,
		  (struct read_verdict){.read = read->number,
					.time_ns = read->start_ns,
					.known = true,
					.error = error,
					.wrong = error_is_wrong(error, unbounded)});
}

/* Will a later page say more than this one? */
static bool must_wait(const struct incidents *incidents, const struct page *page)
{
	if (incidents->page->reference_is_stale)
		return true;
	return page_mode(page) == PAGE_FULL && !page_is_vouched_for(page) &&
	       page_get(page, PAGE_CLOCK_STATUS) != VMCLOCK_STATUS_UNKNOWN;
}

/*
 * What was read since the last sample of the observer's own counts, though copies that the kernel
 * made meanwhile may have seen the page as before: who read before a step of the host was wrong by
 * it. Where nobody looks, all that is known is the window.
 */
static bool in_window(const struct incidents *incidents, const struct pending_read *read)
{
	return incidents->open &&
	       (incidents->page->known || read->end_ns >= incidents->incident.from_ns);
}

static void forget_reads(struct incidents *incidents)
{
	incidents->incident.reads_unjudged += incidents->dropped;
	incidents->dropped = 0;
	incidents->pendings = 0;
}

void incident_judge_reads(struct incidents *incidents, const struct event *event)
{
	if (incidents->open && must_wait(incidents, &event->page))
		return;
	for (size_t i = 0; i < incidents->pendings; i++) {
		if (in_window(incidents, &incidents->pending[i]))
			judge_read(incidents, &incidents->pending[i], event);
	}
	forget_reads(incidents);
	if (!incidents->open)
		incident_forget_unseen(incidents);
}

void incident_give_up_reads(struct incidents *incidents)
{
	enum error_unknown never = incidents->page->known ? ERROR_NEVER_AFTER : ERROR_NO_CLOCK;

	for (size_t i = 0; i < incidents->pendings; i++) {
		const struct pending_read *read = &incidents->pending[i];

		if (in_window(incidents, read))
			judge_as_unknown(incidents, read, read->failed ? ERROR_FAILED : never);
	}
	forget_reads(incidents);
}

/* While all is well only the newest matter. A quarter at once, so that moving them costs little. */
static void forget_oldest(struct incidents *incidents)
{
	incidents->pendings -= INCIDENT_PENDING / 4;
	memmove(incidents->pending, incidents->pending + INCIDENT_PENDING / 4,
		incidents->pendings * sizeof(incidents->pending[0]));
}

/* The scale of what the driver returned: by its own page, else as it was the last time. */
static enum clock_scale scale_of(struct incidents *incidents, const struct event *event)
{
	struct timespec returned = {.tv_sec = event->read.sec, .tv_nsec = event->read.nsec};
	enum clock_scale scale = SCALE_UNKNOWN;
	struct page_time time;

	if (event->result >= 0 && event->read.nsec < NSEC_PER_SEC &&
	    event->page_state == EVENT_PAGE_STABLE && event->read.counter_source != COUNTER_NONE &&
	    !page_time_at(&event->page, event->read.counter, &time))
		scale = clock_scale_by_page(instant_from_timespec(returned), &time);
	if (scale != SCALE_UNKNOWN)
		incidents->phc_scale = scale;
	return incidents->phc_scale;
}

static void keep_read(struct incidents *incidents, const struct event *event)
{
	struct pending_read *read;

	incidents->tell.reads++;
	if (incidents->pendings == INCIDENT_PENDING && incidents->open) {
		incidents->dropped++;
		return;
	}
	if (incidents->pendings == INCIDENT_PENDING)
		forget_oldest(incidents);
	read = &incidents->pending[incidents->pendings++];
	*read = (struct pending_read){
		.number = incidents->tell.reads,
		.who = event->who,
		.path = event->path,
		.start_ns = event->time_ns,
		.end_ns = event->time_ns + event->latency_ns,
		.failed = event->result < 0 || event->read.nsec >= NSEC_PER_SEC,
		.has_counter = event->read.counter_source != COUNTER_NONE,
		.counter = event->read.counter,
		.returned = {.tv_sec = event->read.sec, .tv_nsec = event->read.nsec},
		.has_marker = event->page_state == EVENT_PAGE_STABLE,
		.marker = page_get(&event->page, PAGE_DISRUPTION_MARKER),
		.scale = scale_of(incidents, event),
	};
}

void incident_handle_read(struct incidents *incidents, const struct event *event)
{
	bool page_itself = event->path == PATH_DEV_READ || event->path == PATH_DEV_MMAP;

	incident_count_seen(incidents, event);
	if (event->type == EVENT_READ)
		keep_read(incidents, event);
	else if (incidents->open && page_itself && event->result >= 0)
		incident_count_unknown(&incidents->incident, &event->who, event->path,
				       ERROR_NOT_SEEN, 1);
}
