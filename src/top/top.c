// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace top: the clock, the clocks beside it, and who reads it, on a screen. */
#include "feed/command.h"
#include "feed/message.h"
#include "feed/options.h"
#include "top/top_options.h"

static int top_run(int argc, char **argv)
{
	struct top_options options = {0};
	int code = options_parse(&cmd_top, argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	return options.from.file ? top_from(&options) : top_live(&options);
}

static const struct command_option options[] = {
	{OPTION_PAGE(struct top_options, monitor.device), .excludes = "from"},
	{"interval", 'i', "T", OPTION_DURATION(struct top_options, monitor.period_ns),
	 .min = PAGE_MONITOR_PERIOD_MIN_NS, .excludes = "from",
	 .help = "sample every T, at least 100us",
	 .otherwise = "10ms, or 100ms where the hypervisor notifies", .doc = OPTION_TIME_DOC},
	{"without-page", 0, OPTION_FLAG(struct top_options, monitor.may_be_absent),
	 .excludes = "from", .help = "begin without a page too, and wait for one"},
	{"without-bpf", 0, OPTION_FLAG(struct top_options, without_bpf), .excludes = "from",
	 .help = "the page and the clocks alone: no hooks in the kernel, no readers"},
	{"no-counter", 0, OPTION_FLAG(struct top_options, monitor.foreign), .excludes = "from",
	 .help = "the page is not on this CPU's counter: compare nothing by it",
	 .doc = "For files that were recorded, or simulated on a virtual counter."},
	{OPTION_REFERENCES(struct top_options, monitor.references), .excludes = "from"},
	{OPTION_BTF(struct top_options, btf), .excludes = "from"},
	{RECORDED_FROM(struct top_options, from)},
	{"speed", 0, "X", OPTION_SPEED(struct top_options, from.speed), .min = NSEC_PER_SEC / 1000,
	 .initial = "1", .needs = "from", .help = "as many times faster than it happened",
	 .doc = "0.5 is half as fast."},
	{"color", 0, "WHEN", OPTION_WORD(struct top_options, colour), .word = colour_when_word,
	 .initial = "auto", .help = OPTION_COLOUR_HELP, .doc = OPTION_COLOUR_DOC},
	{0},
};

static const struct command_exit exits[] = {
	{EXIT_DONE, "ended by q, Ctrl-C, SIGTERM or SIGHUP, whatever was found"},
	{EXIT_FAILED,
	 "there is no device, or it cannot be read; the standard input or output is no "
	 "terminal, or an unknown one; with --from, the file is not a recording"},
	{0},
};

const struct command cmd_top = {
	.name = "top",
	.summary = "the clock, the clocks beside it and who reads it, live on one screen",
	.usage = "[options]",
	.about = "Shows on one screen, as it happens: whether page and clocks are well now; how "
		 "far each clock is off, and was in the last two minutes; who reads the clock, how "
		 "often, how slow, how wrong and how often in vain; what was found last; and what "
		 "was lost or is not seen.\n\n"
		 "Without root it shows the page and the clocks, and says why it sees no readers. "
		 "A recording is played the same way, with pause and seek.\n\n"
		 "Keys: q quit, p or space pause, u l e f sort readers by uses, latency, error or "
		 "failures, arrows up and down scroll. In a recording: left and right 10 s, home, "
		 "end.",
	.options = options,
	.exits = exits,
	.examples = "sudo vmclock-trace top                       # until q\n"
		    "vmclock-trace top --device /dev/shm/page     # a page that vmclock-sim plays\n"
		    "vmclock-trace top --from clock.sqlite --speed 10\n",
	.run = top_run,
};
