// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/record_live.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/instant.h"
#include "base/text.h"
#include "feed/live_feed.h"
#include "feed/message.h"
#include "feed/progress.h"
#include "record/record_summary.h"
#include "base/service.h"
#include "observe/cgroup.h"
#include "observe/host_facts.h"
#include "version.h"

/* How often it is asked whether the recording can be written. */
#define DISK_PERIOD_NS NSEC_PER_SEC

struct live {
	const struct record_options *options;
	const struct recorder_options *store;
	struct record_session *session;
	struct live_sources sources;
	struct live_feed feed;
	struct cgroup_names *cgroups;
	struct stop_condition until;
	struct fact_list facts;
	struct progress progress;
	uint64_t disk_due_ns;
	bool in_trouble; /* nothing can be written, and that was said */
	int watchdog;	 /* a timer; -1: nobody waits for us */
};

static void on_incident(enum incident_news news, void *arg)
{
	struct live *live = arg;

	live_feed_incident(&live->feed, news);
}

/* A cgroup's name, the first time that it is known. */
static void tell_cgroup(struct live *live, uint64_t id)
{
	const char *path;

	if (!id || cgroup_names_of(live->cgroups, id))
		return;
	cgroup_names_learn(live->cgroups, id);
	path = cgroup_names_of(live->cgroups, id);
	if (path)
		recorder_cgroup(live->session->recorder, id, path);
}

/* What is of another clock than the one that is looked at is not kept. */
static void on_event(const struct event *event, bool is_watched, void *arg)
{
	struct live *live = arg;

	if (event->type == EVENT_TALLY)
		tell_cgroup(live, event->who.cgroup);
	if (is_watched)
		record_session_event(live->session, event);
}

/* For whoever sits before a terminal: it goes on, and how much there is. */
static void show_progress(struct live *live)
{
	char since[TEXT_NS_BYTES], size[RECORD_SIZE_BYTES];
	struct recorder_counts counts;

	if (!progress_is_due(&live->progress))
		return;
	recorder_counts(live->session->recorder, &counts);
	text_ns_u64(clock_now_ns(CLOCK_MONOTONIC) - live->session->start_ns, since, sizeof(since));
	record_size_text(counts.bytes, size);
	progress_say(&live->progress,
		     "%s: %" PRIu64 " events, %" PRIu64 " kept, %" PRIu64 " lost, %s%s%s", since,
		     live->session->events, counts.kept, counts.lost, size,
		     *counts.trouble ? "; NOT WRITING: " : "", counts.trouble);
}

/* On a line of its own, and again with what to do. */
static void tell_of_disk(const char *path, const char *trouble)
{
	struct error error = {0};

	if (trouble) {
		error_cause(&error, "NOT WRITING to %s: %s; going on, and counting what is lost",
			    path, trouble);
		error_hint(
			&error,
			"make room on that file system, or see why it refuses (dmesg): it is tried "
			"again each second");
	} else {
		error_cause(&error, "%s is written again; what was lost is told in it", path);
	}
	message_failure(&error);
}

/* That nothing can be written is no reason to end: but it is said at once, and when it is over. */
static void watch_disk(struct live *live)
{
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);
	struct recorder_counts counts;

	if (now_ns < live->disk_due_ns)
		return;
	live->disk_due_ns = now_ns + DISK_PERIOD_NS;
	recorder_counts(live->session->recorder, &counts);
	if (live->in_trouble == (*counts.trouble != '\0'))
		return;
	live->in_trouble = *counts.trouble;
	if (live->session->has_journal)
		journal_trouble(&live->session->journal, live->in_trouble ? counts.trouble : NULL);
	tell_of_disk(live->store->path, live->in_trouble ? counts.trouble : NULL);
}

/* Half of the time after which we are taken for dead. */
static void open_watchdog(struct live *live)
{
	uint64_t period_ns = service_watchdog_ns() / 2;
	const struct timespec period = {.tv_sec = (time_t)(period_ns / NSEC_PER_SEC),
					.tv_nsec = (long)(period_ns % NSEC_PER_SEC)};
	const struct itimerspec timer = {.it_interval = period, .it_value = period};

	if (!period_ns)
		return;
	live->watchdog = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (live->watchdog >= 0)
		timerfd_settime(live->watchdog, 0, &timer, NULL);
}

static void feed_watchdog(struct live *live)
{
	uint64_t times;

	if (read(live->watchdog, &times, sizeof(times)) == sizeof(times))
		service_tell("WATCHDOG=1");
}

static void run(struct live *live)
{
	struct pollfd watchdog = {.fd = live->watchdog, .events = POLLIN};

	live_feed_begin(&live->feed);
	while (live_feed_next(&live->feed, &watchdog)) {
		watch_disk(live);
		if (watchdog.revents)
			feed_watchdog(live);
		show_progress(live);
		fflush(stdout);
	}
	live_feed_end(&live->feed);
	progress_end(&live->progress);
}

static int open_sources(struct live *live)
{
	const struct live_request request = {
		.device = live->options->device,
		.hooks = {.every_event = live->options->every_event,
			  .btf = live->options->btf,
			  .reload = live->options->reload,
			  .wait_for_driver = true},
		.quiet = true,
	};
	struct live_sources *sources = &live->sources;

	if (live_sources_open(sources, &request))
		return -ENODEV;
	if (sources->no_page.cause[0])
		fact_set(&live->facts, "page", "none: %s", sources->no_page.cause);
	if (!sources->kernel)
		fact_set(&live->facts, "uses", "not seen: %s", sources->no_hooks.cause);
	return 0;
}

static void add_hook_facts(struct live *live)
{
	size_t count = 0;
	const struct hook *hooks =
		live->sources.kernel ? kernel_trace_hooks(live->sources.kernel, &count) : NULL;
	char name[FACT_NAME_BYTES];

	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "hook %s", hooks[i].function);
		fact_set(&live->facts, name, "%s%s%s",
			 hooks[i].replaced ? "not needed"
					   : hook_attach_type_name(hooks[i].attach_type),
			 *hooks[i].why ? ": " : "", hooks[i].why);
	}
}

static void set_facts(struct live *live)
{
	const struct record_options *options = live->options;
	struct fact_list *facts = &live->facts;
	char period[TEXT_NS_BYTES], clocks[TEXT_NS_BYTES];

	fact_set(facts, "tool", "vmclock-trace %s", VERSION);
	fact_set(facts, "start_monotonic_ns", "%" PRIu64, clock_now_ns(CLOCK_MONOTONIC));
	fact_set(facts, "start_realtime_ns", "%" PRIu64, clock_now_ns(CLOCK_REALTIME));
	host_facts(facts);
	if (live->sources.monitor && !live->sources.no_page.cause[0]) {
		const struct page_monitor_facts *monitor =
			page_monitor_facts(live->sources.monitor);

		text_ns_u64(monitor->period_ns, period, sizeof(period));
		text_ns_u64(monitor->clock_period_ns, clocks, sizeof(clocks));
		fact_set(facts, "device", "%s", monitor->path);
		fact_set(facts, "page", "%s, looked at every %s; other clocks %s%s", monitor->path,
			 period, monitor->clock_period_ns ? "every " : "not",
			 monitor->clock_period_ns ? clocks : " read: a plain file");
	}
	if (live->sources.kernel)
		fact_set(facts, "uses", "%s",
			 options->every_event
				 ? "each an event, and counted in the kernel"
				 : "counted in the kernel; in the first 60 s of an incident each "
				   "an event");
	fact_set(facts, "mappers", "%s",
		 mappers_facts(live->sources.mappers)->all
			 ? "of all processes"
			 : mappers_facts(live->sources.mappers)->why_not.cause);
	record_bounds_facts(options, facts);
	add_hook_facts(live);
}

static int begin(struct live *live)
{
	struct error error = {0};

	live->cgroups = cgroup_names_new();
	if (!live->cgroups || open_sources(live))
		return EXIT_FAILED;
	set_facts(live);
	/* Before the first sample: hooks take a while to load, and so does a file. */
	if (record_session_open(live->session, live->store, &live->facts,
				fact_get_u64(&live->facts, "start_monotonic_ns", 0), &error) ||
	    (live->sources.monitor && page_monitor_start(live->sources.monitor, &error))) {
		message_failure(&error);
		return EXIT_FAILED;
	}
	live_sources_drop_privileges(&live->sources);
	if (live->options->duration_ns)
		stop_condition_limit(&live->until, (uint64_t)live->options->duration_ns);
	return EXIT_DONE;
}

int record_live(const struct record_options *options, const struct recorder_options *store,
		struct record_session *session)
{
	struct live live = {.options = options,
			    .store = store,
			    .watchdog = -1,
			    .session = session,
			    .feed = {.sources = &live.sources,
				     .until = &live.until,
				     .every_event = options->every_event,
				     .fn = on_event,
				     .arg = &live},
			    .progress = progress_begin(!options->json)};
	const struct record_context context = {.file = store->path, .facts = &live.facts};
	int code;

	session->incident_news = on_incident;
	session->arg = &live;
	stop_condition_open(&live.until);
	code = begin(&live);
	if (code == EXIT_DONE) {
		session->view->begin(stdout, &context);
		fflush(stdout);
		open_watchdog(&live);
		service_tell("READY=1\nSTATUS=Recording");
		run(&live);
		service_tell("STOPPING=1");
		code = record_end(session, &context,
				  clock_now_ns(CLOCK_MONOTONIC) - session->start_ns, stdout);
	}
	if (live.watchdog >= 0)
		close(live.watchdog);
	live_sources_close(&live.sources);
	cgroup_names_free(live.cgroups);
	stop_condition_close(&live.until);
	return code;
}
