/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Incidents for tests: a judge, the incidents that came of it, and reads to give it. */
#ifndef VMCLOCK_TRACE_TESTS_INCIDENT_MAKE_H
#define VMCLOCK_TRACE_TESTS_INCIDENT_MAKE_H

#include "judge/judge.h"
#include "judge_make.h"

/* A judge, and what came of it. */
struct watch {
	struct judge *judge;
	uint64_t counter;
	unsigned int opened;
	unsigned int closed;
	struct incident last;
};

static inline void watch_incident(const struct incident *incident, enum incident_news news,
				  void *arg)
{
	struct watch *watch = arg;

	watch->opened += news == INCIDENT_OPENED;
	watch->closed += news == INCIDENT_CLOSED;
	watch->last = *incident;
}

static const struct judge_handlers watch_handlers = {.incident = watch_incident};

static inline struct watch *watch_new(void)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	assert_non_null(watch);
	watch->judge = judge_new(&watch_handlers, watch);
	assert_non_null(watch->judge);
	watch->counter = TICKS(10);
	return watch;
}

static inline void watch_free(struct watch *watch)
{
	judge_free(watch->judge);
	free(watch);
}

static inline void give(struct watch *watch, struct event event)
{
	judge_event(watch->judge, &event);
}

static inline void see(struct watch *watch, const struct page *page)
{
	give(watch, make_sample(page, watch->counter));
}

/* Look once a second for so long. */
static inline void go_on(struct watch *watch, const struct page *page, unsigned int seconds)
{
	while (seconds--) {
		watch->counter += TICKS(1);
		see(watch, page);
	}
}

/* CLOCK_REALTIME with a claim of 1 us, @off_ns ahead of the UTC of @page at @counter. */
static inline struct event make_clock(const struct page *page, uint64_t counter, int64_t off_ns)
{
	struct event event = make_event(EVENT_CLOCK, counter);
	struct page_time time;
	struct instant at;

	assert_int_equal(page_time_at(page, counter, &time), 0);
	assert_int_equal(instant_add_ns(time.utc, off_ns, &at), 0);
	event.page_state = EVENT_PAGE_STABLE;
	event.page = *page;
	event.clock.ticks = make_ticks(counter);
	event.clock.scale = SCALE_UTC;
	event.clock.at = instant_to_timespec(at);
	event.clock.has_claim = true;
	event.clock.max_error_ns = 1000;
	return event;
}

/* The marker moves alone; or with a line of time drawn anew, which says the same to 2^-64 s. */
static inline struct page marked(struct page page, uint64_t marker)
{
	make_field(&page, PAGE_DISRUPTION_MARKER, marker);
	make_next_seq(&page);
	return page;
}

static inline struct page disrupted(struct page page, uint64_t marker)
{
	make_field(&page, PAGE_TIME_FRAC_SEC, page_get(&page, PAGE_TIME_FRAC_SEC) + 1);
	return marked(page, marker);
}

/* A read of the driver by pid @pid that returned the UTC of @page at @counter and @off_ns. */
static inline struct event make_read(const struct page *page, uint64_t counter, uint32_t pid,
				     int64_t off_ns, bool exact)
{
	struct event event = make_event(EVENT_READ, counter);
	struct page_time time;
	struct instant at;

	assert_int_equal(page_time_at(page, counter, &time), 0);
	assert_int_equal(instant_add_ns(time.utc, off_ns, &at), 0);
	event.path = exact ? PATH_SYS_OFFSET_PRECISE : PATH_CLOCK_GETTIME;
	event.who.pid = pid;
	event.page_state = EVENT_PAGE_STABLE;
	event.page = *page;
	event.read.counter_source = exact ? COUNTER_SYSTEM : COUNTER_NONE;
	event.read.counter = counter;
	event.read.sec = at.sec;
	event.read.nsec = instant_nsec(at);
	return event;
}

static inline const struct incident_reader *reader_of(const struct incident *incident, uint32_t pid)
{
	for (size_t i = 0; i < incident->readers; i++) {
		if (incident->reader[i].who.pid == pid)
			return &incident->reader[i];
	}
	return NULL;
}

#endif
