// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace trace: who reads the clock, what comes back, and what the page does meanwhile. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock_now.h"
#include "cmd/command.h"
#include "cmd/live_sources.h"
#include "cmd/message.h"
#include "cmd/trace_options.h"
#include "cmd/until.h"
#include "event/mapper_list.h"
#include "event/page_follow.h"
#include "judge/detector.h"
#include "judge/disruption.h"
#include "judge/driver_answer.h"
#include "judge/incident.h"
#include "observe/cgroup.h"
#include "render/trace_view.h"

/* How often the kernel's tables are read, and it is asked what was lost. */
#define TALLY_PERIOD_NS 1000000000

/* How long at most an incident makes each read an event: some incidents never end. */
#define DETAIL_NS 60000000000

/* One running trace: two sources, one detector, one view, and what adds up meanwhile. */
struct trace {
	const struct trace_options *options;
	const struct trace_view *view;
	struct trace_scene scene;
	struct live_sources sources;
	struct mapper_list mapper_list;
	struct detector *detector;
	struct incidents *incidents;
	struct cgroup_names *cgroups;
	struct until until;
	uint64_t shown; /* events */
	struct summary *summary;
	struct answer_tally answers;
	struct disruption_detector disruptions;
	struct page_follow follow;
	int32_t device; /* N of the vmclockN that is looked at, or -1 */
	uint64_t clock_changes;
	uint64_t tally_due_ns;
	uint64_t detail_until_ns; /* 0: an incident asks for nothing */
	bool alarming;		  /* was anything found that is more than news? */
};

static void on_finding(const struct finding *finding, void *arg)
{
	struct trace *trace = arg;

	trace->alarming |= finding->severity >= FINDING_WARNING;
	trace->view->finding(stdout, &trace->scene, finding);
	incidents_finding(trace->incidents, finding);
}

/* In an incident each read is an event: who was hurt, and how badly, is then known read by read. */
static void set_detail(struct trace *trace, bool on)
{
	if (!trace->sources.kernel || trace->options->wish.every_event)
		return;
	kernel_trace_every_event(trace->sources.kernel, on);
	trace->detail_until_ns = on ? clock_now_ns(CLOCK_MONOTONIC) + DETAIL_NS : 0;
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct trace *trace = arg;

	set_detail(trace, news == INCIDENT_OPENED);
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
	return trace->options->count && trace->shown >= trace->options->count;
}

/* Unless each is asked for, those that only serve to judge by are not. */
static bool is_shown(const struct trace *trace, const struct event *event)
{
	bool always = event->result < 0 || event->is_slow || event->path == PATH_DEV_MMAP;

	return !is_enough(trace) && (trace->options->wish.every_event || always);
}

static void show(struct trace *trace, const struct event *event, const struct driver_answer *answer)
{
	if (!is_shown(trace, event))
		return;
	trace->view->event(stdout, &trace->scene, event, event->type == EVENT_READ ? answer : NULL);
	/* A read within a call comes before it, and counts with it. */
	trace->shown += event->type == EVENT_CALL || !event->call_id;
}

/* Is @event of the page that is looked at, or of whatever there is if none is? */
static bool is_of_watched_page(const struct trace *trace, const struct event *event)
{
	return !event->is_phc && (!trace->sources.lookout || event->device == trace->device);
}

static bool has_whole_page(const struct event *event)
{
	return event->page_state == EVENT_PAGE_STABLE || event->page_state == EVENT_PAGE_MOVED;
}

/* EVENT_READ, EVENT_CALL */
static void on_use(struct trace *trace, const struct event *event)
{
	struct driver_answer answer = {0};

	if (event->type == EVENT_READ) {
		answer = driver_answer_of(event);
		answer_tally_add(&trace->answers, event, &answer);
	}
	if (event->path == PATH_DEV_MMAP && event->result >= 0)
		mappers_soon(trace->sources.mappers);
	summary_add(trace->summary, event);
	show(trace, event, &answer);
	if (is_of_watched_page(trace, event)) {
		if (has_whole_page(event))
			tell_disruption(trace, OBSERVER_KERNEL, &event->page,
					event->time_ns + event->latency_ns, event);
		judge(trace, event);
	}
}

static void on_event(const struct event *event, void *arg)
{
	struct trace *trace = arg;

	switch (event->type) {
	case EVENT_HOOKS:
		trace->view->hooks(stdout, &trace->scene, event);
		judge(trace, event);
		break;
	case EVENT_NOTIFICATION:
		trace->view->notification(stdout, &trace->scene, event);
		if (is_of_watched_page(trace, event))
			judge(trace, event);
		break;
	case EVENT_CLOCK_CHANGE:
		trace->clock_changes++;
		trace->view->clock_change(stdout, &trace->scene, event);
		judge(trace, event);
		break;
	default:
		on_use(trace, event);
		break;
	}
}

static void on_mapper(const struct event *event, void *arg)
{
	struct trace *trace = arg;

	mapper_list_add(&trace->mapper_list, event);
	trace->view->mapper(stdout, &trace->scene, event);
}

static void on_look(const struct event *event, void *arg)
{
	struct trace *trace = arg;
	struct page_change change;

	if (event->type == EVENT_TICK && until_was_stopped(&trace->until))
		return;
	trace->device = event->device;
	if (event->type == EVENT_DEVICE)
		trace->view->device(stdout, &trace->scene, event);
	if (page_follow(&trace->follow, event, &change))
		trace->view->page_change(stdout, &trace->scene, &change);
	if (event->type == EVENT_PAGE && event->page_state == EVENT_PAGE_STABLE)
		tell_disruption(trace, OBSERVER_PAGE, &event->page, event->time_ns, NULL);
	judge(trace, event);
}

static void on_tally(const struct event *event, void *arg)
{
	struct trace *trace = arg;

	cgroup_names_learn(trace->cgroups, event->who.cgroup);
	summary_add(trace->summary, event);
	if (event->type == EVENT_TALLY && is_of_watched_page(trace, event))
		judge(trace, event);
}

/* What the kernel has counted and lost, now and then: asking costs a few system calls. */
static void take_tally(struct trace *trace)
{
	struct event event = {.type = EVENT_LOSS, .device = -1};

	event.time_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (!trace->sources.kernel || event.time_ns < trace->tally_due_ns)
		return;
	trace->tally_due_ns = event.time_ns + TALLY_PERIOD_NS;
	kernel_trace_tally(trace->sources.kernel, on_tally, trace);
	if (!kernel_trace_losses(trace->sources.kernel, &event.losses))
		judge(trace, &event);
	if (trace->detail_until_ns && event.time_ns >= trace->detail_until_ns)
		set_detail(trace, false);
}

/* With the hooks gone nothing moves any more: then what was made is what was seen and lost. */
static void take_rest(struct trace *trace)
{
	if (!trace->sources.kernel)
		return;
	kernel_trace_stop(trace->sources.kernel);
	while (kernel_trace_consume(trace->sources.kernel, on_event, trace) > 0)
		;
	trace->tally_due_ns = 0;
	take_tally(trace);
}

/* Until the time is over, the count is reached, a signal comes, or nobody reads the output. */
static void run(struct trace *trace)
{
	struct pollfd fds[3] = {
		[1] = {.fd = trace->sources.lookout ? lookout_fd(trace->sources.lookout) : -1,
		       .events = POLLIN},
		[2] = {.fd = trace->sources.kernel ? kernel_trace_fd(trace->sources.kernel) : -1,
		       .events = POLLIN},
	};

	mappers_run(trace->sources.mappers, on_mapper, trace);
	while (!is_enough(trace) && !ferror(stdout)) {
		enum until_news news = until_wait(&trace->until, fds, 3);

		if (news == UNTIL_OVER || news == UNTIL_SIGNAL || news == UNTIL_FAILED)
			break;
		/* The page first: a disruption is then found before the reads that suffer from it. */
		if (fds[1].revents)
			lookout_run(trace->sources.lookout, on_look, trace);
		if (trace->sources.kernel &&
		    kernel_trace_consume(trace->sources.kernel, on_event, trace) < 0)
			break;
		mappers_run(trace->sources.mappers, on_mapper, trace);
		take_tally(trace);
		fflush(stdout);
	}
	take_rest(trace);
}

/* Its start is before the hooks, so that nothing they see is earlier. */
static void begin_scene(struct trace_scene *scene)
{
	scene->start_ns = clock_now_ns(CLOCK_MONOTONIC);
	scene->start_realtime_ns = (int64_t)clock_now_ns(CLOCK_REALTIME);
}

static void set_scene(struct trace *trace)
{
	struct trace_scene *scene = &trace->scene;
	const struct lookout *lookout = trace->sources.lookout;

	scene->page = trace->sources.no_page.cause[0] ? NULL : lookout_page(lookout);
	scene->device = scene->page ? lookout_facts(lookout)->path : NULL;
	scene->no_page_why = trace->sources.no_page.cause;
	scene->page_period_ns =
		lookout ? lookout_facts(lookout)->period_ns : LOOKOUT_TIMER_PERIOD_NS;
	if (trace->sources.kernel)
		scene->hooks = kernel_trace_hooks(trace->sources.kernel, &scene->hook_count);
	scene->no_hooks_why = trace->sources.no_hooks.cause;
	scene->mappers = (struct mapper_method){
		.all = mappers_facts(trace->sources.mappers)->all,
		.why_not = mappers_facts(trace->sources.mappers)->why_not.cause,
	};
	scene->wish = trace->options->wish;
}

static void show_end(struct trace *trace)
{
	const char *cgroups[SUMMARY_READERS];
	struct event_losses losses;
	struct trace_result result = {
		.duration_ns = clock_now_ns(CLOCK_MONOTONIC) - trace->scene.start_ns,
		.summary = trace->summary,
		.cgroups = cgroups,
		.answers = &trace->answers,
		.disruptions = trace->disruptions.newest.number,
		.counts = detector_counts(trace->detector),
		.clock_changes = trace->clock_changes,
		.page_updates = trace->follow.updates,
		.page_updates_unseen = trace->follow.missed,
		.shown = trace->shown,
		.mappers = &trace->mapper_list,
		.mapper_counts = mappers_counts(trace->sources.mappers),
		.page = trace->follow.seen ? lookout_page(trace->sources.lookout) : NULL,
	};

	for (size_t i = 0; i < trace->summary->readers; i++)
		cgroups[i] = cgroup_names_of(trace->cgroups, trace->summary->reader[i].who.cgroup);
	if (trace->sources.kernel && !kernel_trace_losses(trace->sources.kernel, &losses))
		result.losses = &losses;
	trace->view->end(stdout, &trace->scene, &result);
	fflush(stdout);
}

static int trace_with(struct trace *trace)
{
	const struct live_wish wish = {
		.device = trace->options->device,
		.hooks = trace_options_of_kernel(trace->options),
		.strict = trace->options->strict,
		.quiet = trace->options->json,
	};
	struct error error = {0};

	trace->summary = calloc(1, sizeof(*trace->summary));
	trace->detector = detector_new(NULL, on_finding, trace);
	trace->incidents = incidents_new(NULL, on_incident, trace);
	trace->cgroups = cgroup_names_new();
	if (!trace->summary || !trace->detector || !trace->incidents || !trace->cgroups)
		return EXIT_FAILED;
	begin_scene(&trace->scene);
	if (live_sources_open(&trace->sources, &wish))
		return EXIT_FAILED;
	/* Hooks take a while to load: what the page did meanwhile is before the beginning. */
	if (trace->sources.lookout && lookout_start(trace->sources.lookout, &error)) {
		message_failure(&error);
		return EXIT_FAILED;
	}
	set_scene(trace);
	if (trace->options->duration_ns)
		until_limit(&trace->until, (uint64_t)trace->options->duration_ns);
	live_sources_drop_privileges(&trace->sources);
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

static int trace_run(int argc, char **argv)
{
	struct trace_options options;
	struct trace trace = {.options = &options, .device = -1};
	int code = trace_options_parse(argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	trace.view = options.json ? &trace_view_json : &trace_view_text;
	until_open(&trace.until);
	code = trace_with(&trace);
	live_sources_close(&trace.sources);
	detector_free(trace.detector);
	incidents_free(trace.incidents);
	cgroup_names_free(trace.cgroups);
	free(trace.summary);
	until_close(&trace.until);
	return code;
}

const struct command cmd_trace = {
	.name = "trace",
	.summary = "show who reads the clock, what comes back, and disruptions as they happen",
	.help = "usage: vmclock-trace trace [options]\n"
		"\n"
		"Counts, in the kernel, who reads a vmclock, by which call, with which result and "
		"how\n"
		"fast; and watches its page. Shown as they happen are what fails or is slow, who "
		"maps\n"
		"the page, who moves the system clock, updates of the page, and what is found (a\n"
		"disruption, a step of the host's clock ...); the counts, at the end. Ends with "
		"Ctrl-C.\n"
		"\n"
		"Needs root for the kernel's hooks. Without, it watches the page alone, and says "
		"so.\n"
		"\n"
		"  -d, --duration T   stop after T: 500ms, 10s, 2m, 1h\n"
		"  -e, --events       show each read, which costs more\n"
		"      --calls        and each whole call, which costs more again\n"
		"      --path NAME    --events of this path alone; more than once for several\n"
		"      --errors       --events that failed, alone\n"
		"      --slower T     --events that took longer, alone\n"
		"      --rate N       at most N events a second (10000; 0: any number)\n"
		"  -n, --count N      stop after N events\n"
		"  -p, --pid P        only process P\n"
		"  -c, --comm NAME    only threads of this name (first 15 bytes)\n"
		"      --cgroup PATH  only this cgroup and those in it\n"
		"      --measure-all  the latency of each read, not of a thread's first in a tick\n"
		"      --phc WHICH    all: uses of other PTP clocks too\n"
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
		"  sudo vmclock-trace trace                            # who reads it, until "
		"Ctrl-C\n"
		"  sudo vmclock-trace trace --calls -d 1m -c chronyd   # each call of chronyd\n"
		"  sudo vmclock-trace trace --json -d 10s | jq 'select(.type == \"disruption\")'\n",
	.run = trace_run,
};
