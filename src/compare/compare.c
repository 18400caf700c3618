// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace compare: all clocks side by side, each pair as an interval with its method. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/confine.h"
#include "feed/command.h"
#include "feed/message.h"
#include "feed/options.h"
#include "compare/comparer.h"
#include "compare/comparison_totals.h"
#include "observe/clock_event.h"
#include "observe/clock_sampler.h"
#include "observe/clockbound.h"
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
	bool has_read;			 /* and a read by PTP_SYS_OFFSET_PRECISE in it */
	struct event read;
	struct witness witness;
	struct witness_peers peers;
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
	if (event->type != EVENT_READ || event->result || event->page_state != EVENT_PAGE_STABLE ||
	    event->path != PATH_SYS_OFFSET_PRECISE || event->read.via_kvmclock ||
	    event->read.counter_source != COUNTER_SYSTEM)
		return;
	compare->has_read = true;
	compare->read = *event;
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

static int read_reference(struct compare *compare, struct reference_clock *clock,
			  struct event *event)
{
	int err;

	if (compare->reader)
		return clock_event_reference(compare->reader, clock, event);
	*event = (struct event){.type = EVENT_CLOCK, .time_ns = clock_now_ns(CLOCK_MONOTONIC)};
	err = reference_clock_read(clock, &event->clock);
	event->latency_ns = clock_now_ns(CLOCK_MONOTONIC) - event->time_ns;
	return err;
}

static void add_clock(struct compare *compare, struct compared_references *out,
		      const struct event *event, int err)
{
	if (!err) {
		witness_event_alone(&compare->witness, event);
		witness_peers_event(&compare->peers, &compare->witness, event);
	}
	if (event->clock.clock != OBSERVED_REALTIME)
		compared_references_add(out, event, err);
}

/* CLOCK_REALTIME and ClockBound, beside the page if there is one. */
static void read_claims(struct compare *compare, struct compared_references *out)
{
	struct event event;
	int err;

	if (!compare->reader)
		return;
	if (!clock_event_realtime(compare->reader, &event))
		add_clock(compare, out, &event, 0);
	err = clock_event_clockbound(compare->reader, &event);
	if (err == -ENOENT)
		return;
	if (err) {
		event = (struct event){.type = EVENT_CLOCK};
		event.clock.clock = OBSERVED_CLOCKBOUND;
	}
	add_clock(compare, out, &event, err);
}

/* Each of the other PTP clocks and ClockBound, beside the page if there is one. */
static void read_references_once(struct compare *compare, struct compared_references *out)
{
	memset(out, 0, sizeof(*out));
	read_claims(compare, out);
	for (size_t i = 0; i < compare->references.count; i++) {
		struct reference_clock *clock = &compare->references.clock[i];
		struct event event;
		int err = read_reference(compare, clock, &event);

		if (err) {
			event = (struct event){.type = EVENT_CLOCK};
			event.clock.clock = OBSERVED_PHC_OTHER;
			event.clock.reference = clock->reference;
			event.clock.scale = clock->scale;
		}
		add_clock(compare, out, &event, err);
	}
}

/* Twice: two clocks contradict each other where both show it, as judge/witness_peers.h has it. */
static void read_references(struct compare *compare, struct compared_references *out)
{
	read_references_once(compare, out);
	read_references_once(compare, out);
	compared_references_measure(out, &compare->peers);
}

/* What the kernel returned with the read of the driver that was seen. */
static void find_realtime(const struct compare *compare, const struct clock_sampler_shown *shown,
			  struct answers_sources *sources)
{
	for (size_t i = 0; i < shown->count; i++) {
		const struct phc_precise *precise = &shown->precise[i];

		if (precise->phc.tv_sec != compare->read.read.sec ||
		    precise->phc.tv_nsec != (long)compare->read.read.nsec)
			continue;
		sources->has_realtime = true;
		sources->realtime = precise->realtime;
	}
}

/* The driver's reads, and what all answer at one counter value. */
static struct answers ask_all(struct compare *compare, const struct clock_sample *sample)
{
	struct answers_sources sources = {
		.sample = sample,
		.monotonic_ns = (int64_t)clock_now_ns(CLOCK_MONOTONIC),
	};
	struct clock_sampler_shown shown;

	sources.has_clockbound = compare->reader && page_reader_is_device(compare->reader) &&
				 !clockbound_read(NULL, &sources.clockbound);
	compare->has_read = false;
	if (!compare->kernel)
		return answers_of(&sources);
	clock_sampler_show_driver(compare->phc, &shown);
	kernel_trace_consume(compare->kernel, on_event, compare);
	if (compare->has_read) {
		sources.read = &compare->read;
		find_realtime(compare, &shown, &sources);
	}
	return answers_of(&sources);
}

static void take_sample(struct compare *compare)
{
	struct compared_references references;
	struct clock_sample sample;
	struct answers answers;

	memset(&compare->driver, 0, sizeof(compare->driver));
	clock_sampler_take(compare->reader, compare->phc, &sample);
	read_references(compare, &references);
	answers = ask_all(compare, &sample);
	comparer_add(&compare->comparer, &sample, compare->kernel ? &compare->driver : NULL,
		     &references, &compare->newest);
	compare->newest.answers = answers;
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

/* All is open but the segment of ClockBound, which is opened by name for each sample. */
static void give_up_rights(void)
{
	int user = confine_user(clockbound_place(), R_OK), rights = privileges_drop(true);

	if (user || rights)
		message_not_confined(user ? user : rights);
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
	give_up_rights();
	catch_signals();
	compare.totals.agree = claim_unknown(CLAIM_NO_EVENTS);
	take_samples(&compare, options);
	tell_end(&compare);
	if (compare.totals.agree.state != CLAIM_HOLDS)
		status = compare.totals.agree.state == CLAIM_FAILS ? EXIT_FINDING : EXIT_FAILED;
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
	{OPTION_COLOUR},
	{OPTION_JSON(struct compare_options, json,
		     "one JSON object a line, the last a summary; schema vmclock-trace/compare/3")},
	{OPTION_SCHEMA(&compare_schema)},
	{0},
};

static const struct command_exit exits[] = {
	{EXIT_DONE, "no clock contradicts what it or another claims"},
	{EXIT_FAILED, "whether the clocks agree is not known: no two could be held against each "
		      "other, or the page is cut or has a value that is not defined; or there is "
		      "neither a page nor a PTP clock, the page that was asked for cannot be "
		      "read, or the output cannot be written"},
	{EXIT_FINDING,
	 "a contradiction: page and CLOCK_REALTIME are further apart than both claim "
	 "(bounds_disjoint), the PTP clock is not between what the page said around it "
	 "(phc_outside_page), the driver is not equal to the page at the same counter "
	 "value (driver_differs), an update of the page is beyond the bound of the "
	 "one before and the marker did not move, so the host's clock was stepped "
	 "(host_step), or two other clocks, or one and the page, are further apart "
	 "than they claim (clocks_disagree)"},
	{0},
};

const struct command cmd_compare = {
	.name = "compare",
	.summary = "all clocks side by side, each difference an interval",
	.usage = "[options]",
	.about =
		"All clocks of this machine side by side: the vmclock page, its PTP clock by "
		"each ioctl, all other PTP clocks, ClockBound, CLOCK_REALTIME, CLOCK_MONOTONIC and "
		"CLOCK_MONOTONIC_RAW. Every "
		"difference is an interval in which the true one lies, with the method that "
		"measured it. As root it also holds what the driver returned against the page "
		"at the same counter value: 0 ns apart, or it says why.",
	.options = options,
	.exits = exits,
	.examples = "sudo vmclock-trace compare\n"
		    "vmclock-trace compare --count 1\n"
		    "vmclock-trace compare --count 3600 --json > clocks.jsonl\n",
	.run = compare_run,
};
