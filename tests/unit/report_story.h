/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recording with every type of event in it, names that mean harm among them: the same bytes of
 * reports on every machine.
 */
#ifndef VMCLOCK_TRACE_TESTS_REPORT_STORY_H
#define VMCLOCK_TRACE_TESTS_REPORT_STORY_H

#include <errno.h>
#include <unistd.h>

#include "judge_make.h"
#include "store/recorder.h"

#define STORY_SECONDS 12

struct story {
	struct recorder *recorder;
	struct page page;
	uint64_t counter;
	uint64_t events;
};

static inline void story_tell(struct story *story, struct event event)
{
	event.time_ns = AT_NS(story->counter);
	recorder_event(story->recorder, &event);
	story->events++;
	story->counter += 1000; /* about a microsecond */
}

static inline struct event_ticks story_ticks(const struct story *story)
{
	return (struct event_ticks){.counter_id = VMCLOCK_COUNTER_X86_TSC,
				    .before = story->counter,
				    .after = story->counter + 20};
}

static inline struct event_reader story_who(uint32_t pid, const char *name)
{
	struct event_reader who = {.pid = pid, .tid = pid + pid % 2, .cgroup = pid % 3 + 1};

	memcpy(who.comm, name, strnlen(name, EVENT_COMM_BYTES));
	return who;
}

/* What spreadsheets, browsers and terminals would act on. */
static inline struct event_reader story_reader(uint64_t i)
{
	static const char *const names[] = {"chronyd",	     "=1+cmd|'/C x'!A0", "<b>\"x\",\\\r\n",
					    "@\xff\x1b[31m", "-phc2sys",	 "phc_ctl"};

	return story_who(100 + (uint32_t)(i % 6), names[i % 6]);
}

static inline void story_use(struct story *story, uint64_t i)
{
	uint64_t counter = story->counter;
	struct page_time time = {0};
	struct event event = {
		.type = EVENT_READ,
		.latency_ns = 700 + i * i * 37 % 90000,
		.latency_is_bound = i % 7 == 0,
		.path = (enum event_path)(i % (PATH_SYS_OFFSET_PRECISE + 1)),
		.result = i % 13 ? 0 : -EINVAL,
		.call_id = i + 1,
		.who = story_reader(i),
		.page_state = EVENT_PAGE_STABLE,
		.page = story->page,
		.read = {.counter_source = i % 5 ? COUNTER_SYSTEM : COUNTER_NONE,
			 .counter = counter},
	};

	assert_int_equal(page_time_at(&story->page, counter, &time), 0);
	event.read.sec = time.at.sec;
	event.read.nsec = instant_nsec(time.at);
	story_tell(story, event);
	event.type = EVENT_CALL;
	event.latency_ns += 400;
	memset(&event.read, 0, sizeof(event.read));
	event.page_state = EVENT_PAGE_ABSENT;
	memset(&event.page, 0, sizeof(event.page));
	event.call.reads = 1;
	story_tell(story, event);
}

static inline void story_count(struct story *story, uint64_t i)
{
	struct event event = {.type = EVENT_TALLY, .who = story_reader(i)};

	event.tally.uses[PATH_SYS_OFFSET_PRECISE] = 10 + i;
	event.tally.uses[PATH_DEV_MMAP] = i % 3 == 1;
	event.tally.errors[PATH_SYS_OFFSET_PRECISE] = i % 4;
	event.tally.measured = 5;
	event.tally.first_ns = SECOND;
	event.tally.last_ns = AT_NS(story->counter);
	event.tally.worst_ns = 90000 + i;
	event.tally.gone = i % 5 == 4;
	story_tell(story, event);

	event = (struct event){.type = EVENT_LATENCY, .path = PATH_SYS_OFFSET_PRECISE};
	for (uint64_t n = 0; n < 20; n++)
		histogram_add(&event.latency, 500 << n % 6);
	story_tell(story, event);
	event = (struct event){
		.type = EVENT_FAILURES, .path = PATH_SYS_OFFSET_PRECISE, .result = -EINVAL};
	event.failures.cause = CAUSE_UNRELIABLE;
	event.failures.count = 1;
	story_tell(story, event);
}

static inline void story_sample(struct story *story)
{
	struct event sample = {.type = EVENT_PAGE,
			       .page_state = EVENT_PAGE_STABLE,
			       .page = story->page,
			       .sample.ticks = story_ticks(story)};
	struct event tick = {.type = EVENT_TICK, .device = 0};

	story_tell(story, sample);
	tick.tick.due_ns = AT_NS(story->counter);
	tick.tick.ticks = story_ticks(story);
	story_tell(story, tick);
}

static inline void story_clock(struct story *story, enum observed_clock clock, int64_t off_ns)
{
	struct event event = {.type = EVENT_CLOCK,
			      .device = 0,
			      .page_state = EVENT_PAGE_STABLE,
			      .page = story->page};
	struct page_time time;
	struct instant at;

	assert_int_equal(page_time_at(&story->page, story->counter + 10, &time), 0);
	assert_int_equal(instant_add_ns(time.utc, off_ns, &at), 0);
	event.clock.clock = clock;
	event.clock.scale = SCALE_UTC;
	event.clock.ticks = story_ticks(story);
	event.clock.at = instant_to_timespec(at);
	event.clock.has_claim = clock == OBSERVED_REALTIME;
	event.clock.max_error_ns = 50000;
	story_tell(story, event);
}

static inline void story_news(struct story *story)
{
	struct event event = {.type = EVENT_HOOKS, .hooks = {.driver = true, .fentry = 9}};

	story_tell(story, event);
	story_tell(story, (struct event){.type = EVENT_DEVICE, .device_state = DEVICE_APPEARED});
	for (int news = 0; news < MAPPER_NEWS; news++) {
		event = (struct event){.type = EVENT_MAPPER,
				       .who = story_who(200 + (uint32_t)news / 2, "mapper")};
		event.mapper.news = (enum mapper_news)news;
		event.mapper.mappings = 1;
		story_tell(story, event);
	}
}

static inline void story_change(struct story *story, enum clock_change_how how)
{
	struct event event = {
		.type = EVENT_CLOCK_CHANGE, .latency_ns = 900, .who = story_who(300, "+ntpd")};

	event.change.how = how;
	if (how == CLOCK_STEPPED)
		event.change.step = (struct ns_interval){4999000, 5001000};
	if (how == CLOCK_SLEWED)
		event.change.new_ppt = 200000000;
	if (how == CLOCK_NEW_SOURCE)
		strncpy(event.change.source, "hpet,\"=1\xfe", EVENT_SOURCE_BYTES);
	story_tell(story, event);
}

/* One second of it: a migration in the fourth, a wrong CLOCK_REALTIME until the eighth. */
static inline void story_second(struct story *story, unsigned int second)
{
	struct event loss = {.type = EVENT_LOSS};

	make_refresh(&story->page, story->counter);
	if (second == 3) {
		make_field(&story->page, PAGE_DISRUPTION_MARKER, 0xfedcba9876543210);
		make_field(&story->page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_INITIALIZING);
	}
	if (second == 5)
		make_field(&story->page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_SYNCHRONIZED);
	story_tell(story,
		   (struct event){.type = EVENT_NOTIFICATION,
				  .notification = {
					  true, (uint32_t)page_get(&story->page, PAGE_SEQ_COUNT)}});
	for (int i = 0; i < 10; i++) {
		story_sample(story);
		story_use(story, second * 10 + (uint64_t)i);
		story_clock(story, OBSERVED_REALTIME,
			    second >= 5 && second < 8 ? -5000000 : 300 + i);
		story_clock(story, OBSERVED_PHC, 40 * i - 200);
		story->counter += TICKS(1) / 10 - story->counter % (TICKS(1) / 10);
	}
	story_count(story, second);
	if (second == 7)
		story_change(story, CLOCK_STEPPED);
	if (second == 8)
		story_change(story, CLOCK_SLEWED);
	if (second == 9)
		story_change(story, CLOCK_NEW_SOURCE);
	if (second != 10)
		return;
	loss.losses = (struct event_losses){.made = 900, .seen = 890, .ring_full = 10};
	story_tell(story, loss);
}

/* Record it at @path, which must not exist. Returns how many events are in it. */
static inline uint64_t story_record(const char *path)
{
	const struct recorder_options options = {.path = path, .may_wait = true};
	struct story story = {.page = make_full_page(), .counter = TICKS(10)};
	struct fact_list facts = {0};
	struct error error = {0};

	make_field(&story.page, PAGE_COUNTER_ID, VMCLOCK_COUNTER_X86_TSC);
	fact_set(&facts, "start_monotonic_ns", "10000000000");
	fact_set(&facts, "start_realtime_ns", "1800000010000000000");
	fact_set(&facts, "host", "<i>story</i>");
	fact_set(&facts, "hook ptp_vmclock_getcrosststamp", "absent: =1+1");
	assert_int_equal(recorder_open(&options, &facts, &story.recorder, &error), 0);
	story_news(&story);
	for (unsigned int second = 0; second < STORY_SECONDS; second++)
		story_second(&story, second);
	recorder_cgroup(story.recorder, 1, "/system.slice/chrony.service");
	recorder_cgroup(story.recorder, 2, "/=1+1,\"x\"");
	recorder_fact(story.recorder, "end_monotonic_ns", "22000000000");
	recorder_close(story.recorder, NULL);
	return story.events;
}

#endif
