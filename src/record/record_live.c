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
#include "feed/live.h"
#include "feed/message.h"
#include "feed/progress.h"
#include "record/record_summary.h"
#include "base/service.h"
#include "observe/cgroup.h"
#include "observe/host_facts.h"
#include "version.h"

/* How often it is asked whether the recording can be written. */
#define DISK_PERIOD_NS NSEC_PER_SEC

/* One running record of this machine. */
struct machine {
	const char *writes[2]; /* its file, and NULL */
	const struct record_options *options;
	const struct recorder_options *store;
	struct record_session *session;
	struct live live;
	struct cgroup_names *cgroups;
	struct stop_condition until;
	struct fact_list facts;
	struct progress progress;
	uint64_t disk_due_ns;
	bool in_trouble; /* nothing can be written, and that was said */
	int watchdog;	 /* a timer; -1: no watchdog */
};

/* A cgroup's name, the first time that it is known. */
static void tell_cgroup(struct machine *machine, uint64_t id)
{
	const char *path;

	if (!id || cgroup_names_of(machine->cgroups, id))
		return;
	cgroup_names_learn(machine->cgroups, id);
	path = cgroup_names_of(machine->cgroups, id);
	if (path)
		recorder_cgroup(machine->session->recorder, id, path);
}

/* What is of another clock than the one that is looked at is not kept. */
static bool on_event(const struct event *event, const struct source_note *note, void *arg)
{
	struct machine *machine = arg;

	if (event->type == EVENT_TALLY)
		tell_cgroup(machine, event->who.cgroup);
	if (note->is_watched)
		record_session_event(machine->session, event);
	return true;
}

/* For a user at a terminal: progress, and how much there is. */
static void show_progress(struct machine *machine)
{
	char since[TEXT_NS_BYTES], size[RECORD_SIZE_BYTES];
	struct recorder_counts counts;

	if (!progress_is_due(&machine->progress))
		return;
	recorder_counts(machine->session->recorder, &counts);
	text_ns_u64(clock_now_ns(CLOCK_MONOTONIC) - machine->session->start_ns, since,
		    sizeof(since));
	record_size_text(counts.bytes, size);
	progress_say(&machine->progress,
		     "%s: %" PRIu64 " events, %" PRIu64 " kept, %" PRIu64 " lost, %s%s%s", since,
		     machine->session->events, counts.kept, counts.lost, size,
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

/*
 * A disk that cannot be written does not end the recording; it is reported at once, and when it is
 * over.
 */
static void watch_disk(struct machine *machine)
{
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);
	struct recorder_counts counts;

	if (now_ns < machine->disk_due_ns)
		return;
	machine->disk_due_ns = now_ns + DISK_PERIOD_NS;
	recorder_counts(machine->session->recorder, &counts);
	if (machine->in_trouble == (*counts.trouble != '\0'))
		return;
	machine->in_trouble = *counts.trouble;
	if (machine->session->has_journal)
		journal_trouble(&machine->session->journal,
				machine->in_trouble ? counts.trouble : NULL);
	tell_of_disk(machine->store->path, machine->in_trouble ? counts.trouble : NULL);
}

/* Notify the service manager at half of its watchdog time. */
static void open_watchdog(struct machine *machine)
{
	uint64_t period_ns = service_watchdog_ns() / 2;
	const struct timespec period = {.tv_sec = (time_t)(period_ns / NSEC_PER_SEC),
					.tv_nsec = (long)(period_ns % NSEC_PER_SEC)};
	const struct itimerspec timer = {.it_interval = period, .it_value = period};

	if (!period_ns)
		return;
	machine->watchdog = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (machine->watchdog >= 0)
		timerfd_settime(machine->watchdog, 0, &timer, NULL);
}

static void feed_watchdog(struct machine *machine)
{
	uint64_t times;

	if (read(machine->watchdog, &times, sizeof(times)) == sizeof(times))
		service_tell("WATCHDOG=1");
}

static void run(struct machine *machine)
{
	struct source *source = &machine->live.source;
	struct pollfd watchdog = {.fd = machine->watchdog, .events = POLLIN};

	source_begin(source, &machine->until, on_event, machine);
	while (source_next(source, &watchdog) == STOP_CONDITION_READY) {
		watch_disk(machine);
		if (watchdog.revents)
			feed_watchdog(machine);
		show_progress(machine);
		fflush(stdout);
	}
	source_end(source);
	progress_end(&machine->progress);
}

static int open_sources(struct machine *machine)
{
	const struct live_request request = {
		.writes = machine->writes,
		/* Its own reads through the kernel would be recorded: so it makes none. */
		.monitor = {.device = machine->options->device,
			    .timer_only = true,
			    .without_phc = true,
			    .references = machine->options->references},
		.hooks = {.every_event = machine->options->every_event || machine->options->ring_ns,
			  .limited = !machine->options->every_event,
			  .btf = machine->options->btf,
			  .reload = machine->options->reload,
			  .wait_for_driver = true},
		.quiet = true,
	};
	const struct live *live = &machine->live;

	if (live_open(&machine->live, &request))
		return -ENODEV;
	if (live->no_page.cause[0])
		fact_set(&machine->facts, "page", "none: %s", live->no_page.cause);
	if (!live->kernel)
		fact_set(&machine->facts, "uses", "not seen: %s", live->no_hooks.cause);
	return 0;
}

static void add_hook_facts(struct machine *machine)
{
	size_t count = 0;
	const struct hook *hooks =
		machine->live.kernel ? kernel_trace_hooks(machine->live.kernel, &count) : NULL;
	char name[FACT_NAME_BYTES];

	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "hook %s", hooks[i].function);
		fact_set(&machine->facts, name, "%s%s%s",
			 hooks[i].replaced ? "not needed"
					   : hook_attach_type_name(hooks[i].attach_type),
			 *hooks[i].why ? ": " : "", hooks[i].why);
	}
}

/* The page is sampled first when it is opened, which is before the hooks are attached. */
static void set_start(struct fact_list *facts)
{
	fact_set(facts, "start_monotonic_ns", "%" PRIu64, clock_now_ns(CLOCK_MONOTONIC));
	fact_set(facts, "start_realtime_ns", "%" PRIu64, clock_now_ns(CLOCK_REALTIME));
}

static void set_facts(struct machine *machine)
{
	const struct record_options *options = machine->options;
	struct fact_list *facts = &machine->facts;
	char period[TEXT_NS_BYTES], clocks[TEXT_NS_BYTES];

	fact_set(facts, "tool", "vmclock-trace %s", VERSION);
	fact_set(facts, "watched_from_monotonic_ns", "%" PRIu64, clock_now_ns(CLOCK_MONOTONIC));
	host_facts(facts);
	if (machine->live.monitor && !machine->live.no_page.cause[0]) {
		const struct page_monitor_facts *monitor =
			page_monitor_facts(machine->live.monitor);

		text_ns_u64(monitor->period_ns, period, sizeof(period));
		text_ns_u64(monitor->clock_period_ns, clocks, sizeof(clocks));
		fact_set(facts, "device", "%s", monitor->path);
		fact_set(facts, "page", "%s, sampled every %s; other clocks %s%s", monitor->path,
			 period, monitor->clock_period_ns ? "every " : "not",
			 monitor->clock_period_ns ? clocks : " read");
	}
	if (machine->live.kernel)
		fact_set(facts, "uses", "%s",
			 options->every_event ? "each an event, and counted in the kernel"
			 : options->ring_ns
				 ? "each an event, up to 1000 a second of a process, and counted "
				   "in the kernel"
				 : "counted in the kernel; in the first 60 s of an incident each "
				   "an event, up to 1000 a second of a process");
	fact_set(facts, "mappers", "%s",
		 mappers_facts(machine->live.mappers)->all
			 ? "of all processes"
			 : mappers_facts(machine->live.mappers)->why_not.cause);
	record_bounds_facts(options, facts);
	add_hook_facts(machine);
}

static void drop_rights(void *arg)
{
	struct machine *machine = arg;

	live_drop_privileges(&machine->live);
}

static int begin(struct machine *machine)
{
	struct recorder_options store = *machine->store;
	struct error error = {0};

	machine->cgroups = cgroup_names_new();
	set_start(&machine->facts);
	if (!machine->cgroups || open_sources(machine))
		return EXIT_FAILED;
	set_facts(machine);
	store.is_open = drop_rights;
	store.is_open_arg = machine;
	if (record_session_open(machine->session, &store, &machine->facts,
				fact_get_u64(&machine->facts, "start_monotonic_ns", 0), &error)) {
		message_failure(&error);
		return EXIT_FAILED;
	}
	if (live_start(&machine->live))
		return EXIT_FAILED;
	if (machine->options->duration_ns)
		stop_condition_limit(&machine->until, (uint64_t)machine->options->duration_ns);
	return EXIT_DONE;
}

/* From when on it saw all: what opening and attaching took is not counted. */
static uint64_t watched_from_ns(const struct machine *machine)
{
	return fact_get_u64(&machine->facts, "watched_from_monotonic_ns",
			    machine->session->start_ns);
}

int record_live(const struct record_options *options, const struct recorder_options *store,
		struct record_session *session)
{
	struct machine machine = {.options = options,
				  .store = store,
				  .writes = {store->path},
				  .watchdog = -1,
				  .session = session,
				  .progress = progress_begin(!options->json)};
	const struct record_context context = {.file = store->path, .facts = &machine.facts};
	int code;

	session->source = &machine.live.source;
	stop_condition_open(&machine.until);
	code = begin(&machine);
	if (code == EXIT_DONE) {
		session->view->begin(stdout, &context);
		fflush(stdout);
		open_watchdog(&machine);
		service_tell("READY=1\nSTATUS=Recording");
		run(&machine);
		service_tell("STOPPING=1");
		code = record_end(session, &context,
				  clock_now_ns(CLOCK_MONOTONIC) - watched_from_ns(&machine),
				  machine.until.signal == SIGTERM, stdout);
	}
	if (machine.watchdog >= 0)
		close(machine.watchdog);
	live_close(&machine.live);
	cgroup_names_free(machine.cgroups);
	stop_condition_close(&machine.until);
	return code;
}
