// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace watch: the page and what happens to it, live, without BPF and without root. */
#include <stdio.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "feed/command.h"
#include "feed/live.h"
#include "feed/message.h"
#include "feed/options.h"
#include "feed/recorded.h"
#include "watch/watch_session.h"

struct watch_options {
	struct recorded_request from; /* file NULL: this machine, live */
	struct page_monitor_options monitor;
	int64_t duration_ns; /* 0: until interrupted */
	bool updates;
	bool json;
};

/* One running watch: of one of two sources. */
struct watch {
	struct watch_session session;
	struct live live;
	struct recorded recorded;
	char device[RECORDED_DEVICE_BYTES]; /* of the recording */
	struct page first_page;
	struct stop_condition until;
};

static bool on_event(const struct event *event, const struct source_note *note, void *arg)
{
	struct watch *watch = arg;

	if (!watch->session.context.recorded)
		watch->session.context.stopped_ns = stop_condition_stopped_ns(&watch->until);
	if (note->gap)
		watch_session_resume(&watch->session, note->gap);
	watch_session_event(&watch->session, event);
	return true;
}

/* Notifications may end, and come with another page. */
static void tell_detection(struct watch *watch)
{
	const struct page_monitor_facts *facts = page_monitor_facts(watch->live.monitor);
	struct watch_context *context = &watch->session.context;

	if (!context->no_notice == !facts->no_notice)
		return;
	context->no_notice = facts->no_notice;
	context->period_ns = facts->period_ns;
	watch->session.view->detection(stdout, context, clock_now_ns(CLOCK_MONOTONIC));
}

/* Until the time is over, a signal comes, or the output is closed. */
static void run(struct watch *watch)
{
	struct source *source = &watch->live.source;

	source_begin(source, &watch->until, on_event, watch);
	do {
		tell_detection(watch);
		fflush(stdout);
	} while (!ferror(stdout) && source_next(source, NULL) == STOP_CONDITION_READY);
	source_end(source);
}

static void set_context(struct watch *watch)
{
	const struct page_monitor_facts *facts = page_monitor_facts(watch->live.monitor);

	watch->session.context = (struct watch_context){
		.utc = &watch->session.utc,
		.start_ns = clock_now_ns(CLOCK_MONOTONIC),
		.start_realtime_ns = (int64_t)clock_now_ns(CLOCK_REALTIME),
		.device = facts->path,
		.page = page_monitor_page(watch->live.monitor),
		.no_notice = facts->no_notice,
		.period_ns = facts->period_ns,
		.sample_cost_ns = facts->sample_cost_ns,
		.wake_ns = facts->wake_ns,
		.clock_period_ns = facts->clock_period_ns,
		.phc = facts->phc,
	};
}

static int show_end(struct watch *watch)
{
	const struct page_monitor_counts *counts = page_monitor_counts(watch->live.monitor);
	struct watch_result result = {
		.duration_ns = clock_now_ns(CLOCK_MONOTONIC) - watch->session.context.start_ns,
		.samples = counts->samples,
		.notices = counts->notices,
		.worst_gap_ns = counts->worst_gap_ns,
		.page = page_monitor_page(watch->live.monitor),
	};

	return watch_session_end(&watch->session, &result);
}

static int watch_live(struct watch *watch, const struct watch_options *options)
{
	const struct live_request request = {.monitor = options->monitor, .page_only = true};

	if (watch_session_open(&watch->session) || live_open(&watch->live, &request))
		return EXIT_FAILED;
	live_drop_privileges(&watch->live);
	if (live_start(&watch->live))
		return EXIT_FAILED;
	set_context(watch);
	if (options->duration_ns)
		stop_condition_limit(&watch->until, (uint64_t)options->duration_ns);
	watch->session.view->begin(stdout, &watch->session.context);
	run(watch);
	return show_end(watch);
}

static void set_recorded_context(struct watch *watch)
{
	const struct recorded *recorded = &watch->recorded;

	watch->session.context = (struct watch_context){
		.utc = &watch->session.utc,
		.start_ns = recorded->start_ns,
		.start_realtime_ns = recorded->start_realtime_ns,
		.device = recorded_device(recorded, watch->device),
		.recorded = &recorded->context,
	};
	if (recorded_first_page(recorded, &watch->first_page))
		watch->session.context.page = &watch->first_page;
}

static int watch_recorded(struct watch *watch, const struct watch_options *options)
{
	struct recorded *recorded = &watch->recorded;
	struct watch_session *session = &watch->session;
	struct recorded_result ended;
	struct claim_span span;
	struct watch_result result = {.recorded = &ended, .span = &span};
	struct recorded_request request = options->from;
	const struct page_in_force *page;
	int code;

	request.is_quiet = isatty(STDOUT_FILENO);
	request.is_last = true;
	code = recorded_open_or_say(&request, recorded);
	if (code != MESSAGE_GO_ON)
		return code;
	if (watch_session_open(session))
		return EXIT_FAILED;
	set_recorded_context(watch);
	session->view->begin(stdout, &session->context);
	source_run(&recorded->source, &watch->until, stdout, on_event, watch);
	ended = recorded_end(recorded);
	span = recorded_span(recorded);
	result.duration_ns = recorded_duration_ns(recorded);
	result.notices = judge_counts(session->judge)->notifications;
	page = judge_page(session->judge);
	result.page = page->is_sampled ? &page->sample : NULL;
	return recorded_exit_code(recorded, watch_session_end(session, &result));
}

static int watch_run(int argc, char **argv)
{
	struct watch_options options = {.monitor.measure = true};
	struct watch watch = {0};
	int code = options_parse(&cmd_watch, argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	options.from.duration_ns = (uint64_t)options.duration_ns;
	watch.session.view = options.json ? &watch_view_json : &watch_view_text;
	watch.session.updates = options.updates;
	stop_condition_open(&watch.until);
	code = options.from.file ? watch_recorded(&watch, &options) : watch_live(&watch, &options);
	live_close(&watch.live);
	recorded_close(&watch.recorded);
	watch_session_close(&watch.session);
	stop_condition_close(&watch.until);
	return code;
}

static const struct command_option options[] = {
	{OPTION_PAGE(struct watch_options, monitor.device), .excludes = "from"},
	{"interval", 'i', "T", OPTION_DURATION(struct watch_options, monitor.period_ns),
	 .min = PAGE_MONITOR_PERIOD_MIN_NS, .excludes = "from",
	 .help = "sample every T, at least 100us",
	 .otherwise = "10ms, or 100ms where the hypervisor notifies", .doc = OPTION_TIME_DOC},
	{OPTION_LIMIT(struct watch_options, duration_ns)},
	{"without-page", 0, OPTION_FLAG(struct watch_options, monitor.may_be_absent),
	 .excludes = "from",
	 .help = "begin without a page too: watch for one, and for times in which this guest "
		 "did not run (stun)"},
	{"no-counter", 0, OPTION_FLAG(struct watch_options, monitor.foreign), .excludes = "from",
	 .help = "the page is not on this CPU's counter: compare nothing by it",
	 .doc = "For files that were recorded, or simulated on a virtual counter."},
	{OPTION_REFERENCES(struct watch_options, monitor.references), .excludes = "from"},
	{"updates", 'u', OPTION_FLAG(struct watch_options, updates),
	 .help = "show each update of the page too"},
	{RECORDED_FROM(struct watch_options, from)},
	{RECORDED_SPEED(struct watch_options, from), .needs = "from"},
	{OPTION_COLOUR},
	{OPTION_JSON(struct watch_options, json,
		     "one JSON object a line, schema vmclock-trace/watch/2")},
	{OPTION_SCHEMA(&watch_schema)},
	{0},
};

static const struct command_exit exits[] = {
	{EXIT_DONE, EXIT_DONE_VERDICT},
	{EXIT_FAILED,
	 "there is no device, it cannot be read, or the output could not be written; "
	 "with --from, the file is not a recording, or is damaged; or " EXIT_FAILED_VERDICT},
	{EXIT_FINDING, EXIT_FINDING_VERDICT},
	{0},
};

const struct command cmd_watch = {
	.name = "watch",
	.summary = "show what happens to the clock as it happens, without BPF or root",
	.usage = "[options]",
	.about = "Shows what happens to the vmclock when it happens: disruptions, restores, "
		 "steps and slews of the host's clock, announced maintenance, a stuck writer, "
		 "and so on, one line each. Needs no BPF, and no root where the page is "
		 "readable. At the beginning it says by which way it finds out, what a sample of "
		 "the page costs, and how late a change may be found. Ends with Ctrl-C.",
	.options = options,
	.exits = exits,
	.examples =
		"vmclock-trace watch\n"
		"vmclock-trace watch --duration 1h --json > findings.jsonl\n"
		"vmclock-trace watch --json | jq --unbuffered -r 'select(.type == \"finding\")'\n"
		"vmclock-trace watch --from clock.sqlite --speed 60\n",
	.run = watch_run,
};
