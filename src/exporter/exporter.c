// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace exporter: the clock as metrics, for Prometheus to fetch. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock_now.h"
#include "base/service.h"
#include "base/instant.h"
#include "base/parse.h"
#include "feed/command.h"
#include "exporter/exporter_board.h"
#include "exporter/exporter_pages.h"
#include "exporter/exporter_sources.h"
#include "exporter/exporter_state.h"
#include "exporter/exporter_textfile.h"
#include "feed/message.h"
#include "feed/stop_condition.h"
#include "observe/privileges.h"
#include "serve/http.h"
#include "serve/listeners.h"

#define DEFAULT_ADDRESS "127.0.0.1:10319"

/* Ten looks a second find all that watch finds, later by at most this, for a tenth of the cost. */
#define DEFAULT_PERIOD_NS 100000000
#define LONGEST_PERIOD_NS NSEC_PER_SEC

/* As often as Prometheus asks in most places. */
#define DEFAULT_TEXTFILE_NS (15ll * NSEC_PER_SEC)

struct exporter_options {
	struct exporter_source_options sources;
	const char *listen[LISTENERS];
	size_t listens;
	const char *web_config;
	const char *textfile;
	int64_t textfile_ns;
	uint64_t readers;
};

struct exporter {
	const struct exporter_options *options;
	struct exporter_state *state;
	struct exporter_sources sources;
	struct exporter_board board;
	struct exporter_pages pages; /* the server's, */
	struct exporter_pages file;  /* and the observing loop's, for --textfile */
	struct listeners listeners;
	struct http *http; /* NULL: nothing is served */
	pthread_t server;
	bool serving;
	struct stop_condition until;
	uint64_t textfile_due_ns;
	bool textfile_failed; /* and that was told */
	uint64_t watchdog_ns; /* how often systemd wants to hear of us; 0: not at all */
	uint64_t watchdog_due_ns;
};

static void write_textfile(struct exporter *exporter, uint64_t now_ns)
{
	const char *path = exporter->options->textfile;
	size_t bytes;
	char *text;
	int err;

	if (!path || now_ns < exporter->textfile_due_ns)
		return;
	exporter->textfile_due_ns = now_ns + (uint64_t)exporter->options->textfile_ns;
	text = exporter_pages_metrics(&exporter->file, METRICS_TEXT, &bytes);
	err = text ? exporter_textfile_write(path, text, bytes) : -ENOMEM;
	if (err && !exporter->textfile_failed)
		message_error("cannot write %s: %s; trying again", path, strerror(-err));
	exporter->textfile_failed = err != 0;
	free(text);
}

static void feed_watchdog(struct exporter *exporter, uint64_t now_ns)
{
	if (!exporter->watchdog_ns || now_ns < exporter->watchdog_due_ns)
		return;
	exporter->watchdog_due_ns = now_ns + exporter->watchdog_ns / 2;
	service_tell("WATCHDOG=1");
}

/* One turn of the observing loop: show what was seen. */
static void turn(struct exporter *exporter)
{
	uint64_t now_ns;

	exporter_state_monitor(exporter->state, exporter->sources.live.monitor);
	exporter_board_put(&exporter->board, exporter_state_snapshot(exporter->state));
	now_ns = clock_now_ns(CLOCK_MONOTONIC);
	write_textfile(exporter, now_ns);
	feed_watchdog(exporter, now_ns);
}

static void *serve(void *arg)
{
	struct exporter *exporter = arg;

	/* Capabilities are a thread's own: what talks to the network never has any. */
	privileges_drop();
	http_run(exporter->http);
	return NULL;
}

static int open_listeners(struct exporter *exporter, struct error *error)
{
	const struct exporter_options *options = exporter->options;
	int count = listeners_add_inherited(&exporter->listeners, error), err = 0;

	if (count < 0)
		return count;
	for (size_t i = 0; i < options->listens && !err; i++)
		err = listeners_add(&exporter->listeners, options->listen[i], error);
	if (!err && !exporter->listeners.count && !options->textfile)
		err = listeners_add(&exporter->listeners, DEFAULT_ADDRESS, error);
	return err;
}

static int open_server(struct exporter *exporter, struct error *error)
{
	const struct http_options options = {
		.pages = exporter_pages,
		.arg = &exporter->pages,
		.listeners = &exporter->listeners,
		.web_config = exporter->options->web_config,
	};
	int err = open_listeners(exporter, error);

	if (err || !exporter->listeners.count)
		return err;
	err = http_open(&options, &exporter->http, error);
	exporter->pages.http = exporter->http;
	return err;
}

/* All that needs rights, then everything else without them. */
static int open_all(struct exporter *exporter, struct error *error)
{
	const struct exporter_options *options = exporter->options;
	int err = 0;

	exporter->state = exporter_state_new((size_t)options->readers);
	if (!exporter->state)
		return error_no_memory(error);
	if (options->textfile)
		err = exporter_textfile_begin(options->textfile, error);
	if (!err)
		err = open_server(exporter, error);
	if (!err)
		err = exporter_sources_open(&options->sources, &exporter->sources);
	return err;
}

static int start_server(struct exporter *exporter)
{
	char name[LISTENERS_NAME_BYTES];

	if (!exporter->http)
		return 0;
	if (pthread_create(&exporter->server, NULL, serve, exporter)) {
		message_error("cannot start the server's thread");
		return -EAGAIN;
	}
	exporter->serving = true;
	for (size_t i = 0; i < exporter->listeners.count; i++) {
		listeners_name(&exporter->listeners, i, name, sizeof(name));
		message_error("listening at %s", name);
	}
	return 0;
}

/* Until a signal comes. */
static int observe(struct exporter *exporter)
{
	struct source *source = &exporter->sources.live.source;
	enum stop_condition_news news;

	while ((news = source_next(source, NULL)) == STOP_CONDITION_READY)
		turn(exporter);
	if (news != STOP_CONDITION_FAILED)
		return EXIT_DONE;
	message_error("the kernel's events can be read no more");
	return EXIT_FAILED;
}

static int export_with(struct exporter *exporter)
{
	struct error error = {.cause = ""};
	int code;

	if (open_all(exporter, &error)) {
		/* What cannot be observed was said. */
		if (*error.cause)
			message_failure(&error);
		return EXIT_FAILED;
	}
	exporter->watchdog_ns = service_watchdog_ns();
	/* The first scrape is to find something. */
	exporter_sources_begin(&exporter->sources, exporter->state, &exporter->until);
	turn(exporter);
	if (start_server(exporter))
		return EXIT_FAILED;
	service_tell("READY=1\nSTATUS=Watching the clock");
	code = observe(exporter);
	service_tell("STOPPING=1");
	if (exporter->options->textfile)
		exporter_textfile_end(exporter->options->textfile);
	return code;
}

static void close_all(struct exporter *exporter)
{
	if (exporter->serving) {
		http_stop(exporter->http);
		pthread_join(exporter->server, NULL);
	}
	http_close(exporter->http);
	listeners_close(&exporter->listeners);
	exporter_sources_close(&exporter->sources);
	exporter_state_free(exporter->state);
}

static int parse_option(int option, struct exporter_options *options)
{
	int64_t period_ns;

	switch (option) {
	case 'l':
		if (options->listens == LISTENERS)
			return message_bad_argument("--listen", optarg, "fewer of them");
		options->listen[options->listens++] = optarg;
		return MESSAGE_GO_ON;
	case 'C':
		options->web_config = optarg;
		return MESSAGE_GO_ON;
	case 'T':
		options->textfile = optarg;
		return MESSAGE_GO_ON;
	case 'P':
		if (parse_duration_ns(optarg, &options->textfile_ns) ||
		    options->textfile_ns < NSEC_PER_SEC / 10)
			return message_bad_argument("--textfile-period", optarg,
						    "a time from 100ms, such as 15s");
		return MESSAGE_GO_ON;
	case 'D':
		options->sources.monitor.device = optarg;
		return MESSAGE_GO_ON;
	case 'i':
		if (parse_duration_ns(optarg, &period_ns) ||
		    period_ns < PAGE_MONITOR_PERIOD_MIN_NS || period_ns > LONGEST_PERIOD_NS)
			return message_bad_argument("--interval", optarg,
						    "a time from 100us to 1s, such as 10ms");
		options->sources.monitor.period_ns = (uint64_t)period_ns;
		return MESSAGE_GO_ON;
	case 'B':
		options->sources.without_bpf = true;
		return MESSAGE_GO_ON;
	case 'R':
		options->sources.reload = true;
		return MESSAGE_GO_ON;
	case 'b':
		options->sources.btf = optarg;
		return MESSAGE_GO_ON;
	case 'c':
		options->sources.probe_cost = true;
		return MESSAGE_GO_ON;
	case 'r':
		if (parse_u64_within(optarg, 1, METRICS_READERS, &options->readers))
			return message_bad_argument("--readers", optarg, "a number from 1 to 100");
		return MESSAGE_GO_ON;
	case 'h':
		return message_help(&cmd_exporter);
	default:
		return message_see_help(&cmd_exporter);
	}
}

static int parse_options(int argc, char **argv, struct exporter_options *options)
{
	static const struct option table[] = {
		{"listen", required_argument, NULL, 'l'},
		{"web-config", required_argument, NULL, 'C'},
		/* As Prometheus's own exporters call it. */
		{"web.config.file", required_argument, NULL, 'C'},
		{"textfile", required_argument, NULL, 'T'},
		{"textfile-period", required_argument, NULL, 'P'},
		{"device", required_argument, NULL, 'D'},
		{"interval", required_argument, NULL, 'i'},
		{"without-bpf", no_argument, NULL, 'B'},
		{"readers", required_argument, NULL, 'r'},
		{"probe-cost", no_argument, NULL, 'c'},
		{"btf", required_argument, NULL, 'b'},
		{"reload", no_argument, NULL, 'R'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option, code = MESSAGE_GO_ON;

	while (code == MESSAGE_GO_ON &&
	       (option = getopt_long(argc, argv, "l:i:h", table, NULL)) != -1)
		code = parse_option(option, options);
	if (code == MESSAGE_GO_ON && optind < argc)
		return message_unexpected(&cmd_exporter, argv[optind]);
	return code;
}

static int exporter_run(int argc, char **argv)
{
	struct exporter_options options = {
		.textfile_ns = DEFAULT_TEXTFILE_NS,
		.sources.monitor = {.period_ns = DEFAULT_PERIOD_NS,
				    .measure = true,
				    .may_be_absent = true},
	};
	struct exporter *exporter;
	int code = parse_options(argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	exporter = calloc(1, sizeof(*exporter));
	if (!exporter)
		return message_no_memory();
	exporter->options = &options;
	exporter->pages.board = &exporter->board;
	exporter->pages.started_at_ns = clock_now_ns(CLOCK_REALTIME);
	exporter->file = exporter->pages;
	pthread_mutex_init(&exporter->board.lock, NULL);
	stop_condition_open(&exporter->until);
	code = export_with(exporter);
	close_all(exporter);
	stop_condition_close(&exporter->until);
	free(exporter);
	return code;
}

static const char help[] =
	"usage: vmclock-trace exporter [options]\n"
	"\n"
	"Serves the state of the clock, and what happens to it, as metrics for Prometheus at\n"
	"/metrics, and for people at / and /healthz. Watches the page, without root where that is\n"
	"readable; as root also, by BPF, who reads the driver. Without a device it waits for one.\n"
	"Ends with SIGTERM or Ctrl-C.\n"
	"\n"
	"  -l, --listen ADDRESS     listen there: HOST:PORT, [IPV6]:PORT, :PORT, unix:PATH; may "
	"be\n"
	"                           repeated; default: 127.0.0.1:10319, or systemd's sockets\n"
	"      --web-config FILE    TLS and passwords, in the format of Prometheus's\n"
	"                           exporter-toolkit\n"
	"      --textfile PATH      write the metrics to PATH, for node_exporter, and listen only\n"
	"                           where --listen says so\n"
	"      --textfile-period T  write them every T; default: 15s\n"
	"      --device PATH        a vmclock device, or a file that holds a page; default: the\n"
	"                           first /dev/vmclock*\n"
	"  -i, --interval T         look every T, at most 1s; default: 100ms\n"
	"      --without-bpf        do not look into the kernel: the page alone\n"
	"      --btf FILE           the kernel's types, where it does not show them itself\n"
	"      --reload             let the driver go for who unloads it, and hook it when it\n"
	"                           comes again\n"
	"      --probe-cost         have the kernel count what the hooks cost, for a little more\n"
	"                           of it\n"
	"      --readers N          count by the names of readers too: of the first N, at most "
	"100\n"
	"  -h, --help               show this\n"
	"\n"
	"exit status: 0 ended by a signal, 1 it cannot serve or write, 2 usage;\n"
	"             what is wrong with the clock is in the metrics, and never an exit status 3\n"
	"\n"
	"examples:\n"
	"  vmclock-trace exporter\n"
	"  vmclock-trace exporter --listen :10319 --web-config /etc/vmclock-trace/web.yml\n"
	"  vmclock-trace exporter --textfile /var/lib/prometheus/node-exporter/vmclock.prom\n";

const struct command cmd_exporter = {
	.name = "exporter",
	.help = help,
	.run = exporter_run,
};
