// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace watch: the page and what happens to it, live, without BPF and without root. */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/parse.h"
#include "feed/command.h"
#include "feed/live.h"
#include "feed/message.h"
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

/* Until the time is over, a signal comes, or nobody reads the output. */
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

	if (watch_session_open(&watch->session) || live_open(&watch->live, &request) ||
	    live_start(&watch->live))
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
	struct watch_result result = {.recorded = &ended};
	struct recorded_request request = options->from;
	int code;

	request.is_quiet = isatty(STDOUT_FILENO);
	code = recorded_open_or_say(&request, recorded);
	if (code != MESSAGE_GO_ON)
		return code;
	if (watch_session_open(session))
		return EXIT_FAILED;
	set_recorded_context(watch);
	session->view->begin(stdout, &session->context);
	source_run(&recorded->source, &watch->until, stdout, on_event, watch);
	ended = recorded_end(recorded);
	result.duration_ns = recorded_duration_ns(recorded);
	result.notices = judge_counts(session->judge)->notifications;
	result.page = session->follow.seen ? &session->follow.newest : NULL;
	return recorded_exit_code(recorded, watch_session_end(session, &result));
}

/* Those that ask for something of this machine. */
static const char *live_option(int option)
{
	switch (option) {
	case 'D':
		return "--device";
	case 'i':
		return "--interval";
	case 'W':
		return "--without-page";
	case 'N':
		return "--no-counter";
	}
	return NULL;
}

static int parse_option(int option, struct watch_options *options)
{
	int64_t period_ns;

	switch (option) {
	case 'D':
		options->monitor.device = optarg;
		return MESSAGE_GO_ON;
	case 'i':
		if (parse_duration_ns(optarg, &period_ns) || period_ns < PAGE_MONITOR_PERIOD_MIN_NS)
			return message_bad_argument("--interval", optarg,
						    "a time from 100us, such as 1ms or 2s");
		options->monitor.period_ns = (uint64_t)period_ns;
		return MESSAGE_GO_ON;
	case 'd':
		if (parse_duration_ns(optarg, &options->duration_ns) || options->duration_ns <= 0)
			return message_bad_argument("--duration", optarg,
						    "a time such as 10s, 2.5m or 1h");
		return MESSAGE_GO_ON;
	case 'W':
		options->monitor.may_be_absent = true;
		return MESSAGE_GO_ON;
	case 'N':
		options->monitor.foreign = true;
		return MESSAGE_GO_ON;
	case 'u':
		options->updates = true;
		return MESSAGE_GO_ON;
	case 'F':
		options->from.file = optarg;
		return MESSAGE_GO_ON;
	case 'S':
		return playback_parse(optarg, &options->from.speed);
	case 'j':
		options->json = true;
		return MESSAGE_GO_ON;
	case 'h':
		return message_help(&cmd_watch);
	default:
		return message_see_help(&cmd_watch);
	}
}

static int parse_options(int argc, char **argv, struct watch_options *options)
{
	static const struct option table[] = {
		{"device", required_argument, NULL, 'D'},
		{"interval", required_argument, NULL, 'i'},
		{"duration", required_argument, NULL, 'd'},
		{"without-page", no_argument, NULL, 'W'},
		{"no-counter", no_argument, NULL, 'N'},
		{"updates", no_argument, NULL, 'u'},
		{"from", required_argument, NULL, 'F'},
		{"speed", required_argument, NULL, 'S'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *live_only = NULL;
	int option, code = MESSAGE_GO_ON;

	while (code == MESSAGE_GO_ON &&
	       (option = getopt_long(argc, argv, "i:d:ujh", table, NULL)) != -1) {
		code = parse_option(option, options);
		live_only = live_option(option) ?: live_only;
	}
	if (code == MESSAGE_GO_ON && optind < argc)
		return message_unexpected(&cmd_watch, argv[optind]);
	options->from.duration_ns = (uint64_t)options->duration_ns;
	return code == MESSAGE_GO_ON ? recorded_check_options(&options->from, live_only) : code;
}

static int watch_run(int argc, char **argv)
{
	struct watch_options options = {.monitor.measure = true};
	struct watch watch = {0};
	int code = parse_options(argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
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

static const char help[] =
	"usage: vmclock-trace watch [options]\n"
	"\n"
	"Shows what happens to the vmclock when it happens: disruptions, restores, steps and "
	"slews of\n"
	"the host's clock, announced maintenance, a stuck writer, and so on, one line each. "
	"Needs no\n"
	"BPF, and no root where the page is readable. At the beginning it says by which way it "
	"finds\n"
	"out, what a look at the page costs, and how late a change may be found. Ends with "
	"Ctrl-C.\n"
	"\n"
	"      --device PATH  a vmclock device, or a file that holds a page; default: the first\n"
	"                     /dev/vmclock*\n"
	"  -i, --interval T   look every T; default: 10ms, or 100ms where the hypervisor "
	"notifies\n"
	"  -d, --duration T   stop after T: 500ms, 10s, 2m, 1h\n"
	"      --without-page begin without a page too: watch for one, and for times in which "
	"this\n"
	"                     guest did not run\n"
	"      --no-counter   the page is not on this CPU's counter: compare nothing by it\n"
	"  -u, --updates      show each update of the page too\n"
	"      --from FILE    show a recording (vmclock-trace record) as it was seen then; what\n"
	"                     concerns the machine (--device, --interval, --without-page,\n"
	"                     --no-counter) has been decided then\n"
	"      --speed X      with --from: as many times faster than it happened; default: do not\n"
	"                     wait\n"
	"  -j, --json         one JSON object a line, schema vmclock-trace/watch/1\n"
	"  -h, --help         show this\n"
	"\n"
	"exit status: 0 nothing found, or only news (severity info)\n"
	"             1 no device, or it cannot be read; 2 usage\n"
	"             3 a finding of severity warning or critical\n"
	"\n"
	"examples:\n"
	"  vmclock-trace watch\n"
	"  vmclock-trace watch --duration 1h --json > findings.jsonl\n"
	"  vmclock-trace watch --json | jq --unbuffered -r 'select(.type == \"finding\").text'\n"
	"  vmclock-trace watch --from clock.sqlite --speed 60\n";

const struct command cmd_watch = {
	.name = "watch",
	.summary = "show what happens to the clock as it happens, without BPF or root",
	.help = help,
	.run = watch_run,
};
