// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace wait: until it happens, so that a service can gate on it. */
#include <stdio.h>
#include <string.h>

#include "base/clock_now.h"
#include "feed/command.h"
#include "feed/file_page.h"
#include "feed/live.h"
#include "feed/message.h"
#include "feed/options.h"
#include "watch/wait_exec.h"
#include "judge/health.h"
#include "judge/incident.h"
#include "judge/judge.h"
#include "show/json_add.h"
#include "watch/wait_view.h"

/* The exit code a shell gives for a program that a signal ended. */
#define EXIT_BY_SIGNAL 128
#define KIND(kind)     (1u << (kind))
/* With those that wait cannot see: they do not come. */
#define ANY_KIND (KIND(FINDINGS) - 1)

/* What is waited for: one or more of them. */
struct requests {
	uint32_t kinds; /* KIND() of findings */
	bool synchronized;
	bool recovered;
};

struct wait_options {
	struct page_monitor_options monitor;
	struct requests requests;
	bool has_timeout;
	int64_t timeout_ns;
	bool has_marker;
	uint64_t marker; /* the one that the caller knows */
	bool json;
	char **command; /* NULL: none */
};

struct wait {
	const struct wait_options *options;
	struct live live;
	struct judge *judge;
	struct stop_condition until;
	uint64_t start_ns;
	bool sampled;	       /* has a whole page been seen? */
	bool was_bad;	       /* was it seen that not all was well, */
	uint64_t bad_ns;       /* and when last? */
	struct claim well;     /* is it, by what was seen until now? */
	const char *what;      /* what happened; NULL: nothing yet */
	enum wait_basis basis; /* of a state */
	bool has_finding;
	struct finding finding;
};

static void happen(struct wait *wait, const char *what, const struct finding *finding)
{
	if (wait->what)
		return;
	wait->what = what;
	wait->has_finding = finding != NULL;
	if (finding)
		wait->finding = *finding;
}

static void on_finding(const struct finding *finding, void *arg)
{
	struct wait *wait = arg;

	if (wait->options->requests.kinds & KIND(finding->kind))
		happen(wait, finding_name(finding->kind), finding);
}

static const struct judge_handlers handlers = {.finding = on_finding};

/* The caller knows an older marker than the first that we see: it happened before we came. */
static void check_marker(struct wait *wait, const struct event *event)
{
	const struct wait_options *options = wait->options;
	uint64_t marker = page_get(&event->page, PAGE_DISRUPTION_MARKER);
	struct finding finding = {
		.kind = FINDING_DISRUPTION,
		.severity = FINDING_CRITICAL,
		.device = event->device,
		.not_before_ns = event->time_ns,
		.found_ns = event->time_ns,
		.since_start = true,
		.has_after = true,
		.after = event->page,
		.event = *event,
		.change = {true, true, options->marker, marker},
	};

	if (options->has_marker && marker != options->marker)
		happen(wait, finding_name(FINDING_DISRUPTION), &finding);
}

static void handle_page(struct wait *wait, const struct event *event)
{
	const struct page *page = &event->page;

	if (event->page_state != EVENT_PAGE_STABLE || page_mode(page) == PAGE_INVALID)
		return;
	if (!wait->sampled)
		check_marker(wait, event);
	wait->sampled = true;
}

/* A state, and by what it is known. */
static void become(struct wait *wait, const char *what, enum wait_basis basis)
{
	if (!wait->what)
		wait->basis = basis;
	happen(wait, what, NULL);
}

static bool is_of_file(const struct wait *wait)
{
	return !page_monitor_facts(wait->live.monitor)->is_device;
}

/* The page of a file may be of another machine, and is to be compared with nothing if so asked. */
static struct claim is_of_here(const struct wait *wait)
{
	if (wait->options->monitor.foreign)
		return claim_unknown(CLAIM_NOT_COMPARED);
	return is_of_file(wait) ? file_page_claim(&judge_page(wait->judge)->page)
				: claim_seen(true);
}

/* By the page's own status; what else must be good the judge knows. */
static void check_synchronized(struct wait *wait)
{
	const struct page *page = &judge_page(wait->judge)->page;

	if (wait->options->requests.synchronized && judge_page_is_good(wait->judge) &&
	    page_mode(page) == PAGE_FULL && !page_is_in_doubt(page, NULL, 0) &&
	    page_get(page, PAGE_CLOCK_STATUS) == VMCLOCK_STATUS_SYNCHRONIZED &&
	    (!is_of_file(wait) || is_of_here(wait).state == CLAIM_HOLDS))
		become(wait, "synchronized", is_of_file(wait) ? WAIT_BY_FILE : WAIT_BY_PAGE);
}

static bool on_event(const struct event *event, const struct source_note *note, void *arg)
{
	struct wait *wait = arg;

	(void)note;
	if (wait->what)
		return false;
	if (event->type == EVENT_PAGE)
		handle_page(wait, event);
	judge_event(wait->judge, event);
	if (event->type == EVENT_PAGE)
		check_synchronized(wait);
	return !wait->what;
}

static bool is_known_bad(const struct wait *wait)
{
	return wait->well.state == CLAIM_FAILS ||
	       (wait->well.state != CLAIM_HOLDS && judge_page(wait->judge)->known &&
		!judge_page_is_good(wait->judge));
}

/* What no incident told of, as of a page that was bad from the beginning, settles as one does. */
static bool is_settling(const struct wait *wait)
{
	return wait->was_bad && clock_now_ns(CLOCK_MONOTONIC) - wait->bad_ns < INCIDENT_SETTLE_NS;
}

/*
 * After all events of a moment: an update may be followed by a clock that is still wrong. Only what
 * was seen to be bad has recovered: what was before this wait is not known.
 */
static void check_recovered(struct wait *wait)
{
	bool clocks = page_monitor_facts(wait->live.monitor)->clock_period_ns && !is_of_file(wait);
	bool is_other = judge_has_witness_but_page(wait->judge);
	enum wait_basis basis = is_other	   ? WAIT_BY_WITNESS
				: is_of_file(wait) ? WAIT_BY_FILE
						   : WAIT_BY_CLOCKS;

	wait->well = judge_is_well(wait->judge, clocks);
	if (wait->well.state == CLAIM_HOLDS && !is_other)
		wait->well = is_of_here(wait);
	if (is_known_bad(wait))
		wait->bad_ns = clock_now_ns(CLOCK_MONOTONIC);
	wait->was_bad = wait->bad_ns != 0;
	if (wait->well.state != CLAIM_HOLDS)
		return;
	if (wait->options->requests.recovered && !is_settling(wait))
		become(wait, wait->was_bad ? "recovered" : "synchronized", basis);
	else if (wait->options->requests.recovered)
		wait->well = claim_unknown(CLAIM_ENDED_EARLY);
	/* The page's own status says so where it has one: see check_synchronized(). */
	if (wait->options->requests.synchronized && is_other)
		become(wait, "synchronized", basis);
}

static enum stop_condition_news run(struct wait *wait)
{
	struct source *source = &wait->live.source;
	enum stop_condition_news news = STOP_CONDITION_READY;

	source_begin(source, &wait->until, on_event, wait);
	while (check_recovered(wait), !wait->what && news == STOP_CONDITION_READY)
		news = source_next(source, NULL);
	/* What happened before the time was over has happened. */
	if (!wait->what && news == STOP_CONDITION_OVER) {
		source_end(source);
		check_recovered(wait);
	}
	return news;
}

static void tell_timeout(const struct wait_options *options, const struct wait_result *result)
{
	bool is_state = options->requests.recovered || options->requests.synchronized;
	struct error error = {0};

	if (is_state && result->sampled && health_is_freerunning(result->page))
		error_cause(&error, "it did not happen in time; the host has no source of time "
				    "(FREERUNNING)");
	else if (is_state && result->well.state == CLAIM_UNKNOWN)
		error_cause(&error,
			    "it did not happen in time; whether the clock is well is not known: %s",
			    claim_why_means(result->well.why));
	else if (is_state && result->well.state == CLAIM_FAILS)
		error_cause(&error, "it did not happen in time; a clock is bad, or was until a few "
				    "seconds ago");
	else
		error_cause(&error, "it did not happen in time%s%s", result->sampled ? "" : ": ",
			    result->sampled ? "" : claim_why_means(CLAIM_NO_PAGE));
	if (!result->sampled)
		error_hint(&error, "vmclock-trace status says what is there");
	else if (is_state && result->well.state == CLAIM_UNKNOWN &&
		 result->well.why == CLAIM_UNDEFINED)
		error_hint(&error, "vmclock-trace status says which");
	else if (options->requests.recovered && result->page &&
		 page_mode(result->page) == PAGE_MARKER_ONLY)
		error_hint(&error,
			   "the page carries no clock: CLOCK_REALTIME must agree with another PTP "
			   "clock, if there is one whose scale is known");
	message_failure(&error);
	message_stopped(result->stopped_ns);
}

static int tell(const struct wait_options *options, const struct wait_result *result)
{
	if (options->json) {
		put_line(stdout, &wait_schema, wait_json(result));
	} else {
		wait_print(stdout, result);
		if (!result->what)
			tell_timeout(options, result);
	}
	return message_output(EXIT_DONE);
}

/* Tell how it ended, and go on as the caller wants. */
static int finish(struct wait *wait, enum stop_condition_news news)
{
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);
	const struct wait_result result = {
		.what = wait->what,
		.finding = wait->has_finding ? &wait->finding : NULL,
		.device = page_monitor_facts(wait->live.monitor)->path,
		.page = page_monitor_page(wait->live.monitor),
		.sampled = wait->sampled,
		.time_ns = now_ns,
		.waited_ns = now_ns - wait->start_ns,
		.stopped_ns = stop_condition_stopped_ns(&wait->until),
		.basis = wait->basis,
		.well = wait->well,
		.witness = judge_witness(wait->judge),
	};
	int code;

	if (!wait->what && news == STOP_CONDITION_SIGNAL)
		return EXIT_BY_SIGNAL + wait->until.signal;
	if (!wait->what && news == STOP_CONDITION_FAILED)
		return EXIT_FAILED;
	code = tell(wait->options, &result);
	if (code != EXIT_DONE)
		return code;
	if (!wait->what)
		return EXIT_TIMEOUT;
	if (!wait->options->command)
		return EXIT_DONE;
	stop_condition_close(&wait->until);
	return wait_exec(wait->options->command, &result);
}

static int wait_with(struct wait *wait)
{
	const struct live_request request = {.monitor = wait->options->monitor, .page_only = true};

	wait->judge = judge_new(&handlers, wait);
	if (!wait->judge)
		return message_no_memory();
	if (live_open(&wait->live, &request))
		return EXIT_FAILED;
	/* The command of --exec has those that wait has. */
	if (!wait->options->command)
		live_drop_privileges(&wait->live);
	if (live_start(&wait->live))
		return EXIT_FAILED;
	wait->start_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (wait->options->has_timeout)
		stop_condition_limit(&wait->until, (uint64_t)wait->options->timeout_ns);
	return finish(wait, run(wait));
}

/* One word of --for. */
static int add_request(const char *name, struct requests *requests)
{
	enum finding_kind kind;

	if (!strcmp(name, "any"))
		requests->kinds = ANY_KIND;
	else if (!strcmp(name, "maintenance"))
		requests->kinds |=
			KIND(FINDING_MAINTENANCE_SOON) | KIND(FINDING_MAINTENANCE_IMMINENT);
	else if (!strcmp(name, "synchronized"))
		requests->synchronized = true;
	else if (!strcmp(name, "recovered"))
		requests->recovered = true;
	else if (!finding_kind_by_name(name, &kind))
		requests->kinds |= KIND(kind);
	else
		return -1;
	return 0;
}

/* Those, and findings by their name. */
static const char *request_word(unsigned int i)
{
	static const char *const words[] = {"any", "synchronized", "recovered", "maintenance"};
	const unsigned int count = sizeof(words) / sizeof(words[0]);

	if (i < count)
		return words[i];
	for (enum finding_kind kind = 0; kind < FINDINGS; kind++) {
		if (!finding_needs_hooks(kind) && i-- == count)
			return finding_name(kind);
	}
	return NULL;
}

/* No hook in the kernel is attached here: what only they show would never come. */
static int refuse_unseen(const char *name)
{
	message_error("wait cannot see %s: that needs hooks in the kernel, and wait has none",
		      name);
	message_hint("sudo vmclock-trace trace shows it live, record keeps it, exporter counts it");
	return EXIT_USAGE;
}

/* Names with commas between them. */
static int parse_requests(const struct command_option *option, const char *text, void *requests)
{
	for (const char *from = text;; from++) {
		size_t length = strcspn(from, ",");
		enum finding_kind kind;
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)length, from);
		if (!finding_kind_by_name(name, &kind) && finding_needs_hooks(kind))
			return refuse_unseen(name);
		if (length >= sizeof(name) || add_request(name, requests))
			return option_refuse(
				option, text,
				"a list of: any, synchronized, recovered, maintenance, "
				"or names of findings such as disruption,restore,host_step");
		from += length;
		if (!*from)
			return MESSAGE_GO_ON;
	}
}

static int parse_options(int argc, char **argv, struct wait_options *options)
{
	int code = options_parse(&cmd_wait, argc, argv, options);

	if (code == MESSAGE_GO_ON && options->has_marker &&
	    !(options->requests.kinds & KIND(FINDING_DISRUPTION))) {
		message_error("--since-marker is only for --for disruption");
		return message_usage_hint();
	}
	return code;
}

static int wait_run(int argc, char **argv)
{
	struct wait_options options = {0};
	static struct wait wait;
	int code = parse_options(argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	wait.options = &options;
	stop_condition_open(&wait.until);
	code = wait_with(&wait);
	live_close(&wait.live);
	judge_free(wait.judge);
	stop_condition_close(&wait.until);
	return code;
}

static const struct command_option options[] = {
	{"for", 'f', "LIST", .parse = parse_requests, .completion = COMPLETE_WORDS,
	 OPTION_AT(struct wait_options, requests), .word = request_word, .required = true,
	 .help = "any finding that needs no hooks in the kernel by its name (disruption, "
		 "restore, host_step, status_change, writer_stuck, stun, ...), maintenance (soon "
		 "or imminent), any of all; and two states, which may be so already: synchronized "
		 "(the page's clock_status is SYNCHRONIZED; of a page without a clock: "
		 "CLOCK_REALTIME agrees with the best other clock), recovered (page and clocks "
		 "are good, and no incident is open)",
	 .doc = "One or more with commas between them. The findings are listed in "
		"*vmclock-trace-watch*(1). Those that need hooks in the kernel (_driver\\_error_, "
		"_driver\\_mismatch_, _clock\\_set_, _data\\_loss_) are refused, as wait has none: "
		"*vmclock-trace-trace*(1) shows them.\n\n"
		"_recovered_: the page is whole and valid, its clock SYNCHRONIZED, CLOCK_REALTIME "
		"and the PTP clock agree with it within what they claim (1 ms where they "
		"claim nothing), and nothing that this wait saw happen was less than 5 s ago. "
		"Where this wait saw nothing bad, so that what was before it is not known, it says "
		"_synchronized now_. For both states CLOCK_REALTIME must meet the page of a "
		"plain file by the same bounds: else it may be of another machine. "
		"A page that is cut, or has a value that is not defined or out of range, is not "
		"good. What is missing is said when the time is over. "
		"Where the page carries no clock, CLOCK_REALTIME must agree with the witness: a "
		"PTP clock with a bound, else the host's (such as \"KVM virtual PTP\"), which "
		"claims none. Where there is none either, this state does not come.\n\n"
		"_synchronized_ is the same there, and told by the page elsewhere.\n\n"
		"A state returns at once if it is so. So does a finding that is so at the "
		"first sample, as announced maintenance."},
	{"timeout", 't', "T", OPTION_DURATION(struct wait_options, timeout_ns),
	 OPTION_GIVEN(struct wait_options, has_timeout),
	 .help = "give up after T: 0 (sample once), 500ms, 10s, 2m, 1h",
	 .otherwise = "wait as long as it takes", .doc = OPTION_TIME_DOC},
	{OPTION_REFERENCES(struct wait_options, monitor.references)},
	{"since-marker", 0, "N", OPTION_NUMBER(struct wait_options, marker),
	 OPTION_GIVEN(struct wait_options, has_marker),
	 .help = "the marker that you have seen yourself: returns at once if the page has "
		 "another, so nothing is missed in between",
	 .doc = "Only with _disruption_ or _any_ in *--for*."},
	{"exec", 0, "CMD", OPTION_COMMAND_LINE(struct wait_options, command),
	 .help = "then run CMD with the arguments that follow, in place of this program; "
		 "VMCLOCK_FINDING, VMCLOCK_OLD_MARKER and others tell it what happened",
	 .doc = "It keeps the process id. Must be the last option."},
	{OPTION_PAGE(struct wait_options, monitor.device)},
	{"interval", 'i', "T", OPTION_DURATION(struct wait_options, monitor.period_ns),
	 .min = PAGE_MONITOR_PERIOD_MIN_NS, .help = "sample every T, at least 100us",
	 .otherwise = "10ms, or 100ms where the hypervisor notifies"},
	{"no-counter", 0, OPTION_FLAG(struct wait_options, monitor.foreign),
	 .help = "the page is not on this CPU's counter: compare nothing by it"},
	{OPTION_COLOUR},
	{OPTION_JSON(struct wait_options, json, "one JSON object, schema vmclock-trace/wait/2")},
	{OPTION_SCHEMA(&wait_schema)},
	{0},
};

static const struct command_exit exits[] = {
	{EXIT_DONE, "it happened; with --exec that of CMD",
	 "Whatever that is. If _CMD_ can return 4 and that must be distinguished from a "
	 "timeout, leave out *--exec* and use the shell: *vmclock-trace wait ... && "
	 "CMD*."},
	{EXIT_FAILED, "there is no device, it cannot be read, or the output could not be written"},
	{EXIT_FINDING, "not used: that it happened is what was wanted"},
	{EXIT_TIMEOUT,
	 "it did not happen in time; or a state was not known to be so until then, and why",
	 "So it is with a page in a file that is far from CLOCK_REALTIME, one with values "
	 "that are not defined, and one without a clock. What is known and why not is in "
	 "JSON too: _well_, _well\\_unknown_."},
	{EXIT_NOT_RUN, "with --exec: CMD could not be run"},
	{EXIT_NOT_FOUND, "with --exec: there is no such command as CMD"},
	{EXIT_BY_SIGNAL,
	 "a signal ended it: 128 and its number, so 130 for SIGINT and 143 for SIGTERM",
	 .or_more = true},
	{0},
};

const struct command cmd_wait = {
	.name = "wait",
	.passes_rights = true, /* to the command of --exec */
	.summary = "wait until something happens to the clock, then end or run a command",
	.usage = "--for WHAT[,WHAT]... [options] [--exec CMD [ARG]...]",
	.about = "Waits until it happens, says so in one line, and ends; or becomes CMD. So a "
		 "service can start, stop or drain on it. Needs no BPF, and no root where the "
		 "page is readable.",
	.options = options,
	.exits = exits,
	.examples = "vmclock-trace wait --for synchronized --timeout 2m && start-the-database\n"
		    "vmclock-trace wait --for disruption,restore --exec systemctl restart chronyd\n"
		    "vmclock-trace wait --for disruption --since-marker 7 --timeout 0\n",
	.run = wait_run,
};
