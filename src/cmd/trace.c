// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace trace: who reads the clock, what comes back, and what the page does meanwhile. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/parse.h"
#include "cmd/command.h"
#include "cmd/message.h"
#include "judge/disruption.h"
#include "judge/driver_answer.h"
#include "observe/kernel.h"
#include "observe/page_watch.h"
#include "observe/privileges.h"
#include "render/trace_view.h"

struct trace_options {
	const char *device;
	int64_t duration_ns; /* 0: until interrupted */
	uint64_t count;	     /* 0: any number of calls */
	uint32_t pid;
	const char *comm;
	bool json;
	bool strict;
	bool kprobes_only;
};

/* One running trace: two sources, one view, and what adds up meanwhile. */
struct trace {
	const struct trace_view *view;
	struct trace_scene scene;
	struct kernel_trace *kernel; /* NULL: no hooks */
	struct page_watch *watch;    /* NULL: no page */
	int signals;
	uint64_t deadline_ns; /* 0: none */
	uint64_t count;	      /* calls to show; 0: any number */
	uint64_t shown;
	struct summary *summary;
	struct answer_tally answers;
	struct disruption_detector detector;
	uint64_t clock_changes;
	uint64_t page_updates;
	uint64_t page_updates_unseen;
	bool page_lost;
};

static uint64_t clock_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void tell_disruption(struct trace *trace, enum disruption_observer by,
			    const struct page *page, uint64_t time_ns, const struct event *reader)
{
	enum disruption_news news = disruption_observe(&trace->detector, by, page, time_ns);

	if (news != DISRUPTION_NONE)
		trace->view->disruption(stdout, &trace->scene, news, by, &trace->detector.newest,
					reader);
}

static bool is_enough(const struct trace *trace)
{
	return trace->count && trace->shown >= trace->count;
}

/* A call counts once; so does a read that no call was seen around. */
static bool ends_a_call(const struct event *event)
{
	return event->type == EVENT_CALL || !event->call_id;
}

/* A consistent copy of the page that is watched, or of whatever there is if none is. */
static bool is_of_watched_page(const struct trace *trace, const struct event *event)
{
	if (event->page_state != EVENT_PAGE_STABLE && event->page_state != EVENT_PAGE_MOVED)
		return false;
	return !trace->watch || page_watch_device(trace->watch) == event->device;
}

static void on_event(const struct event *event, void *arg)
{
	struct trace *trace = arg;
	struct driver_answer answer = {0};

	if (is_enough(trace))
		return;
	if (event->type == EVENT_CLOCK_CHANGE) {
		trace->clock_changes++;
		trace->view->clock_change(stdout, &trace->scene, event);
		return;
	}
	if (event->type == EVENT_READ) {
		answer = driver_answer_of(event);
		answer_tally_add(&trace->answers, event, &answer);
	}
	summary_add(trace->summary, event);
	trace->view->event(stdout, &trace->scene, event,
			   event->type == EVENT_READ ? &answer : NULL);
	if (is_of_watched_page(trace, event))
		tell_disruption(trace, OBSERVER_KERNEL, &event->page,
				event->time_ns + event->latency_ns, event);
	trace->shown += ends_a_call(event);
}

static void on_sample(struct trace *trace)
{
	struct page_change change;
	int result = page_watch_sample(trace->watch, &change);

	if (result < 0) {
		trace->page_lost = true;
		message_error("the page can no longer be read: %s", strerror(-result));
		return;
	}
	if (result) {
		trace->page_updates += change.updates;
		trace->page_updates_unseen += change.updates > 1 ? change.updates - 1 : 0;
		trace->view->page_change(stdout, &trace->scene, &change);
	}
	tell_disruption(trace, OBSERVER_PAGE, page_watch_newest(trace->watch),
			result ? change.time_ns : clock_ns(CLOCK_MONOTONIC), NULL);
}

static int poll_timeout_ms(const struct trace *trace)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	if (!trace->deadline_ns)
		return -1;
	if (now_ns >= trace->deadline_ns)
		return 0;
	return (int)((trace->deadline_ns - now_ns) / 1000000 + 1);
}

/* Until the time is over, the count is reached, a signal comes, or nobody reads the output. */
static void run(struct trace *trace)
{
	struct pollfd fds[3] = {
		{.fd = trace->signals, .events = POLLIN},
		{.fd = trace->watch ? page_watch_fd(trace->watch) : -1, .events = POLLIN},
		{.fd = trace->kernel ? kernel_trace_fd(trace->kernel) : -1, .events = POLLIN},
	};

	while (!is_enough(trace) && !ferror(stdout)) {
		int ready = poll(fds, 3, poll_timeout_ms(trace));

		if (ready < 0 && errno != EINTR)
			break;
		if (ready == 0 || fds[0].revents)
			break;
		/* The page first: a disruption is then found before the reads that suffer from it. */
		if (fds[1].revents)
			on_sample(trace);
		if (trace->page_lost)
			fds[1].fd = -1;
		if (trace->kernel && kernel_trace_consume(trace->kernel, on_event, trace) < 0)
			break;
		fflush(stdout);
	}
	if (trace->kernel)
		kernel_trace_consume(trace->kernel, on_event, trace);
}

static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* With --strict: is anything missing that this kernel or machine should have? Says what. */
static bool is_partial(const struct trace *trace, const struct error *no_page,
		       const struct error *no_hooks)
{
	const struct hook *hooks;
	bool partial = !trace->watch || !trace->kernel;
	size_t count = 0;

	if (!trace->watch)
		message_failure(no_page);
	if (!trace->kernel)
		message_failure(no_hooks);
	hooks = trace->kernel ? kernel_trace_hooks(trace->kernel, &count) : NULL;
	for (size_t i = 0; i < count; i++) {
		if (!hook_is_missing(&hooks[i]))
			continue;
		message_error("no hook on %s (%s): %s is not seen", hooks[i].function, hooks[i].why,
			      hooks[i].tells);
		partial = true;
	}
	return partial;
}

/* Either source is enough to go on; without both there is nothing to trace. */
static int open_sources(struct trace *trace, const struct trace_options *options,
			struct error *no_page, struct error *no_hooks)
{
	struct kernel_trace_options kernel = {
		.pid = options->pid,
		.comm = options->comm,
		.kprobes_only = options->kprobes_only,
	};
	int page_result, kernel_result;

	/* The page first: the hooks then do not see this program open it. */
	page_result = page_watch_open(options->device, &trace->watch, no_page);
	kernel_result = kernel_trace_open(&trace->kernel, &kernel, no_hooks);
	/* A page that was asked for by name is not gone on without. */
	if (page_result && (kernel_result || options->device)) {
		message_failure(no_page);
		if (kernel_result)
			message_failure(no_hooks);
		return -ENODEV;
	}
	if (options->strict && is_partial(trace, no_page, no_hooks))
		return -ENOTSUP;
	if (kernel_result && !options->json)
		message_failure(no_hooks);
	return 0;
}

static void set_scene(struct trace *trace, const struct error *no_page,
		      const struct error *no_hooks)
{
	struct trace_scene *scene = &trace->scene;
	struct page_change while_loading;

	/* Hooks take a while to load: what the page did meanwhile is before the beginning. */
	if (trace->watch)
		page_watch_sample(trace->watch, &while_loading);
	scene->start_ns = clock_ns(CLOCK_MONOTONIC);
	scene->start_realtime_ns = (int64_t)clock_ns(CLOCK_REALTIME);
	scene->device = trace->watch ? page_watch_path(trace->watch) : NULL;
	scene->page = trace->watch ? page_watch_newest(trace->watch) : NULL;
	scene->no_page_why = no_page->cause;
	scene->page_period_ns = PAGE_WATCH_PERIOD_NS;
	if (trace->kernel)
		scene->hooks = kernel_trace_hooks(trace->kernel, &scene->hook_count);
	scene->no_hooks_why = no_hooks->cause;
}

static void show_end(struct trace *trace)
{
	struct event_losses losses;
	struct trace_result result = {
		.duration_ns = clock_ns(CLOCK_MONOTONIC) - trace->scene.start_ns,
		.summary = trace->summary,
		.answers = &trace->answers,
		.disruptions = trace->detector.newest.number,
		.clock_changes = trace->clock_changes,
		.page_updates = trace->page_updates,
		.page_updates_unseen = trace->page_updates_unseen,
		.page = trace->watch ? page_watch_newest(trace->watch) : NULL,
	};

	if (trace->kernel && !kernel_trace_losses(trace->kernel, &losses))
		result.losses = &losses;
	trace->view->end(stdout, &trace->scene, &result);
	fflush(stdout);
}

static int trace_with(struct trace *trace, const struct trace_options *options)
{
	struct error no_page = {0}, no_hooks = {0};

	trace->summary = calloc(1, sizeof(*trace->summary));
	if (!trace->summary || open_sources(trace, options, &no_page, &no_hooks))
		return EXIT_FAILED;
	set_scene(trace, &no_page, &no_hooks);
	if (options->duration_ns)
		trace->deadline_ns = trace->scene.start_ns + (uint64_t)options->duration_ns;
	/* Everything that needs them is open now. */
	if (privileges_drop())
		message_error("capabilities could not be dropped; going on with them");
	trace->view->begin(stdout, &trace->scene);
	fflush(stdout);
	if (trace->watch)
		tell_disruption(trace, OBSERVER_PAGE, trace->scene.page, trace->scene.start_ns,
				NULL);
	run(trace);
	show_end(trace);
	if (ferror(stdout)) {
		message_error("the output could not be written");
		return EXIT_FAILED;
	}
	if (trace->answers.apart || trace->detector.newest.number)
		return EXIT_FINDING;
	return EXIT_DONE;
}

static int parse_options(int argc, char **argv, struct trace_options *options)
{
	static const struct option table[] = {
		{"device", required_argument, NULL, 'D'},
		{"duration", required_argument, NULL, 'd'},
		{"count", required_argument, NULL, 'n'},
		{"pid", required_argument, NULL, 'p'},
		{"comm", required_argument, NULL, 'c'},
		{"json", no_argument, NULL, 'j'},
		{"strict", no_argument, NULL, 'S'},
		{"kprobes", no_argument, NULL, 'K'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	uint64_t pid;
	int option;

	while ((option = getopt_long(argc, argv, "d:n:p:c:jh", table, NULL)) != -1) {
		switch (option) {
		case 'D':
			options->device = optarg;
			break;
		case 'd':
			if (parse_duration_ns(optarg, &options->duration_ns) ||
			    options->duration_ns <= 0)
				return message_bad_argument("--duration", optarg,
							    "a time such as 10s, 2.5m or 1h");
			break;
		case 'n':
			if (parse_u64_within(optarg, 1, UINT64_MAX, &options->count))
				return message_bad_argument("--count", optarg, "a number from 1");
			break;
		case 'p':
			if (parse_u64_within(optarg, 1, INT32_MAX, &pid))
				return message_bad_argument("--pid", optarg, "a process id");
			options->pid = (uint32_t)pid;
			break;
		case 'c':
			options->comm = optarg;
			break;
		case 'j':
			options->json = true;
			break;
		case 'S':
			options->strict = true;
			break;
		case 'K':
			options->kprobes_only = true;
			break;
		case 'h':
			return message_help(&cmd_trace);
		default:
			return message_see_help(&cmd_trace);
		}
	}
	if (optind < argc)
		return message_unexpected(&cmd_trace, argv[optind]);
	return MESSAGE_GO_ON;
}

static int trace_run(int argc, char **argv)
{
	struct trace_options options = {0};
	struct trace trace = {.signals = -1};
	int code = parse_options(argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	trace.view = options.json ? &trace_view_json : &trace_view_text;
	trace.count = options.count;
	trace.signals = block_signals();
	code = trace_with(&trace, &options);
	kernel_trace_close(trace.kernel);
	page_watch_close(trace.watch);
	free(trace.summary);
	close(trace.signals);
	return code;
}

const struct command cmd_trace = {
	.name = "trace",
	.summary = "show who reads the clock, what comes back, and disruptions as they happen",
	.help = "usage: vmclock-trace trace [options]\n"
		"\n"
		"Shows each read of the vmclock that passes through the kernel, each update of its "
		"page,\n"
		"and each disruption when it is found; at the end what it all adds up to: calls, "
		"latency\n"
		"by path, errors by cause, readers, losses. Ends with Ctrl-C.\n"
		"\n"
		"Needs root for the kernel's hooks. Without, it watches the page alone, and says "
		"so.\n"
		"\n"
		"  -d, --duration T   stop after T: 500ms, 10s, 2m, 1h\n"
		"  -n, --count N      stop after N calls\n"
		"  -p, --pid P        only reads of process P\n"
		"  -c, --comm NAME    only reads of threads of this name (first 15 bytes)\n"
		"      --device PATH  watch this page; default: the first /dev/vmclock*\n"
		"      --strict       fail if any hook or the page is missing, instead of going "
		"on\n"
		"      --kprobes      do without fentry: slower, for tests and for doubt\n"
		"  -j, --json         one JSON object a line, each with \"type\"\n"
		"  -h, --help         show this\n"
		"\n"
		"exit status: 0 nothing found, 1 failed, 2 usage,\n"
		"             3 a disruption, or a driver that contradicts the page, was found\n"
		"\n"
		"examples:\n"
		"  sudo vmclock-trace trace                        # everything, until Ctrl-C\n"
		"  sudo vmclock-trace trace -d 1m -c chronyd       # one minute of chronyd\n"
		"  sudo vmclock-trace trace --json -d 10s | jq 'select(.type == \"disruption\")'\n",
	.run = trace_run,
};
