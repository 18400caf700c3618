// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace report: what a recording tells of an incident. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "base/parse.h"
#include "cmd/message.h"
#include "judge/account.h"
#include "render/report_view.h"
#include "store/recording.h"

struct report_options {
	const char *file;
	void (*put)(FILE *out, const struct report *report);
	uint64_t incident;
	const char *since;
	const char *until;
};

/* What a report is made of, to be freed. */
struct material {
	struct recording *recording;
	struct account *account;
	struct recording_losses losses;
	char *cgroups[SUMMARY_READERS];
};

/*
 * "2026-11-23T03:33:07Z", or a length of time since the start such as 90s or 2m, as a reading of
 * the recording's CLOCK_MONOTONIC.
 */
static int parse_moment(const char *text, const struct report *report, uint64_t *time_ns)
{
	struct tm utc = {0};
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);
	int64_t since_ns;

	if (rest && (!*rest || !strcmp(rest, "Z")))
		since_ns = (int64_t)timegm(&utc) * NSEC_PER_SEC - report->start_realtime_ns;
	else if (parse_duration_ns(text, &since_ns))
		return -EINVAL;
	/* What was before the start is the start. */
	*time_ns = report->start_ns + (since_ns > 0 ? (uint64_t)since_ns : 0);
	return 0;
}

static int set_window(const struct report_options *options, struct report *report)
{
	static const char wanted[] =
		"a UTC such as 2026-11-23T03:33:07Z, or a time since the start such as 90s";

	report->until_ns = UINT64_MAX;
	if (options->since && parse_moment(options->since, report, &report->since_ns))
		return message_bad_argument("--since", options->since, wanted);
	if (options->until && parse_moment(options->until, report, &report->until_ns))
		return message_bad_argument("--until", options->until, wanted);
	return MESSAGE_GO_ON;
}

static void read_all(struct material *material)
{
	struct event event;

	while (recording_next(material->recording, &event))
		account_event(material->account, &event);
	account_finish(material->account);
}

static int name_cgroups(struct material *material)
{
	const struct summary *summary = &material->account->summary;

	for (size_t i = 0; i < summary->readers; i++) {
		material->cgroups[i] = strdup(
			recording_cgroup(material->recording, summary->reader[i].who.cgroup));
		if (!material->cgroups[i])
			return -ENOMEM;
	}
	return 0;
}

static bool has_incident(const struct account *account, uint64_t number)
{
	for (size_t i = 0; i < account->incidents; i++) {
		if (account->incident[i]->number == number)
			return true;
	}
	return !number;
}

/* Put it together and out. */
static int report_on(const struct report_options *options, struct material *material)
{
	const struct recording_damage *damage = recording_damage(material->recording);
	const struct fact_list *facts = recording_facts(material->recording);
	const char *name = strrchr(options->file, '/');
	struct report report = {
		.file = name ? name + 1 : options->file,
		.facts = facts,
		.account = material->account,
		.cgroups = (const char *const *)material->cgroups,
		.start_ns = fact_get_u64(facts, "start_monotonic_ns", 0),
		.start_realtime_ns = (int64_t)fact_get_u64(facts, "start_realtime_ns", 0),
		.incident = options->incident,
		.ended = fact_get(facts, "end_monotonic_ns"),
		.cut = fact_get_u64(facts, "events_cut", 0),
	};
	int code = set_window(options, &report);

	if (code != MESSAGE_GO_ON)
		return code;
	read_all(material);
	if (name_cgroups(material)) {
		message_error("there is no memory left");
		return EXIT_FAILED;
	}
	if (!has_incident(material->account, options->incident)) {
		message_error("there is no incident %llu in %s; it has %zu",
			      (unsigned long long)options->incident, options->file,
			      material->account->incidents);
		return EXIT_FAILED;
	}
	recording_losses(material->recording, &material->losses);
	report.lost = material->losses.events;
	report.lost_why = material->losses.cause;
	report.bad_rows = damage->bad_rows;
	report.damage = damage->why;
	options->put(stdout, &report);
	if (!*damage->why)
		return EXIT_DONE;
	message_error("%s is damaged: %s; the report is of what could be saved", options->file,
		      damage->why);
	return EXIT_FAILED;
}

static int parse_option(int option, const char *text, struct report_options *options)
{
	switch (option) {
	case 'j':
		options->put = report_put_json;
		break;
	case 'H':
		options->put = report_put_html;
		break;
	case 'i':
		if (parse_u64_within(text, 1, UINT64_MAX, &options->incident))
			return message_bad_argument("--incident", text, "a number from 1");
		break;
	case 's':
		options->since = text;
		break;
	case 'u':
		options->until = text;
		break;
	case 'h':
		return message_help(&cmd_report);
	default:
		return message_see_help(&cmd_report);
	}
	return MESSAGE_GO_ON;
}

static int parse_options(int argc, char **argv, struct report_options *options)
{
	static const struct option table[] = {
		{"incident", required_argument, NULL, 'i'},
		{"since", required_argument, NULL, 's'},
		{"until", required_argument, NULL, 'u'},
		{"html", no_argument, NULL, 'H'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option, code = MESSAGE_GO_ON;

	while (code == MESSAGE_GO_ON &&
	       (option = getopt_long(argc, argv, "i:jh", table, NULL)) != -1)
		code = parse_option(option, optarg, options);
	if (code != MESSAGE_GO_ON)
		return code;
	if (optind + 1 < argc)
		return message_unexpected(&cmd_report, argv[optind + 1]);
	if (optind == argc) {
		message_error("which recording is to be reported on?");
		return message_see_help(&cmd_report);
	}
	options->file = argv[optind];
	return MESSAGE_GO_ON;
}

static int report_run(int argc, char **argv)
{
	struct report_options options = {.put = report_put_text};
	struct material material = {0};
	struct error error = {0};
	int code = parse_options(argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	if (recording_open(options.file, &material.recording, &error)) {
		message_failure(&error);
		return EXIT_FAILED;
	}
	material.account = account_new();
	if (material.account)
		code = report_on(&options, &material);
	else
		message_error("there is no memory left");
	for (size_t i = 0; i < SUMMARY_READERS; i++)
		free(material.cgroups[i]);
	account_free(material.account);
	recording_close(material.recording);
	if (fflush(stdout) || ferror(stdout)) {
		message_error("the output could not be written");
		return EXIT_FAILED;
	}
	return code == MESSAGE_GO_ON ? EXIT_FAILED : code;
}

static const char help[] =
	"usage: vmclock-trace report [options] FILE\n"
	"\n"
	"Says what a recording tells: first a verdict (what happened, when, for how long, how "
	"wrong\n"
	"each clock was, who was hurt), then the timeline with the page before and after as "
	"evidence,\n"
	"who used the clock, and what is not known. The same recording gives the same bytes.\n"
	"\n"
	"  -i, --incident N  only incident N\n"
	"      --since T     only what happened from T on: 2026-11-23T03:33:07Z, or 90s after the "
	"start\n"
	"      --until T     only what happened before T\n"
	"      --html        one file for a browser, with plots; it needs no network and no "
	"script\n"
	"  -j, --json        one object, schema vmclock-trace/report/1\n"
	"  -h, --help        show this\n"
	"\n"
	"exit status: 0 reported, whatever happened\n"
	"             1 FILE is no recording, or is damaged: then the report is of what could be "
	"saved\n"
	"             2 usage\n"
	"             3 never: a report is no alarm\n"
	"\n"
	"examples:\n"
	"  vmclock-trace report clock.sqlite\n"
	"  vmclock-trace report --incident 1 --html clock.sqlite > incident.html\n"
	"  vmclock-trace report --json clock.sqlite | jq .text\n";

const struct command cmd_report = {
	.name = "report",
	.summary = "what a recording tells: what happened, how wrong each clock was, who was hurt",
	.help = help,
	.run = report_run,
};
