// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/live.h"

#include <errno.h>

#include "base/clock_now.h"
#include "base/confine.h"
#include "base/instant.h"
#include "feed/file_page.h"
#include "feed/message.h"
#include "observe/privileges.h"

/* How often the kernel's tables are read, and it is asked what was lost. */
#define TALLY_PERIOD_NS NSEC_PER_SEC

/* How long at most an incident makes each use an event: some incidents never end. */
#define DETAIL_NS (60ll * NSEC_PER_SEC)

/* Whatever takes longer than this between two samples makes the second one late. */
#define HELD_UP_NS 50000000

static struct live *live_of(struct source *source)
{
	return (struct live *)source;
}

static void give(struct live *live, const struct event *event, bool is_watched)
{
	const struct source_note note = {.is_watched = is_watched};

	source_give(&live->source, event, &note);
}

/* Is @event of the page that is sampled, or of whatever vmclock there is as long as none is? */
static bool is_of_watched_page(const struct live *live, const struct event *event)
{
	return !event->is_phc && (!live->has_page || event->device == live->device);
}

/* Hooks were attached or are gone: give up the capabilities that no later hook needs. */
static void follow_hooks(struct live *live)
{
	if (live->has_rights)
		live_drop_privileges(live);
}

static void find_mappers_soon(struct live *live)
{
	live->mappers_due_ns = 0;
	if (live->mappers)
		mappers_soon(live->mappers);
}

static void on_use(const struct event *event, void *arg)
{
	struct live *live = arg;
	bool is_of_machine = event->type == EVENT_HOOKS || event->type == EVENT_CLOCK_CHANGE;

	if (event->path == PATH_DEV_MMAP && event->result >= 0)
		find_mappers_soon(live);
	give(live, event, is_of_machine || is_of_watched_page(live, event));
	if (event->type == EVENT_HOOKS)
		follow_hooks(live);
}

static void on_tally(const struct event *event, void *arg)
{
	struct live *live = arg;

	if (event->type == EVENT_TALLY && event->tally.uses[PATH_DEV_MMAP])
		find_mappers_soon(live);
	give(live, event, is_of_watched_page(live, event));
}

static void on_mapper(const struct event *event, void *arg)
{
	give(arg, event, true);
}

/* That this process was stopped (Ctrl-Z) or held up says nothing about the machine. */
static bool is_late_by_us(struct live *live)
{
	bool was_stopped = live->source.until && stop_condition_was_stopped(live->source.until);

	return was_stopped || live->held_up;
}

static void on_sample(const struct event *event, void *arg)
{
	struct live *live = arg;
	struct event reading;

	if (event->type == EVENT_CLOCK && !page_monitor_facts(live->monitor)->is_device) {
		reading = *event;
		if (!file_page_reading(&live->file_was_of_here, &reading))
			return;
		event = &reading;
	}
	if (event->type == EVENT_TICK && is_late_by_us(live))
		return;
	live->has_page |= event->type == EVENT_PAGE;
	live->device = event->device;
	give(live, event, true);
}

static void sample_page(struct live *live)
{
	page_monitor_run(live->monitor, on_sample, live);
	live->held_up = false;
	live->busy_ns = clock_now_ns(CLOCK_MONOTONIC);
}

/* The work since the newest sample, of the source and of its consumer, is done. */
static void note_held_up(struct live *live)
{
	if (live->busy_ns && clock_now_ns(CLOCK_MONOTONIC) - live->busy_ns > HELD_UP_NS)
		live->held_up = true;
	live->busy_ns = 0;
}

/* Continue the walk through the mappings until it is done; the next one waits. */
static void find_mappers(struct live *live)
{
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC), walks;

	if (!live->mappers || now_ns < live->mappers_due_ns)
		return;
	walks = mappers_counts(live->mappers)->walks;
	mappers_run(live->mappers, on_mapper, live);
	if (mappers_counts(live->mappers)->walks > walks)
		live->mappers_due_ns = now_ns + live->request.mappers_period_ns;
}

static void set_detail(struct live *live, bool on)
{
	kernel_trace_every_event(live->kernel, on);
	live->detail_until_ns = on ? clock_now_ns(CLOCK_MONOTONIC) + DETAIL_NS : 0;
}

/* In an incident each read comes as an event, so that the error of each is known. */
static void handle_incident(struct source *source, enum incident_news news)
{
	struct live *live = live_of(source);

	if (live->kernel && !live->request.hooks.every_event)
		set_detail(live, news == INCIDENT_OPENED);
}

/* Now and then: asking costs a few system calls. */
static void take_tally(struct live *live)
{
	struct event event = {.type = EVENT_LOSS, .device = -1};

	event.time_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (!live->kernel || event.time_ns < live->tally_due_ns)
		return;
	live->tally_due_ns = event.time_ns + TALLY_PERIOD_NS;
	kernel_trace_tally(live->kernel, on_tally, live);
	if (!kernel_trace_losses(live->kernel, &event.losses))
		give(live, &event, true);
	if (live->detail_until_ns && event.time_ns >= live->detail_until_ns)
		set_detail(live, false);
}

static void begin(struct source *source)
{
	struct live *live = live_of(source);

	if (live->monitor)
		sample_page(live);
	find_mappers(live);
}

static enum stop_condition_news next(struct source *source, struct pollfd *more)
{
	struct live *live = live_of(source);
	bool polls_kernel = live->kernel && !live->request.is_calm;
	struct pollfd fds[4] = {
		[1] = {.fd = live->monitor ? page_monitor_fd(live->monitor) : -1, .events = POLLIN},
		[2] = {.fd = polls_kernel ? kernel_trace_fd(live->kernel) : -1, .events = POLLIN},
		[3] = more ? *more : (struct pollfd){.fd = -1},
	};
	enum stop_condition_news news;

	note_held_up(live);
	news = stop_condition_wait(source->until, fds, 4);
	if (news != STOP_CONDITION_READY)
		return news;
	if (more)
		more->revents = fds[3].revents;
	live->busy_ns = clock_now_ns(CLOCK_MONOTONIC);
	/* The page first: a disruption is then found before the reads that suffer from it. */
	if (fds[1].revents)
		sample_page(live);
	if (live->kernel && kernel_trace_consume(live->kernel, on_use, live) < 0)
		return STOP_CONDITION_FAILED;
	find_mappers(live);
	take_tally(live);
	return STOP_CONDITION_READY;
}

/* All events that were made have by now arrived or are lost. */
static void end(struct source *source)
{
	struct live *live = live_of(source);

	note_held_up(live);
	if (live->monitor)
		sample_page(live);
	if (!live->kernel)
		return;
	kernel_trace_stop(live->kernel);
	while (kernel_trace_consume(live->kernel, on_use, live) > 0)
		;
	live->tally_due_ns = 0;
	take_tally(live);
}

static const struct source_ops ops = {
	.begin = begin,
	.next = next,
	.end = end,
	.incident = handle_incident,
};

/* Is anything missing that this kernel or machine should have? Says what. */
static bool is_partial(const struct live *live)
{
	const struct hook *hooks;
	bool partial = !live->monitor || !page_monitor_page(live->monitor) || !live->kernel;
	size_t count = 0;

	if (live->no_page.cause[0])
		message_failure(&live->no_page);
	if (!live->kernel)
		message_failure(&live->no_hooks);
	hooks = live->kernel ? kernel_trace_hooks(live->kernel, &count) : NULL;
	for (size_t i = 0; i < count; i++) {
		if (!hook_is_missing(&hooks[i]))
			continue;
		message_error("no hook on %s (%s): %s is not seen", hooks[i].function, hooks[i].why,
			      hooks[i].tells);
		partial = true;
	}
	return partial;
}

static bool release_page(uint64_t ns, void *arg)
{
	const struct live *live = arg;

	return live->monitor && page_monitor_release(live->monitor, ns);
}

static int open_hooks(struct live *live)
{
	struct kernel_trace_options hooks = live->request.hooks;

	hooks.release = release_page;
	hooks.arg = live;
	return kernel_trace_open(&live->kernel, &hooks, &live->no_hooks);
}

/* Must there be a page, or can this run without it? */
static bool needs_page(const struct live_request *request, bool has_hooks)
{
	return !has_hooks || request->monitor.device || request->monitor.may_be_absent;
}

int live_open(struct live *live, const struct live_request *request)
{
	struct page_monitor_options monitor = request->monitor;
	struct error ignored = {0};
	int page_result;

	live->source.ops = &ops;
	live->request = *request;
	live->device = -1;
	/* The page first: the hooks then do not see this program open it. */
	page_result = page_monitor_open(&monitor, &live->monitor, &live->no_page);
	if (!request->page_only)
		live->kernel_result = open_hooks(live);
	if (page_result && needs_page(request, live->kernel)) {
		message_failure(&live->no_page);
		if (live->no_hooks.cause[0])
			message_failure(&live->no_hooks);
		return -ENODEV;
	}
	if (request->page_only)
		return 0;
	/* The file that was named must be one. */
	if (live->kernel_result && request->hooks.btf &&
	    kernel_trace_check_btf(request->hooks.btf, &live->no_hooks)) {
		message_failure(&live->no_hooks);
		return -EINVAL;
	}
	if (request->strict && is_partial(live))
		return -ENOTSUP;
	if (live->kernel_result && !request->quiet)
		message_failure(&live->no_hooks);
	monitor.may_be_absent = true;
	if (page_result == -ENODEV || page_result == -ENOENT)
		page_monitor_open(&monitor, &live->monitor, &ignored);
	return mappers_open(&live->mappers);
}

int live_start(struct live *live)
{
	struct error error = {0};
	int err = live->monitor ? page_monitor_start(live->monitor, &error) : 0;

	live->watched_from_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (err)
		message_failure(&error);
	return err;
}

void live_drop_privileges(struct live *live)
{
	int err = confine_refuse_new_privileges(), kept;

	if (!err)
		err = confine_writing(live->request.writes);
	live->has_rights = live->kernel && !kernel_trace_is_settled(live->kernel);
	kept = live->has_rights ? privileges_keep_for_hooks() : privileges_drop(live->kernel);
	if (err || kept)
		message_not_confined(err ? err : kept);
}

void live_close(struct live *live)
{
	mappers_close(live->mappers);
	kernel_trace_close(live->kernel);
	page_monitor_close(live->monitor);
}
