// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/trace_options.h"

#include <getopt.h>
#include <string.h>

#include "base/parse.h"
#include "feed/message.h"
#include "feed/playback.h"
#include "observe/cgroup.h"

/* Without a limit of the user's own: what a terminal can take, and a production machine too. */
#define RATE_DEFAULT 10000

/* Options without a letter of their own. */
enum {
	OPTION_DEVICE = 256,
	OPTION_CALLS,
	OPTION_PATH,
	OPTION_ERRORS,
	OPTION_SLOWER,
	OPTION_RATE,
	OPTION_CGROUP,
	OPTION_MEASURE_ALL,
	OPTION_PHC,
	OPTION_STRICT,
	OPTION_KPROBES,
	OPTION_RELOAD,
	OPTION_BTF,
	OPTION_FROM,
	OPTION_SPEED,
};

static const struct option table[] = {
	{"duration", required_argument, NULL, 'd'},
	{"events", no_argument, NULL, 'e'},
	{"calls", no_argument, NULL, OPTION_CALLS},
	{"path", required_argument, NULL, OPTION_PATH},
	{"errors", no_argument, NULL, OPTION_ERRORS},
	{"slower", required_argument, NULL, OPTION_SLOWER},
	{"rate", required_argument, NULL, OPTION_RATE},
	{"count", required_argument, NULL, 'n'},
	{"pid", required_argument, NULL, 'p'},
	{"comm", required_argument, NULL, 'c'},
	{"cgroup", required_argument, NULL, OPTION_CGROUP},
	{"measure-all", no_argument, NULL, OPTION_MEASURE_ALL},
	{"phc", required_argument, NULL, OPTION_PHC},
	{"device", required_argument, NULL, OPTION_DEVICE},
	{"strict", no_argument, NULL, OPTION_STRICT},
	{"kprobes", no_argument, NULL, OPTION_KPROBES},
	{"reload", no_argument, NULL, OPTION_RELOAD},
	{"btf", required_argument, NULL, OPTION_BTF},
	{"from", required_argument, NULL, OPTION_FROM},
	{"speed", required_argument, NULL, OPTION_SPEED},
	{"json", no_argument, NULL, 'j'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static int parse_duration(const char *text, int64_t *ns)
{
	if (!parse_duration_ns(text, ns) && *ns > 0)
		return MESSAGE_GO_ON;
	return message_bad_argument("--duration", text, "a time such as 10s, 2.5m or 1h");
}

static int parse_count(const char *text, uint64_t *count)
{
	if (!parse_u64_within(text, 1, UINT64_MAX, count))
		return MESSAGE_GO_ON;
	return message_bad_argument("--count", text, "a number from 1");
}

static int parse_pid(const char *text, uint32_t *pid)
{
	uint64_t number;

	if (parse_u64_within(text, 1, INT32_MAX, &number))
		return message_bad_argument("--pid", text, "a process id");
	*pid = (uint32_t)number;
	return MESSAGE_GO_ON;
}

static int parse_path(const char *text, uint32_t *paths)
{
	for (int i = 0; i < EVENT_PATHS; i++) {
		if (!strcmp(text, event_path_name((enum event_path)i))) {
			*paths |= 1u << i;
			return MESSAGE_GO_ON;
		}
	}
	return message_bad_argument("--path", text,
				    "a path by its name in the output, such as clock_gettime, "
				    "PTP_SYS_OFFSET_PRECISE or read");
}

static int parse_slower(const char *text, uint64_t *ns)
{
	int64_t parsed_ns;

	if (parse_duration_ns(text, &parsed_ns) || parsed_ns <= 0)
		return message_bad_argument("--slower", text, "a time such as 50us or 1ms");
	*ns = (uint64_t)parsed_ns;
	return MESSAGE_GO_ON;
}

static int parse_rate(const char *text, uint32_t *rate)
{
	uint64_t number;

	if (parse_u64_within(text, 0, UINT32_MAX, &number))
		return message_bad_argument("--rate", text, "a number; 0 for no limit");
	*rate = (uint32_t)number;
	return MESSAGE_GO_ON;
}

static int parse_phc(const char *text, bool *all)
{
	*all = !strcmp(text, "all");
	if (*all || !strcmp(text, "vmclock"))
		return MESSAGE_GO_ON;
	return message_bad_argument("--phc", text, "all, or vmclock");
}

/* Which events are to be shown. To ask for some of them is to ask for them. */
static int parse_event_option(int option, const char *text, struct trace_request *request)
{
	request->every_event = true;
	switch (option) {
	case OPTION_CALLS:
		request->calls = true;
		break;
	case OPTION_PATH:
		return parse_path(text, &request->paths);
	case OPTION_ERRORS:
		request->errors_only = true;
		break;
	case OPTION_SLOWER:
		return parse_slower(text, &request->slower_than_ns);
	}
	return MESSAGE_GO_ON;
}

/* Those that ask for something of this machine. */
static const char *live_option(int option)
{
	switch (option) {
	case OPTION_DEVICE:
		return "--device";
	case OPTION_RATE:
		return "--rate";
	case OPTION_MEASURE_ALL:
		return "--measure-all";
	case OPTION_PHC:
		return "--phc";
	case OPTION_STRICT:
		return "--strict";
	case OPTION_KPROBES:
		return "--kprobes";
	case OPTION_RELOAD:
		return "--reload";
	case OPTION_BTF:
		return "--btf";
	}
	return NULL;
}

static int parse_option(int option, const char *text, struct trace_options *options)
{
	switch (option) {
	case 'd':
		return parse_duration(text, &options->duration_ns);
	case 'n':
		return parse_count(text, &options->count);
	case 'p':
		return parse_pid(text, &options->request.pid);
	case 'c':
		options->request.comm = text;
		break;
	case 'j':
		options->json = true;
		break;
	case 'h':
		return message_help(&cmd_trace);
	case '?':
		return message_see_help(&cmd_trace);
	case OPTION_DEVICE:
		options->device = text;
		break;
	case OPTION_RATE:
		return parse_rate(text, &options->request.rate);
	case OPTION_CGROUP:
		options->request.cgroup = text;
		break;
	case OPTION_MEASURE_ALL:
		options->request.measure_all = true;
		break;
	case OPTION_PHC:
		return parse_phc(text, &options->request.all_phcs);
	case OPTION_STRICT:
		options->strict = true;
		break;
	case OPTION_KPROBES:
		options->kprobes_only = true;
		break;
	case OPTION_RELOAD:
		options->reload = true;
		break;
	case OPTION_BTF:
		options->btf = text;
		break;
	case OPTION_FROM:
		options->from.file = text;
		break;
	case OPTION_SPEED:
		return playback_parse(text, &options->from.speed);
	default:
		return parse_event_option(option, text, &options->request);
	}
	return MESSAGE_GO_ON;
}

/* A recording has the rate at which it was made, and names of cgroups that need not be here. */
static int settle_from(struct trace_options *options)
{
	options->from.duration_ns = (uint64_t)options->duration_ns;
	options->request.rate = 0;
	return MESSAGE_GO_ON;
}

static int settle_live(struct trace_options *options)
{
	struct error error = {0};

	if (!options->request.cgroup || !cgroup_of_path(options->request.cgroup, &options->cgroup,
							&options->cgroup_level, &error))
		return MESSAGE_GO_ON;
	message_failure(&error);
	return EXIT_FAILED;
}

int trace_options_parse(int argc, char **argv, struct trace_options *options)
{
	const char *live_only = NULL;
	int option, code;

	*options = (struct trace_options){.request.rate = RATE_DEFAULT};
	while ((option = getopt_long(argc, argv, "d:en:p:c:jh", table, NULL)) != -1) {
		code = parse_option(option, optarg, options);
		if (code != MESSAGE_GO_ON)
			return code;
		live_only = live_option(option) ?: live_only;
	}
	if (optind < argc)
		return message_unexpected(&cmd_trace, argv[optind]);
	code = recorded_check_options(&options->from, live_only);
	if (code != MESSAGE_GO_ON)
		return code;
	return options->from.file ? settle_from(options) : settle_live(options);
}

struct kernel_trace_options trace_options_of_kernel(const struct trace_options *options)
{
	const struct trace_request *request = &options->request;

	return (struct kernel_trace_options){
		.filter = {.pid = request->pid,
			   .comm = request->comm,
			   .cgroup = options->cgroup,
			   .cgroup_level = options->cgroup_level,
			   .errors_only = request->errors_only,
			   .slower_than_ns = request->slower_than_ns,
			   .paths = request->paths},
		.every_event = request->every_event,
		.calls = request->calls,
		.all_phcs = request->all_phcs,
		.rate = request->rate,
		.measure_all = request->measure_all,
		.wait_for_driver = true,
		.btf = options->btf,
		.kprobes_only = options->kprobes_only,
		.reload = options->reload,
	};
}
