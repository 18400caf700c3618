// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace compare: all clocks side by side, each pair as an interval with its method. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "feed/command.h"
#include "feed/message.h"
#include "feed/options.h"
#include "compare/comparer.h"
#include "compare/comparison_totals.h"
#include "observe/clock_event.h"
#include "observe/clock_sampler.h"
#include "observe/host_clock.h"
#include "observe/kernel.h"
#include "observe/privileges.h"
#include "compare/compare_view.h"

struct compare_options {
	const char *device; /* NULL: the first one */
	uint64_t count;
	int64_t interval_ns;
	struct reference_options references;
	bool json;
};

/* One running comparison: its sources, NULL where there is none, and why. */
struct compare {
	const struct compare_view *view;
	struct compare_context context;
	struct page_reader *reader;
	struct phc *phc;
	struct reference_clocks references;
	struct kernel_trace *kernel;
	struct error no_page, no_phc, no_driver;
	char clocksource[32];
	bool snapshots_count;
	struct comparer comparer;
	struct comparison newest;
	struct comparison_totals totals;
	struct driver_comparison driver; /* of the sample that is being taken */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

/* A comparison that is ended early still shows what it has. */
static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal}, before;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* Unless it is ignored, as nohup(1) has it. */
	if (!sigaction(SIGHUP, NULL, &before) && before.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
}

static void on_event(const struct event *event, void *arg)
{
	struct compare *compare = arg;

	driver_comparison_add(&compare->driver, event, compare->snapshots_count);
}

/*
 * The page. Without one the PTP clock may still be there: a page below 4 KiB gets no device node.
 * A path that was asked for must be readable.
 */
static int open_page(struct compare *compare, const struct compare_options *options)
{
	int err = page_reader_open(options->device, PAGE_VIA_AUTO, &compare->reader,
				   &compare->no_page);

	if (err) {
		compare->context.no_page = &compare->no_page;
		return options->device ? err : 0;
	}
	compare->context.device = page_reader_path(compare->reader);
	compare->context.is_device = page_reader_is_device(compare->reader);
	return 0;
}

static void open_phc(struct compare *compare)
{
	int fd = compare->reader ? page_reader_fd(compare->reader) : -1;

	if (phc_open(fd, &compare->phc, &compare->no_phc))
		compare->context.no_phc = &compare->no_phc;
	else
		compare->context.phc = phc_path(compare->phc);
}

/* To see what the driver answers to our own reads; there is no other way to the counter it used. */
static void open_kernel(struct compare *compare)
{
	const struct kernel_trace_options options = {
		.filter = {.pid = (uint32_t)getpid(), .comm = CLOCK_SAMPLER_SHOW_COMM},
		.every_event = true,
	};

	if (!compare->phc)
		error_cause(&compare->no_driver, "there is no PTP clock to read it through");
	else if (!kernel_trace_open(&compare->kernel, &options, &compare->no_driver))
		return;
	compare->context.no_driver = &compare->no_driver;
}

/* 0, or -errno with @error filled. */
static int open_sources(struct compare *compare, const struct compare_options *options,
			struct error *error)
{
	int err = open_page(compare, options);

	if (err) {
		*error = compare->no_page;
		return err;
	}
	open_phc(compare);
	reference_clocks_open(&options->references, &compare->references);
	if (!compare->reader && !compare->phc && !compare->references.count) {
		*error = compare->no_page;
		return -ENODEV;
	}
	open_kernel(compare);
	compare->context.count = options->count;
	compare->snapshots_count = host_clock_is_on_counter();
	if (!host_clock_source(compare->clocksource, sizeof(compare->clocksource)))
		compare->context.clocksource = compare->clocksource;
	return 0;
}

static void close_sources(struct compare *compare)
{
	kernel_trace_close(compare->kernel);
	reference_clocks_close(&compare->references);
	phc_close(compare->phc);
	page_reader_close(compare->reader);
}

/* Sleep until @deadline of CLOCK_MONOTONIC or until interrupted. */
static void sleep_until(const struct timespec *deadline)
{
	while (!interrupted &&
	       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, deadline, NULL) == EINTR)
		;
}

/* Each of the other PTP clocks, beside the page if there is one. */
static void read_references(struct compare *compare, struct compared_references *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < compare->references.count; i++) {
		struct reference_clock *clock = &compare->references.clock[i];
		struct event event = {.type = EVENT_CLOCK};
		int err = compare->reader ? clock_event_reference(compare->reader, clock, &event)
					  : reference_clock_read(clock, &event.clock);

		if (err) {
			event = (struct event){.type = EVENT_CLOCK};
			event.clock.reference = clock->reference;
			event.clock.scale = clock->scale;
		}
		compared_references_add(out, &event, err);
	}
}

static void take_sample(struct compare *compare)
{
	struct compared_references references;
	struct clock_sample sample;

	memset(&compare->driver, 0, sizeof(compare->driver));
	clock_sampler_take(compare->reader, compare->phc, &sample);
	read_references(compare, &references);
	if (compare->kernel) {
		clock_sampler_show_driver(compare->phc);
		kernel_trace_consume(compare->kernel, on_event, compare);
	}
	comparer_add(&compare->comparer, &sample, compare->kernel ? &compare->driver : NULL,
		     &references, &compare->newest);
	comparison_totals_add(&compare->totals, &compare->newest);
	compare->view->sample(stdout, &compare->context, &compare->newest);
}

static void take_samples(struct compare *compare, const struct compare_options *options)
{
	struct timespec next;
	struct instant at;

	clock_gettime(CLOCK_MONOTONIC, &next);
	at = instant_from_timespec(next);
	for (uint64_t i = 0; i < options->count && !interrupted && !ferror(stdout); i++) {
		if (i > 0) {
			/* Beyond 292 years means no limit. */
			if (instant_add_ns(at, options->interval_ns, &at))
				return;
			next = instant_to_timespec(at);
			sleep_until(&next);
			if (interrupted)
				return;
		}
		take_sample(compare);
	}
}

static void tell_end(struct compare *compare)
{
	struct event_losses losses;
	struct compare_result result = {
		.totals = &compare->totals,
		.last = compare->totals.samples ? &compare->newest : NULL,
	};

	if (compare->kernel && !kernel_trace_losses(compare->kernel, &losses))
		result.losses = &losses;
	compare->view->end(stdout, &compare->context, &result);
}

static int compare_clocks(const struct compare_options *options)
{
	static struct compare compare;
	struct error error = {.cause = ""};
	int status = EXIT_DONE;

	compare.view = options->json ? &compare_view_json : &compare_view_text;
	if (open_sources(&compare, options, &error)) {
		message_failure(&error);
		close_sources(&compare);
		return EXIT_FAILED;
	}
	if (privileges_drop())
		message_error("capabilities could not be dropped; going on with them");
	catch_signals();
	take_samples(&compare, options);
	tell_end(&compare);
	if (comparison_totals_contradictions(&compare.totals))
		status = EXIT_FINDING;
	close_sources(&compare);
	return message_output(status);
}

static int compare_run(int argc, char **argv)
{
	struct compare_options options = {0};
	int code = options_parse(&cmd_compare, argc, argv, &options);

	return code == MESSAGE_GO_ON ? compare_clocks(&options) : code;
}

static const struct command_option options[] = {
	{OPTION_PAGE(struct compare_options, device)},
	{"count", 'n', "N", OPTION_NUMBER(struct compare_options, count), .min = 1, .initial = "3",
	 .help = "how many samples; rates need more than one"},
	{"interval", 'i', "T", OPTION_DURATION(struct compare_options, interval_ns),
	 .initial = "1s", .help = "time from one sample to the next: 250ms, 1s, 1m",
	 .doc = OPTION_TIME_DOC},
	{OPTION_REFERENCES(struct compare_options, references)},
	{OPTION_JSON(struct compare_options, json,
		     "one JSON object a line, the last a summary; schema vmclock-trace/compare/3")},
	{OPTION_SCHEMA(&compare_schema)},
	{0},
};

const struct command cmd_compare = {
	.name = "compare",
	.summary = "all clocks side by side, each difference an interval",
	.usage = "[options]",
	.about = "All clocks of this machine side by side: the vmclock page, its PTP clock by "
		 "each ioctl, all other PTP clocks, CLOCK_REALTIME, CLOCK_MONOTONIC and "
		 "CLOCK_MONOTONIC_RAW. Every "
		 "difference is an interval in which the true one lies, with the method that "
		 "measured it. As root it also holds what the driver returned against the page "
		 "at the same counter value: 0 ns apart, or it says why.",
	.options = options,
	.exit_done = "no clock contradicts what it or another claims",
	.exit_failed = "no device, or it cannot be read",
	.exit_finding =
		"a contradiction: page and CLOCK_REALTIME are further apart than both claim "
		"(bounds_disjoint), the PTP clock is not between what the page said around it "
		"(phc_outside_page), the driver is not equal to the page at the same counter "
		"value (driver_differs), or an update of the page is beyond the bound of the "
		"one before and the marker did not move, so the host's clock was stepped "
		"(host_step)",
	.examples = "sudo vmclock-trace compare\n"
		    "vmclock-trace compare --count 1\n"
		    "vmclock-trace compare --count 3600 --json > clocks.jsonl\n",
	.run = compare_run,
};
