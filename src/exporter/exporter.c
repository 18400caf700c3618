// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace exporter: the clock as metrics, for Prometheus to fetch. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock_now.h"
#include "base/service.h"
#include "base/instant.h"
#include "feed/command.h"
#include "exporter/exporter_board.h"
#include "exporter/exporter_pages.h"
#include "exporter/exporter_sources.h"
#include "exporter/exporter_state.h"
#include "exporter/exporter_textfile.h"
#include "feed/message.h"
#include "feed/options.h"
#include "feed/stop_condition.h"
#include "observe/privileges.h"
#include "serve/http.h"
#include "serve/listeners.h"

#define DEFAULT_ADDRESS "127.0.0.1:10319"

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
	const char *writes[LISTENERS + 2]; /* up to NULL */
	struct exporter_board board;
	struct exporter_pages pages; /* the server's, */
	struct exporter_pages file;  /* and the observing loop's, for --textfile */
	struct listeners listeners;
	struct http *http; /* NULL: nothing is served */
	pthread_t server;
	bool serving;
	struct stop_condition until;
	uint64_t textfile_due_ns;
	bool textfile_failed; /* and that was reported */
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
	privileges_drop(false);
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

static void on_refused(int err)
{
	struct error error = {0};

	error_cause(&error, "a client could not be let in: %s", strerror(-err));
	error_hint_files(&error, err);
	message_failure(&error);
}

static int open_server(struct exporter *exporter, struct error *error)
{
	const struct http_options options = {
		.pages = exporter_pages,
		.arg = &exporter->pages,
		.listeners = &exporter->listeners,
		.web_config = exporter->options->web_config,
		.refused = on_refused,
	};
	int err = open_listeners(exporter, error);

	if (err || !exporter->listeners.count)
		return err;
	err = http_open(&options, &exporter->http, error);
	exporter->pages.http = exporter->http;
	return err;
}

/* Its own files: those of --textfile and of sockets, which it removes at its end. */
static void list_writes(struct exporter *exporter)
{
	size_t count = 0;

	if (exporter->options->textfile)
		exporter->writes[count++] = exporter->options->textfile;
	for (size_t i = 0; i < exporter->listeners.count; i++) {
		if (exporter->listeners.unlink[i])
			exporter->writes[count++] = exporter->listeners.unlink[i];
	}
}

/* All that needs rights, then everything else without them. */
static int open_all(struct exporter *exporter, struct error *error)
{
	const struct exporter_options *options = exporter->options;
	struct exporter_source_options sources = options->sources;
	int err = 0;

	exporter->state = exporter_state_new((size_t)options->readers);
	if (!exporter->state)
		return error_no_memory(error);
	if (options->textfile)
		err = exporter_textfile_begin(options->textfile, error);
	if (!err)
		err = open_server(exporter, error);
	list_writes(exporter);
	sources.writes = exporter->writes;
	if (!err)
		err = exporter_sources_open(&sources, &exporter->sources);
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

/* One more of them. */
static int parse_listen(const struct command_option *option, const char *text, void *value)
{
	struct exporter_options *options = value;
	struct error error;

	if (options->listens == LISTENERS)
		return option_refuse(option, text, "one of the first 16, and no more are taken");
	if (listeners_check(text, &error)) {
		message_failure(&error);
		return EXIT_USAGE;
	}
	options->listen[options->listens++] = text;
	return MESSAGE_GO_ON;
}

static int parse_textfile(const struct command_option *option, const char *text, void *value)
{
	size_t length = strlen(text);

	if (length < 6 || strcmp(text + length - 5, ".prom"))
		return option_refuse(
			option, text,
			"a path that ends with .prom, and node_exporter reads no other "
			"files");
	return option_text(option, text, value);
}

static int exporter_run(int argc, char **argv)
{
	struct exporter_options options = {
		.sources.monitor = {.measure = true, .may_be_absent = true},
	};
	struct exporter *exporter;
	int code = options_parse(&cmd_exporter, argc, argv, &options);

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

static const struct command_option options[] = {
	{"listen", 'l', "ADDRESS", .parse = parse_listen,
	 .help = "listen there: HOST:PORT, [IPV6]:PORT, :PORT, unix:PATH; may be repeated",
	 .otherwise = DEFAULT_ADDRESS ", or systemd's sockets",
	 .doc = "Up to 16 times.\n"
		"\n"
		"_HOST:PORT_\n"
		"\tAll addresses of a name, or one address: 127.0.0.1:10319.\n"
		"\n"
		"_[IPV6]:PORT_\n"
		"\tOne address of IPv6: [::1]:10319.\n"
		"\n"
		"_:PORT_\n"
		"\tAll of the machine, IPv6 and IPv4.\n"
		"\n"
		"_unix:PATH_\n"
		"\tA unix socket, for its owner and group. One that nobody listens at any more is\n"
		"\treplaced.\n"
		"\n"
		"A port of 0 is any free one: where it listens is said on the standard error.\n"
		"The default can be reached from this machine only. Sockets that systemd hands\n"
		"over are listened at too, and instead of the default."},
	{"web-config", 0, "FILE", OPTION_FILE(struct exporter_options, web_config),
	 /* As Prometheus's own exporters call it. */
	 .alias = "web.config.file",
	 .help = "TLS and passwords, in the format of Prometheus's exporter-toolkit",
	 .doc = "See WEB CONFIGURATION. Prometheus's own exporters call the option "
		"--web.config.file, which is understood as well."},
	{"textfile", 0, "PATH", .parse = parse_textfile,
	 OPTION_AT(struct exporter_options, textfile), .completion = COMPLETE_FILE,
	 .help = "write the metrics to PATH, for node_exporter, and listen only where "
		 "--listen says so",
	 .doc = "It must end with _.prom_. The file is replaced as a whole, and removed at "
		"the end, and at the beginning if one was left by a run that was killed."},
	{"textfile-period", 0, "T", OPTION_DURATION(struct exporter_options, textfile_ns),
	 .min = NSEC_PER_SEC / 10, .initial = "15s", .help = "write them every T, at least 100ms"},
	{OPTION_PAGE(struct exporter_options, sources.monitor.device)},
	{"interval", 'i', "T", OPTION_DURATION(struct exporter_options, sources.monitor.period_ns),
	 /* For a tenth of the cost of watch it finds the same, later by at most this. */
	 .initial = "100ms", .min = PAGE_MONITOR_PERIOD_MIN_NS, .max = NSEC_PER_SEC,
	 .help = "sample every T, from 100us to 1s",
	 .doc = "Where the hypervisor notifies, it samples at each notification too."},
	{"without-bpf", 0, OPTION_FLAG(struct exporter_options, sources.without_bpf),
	 .help = "do not look into the kernel: the page alone",
	 .doc = "No privileges are needed then."},
	{OPTION_BTF(struct exporter_options, sources.btf)},
	{"reload", 0, OPTION_FLAG(struct exporter_options, sources.reload),
	 .help = "release the driver when it is to be unloaded, and hook it when it comes again",
	 .doc = "As in *vmclock-trace-trace*(1). The capabilities for that are kept."},
	{"probe-cost", 0, OPTION_FLAG(struct exporter_options, sources.probe_cost),
	 .help = "have the kernel count what the hooks cost, for a little more of it",
	 .doc = "How often the hooks' programs run and how long that takes. It does so for "
		"all BPF programs of the machine, and each run takes some 30 ns longer for "
		"it. Needs what the hooks need."},
	{"readers", 0, "N", OPTION_NUMBER(struct exporter_options, readers), .min = 1,
	 .max = METRICS_READERS,
	 .help = "count by the names of readers too: of the first N, at most 100",
	 .doc = "All others are counted as one, whose name is empty. Threads choose their "
		"names: hence the bound."},
	{0},
};

static const struct command_exit exits[] = {
	{EXIT_DONE, "ended by a signal"},
	{EXIT_FAILED,
	 "it cannot listen, or write its file; the page is there and cannot be read; "
	 "the kernel's events cannot be read any more; the web configuration is wrong",
	 "The cause is on the standard error."},
	{EXIT_FINDING, "never: what is wrong with the clock is in the metrics"},
	{0},
};

const struct command cmd_exporter = {
	.name = "exporter",
	.usage = "[options]",
	.about = "Serves the state of the clock, and what happens to it, as metrics for "
		 "Prometheus at /metrics, and for people at / and /healthz. Watches the page, "
		 "without root where that is readable; as root also, by BPF, who reads the "
		 "driver. Without a device it waits for one. Ends with SIGTERM or Ctrl-C.",
	.options = options,
	.exits = exits,
	.examples =
		"vmclock-trace exporter\n"
		"vmclock-trace exporter --listen :10319 --web-config /etc/vmclock-trace/web.yml\n"
		"vmclock-trace exporter --textfile /var/lib/node-exporter/vmclock.prom\n",
	.run = exporter_run,
};
