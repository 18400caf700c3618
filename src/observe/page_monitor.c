// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/page_monitor.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/instant.h"
#include "observe/clock_event.h"
#include "observe/heartbeat.h"
#include "observe/page_notice.h"
#include "observe/page_reader.h"
#include "observe/phc.h"
#include "observe/trial.h"
#include "page/counter.h"

/*
 * How long a sample waits for an update to end. One takes well below a microsecond; a longer one is
 * looked at again soon, and by then it is worth telling.
 */
#define SAMPLE_WAIT_NS 50000
#define RESAMPLE_NS    PAGE_MONITOR_TIMER_PERIOD_NS

/* What a descriptor that is polled is for. */
enum polls {
	POLLS_TIMER,
	POLLS_DEVICE,
};

struct page_monitor {
	struct page_monitor_options options; /* `device` is not used after the beginning */
	struct page_monitor_facts facts;
	struct page_monitor_counts counts;
	char path[PATH_MAX];
	int32_t device;			    /* N of vmclockN, or -1 */
	struct page_reader *reader;	    /* NULL: the device is gone, or */
	uint64_t release_until_ns;	    /* released until then; 0: it is not */
	struct stat release;		    /* which it was */
	struct phc *phc;		    /* NULL: none is read */
	struct reference_clocks references; /* the other PTP clocks, open while there is a reader */
	struct heartbeat heartbeat;
	int timer;
	int poll;	 /* an epoll descriptor: the timer, and the device where it notifies */
	bool listening;	 /* is the device among them? */
	uint64_t due_ns; /* of the next heartbeat */
	uint64_t clocks_due_ns;
	uint64_t sampled_ns; /* the newest sample; 0: none yet */
	bool torn;	     /* so it was */
	struct page newest;
	bool has_opening; /* a sample that is not told yet */
	struct event opening;
	page_monitor_fn fn; /* set while page_monitor_run() runs */
	void *arg;
};

static void tell(struct page_monitor *monitor, struct event *event)
{
	event->device = monitor->device;
	monitor->fn(event, monitor->arg);
}

static void tell_time(struct page_monitor *monitor, enum event_type type, enum device_state state)
{
	struct event event = {.type = type, .time_ns = clock_now_ns(CLOCK_MONOTONIC)};

	event.device_state = state;
	tell(monitor, &event);
}

/* Wait for the device too, or no longer. Where that is refused, the heartbeat is there. */
static void listen_to_device(struct page_monitor *monitor, bool on)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = POLLS_DEVICE};

	if (monitor->listening == on || !monitor->reader)
		return;
	if (!epoll_ctl(monitor->poll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
		       page_reader_fd(monitor->reader), &event))
		monitor->listening = on;
}

static void choose_way(struct page_monitor *monitor)
{
	struct page_monitor_facts *facts = &monitor->facts;

	facts->no_notice = monitor->options.timer_only ? "a timer was asked for"
						       : page_notice_missing(monitor->reader);
	facts->by_notice = !facts->no_notice;
	facts->period_ns = monitor->options.period_ns ? monitor->options.period_ns
			   : facts->by_notice	      ? PAGE_MONITOR_NOTICE_PERIOD_NS
						      : PAGE_MONITOR_TIMER_PERIOD_NS;
	listen_to_device(monitor, facts->by_notice);
}

/* Other clocks are read with the heartbeat: every so many of its periods, a second at least. */
static uint64_t clock_period_ns(uint64_t period_ns)
{
	return (PAGE_MONITOR_CLOCK_PERIOD_NS + period_ns - 1) / period_ns * period_ns;
}

static void open_phc(struct page_monitor *monitor)
{
	if (!monitor->facts.clock_period_ns || monitor->options.without_phc ||
	    phc_open(page_reader_fd(monitor->reader), &monitor->phc, NULL))
		monitor->phc = NULL;
	monitor->facts.phc = monitor->phc ? phc_path(monitor->phc) : NULL;
	if (monitor->facts.clock_period_ns && !monitor->options.without_references)
		reference_clocks_open(&monitor->options.references, &monitor->references);
}

/* All that depends on which page it is. */
static void take_reader(struct page_monitor *monitor, struct page_reader *reader)
{
	monitor->reader = reader;
	monitor->device = page_reader_device(reader);
	monitor->facts.is_device = page_reader_is_device(reader);
	choose_way(monitor);
	monitor->facts.clock_period_ns =
		monitor->options.foreign ? 0 : clock_period_ns(monitor->facts.period_ns);
	if (monitor->facts.is_device)
		open_phc(monitor);
}

static void drop_reader(struct page_monitor *monitor)
{
	listen_to_device(monitor, false);
	phc_close(monitor->phc);
	monitor->phc = NULL;
	monitor->facts.phc = NULL;
	reference_clocks_close(&monitor->references);
	monitor->references.count = 0;
	page_reader_close(monitor->reader);
	monitor->reader = NULL;
}

static bool is_same(const struct stat *one, const struct stat *other)
{
	return one->st_ino == other->st_ino && one->st_dev == other->st_dev;
}

/* Does the path still lead to what is open? A file may have been replaced, a device removed. */
static bool is_still_there(const struct page_monitor *monitor)
{
	struct stat open_one, there;

	return stat(monitor->path, &there) == 0 &&
	       fstat(page_reader_fd(monitor->reader), &open_one) == 0 && is_same(&there, &open_one);
}

/* It was released, and is still there: not for long, or not for ever. */
static bool is_left_alone(struct page_monitor *monitor)
{
	struct stat there;

	if (clock_now_ns(CLOCK_MONOTONIC) < monitor->release_until_ns &&
	    stat(monitor->path, &there) == 0 && is_same(&there, &monitor->release))
		return true;
	monitor->release_until_ns = 0;
	return false;
}

/* Have a reader of what is at the path now. False: there is nothing to look at. */
static bool follow_path(struct page_monitor *monitor)
{
	bool had = monitor->reader || monitor->release_until_ns;
	struct page_reader *reader;

	if (monitor->reader && is_still_there(monitor))
		return true;
	if (is_left_alone(monitor))
		return false;
	if (page_reader_open(monitor->path, PAGE_VIA_AUTO, &reader, NULL)) {
		drop_reader(monitor);
		if (had)
			tell_time(monitor, EVENT_DEVICE, DEVICE_LOST);
		return false;
	}
	drop_reader(monitor);
	take_reader(monitor, reader);
	if (!had)
		tell_time(monitor, EVENT_DEVICE, DEVICE_APPEARED);
	return true;
}

bool page_monitor_release(struct page_monitor *monitor, uint64_t ns)
{
	bool held = monitor->reader && monitor->facts.is_device;

	if (held && fstat(page_reader_fd(monitor->reader), &monitor->release))
		return false;
	if (held || monitor->release_until_ns)
		monitor->release_until_ns = clock_now_ns(CLOCK_MONOTONIC) + ns;
	if (held)
		drop_reader(monitor);
	return held;
}

/* One sample into @event. -errno: there is none. */
static int take_sample(const struct page_monitor *monitor, struct event *event)
{
	const struct page_wait wait = {.budget_ns = SAMPLE_WAIT_NS};
	struct page_copy copy;
	int err = page_reader_copy(monitor->reader, wait, &copy, NULL);

	/* The driver's read() gives no bytes of a stuck page: its state is not known. */
	if (err && (err != -ETIMEDOUT || copy.page.length == 0))
		return err;
	memset(event, 0, sizeof(*event));
	event->type = EVENT_PAGE;
	event->time_ns = clock_now_ns(CLOCK_MONOTONIC);
	event->sample.ticks.counter_id = VMCLOCK_COUNTER_INVALID;
	if (!monitor->options.foreign) {
		event->sample.ticks.counter_id = COUNTER_NATIVE_ID;
		event->sample.ticks.before = copy.counter_before;
		event->sample.ticks.after = counter_read_ordered();
	}
	event->sample.retries = copy.retries;
	event->page_state = copy.torn ? EVENT_PAGE_TORN : EVENT_PAGE_STABLE;
	event->page = copy.page;
	return 0;
}

static void note_sample(struct page_monitor *monitor, const struct event *event)
{
	uint64_t gap_ns = event->time_ns - monitor->sampled_ns;

	if (monitor->counts.samples && gap_ns > monitor->counts.worst_gap_ns)
		monitor->counts.worst_gap_ns = gap_ns;
	monitor->counts.samples++;
	monitor->sampled_ns = event->time_ns;
	monitor->torn = event->page_state == EVENT_PAGE_TORN;
	if (!monitor->torn && page_get(&event->page, PAGE_DISRUPTION_MARKER) !=
				      page_get(&monitor->newest, PAGE_DISRUPTION_MARKER))
		heartbeat_disrupted(&monitor->heartbeat);
	monitor->newest = event->page;
}

static void tell_opening(struct page_monitor *monitor)
{
	if (!monitor->has_opening)
		return;
	monitor->has_opening = false;
	note_sample(monitor, &monitor->opening);
	tell(monitor, &monitor->opening);
}

static void take_and_queue_sample(struct page_monitor *monitor)
{
	struct event event;

	if (!follow_path(monitor) || take_sample(monitor, &event))
		return;
	note_sample(monitor, &event);
	tell(monitor, &event);
}

static void tell_clocks(struct page_monitor *monitor)
{
	struct event event;

	/* Half a period less: a heartbeat that is early by its jitter is not passed over. */
	monitor->clocks_due_ns =
		monitor->sampled_ns + monitor->facts.clock_period_ns - monitor->facts.period_ns / 2;
	/* The driver spins for 100 ms on a page that is stuck. */
	if (!monitor->facts.clock_period_ns || !monitor->reader || monitor->torn)
		return;
	if (!clock_event_realtime(monitor->reader, &event))
		tell(monitor, &event);
	if (monitor->facts.is_device && !clock_event_clockbound(monitor->reader, &event))
		tell(monitor, &event);
	if (monitor->phc && !clock_event_phc(monitor->reader, monitor->phc, &event))
		tell(monitor, &event);
	for (size_t i = 0; i < monitor->references.count; i++) {
		if (!clock_event_reference(monitor->reader, &monitor->references.clock[i], &event))
			tell(monitor, &event);
	}
}

static void tell_tick(struct page_monitor *monitor)
{
	struct event event;
	uint64_t late_ns;

	heartbeat_tick(&monitor->heartbeat, monitor->due_ns, &event);
	late_ns = event.time_ns - monitor->due_ns;
	monitor->due_ns += (late_ns / monitor->facts.period_ns + 1) * monitor->facts.period_ns;
	tell(monitor, &event);
}

/* Be woken at the next heartbeat, or sooner to see an update end. */
static int arm(struct page_monitor *monitor)
{
	uint64_t at_ns = monitor->due_ns;
	struct itimerspec when = {0};

	if (monitor->torn && monitor->sampled_ns + RESAMPLE_NS < at_ns)
		at_ns = monitor->sampled_ns + RESAMPLE_NS;
	when.it_value.tv_sec = (time_t)(at_ns / NSEC_PER_SEC);
	when.it_value.tv_nsec = (long)(at_ns % NSEC_PER_SEC);
	return timerfd_settime(monitor->timer, TFD_TIMER_ABSTIME, &when, NULL) ? -errno : 0;
}

/* What the device has to say, of all that is polled. */
static uint32_t device_events(const struct page_monitor *monitor)
{
	struct epoll_event ready[2];
	int count = epoll_wait(monitor->poll, ready, 2, 0);

	for (int i = 0; i < count; i++) {
		if (ready[i].data.u32 == POLLS_DEVICE)
			return ready[i].events;
	}
	return 0;
}

/*
 * Has the hypervisor notified us? Then be ready for the next time. While an update does not end
 * that cannot be done, and what cannot be taken would wake us again and again.
 */
static void take_notice(struct page_monitor *monitor)
{
	uint32_t events;

	if (!monitor->facts.by_notice || !monitor->reader)
		return;
	events = device_events(monitor);
	if (events & (EPOLLHUP | EPOLLERR)) {
		listen_to_device(monitor, false);
		choose_way(monitor);
		return;
	}
	if (events) {
		monitor->counts.notices++;
		tell_time(monitor, EVENT_NOTIFICATION, 0);
	}
	if (events || (!monitor->listening && !monitor->torn))
		listen_to_device(monitor, !page_notice_rearm(monitor->reader));
}

void page_monitor_run(struct page_monitor *monitor, page_monitor_fn fn, void *arg)
{
	monitor->fn = fn;
	monitor->arg = arg;
	tell_opening(monitor);
	take_notice(monitor);
	take_and_queue_sample(monitor);
	if (clock_now_ns(CLOCK_MONOTONIC) >= monitor->due_ns) {
		tell_tick(monitor);
		if (monitor->sampled_ns >= monitor->clocks_due_ns)
			tell_clocks(monitor);
	}
	arm(monitor);
	monitor->fn = NULL;
}

/* What all that a sample does takes, warm. */
static void measure_sample(struct page_monitor *monitor)
{
	uint64_t took_ns[PAGE_MONITOR_TRIALS];
	struct event event;

	for (int i = 0; i < PAGE_MONITOR_TRIALS; i++) {
		uint64_t from_ns = clock_now_ns(CLOCK_MONOTONIC);

		if (!is_still_there(monitor) || take_sample(monitor, &event))
			return;
		took_ns[i] = clock_now_ns(CLOCK_MONOTONIC) - from_ns;
	}
	monitor->facts.sample_cost_ns = trial_median_ns(took_ns, PAGE_MONITOR_TRIALS);
}

static int open_descriptors(struct page_monitor *monitor)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = POLLS_TIMER};

	monitor->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	monitor->poll = epoll_create1(EPOLL_CLOEXEC);
	if (monitor->timer < 0 || monitor->poll < 0 ||
	    epoll_ctl(monitor->poll, EPOLL_CTL_ADD, monitor->timer, &event))
		return -errno;
	return 0;
}

/* There is nothing to look at yet: the heartbeat alone, and another try at each. */
static void take_absence(struct page_monitor *monitor)
{
	const char *path = monitor->options.device ? monitor->options.device : "/dev/vmclock0";

	snprintf(monitor->path, sizeof(monitor->path), "%s", path);
	monitor->device = -1;
	monitor->facts.path = monitor->path;
	monitor->facts.no_notice = "there is no page yet";
	monitor->facts.period_ns = monitor->options.period_ns ? monitor->options.period_ns
							      : PAGE_MONITOR_TIMER_PERIOD_NS;
}

static bool is_absence(int err)
{
	return err == -ENODEV || err == -ENOENT;
}

int page_monitor_open(const struct page_monitor_options *options, struct page_monitor **out,
		      struct error *error)
{
	struct page_monitor *monitor = calloc(1, sizeof(*monitor));
	struct page_reader *reader = NULL;
	int err;

	if (!monitor)
		return error_no_memory(error);
	monitor->options = *options;
	monitor->timer = monitor->poll = monitor->heartbeat.schedstat = -1;
	err = page_reader_open(options->device, PAGE_VIA_AUTO, &reader, error);
	if (!err) {
		strcpy(monitor->path, page_reader_path(reader));
		monitor->facts.path = monitor->path;
		monitor->reader = reader;
	}
	if (options->may_be_absent && is_absence(err)) {
		error_clear(error);
		err = 0;
	}
	if (!err) {
		err = open_descriptors(monitor);
		if (err)
			error_cause(error, "no timer to watch the page by: %s", strerror(-err));
		error_hint_files(error, err);
	}
	if (err) {
		page_monitor_close(monitor);
		return err;
	}
	if (reader)
		take_reader(monitor, reader);
	else
		take_absence(monitor);
	monitor->has_opening = reader && !take_sample(monitor, &monitor->opening);
	heartbeat_open(&monitor->heartbeat, !options->foreign);
	if (options->measure) {
		if (reader)
			measure_sample(monitor);
		monitor->facts.wake_ns = trial_wake_ns(PAGE_MONITOR_TRIALS);
	}
	*out = monitor;
	return 0;
}

void page_monitor_close(struct page_monitor *monitor)
{
	if (!monitor)
		return;
	drop_reader(monitor);
	heartbeat_close(&monitor->heartbeat);
	if (monitor->timer >= 0)
		close(monitor->timer);
	if (monitor->poll >= 0)
		close(monitor->poll);
	free(monitor);
}

int page_monitor_start(struct page_monitor *monitor, struct error *error)
{
	const struct page_wait wait = {.budget_ns = PAGE_WAIT_DRIVER_NS};
	struct page_copy copy = {0};
	int err = monitor->reader ? page_reader_copy(monitor->reader, wait, &copy, error) : 0;

	if (err && err != -ETIMEDOUT)
		return err;
	monitor->newest = copy.page;
	monitor->due_ns = clock_now_ns(CLOCK_MONOTONIC);
	return arm(monitor);
}

int page_monitor_fd(const struct page_monitor *monitor)
{
	return monitor->poll;
}

const struct page *page_monitor_page(const struct page_monitor *monitor)
{
	return &monitor->newest;
}

const struct page_monitor_facts *page_monitor_facts(const struct page_monitor *monitor)
{
	return &monitor->facts;
}

const struct page_monitor_counts *page_monitor_counts(const struct page_monitor *monitor)
{
	return &monitor->counts;
}
