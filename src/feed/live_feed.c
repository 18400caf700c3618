// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/live_feed.h"

#include "base/clock_now.h"
#include "base/instant.h"

/* How often the kernel's tables are read, and it is asked what was lost. */
#define TALLY_PERIOD_NS NSEC_PER_SEC

/* How long at most an incident makes each use an event: some incidents never end. */
#define DETAIL_NS (60ll * NSEC_PER_SEC)

/* Is @event of the page that is looked at, or of whatever there is if none is? */
static bool is_of_watched_page(const struct live_feed *feed, const struct event *event)
{
	return !event->is_phc && (!feed->sources->monitor || event->device == feed->device);
}

static void on_use(const struct event *event, void *arg)
{
	struct live_feed *feed = arg;
	bool is_of_machine = event->type == EVENT_HOOKS || event->type == EVENT_CLOCK_CHANGE;

	if (event->path == PATH_DEV_MMAP && event->result >= 0)
		mappers_soon(feed->sources->mappers);
	feed->fn(event, is_of_machine || is_of_watched_page(feed, event), feed->arg);
}

static void on_mapper(const struct event *event, void *arg)
{
	struct live_feed *feed = arg;

	feed->fn(event, true, feed->arg);
}

static void on_sample(const struct event *event, void *arg)
{
	struct live_feed *feed = arg;

	/* That this process was stopped (Ctrl-Z) says nothing about the machine. */
	if (event->type == EVENT_TICK && stop_condition_was_stopped(feed->until))
		return;
	feed->device = event->device;
	feed->fn(event, true, feed->arg);
}

static void on_tally(const struct event *event, void *arg)
{
	struct live_feed *feed = arg;

	feed->fn(event, is_of_watched_page(feed, event), feed->arg);
}

static void set_detail(struct live_feed *feed, bool on)
{
	if (!feed->sources->kernel || feed->every_event)
		return;
	kernel_trace_every_event(feed->sources->kernel, on);
	feed->detail_until_ns = on ? clock_now_ns(CLOCK_MONOTONIC) + DETAIL_NS : 0;
}

void live_feed_incident(struct live_feed *feed, enum incident_news news)
{
	set_detail(feed, news == INCIDENT_OPENED);
}

/* Now and then: asking costs a few system calls. */
static void take_tally(struct live_feed *feed)
{
	struct event event = {.type = EVENT_LOSS, .device = -1};

	event.time_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (!feed->sources->kernel || event.time_ns < feed->tally_due_ns)
		return;
	feed->tally_due_ns = event.time_ns + TALLY_PERIOD_NS;
	kernel_trace_tally(feed->sources->kernel, on_tally, feed);
	if (!kernel_trace_losses(feed->sources->kernel, &event.losses))
		feed->fn(&event, true, feed->arg);
	if (feed->detail_until_ns && event.time_ns >= feed->detail_until_ns)
		set_detail(feed, false);
}

void live_feed_begin(struct live_feed *feed)
{
	feed->device = -1;
	mappers_run(feed->sources->mappers, on_mapper, feed);
}

bool live_feed_next(struct live_feed *feed, struct pollfd *more)
{
	const struct live_sources *sources = feed->sources;
	struct pollfd fds[4] = {
		[1] = {.fd = sources->monitor ? page_monitor_fd(sources->monitor) : -1,
		       .events = POLLIN},
		[2] = {.fd = sources->kernel ? kernel_trace_fd(sources->kernel) : -1,
		       .events = POLLIN},
		[3] = more ? *more : (struct pollfd){.fd = -1},
	};

	if (stop_condition_wait(feed->until, fds, 4) != STOP_CONDITION_READY)
		return false;
	if (more)
		more->revents = fds[3].revents;
	/* The page first: a disruption is then found before the reads that suffer from it. */
	if (fds[1].revents)
		page_monitor_run(sources->monitor, on_sample, feed);
	if (sources->kernel && kernel_trace_consume(sources->kernel, on_use, feed) < 0)
		return false;
	mappers_run(sources->mappers, on_mapper, feed);
	take_tally(feed);
	return true;
}

void live_feed_end(struct live_feed *feed)
{
	if (!feed->sources->kernel)
		return;
	kernel_trace_stop(feed->sources->kernel);
	while (kernel_trace_consume(feed->sources->kernel, on_use, feed) > 0)
		;
	feed->tally_due_ns = 0;
	take_tally(feed);
}
