// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace watch: the page and what happens to it, live, without BPF and without root. */
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
#include "judge/incident.h"
#include "observe/lookout.h"
#include "render/watch_view.h"

/* A host that updates faster than we look is told of once in so long, not at every look. */
#define MISSED_QUIET_NS 1000000000

struct watch_options {
	struct lookout_options look;
	int64_t duration_ns; /* 0: until interrupted */
	bool updates;
	bool json;
};

struct watch {
	const struct watch_view *view;
	struct watch_scene scene;
	struct lookout *lookout;
	struct detector *detector;
	struct incidents *incidents;
	struct page_follow follow;
	struct until until;
	bool updates;
	bool alarming; /* was anything found that is more than news? */
	uint64_t missed_told;
	uint64_t missed_told_ns;
};

static void on_finding(const struct finding *finding, void *arg)
{
	struct watch *watch = arg;

	watch->alarming |= finding->severity >= FINDING_WARNING;
	/* It says so itself. */
	if (finding->missed)
		watch->missed_told = watch->follow.missed;
	watch->view->finding(stdout, &watch->scene, finding);
	incidents_finding(watch->incidents, finding);
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct watch *watch = arg;

	if (news == INCIDENT_CLOSED)
		watch->view->incident(stdout, &watch->scene, incident);
}

/* With every update on a line of its own, that line says what was missed before it. */
static void tell_missed(struct watch *watch, uint64_t now_ns)
{
	uint64_t missed = watch->follow.missed - watch->missed_told;

	if (!missed || (watch->missed_told_ns && now_ns - watch->missed_told_ns < MISSED_QUIET_NS))
		return;
	if (!watch->updates)
		watch->view->missed(stdout, &watch->scene, now_ns, missed);
	watch->missed_told = watch->follow.missed;
	watch->missed_told_ns = now_ns;
}

static void on_event(const struct event *event, void *arg)
{
	struct watch *watch = arg;
	struct page_change change;

	if (event->type == EVENT_TICK && until_was_stopped(&watch->until))
		return;
	if (page_follow(&watch->follow, event, &change) && watch->updates)
		watch->view->update(stdout, &watch->scene, &change);
	detector_event(watch->detector, event);
	incidents_event(watch->incidents, event);
	tell_missed(watch, event->time_ns);
}

/* Until the time is over, a signal comes, or nobody reads the output. */
static void run(struct watch *watch)
{
	struct pollfd fds[2] = {[1] = {.fd = lookout_fd(watch->lookout), .events = POLLIN}};
	enum until_news news;

	do {
		lookout_run(watch->lookout, on_event, watch);
		fflush(stdout);
		news = until_wait(&watch->until, fds, 2);
	} while (news == UNTIL_READY && !ferror(stdout));
}

static void set_scene(struct watch *watch)
{
	const struct lookout_facts *facts = lookout_facts(watch->lookout);

	watch->scene = (struct watch_scene){
		.start_ns = clock_now_ns(CLOCK_MONOTONIC),
		.start_realtime_ns = (int64_t)clock_now_ns(CLOCK_REALTIME),
		.device = facts->path,
		.page = lookout_page(watch->lookout),
		.no_notice = facts->no_notice,
		.period_ns = facts->period_ns,
		.look_ns = facts->look_ns,
		.wake_ns = facts->wake_ns,
		.clock_period_ns = facts->clock_period_ns,
		.phc = facts->phc,
	};
}

static void show_end(struct watch *watch)
{
	const struct lookout_counts *counts = lookout_counts(watch->lookout);
	const struct watch_result result = {
		.duration_ns = clock_now_ns(CLOCK_MONOTONIC) - watch->scene.start_ns,
		.looks = counts->looks,
		.notices = counts->notices,
		.worst_gap_ns = counts->worst_gap_ns,
		.updates = watch->follow.updates,
		.missed = watch->follow.missed,
		.counts = detector_counts(watch->detector),
		.page = lookout_page(watch->lookout),
	};

	incidents_finish(watch->incidents);
	/* What was missed less than a second ago. */
	watch->missed_told_ns = 0;
	tell_missed(watch, watch->scene.start_ns + result.duration_ns);
	watch->view->end(stdout, &watch->scene, &result);
	fflush(stdout);
}

static int watch_with(struct watch *watch, const struct watch_options *options)
{
	struct error error = {.cause = ""};

	watch->detector = detector_new(NULL, on_finding, watch);
	watch->incidents = incidents_new(NULL, on_incident, watch);
	if (!watch->detector || !watch->incidents)
		error_cause(&error, "there is no memory left");
	else if (!lookout_open(&options->look, &watch->lookout, &error))
		lookout_start(watch->lookout, &error);
	if (*error.cause) {
		message_failure(&error);
		return EXIT_FAILED;
	}
	set_scene(watch);
	if (options->duration_ns)
		until_limit(&watch->until, (uint64_t)options->duration_ns);
	watch->view->begin(stdout, &watch->scene);
	run(watch);
	show_end(watch);
	if (ferror(stdout)) {
		message_error("the output could not be written");
		return EXIT_FAILED;
	}
	return watch->alarming ? EXIT_FINDING : EXIT_DONE;
}

static int parse_option(int option, struct watch_options *options)
{
	int64_t period_ns;

	switch (option) {
	case 'D':
		options->look.device = optarg;
		return MESSAGE_GO_ON;
	case 'i':
		if (parse_duration_ns(optarg, &period_ns) || period_ns < LOOKOUT_PERIOD_MIN_NS)
			return message_bad_argument("--interval", optarg,
						    "a time from 100us, such as 1ms or 2s");
		options->look.period_ns = (uint64_t)period_ns;
		return MESSAGE_GO_ON;
	case 'd':
		if (parse_duration_ns(optarg, &options->duration_ns) || options->duration_ns <= 0)
			return message_bad_argument("--duration", optarg,
						    "a time such as 10s, 2.5m or 1h");
		return MESSAGE_GO_ON;
	case 'W':
		options->look.may_be_absent = true;
		return MESSAGE_GO_ON;
	case 'N':
		options->look.foreign = true;
		return MESSAGE_GO_ON;
	case 'u':
		options->updates = true;
		return MESSAGE_GO_ON;
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
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option, code = MESSAGE_GO_ON;

	while (code == MESSAGE_GO_ON &&
	       (option = getopt_long(argc, argv, "i:d:ujh", table, NULL)) != -1)
		code = parse_option(option, options);
	if (code == MESSAGE_GO_ON && optind < argc)
		return message_unexpected(&cmd_watch, argv[optind]);
	return code;
}

static int watch_run(int argc, char **argv)
{
	struct watch_options options = {.look.measure = true};
	struct watch watch = {0};
	int code = parse_options(argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	watch.view = options.json ? &watch_view_json : &watch_view_text;
	watch.updates = options.updates;
	until_open(&watch.until);
	code = watch_with(&watch, &options);
	lookout_close(watch.lookout);
	detector_free(watch.detector);
	incidents_free(watch.incidents);
	until_close(&watch.until);
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
	"  vmclock-trace watch --json | jq --unbuffered -r 'select(.type == \"finding\").text'\n";

const struct command cmd_watch = {
	.name = "watch",
	.summary = "show what happens to the clock as it happens, without BPF or root",
	.help = help,
	.run = watch_run,
};
