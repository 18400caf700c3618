// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/trace_options.h"

#include <string.h>

#include "feed/message.h"
#include "observe/cgroup.h"

static const char *path_word(unsigned int i)
{
	return i < EVENT_PATHS ? event_path_name((enum event_path)i) : NULL;
}

/* One more of them. */
static int parse_path(const struct command_option *option, const char *text, void *value)
{
	uint32_t *paths = value;

	for (unsigned int i = 0; path_word(i); i++) {
		if (!strcmp(text, path_word(i))) {
			*paths |= 1u << i;
			return MESSAGE_GO_ON;
		}
	}
	return option_refuse(option, text,
			     "a path by its name in the output, such as clock_gettime, "
			     "PTP_SYS_OFFSET_PRECISE or read");
}

static const char *phc_word(unsigned int i)
{
	static const char *const words[] = {[false] = "vmclock", [true] = "all"};

	return i < 2 ? words[i] : NULL;
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

int trace_options_settle(struct trace_options *options)
{
	struct trace_request *request = &options->request;

	/* To ask for some events is to ask for events. */
	request->every_event |=
		request->calls || request->errors_only || request->paths || request->slower_than_ns;
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

const struct command_option trace_option_table[] = {
	{OPTION_LIMIT(struct trace_options, duration_ns)},
	{"events", 'e', OPTION_FLAG(struct trace_options, request.every_event),
	 .help = "show each read, which costs more",
	 .doc = "Reads of the driver, and calls of /dev/vmclockN. They cost more than "
		"counting, and can fill the buffer."},
	{"calls", 0, OPTION_FLAG(struct trace_options, request.calls),
	 .help = "as --events, and each whole call, which costs more again",
	 .doc = "Calls to the PTP clock are shown with the reads that the driver made in "
		"them. Calls that fail before they come to the driver are seen only so."},
	{"path", 0, "NAME", .parse = parse_path, OPTION_AT(struct trace_options, request.paths),
	 .completion = COMPLETE_WORD, .word = path_word,
	 .help = "as --events, but only of this path; more than once for several",
	 .doc = "By its name below."},
	{"errors", 0, OPTION_FLAG(struct trace_options, request.errors_only),
	 .help = "as --events, but only what failed"},
	{"slower", 0, "T", OPTION_DURATION(struct trace_options, request.slower_than_ns), .min = 1,
	 .help = "as --events, but only what took longer than T"},
	{"rate", 0, "N", OPTION_NUMBER(struct trace_options, request.rate), .initial = "10000",
	 .excludes = "from", .help = "at most N events a second; 0: any number",
	 .doc = "Those above are counted as uses all the same, and as suppressed."},
	{"count", 'n', "N", OPTION_NUMBER(struct trace_options, count), .min = 1,
	 .help = "stop after N events were shown",
	 .doc = "Calls, and reads that no call was seen around."},
	{"pid", 'p', "P", OPTION_NUMBER(struct trace_options, request.pid), .min = 1,
	 .max = INT32_MAX, .completion = COMPLETE_PROCESS, .help = "only process P",
	 .doc = "All of its threads, by its number in the initial pid namespace, which is not "
		"the one that a container shows."},
	{"comm", 'c', "NAME", OPTION_TEXT(struct trace_options, request.comm),
	 .completion = COMPLETE_THREAD, .help = "only threads of this name (first 15 bytes)"},
	{"cgroup", 0, "PATH", OPTION_TEXT(struct trace_options, request.cgroup),
	 .completion = COMPLETE_CGROUP, .help = "only this cgroup and those in it",
	 .doc = "Of the unified hierarchy: a path from _/sys/fs/cgroup_, such as "
		"_system.slice/chrony.service_."},
	{"measure-all", 0, OPTION_FLAG(struct trace_options, request.measure_all),
	 .excludes = "from",
	 .help = "the latency of each read, not only of a thread's first in a tick",
	 .doc = "Without it, what follows a failure is measured too; see HOW EACH NUMBER IS HAD."},
	{"phc", 0, "WHICH", OPTION_WORD(struct trace_options, request.all_phcs), .word = phc_word,
	 .initial = "vmclock", .excludes = "from",
	 .help = "uses of which PTP clocks: vmclock, or all, other PTP clocks too"},
	{OPTION_PAGE(struct trace_options, device), .excludes = "from"},
	{"strict", 0, OPTION_FLAG(struct trace_options, strict), .excludes = "from",
	 .help = "fail if any hook or the page is missing, instead of going on without it",
	 .doc = "What is missing is named on the standard error. A driver that is released "
		"later, for somebody wants to unload it, is told, and is no failure."},
	{"kprobes", 0, OPTION_FLAG(struct trace_options, kprobes_only), .excludes = "from",
	 .help = "do without fentry: slower; for tests, or where it is suspected"},
	{OPTION_BTF(struct trace_options, btf), .excludes = "from"},
	{"reload", 0, OPTION_FLAG(struct trace_options, reload), .excludes = "from",
	 .help = "release the driver when it is to be unloaded, and hook it when it comes again",
	 .doc = "See RELEASED in *THE SCREEN*. Without this it is held, as by any program that "
		"uses it. The capabilities that hooking takes are then kept, and not given up "
		"once it is hooked."},
	{RECORDED_FROM(struct trace_options, from)},
	{RECORDED_SPEED(struct trace_options, from), .needs = "from"},
	{OPTION_COLOUR},
	{OPTION_JSON(struct trace_options, json,
		     "one JSON object a line, schema vmclock-trace/trace/3")},
	{OPTION_SCHEMA(&trace_schema)},
	{0},
};
