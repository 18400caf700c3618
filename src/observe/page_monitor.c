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
#include "base/parse.h"
#include "observe/clock_event.h"
#include "observe/heartbeat.h"
#include "observe/page_notice.h"
#include "observe/page_reader.h"
#include "observe/phc.h"
#include "page/counter.h"

/*
 * How long a look waits for an update to end. One takes well below a microsecond; a longer one is
 * looked at again soon, and by then it is worth telling.
 */
#define LOOK_WAIT_NS  50000
#define LOOK_AGAIN_NS LOOKOUT_TIMER_PERIOD_NS

/* What a descriptor that is polled is for. */
enum polls {
	POLLS_TIMER,
	POLLS_DEVICE,
};

struct lookout {
	struct lookout_options options; /* `device` is not used after the beginning */
	struct lookout_facts facts;
	struct lookout_counts counts;
	char path[PATH_MAX];
	int32_t device;		    /* N of vmclockN, or -1 */
	struct page_reader *reader; /* NULL: the device is gone, or */
	uint64_t let_go_until_ns;   /* let go until then; 0: it is not */
	struct stat let_go;	    /* which it was */
	struct phc *phc;	    /* NULL: none is read */
	struct heartbeat heartbeat;
	int timer;
	int poll;	 /* an epoll descriptor: the timer, and the device where it notifies */
	bool listening;	 /* is the device among them? */
	uint64_t due_ns; /* of the next heartbeat */
	uint64_t clocks_due_ns;
	uint64_t looked_ns; /* the newest look; 0: none yet */
	bool torn;	    /* so it was */
	struct page newest;
	lookout_fn fn; /* set while lookout_run() runs */
	void *arg;
};

static void tell(struct lookout *lookout, struct event *event)
{
	event->device = lookout->device;
	lookout->fn(event, lookout->arg);
}

static void tell_time(struct lookout *lookout, enum event_type type, enum device_state state)
{
	struct event event = {.type = type, .time_ns = clock_now_ns(CLOCK_MONOTONIC)};

	event.device_state = state;
	tell(lookout, &event);
}

/* N of ".../vmclockN" */
static int32_t device_number(const struct page_reader *reader)
{
	const char *path = page_reader_path(reader);
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	uint64_t number;

	if (!page_reader_is_device(reader) || strncmp(name, "vmclock", 7) ||
	    parse_u64_within(name + 7, 0, INT32_MAX, &number))
		return -1;
	return (int32_t)number;
}

/* Wait for the device too, or no longer. Where that is refused, the heartbeat is there. */
static void listen_to_device(struct lookout *lookout, bool on)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = POLLS_DEVICE};

	if (lookout->listening == on || !lookout->reader)
		return;
	if (!epoll_ctl(lookout->poll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
		       page_reader_fd(lookout->reader), &event))
		lookout->listening = on;
}

static void choose_way(struct lookout *lookout)
{
	struct lookout_facts *facts = &lookout->facts;

	facts->no_notice = lookout->options.timer_only ? "a timer was asked for"
						       : page_notice_missing(lookout->reader);
	facts->by_notice = !facts->no_notice;
	facts->period_ns = lookout->options.period_ns ? lookout->options.period_ns
			   : facts->by_notice	      ? LOOKOUT_NOTICE_PERIOD_NS
						      : LOOKOUT_TIMER_PERIOD_NS;
	listen_to_device(lookout, facts->by_notice);
}

/* Other clocks are read with the heartbeat: every so many of its periods, a second at least. */
static uint64_t clock_period_ns(uint64_t period_ns)
{
	return (LOOKOUT_CLOCK_PERIOD_NS + period_ns - 1) / period_ns * period_ns;
}

static void open_phc(struct lookout *lookout)
{
	if (!lookout->facts.clock_period_ns || lookout->options.without_phc ||
	    phc_open(page_reader_fd(lookout->reader), &lookout->phc, NULL))
		lookout->phc = NULL;
	lookout->facts.phc = lookout->phc ? phc_path(lookout->phc) : NULL;
}

/* All that depends on which page it is. */
static void take_reader(struct lookout *lookout, struct page_reader *reader)
{
	lookout->reader = reader;
	lookout->device = device_number(reader);
	lookout->facts.is_device = page_reader_is_device(reader);
	choose_way(lookout);
	lookout->facts.clock_period_ns = lookout->facts.is_device && !lookout->options.foreign
						 ? clock_period_ns(lookout->facts.period_ns)
						 : 0;
	open_phc(lookout);
}

static void drop_reader(struct lookout *lookout)
{
	listen_to_device(lookout, false);
	phc_close(lookout->phc);
	lookout->phc = NULL;
	lookout->facts.phc = NULL;
	page_reader_close(lookout->reader);
	lookout->reader = NULL;
}

static bool is_same(const struct stat *one, const struct stat *other)
{
	return one->st_ino == other->st_ino && one->st_dev == other->st_dev;
}

/* Does the path still lead to what is open? A file may have been replaced, a device removed. */
static bool is_still_there(const struct lookout *lookout)
{
	struct stat open_one, there;

	return stat(lookout->path, &there) == 0 &&
	       fstat(page_reader_fd(lookout->reader), &open_one) == 0 && is_same(&there, &open_one);
}

/* It was let go, and is still there: not for long, or not for ever. */
static bool is_left_alone(struct lookout *lookout)
{
	struct stat there;

	if (clock_now_ns(CLOCK_MONOTONIC) < lookout->let_go_until_ns &&
	    stat(lookout->path, &there) == 0 && is_same(&there, &lookout->let_go))
		return true;
	lookout->let_go_until_ns = 0;
	return false;
}

/* Have a reader of what is at the path now. False: there is nothing to look at. */
static bool follow_path(struct lookout *lookout)
{
	bool had = lookout->reader || lookout->let_go_until_ns;
	struct page_reader *reader;

	if (lookout->reader && is_still_there(lookout))
		return true;
	if (is_left_alone(lookout))
		return false;
	if (page_reader_open(lookout->path, PAGE_VIA_AUTO, &reader, NULL)) {
		drop_reader(lookout);
		if (had)
			tell_time(lookout, EVENT_DEVICE, DEVICE_LOST);
		return false;
	}
	drop_reader(lookout);
	take_reader(lookout, reader);
	if (!had)
		tell_time(lookout, EVENT_DEVICE, DEVICE_APPEARED);
	return true;
}

bool lookout_let_go(struct lookout *lookout, uint64_t ns)
{
	bool held = lookout->reader && lookout->facts.is_device;

	if (held && fstat(page_reader_fd(lookout->reader), &lookout->let_go))
		return false;
	if (held || lookout->let_go_until_ns)
		lookout->let_go_until_ns = clock_now_ns(CLOCK_MONOTONIC) + ns;
	if (held)
		drop_reader(lookout);
	return held;
}

/* One look into @event. -errno: there is none. */
static int look(const struct lookout *lookout, struct event *event)
{
	const struct page_wait wait = {.budget_ns = LOOK_WAIT_NS};
	struct page_copy copy;
	int err = page_reader_copy(lookout->reader, wait, &copy, NULL);

	/* The driver's read() gives no bytes of a page that is stuck: nothing can be told of it. */
	if (err && (err != -ETIMEDOUT || copy.page.length == 0))
		return err;
	memset(event, 0, sizeof(*event));
	event->type = EVENT_PAGE;
	event->time_ns = clock_now_ns(CLOCK_MONOTONIC);
	event->look.ticks.counter_id = VMCLOCK_COUNTER_INVALID;
	if (!lookout->options.foreign) {
		event->look.ticks.counter_id = COUNTER_NATIVE_ID;
		event->look.ticks.before = copy.counter_before;
		event->look.ticks.after = counter_read_ordered();
	}
	event->look.retries = copy.retries;
	event->page_state = copy.torn ? EVENT_PAGE_TORN : EVENT_PAGE_STABLE;
	event->page = copy.page;
	return 0;
}

static void note_look(struct lookout *lookout, const struct event *event)
{
	uint64_t gap_ns = event->time_ns - lookout->looked_ns;

	if (lookout->counts.looks && gap_ns > lookout->counts.worst_gap_ns)
		lookout->counts.worst_gap_ns = gap_ns;
	lookout->counts.looks++;
	lookout->looked_ns = event->time_ns;
	lookout->torn = event->page_state == EVENT_PAGE_TORN;
	if (!lookout->torn && page_get(&event->page, PAGE_DISRUPTION_MARKER) !=
				      page_get(&lookout->newest, PAGE_DISRUPTION_MARKER))
		heartbeat_disrupted(&lookout->heartbeat);
	lookout->newest = event->page;
}

static void look_and_tell(struct lookout *lookout)
{
	struct event event;

	if (!follow_path(lookout) || look(lookout, &event))
		return;
	note_look(lookout, &event);
	tell(lookout, &event);
}

static void tell_clocks(struct lookout *lookout)
{
	struct event event;

	/* Half a period less: a heartbeat that is early by its jitter is not passed over. */
	lookout->clocks_due_ns =
		lookout->looked_ns + lookout->facts.clock_period_ns - lookout->facts.period_ns / 2;
	/* The driver spins for 100 ms on a page that is stuck. */
	if (!lookout->facts.clock_period_ns || !lookout->reader || lookout->torn)
		return;
	if (!clock_event_realtime(lookout->reader, &event))
		tell(lookout, &event);
	if (!clock_event_clockbound(lookout->reader, &event))
		tell(lookout, &event);
	if (lookout->phc && !clock_event_phc(lookout->reader, lookout->phc, &event))
		tell(lookout, &event);
}

static void tell_tick(struct lookout *lookout)
{
	struct event event;
	uint64_t late_ns;

	heartbeat_tick(&lookout->heartbeat, lookout->due_ns, &event);
	late_ns = event.time_ns - lookout->due_ns;
	lookout->due_ns += (late_ns / lookout->facts.period_ns + 1) * lookout->facts.period_ns;
	tell(lookout, &event);
}

/* Be woken at the next heartbeat, or sooner to see an update end. */
static int arm(struct lookout *lookout)
{
	uint64_t at_ns = lookout->due_ns;
	struct itimerspec when = {0};

	if (lookout->torn && lookout->looked_ns + LOOK_AGAIN_NS < at_ns)
		at_ns = lookout->looked_ns + LOOK_AGAIN_NS;
	when.it_value.tv_sec = (time_t)(at_ns / NSEC_PER_SEC);
	when.it_value.tv_nsec = (long)(at_ns % NSEC_PER_SEC);
	return timerfd_settime(lookout->timer, TFD_TIMER_ABSTIME, &when, NULL) ? -errno : 0;
}

/* What the device has to say, of all that is polled. */
static uint32_t device_events(const struct lookout *lookout)
{
	struct epoll_event ready[2];
	int count = epoll_wait(lookout->poll, ready, 2, 0);

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
static void take_notice(struct lookout *lookout)
{
	uint32_t events;

	if (!lookout->facts.by_notice || !lookout->reader)
		return;
	events = device_events(lookout);
	if (events & (EPOLLHUP | EPOLLERR)) {
		listen_to_device(lookout, false);
		choose_way(lookout);
		return;
	}
	if (events) {
		lookout->counts.notices++;
		tell_time(lookout, EVENT_NOTIFICATION, 0);
	}
	if (events || (!lookout->listening && !lookout->torn))
		listen_to_device(lookout, !page_notice_rearm(lookout->reader));
}

void lookout_run(struct lookout *lookout, lookout_fn fn, void *arg)
{
	lookout->fn = fn;
	lookout->arg = arg;
	take_notice(lookout);
	look_and_tell(lookout);
	if (clock_now_ns(CLOCK_MONOTONIC) >= lookout->due_ns) {
		tell_tick(lookout);
		if (lookout->looked_ns >= lookout->clocks_due_ns)
			tell_clocks(lookout);
	}
	arm(lookout);
	lookout->fn = NULL;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* What all that a look does takes, warm. */
static void measure_look(struct lookout *lookout)
{
	uint64_t took_ns[LOOKOUT_TRIALS];
	struct event event;

	for (int i = 0; i < LOOKOUT_TRIALS; i++) {
		uint64_t from_ns = clock_now_ns(CLOCK_MONOTONIC);

		if (!is_still_there(lookout) || look(lookout, &event))
			return;
		took_ns[i] = clock_now_ns(CLOCK_MONOTONIC) - from_ns;
	}
	qsort(took_ns, LOOKOUT_TRIALS, sizeof(took_ns[0]), compare_u64);
	lookout->facts.look_ns = took_ns[LOOKOUT_TRIALS / 2];
}

/* How late a sleep ends on this machine, with its timers and whatever else runs on it. */
static void measure_wake(struct lookout *lookout)
{
	const struct timespec nap = {.tv_nsec = 100000};

	for (int i = 0; i < LOOKOUT_TRIALS; i++) {
		uint64_t from_ns = clock_now_ns(CLOCK_MONOTONIC), took_ns;

		clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
		took_ns = clock_now_ns(CLOCK_MONOTONIC) - from_ns;
		if (took_ns > (uint64_t)nap.tv_nsec &&
		    took_ns - (uint64_t)nap.tv_nsec > lookout->facts.wake_ns)
			lookout->facts.wake_ns = took_ns - (uint64_t)nap.tv_nsec;
	}
}

static int open_descriptors(struct lookout *lookout)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = POLLS_TIMER};

	lookout->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	lookout->poll = epoll_create1(EPOLL_CLOEXEC);
	if (lookout->timer < 0 || lookout->poll < 0 ||
	    epoll_ctl(lookout->poll, EPOLL_CTL_ADD, lookout->timer, &event))
		return -errno;
	return 0;
}

/* There is nothing to look at yet: the heartbeat alone, and another try at each. */
static void take_absence(struct lookout *lookout)
{
	const char *path = lookout->options.device ? lookout->options.device : "/dev/vmclock0";

	snprintf(lookout->path, sizeof(lookout->path), "%s", path);
	lookout->device = -1;
	lookout->facts.path = lookout->path;
	lookout->facts.no_notice = "there is no page yet";
	lookout->facts.period_ns =
		lookout->options.period_ns ? lookout->options.period_ns : LOOKOUT_TIMER_PERIOD_NS;
}

static bool is_absence(int err)
{
	return err == -ENODEV || err == -ENOENT;
}

int lookout_open(const struct lookout_options *options, struct lookout **out, struct error *error)
{
	struct lookout *lookout = calloc(1, sizeof(*lookout));
	struct page_reader *reader = NULL;
	int err;

	if (!lookout)
		return -ENOMEM;
	lookout->options = *options;
	lookout->timer = lookout->poll = lookout->heartbeat.schedstat = -1;
	err = page_reader_open(options->device, PAGE_VIA_AUTO, &reader, error);
	if (!err) {
		strcpy(lookout->path, page_reader_path(reader));
		lookout->facts.path = lookout->path;
		lookout->reader = reader;
	}
	if (options->may_be_absent && is_absence(err)) {
		error_clear(error);
		err = 0;
	}
	if (!err)
		err = open_descriptors(lookout);
	if (err) {
		lookout_close(lookout);
		return err;
	}
	if (reader)
		take_reader(lookout, reader);
	else
		take_absence(lookout);
	heartbeat_open(&lookout->heartbeat, !options->foreign);
	if (options->measure) {
		if (reader)
			measure_look(lookout);
		measure_wake(lookout);
	}
	*out = lookout;
	return 0;
}

void lookout_close(struct lookout *lookout)
{
	if (!lookout)
		return;
	drop_reader(lookout);
	heartbeat_close(&lookout->heartbeat);
	if (lookout->timer >= 0)
		close(lookout->timer);
	if (lookout->poll >= 0)
		close(lookout->poll);
	free(lookout);
}

int lookout_start(struct lookout *lookout, struct error *error)
{
	const struct page_wait wait = {.budget_ns = PAGE_WAIT_DRIVER_NS};
	struct page_copy copy = {0};
	int err = lookout->reader ? page_reader_copy(lookout->reader, wait, &copy, error) : 0;

	if (err && err != -ETIMEDOUT)
		return err;
	lookout->newest = copy.page;
	lookout->due_ns = clock_now_ns(CLOCK_MONOTONIC);
	return arm(lookout);
}

int lookout_fd(const struct lookout *lookout)
{
	return lookout->poll;
}

const struct page *lookout_page(const struct lookout *lookout)
{
	return &lookout->newest;
}

const struct lookout_facts *lookout_facts(const struct lookout *lookout)
{
	return &lookout->facts;
}

const struct lookout_counts *lookout_counts(const struct lookout *lookout)
{
	return &lookout->counts;
}
