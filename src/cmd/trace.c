// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace trace: who reads the clock, what comes back, and what the page does meanwhile. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock_now.h"
#include "base/parse.h"
#include "cmd/command.h"
#include "cmd/message.h"
#include "cmd/until.h"
#include "event/page_follow.h"
#include "judge/detector.h"
#include "judge/disruption.h"
#include "judge/driver_answer.h"
#include "judge/incident.h"
#include "observe/kernel.h"
#include "observe/lookout.h"
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

/* How often the kernel is asked what was lost. */
#define LOSSES_PERIOD_NS 1000000000

/* One running trace: two sources, one detector, one view, and what adds up meanwhile. */
struct trace {
	const struct trace_view *view;
	struct trace_scene scene;
	struct kernel_trace *kernel; /* NULL: no hooks */
	struct lookout *lookout;     /* NULL: no page */
	struct detector *detector;
	struct incidents *incidents;
	struct until until;
	uint64_t count; /* calls to show; 0: any number */
	uint64_t shown;
	struct summary *summary;
	struct answer_tally answers;
	struct disruption_detector disruptions;
	struct page_follow follow;
	int32_t device; /* N of the vmclockN that is looked at, or -1 */
	uint64_t clock_changes;
	uint64_t losses_due_ns;
	bool alarming; /* was anything found that is more than news? */
};

static void on_finding(const struct finding *finding, void *arg)
{
	struct trace *trace = arg;

	trace->alarming |= finding->severity >= FINDING_WARNING;
	trace->view->finding(stdout, &trace->scene, finding);
	incidents_finding(trace->incidents, finding);
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct trace *trace = arg;

	if (news == INCIDENT_CLOSED)
		trace->view->incident(stdout, &trace->scene, incident);
}

/* First what @event shows, then what it means for the incident that is open. */
static void judge(struct trace *trace, const struct event *event)
{
	detector_event(trace->detector, event);
	incidents_event(trace->incidents, event);
}

static void tell_disruption(struct trace *trace, enum disruption_observer by,
			    const struct page *page, uint64_t time_ns, const struct event *reader)
{
	enum disruption_news news = disruption_observe(&trace->disruptions, by, page, time_ns);

	if (news != DISRUPTION_NONE)
		trace->view->disruption(stdout, &trace->scene, news, by, &trace->disruptions.newest,
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

/* Is @event of the page that is looked at, or of whatever there is if none is? */
static bool is_of_watched_page(const struct trace *trace, const struct event *event)
{
	return !trace->lookout || event->device == trace->device;
}

static bool has_whole_page(const struct event *event)
{
	return event->page_state == EVENT_PAGE_STABLE || event->page_state == EVENT_PAGE_MOVED;
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
		judge(trace, event);
		return;
	}
	if (event->type == EVENT_READ) {
		answer = driver_answer_of(event);
		answer_tally_add(&trace->answers, event, &answer);
	}
	summary_add(trace->summary, event);
	trace->view->event(stdout, &trace->scene, event,
			   event->type == EVENT_READ ? &answer : NULL);
	if (is_of_watched_page(trace, event)) {
		if (has_whole_page(event))
			tell_disruption(trace, OBSERVER_KERNEL, &event->page,
					event->time_ns + event->latency_ns, event);
		judge(trace, event);
	}
	trace->shown += ends_a_call(event);
}

static void on_look(const struct event *event, void *arg)
{
	struct trace *trace = arg;
	struct page_change change;

	if (event->type == EVENT_TICK && until_was_stopped(&trace->until))
		return;
	trace->device = event->device;
	if (page_follow(&trace->follow, event, &change))
		trace->view->page_change(stdout, &trace->scene, &change);
	if (event->type == EVENT_PAGE && event->page_state == EVENT_PAGE_STABLE)
		tell_disruption(trace, OBSERVER_PAGE, &event->page, event->time_ns, NULL);
	judge(trace, event);
}

/* Let the detector know what was lost, now and then: asking costs a few system calls. */
static void tell_losses(struct trace *trace)
{
	struct event event = {.type = EVENT_LOSS, .device = -1};

	event.time_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (!trace->kernel || event.time_ns < trace->losses_due_ns ||
	    kernel_trace_losses(trace->kernel, &event.losses))
		return;
	trace->losses_due_ns = event.time_ns + LOSSES_PERIOD_NS;
	judge(trace, &event);
}

/* Until the time is over, the count is reached, a signal comes, or nobody reads the output. */
static void run(struct trace *trace)
{
	struct pollfd fds[3] = {
		[1] = {.fd = trace->lookout ? lookout_fd(trace->lookout) : -1, .events = POLLIN},
		[2] = {.fd = trace->kernel ? kernel_trace_fd(trace->kernel) : -1, .events = POLLIN},
	};

	while (!is_enough(trace) && !ferror(stdout)) {
		enum until_news news = until_wait(&trace->until, fds, 3);

		if (news == UNTIL_OVER || news == UNTIL_SIGNAL || news == UNTIL_FAILED)
			break;
		/* The page first: a disruption is then found before the reads that suffer from it. */
		if (fds[1].revents)
			lookout_run(trace->lookout, on_look, trace);
		if (trace->kernel && kernel_trace_consume(trace->kernel, on_event, trace) < 0)
			break;
		tell_losses(trace);
		fflush(stdout);
	}
	if (trace->kernel)
		kernel_trace_consume(trace->kernel, on_event, trace);
	trace->losses_due_ns = 0;
	tell_losses(trace);
}

/* With --strict: is anything missing that this kernel or machine should have? Says what. */
static bool is_partial(const struct trace *trace, const struct error *no_page,
		       const struct error *no_hooks)
{
	const struct hook *hooks;
	bool partial = !trace->lookout || !trace->kernel;
	size_t count = 0;

	if (!trace->lookout)
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
	/* Its own reads through the kernel would be shown: so it makes none. */
	const struct lookout_options look = {
		.device = options->device,
		.timer_only = true,
		.without_phc = true,
	};
	int page_result, kernel_result;

	/* The page first: the hooks then do not see this program open it. */
	page_result = lookout_open(&look, &trace->lookout, no_page);
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
	const struct lookout *lookout = trace->lookout;

	scene->start_ns = clock_now_ns(CLOCK_MONOTONIC);
	scene->start_realtime_ns = (int64_t)clock_now_ns(CLOCK_REALTIME);
	scene->device = lookout ? lookout_facts(lookout)->path : NULL;
	scene->page = lookout ? lookout_page(lookout) : NULL;
	scene->no_page_why = no_page->cause;
	scene->page_period_ns =
		lookout ? lookout_facts(lookout)->period_ns : LOOKOUT_TIMER_PERIOD_NS;
	if (trace->kernel)
		scene->hooks = kernel_trace_hooks(trace->kernel, &scene->hook_count);
	scene->no_hooks_why = no_hooks->cause;
}

static void show_end(struct trace *trace)
{
	struct event_losses losses;
	struct trace_result result = {
		.duration_ns = clock_now_ns(CLOCK_MONOTONIC) - trace->scene.start_ns,
		.summary = trace->summary,
		.answers = &trace->answers,
		.disruptions = trace->disruptions.newest.number,
		.counts = detector_counts(trace->detector),
		.clock_changes = trace->clock_changes,
		.page_updates = trace->follow.updates,
		.page_updates_unseen = trace->follow.missed,
		.page = trace->lookout ? lookout_page(trace->lookout) : NULL,
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
	trace->detector = detector_new(NULL, on_finding, trace);
	trace->incidents = incidents_new(NULL, on_incident, trace);
	if (!trace->summary || !trace->detector || !trace->incidents ||
	    open_sources(trace, options, &no_page, &no_hooks))
		return EXIT_FAILED;
	/* Hooks take a while to load: what the page did meanwhile is before the beginning. */
	if (trace->lookout && lookout_start(trace->lookout, &no_page)) {
		message_failure(&no_page);
		return EXIT_FAILED;
	}
	set_scene(trace, &no_page, &no_hooks);
	if (options->duration_ns)
		until_limit(&trace->until, (uint64_t)options->duration_ns);
	/* Everything that needs them is open now. */
	if (privileges_drop())
		message_error("capabilities could not be dropped; going on with them");
	trace->view->begin(stdout, &trace->scene);
	fflush(stdout);
	run(trace);
	incidents_finish(trace->incidents);
	show_end(trace);
	if (ferror(stdout)) {
		message_error("the output could not be written");
		return EXIT_FAILED;
	}
	return trace->alarming || trace->answers.apart ? EXIT_FINDING : EXIT_DONE;
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
	struct trace trace = {.device = -1};
	int code = parse_options(argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	trace.view = options.json ? &trace_view_json : &trace_view_text;
	trace.count = options.count;
	until_open(&trace.until);
	code = trace_with(&trace, &options);
	kernel_trace_close(trace.kernel);
	lookout_close(trace.lookout);
	detector_free(trace.detector);
	incidents_free(trace.incidents);
	free(trace.summary);
	until_close(&trace.until);
	return code;
}

const struct command cmd_trace = {
	.name = "trace",
	.summary = "show who reads the clock, what comes back, and disruptions as they happen",
	.help = "usage: vmclock-trace trace [options]\n"
		"\n"
		"Shows each read of the vmclock that passes through the kernel, each update of its "
		"page,\n"
		"and what happened to the clock when it is found (a disruption, a step of the "
		"host's clock\n"
		"and so on); at the end what it all adds up to: calls, latency by path, errors by "
		"cause,\n"
		"readers, losses, findings. Ends with Ctrl-C.\n"
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
		"             3 a finding of severity warning or critical: a disruption, a host "
		"step, ...\n"
		"\n"
		"examples:\n"
		"  sudo vmclock-trace trace                        # everything, until Ctrl-C\n"
		"  sudo vmclock-trace trace -d 1m -c chronyd       # one minute of chronyd\n"
		"  sudo vmclock-trace trace --json -d 10s | jq 'select(.type == \"disruption\")'\n",
	.run = trace_run,
};
