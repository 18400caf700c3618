// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace report: what a recording tells of an incident. */
#include <getopt.h>
#include <stdio.h>

#include "base/parse.h"
#include "feed/message.h"
#include "report/report.h"
#include "report/report_stream.h"

struct report_options {
	char *const *files;
	size_t count;
	struct report_request request;
	enum report_form form;
};

/* A form is written at the end by @put, or while the recording is read by @stream. */
static const struct {
	void (*put)(FILE *out, const struct report *report);
	const struct report_stream *stream;
} forms[] = {
	[REPORT_TEXT] = {.put = report_put_text},	  [REPORT_JSON] = {.put = report_put_json},
	[REPORT_HTML] = {.put = report_put_html},	  [REPORT_CSV] = {.stream = &report_csv},
	[REPORT_PERFETTO] = {.stream = &report_perfetto},
};

static const struct report_several *several;

void report_set_several(const struct report_several *given)
{
	several = given;
}

static int parse_option(int option, const char *text, struct report_options *options)
{
	switch (option) {
	case 'j':
		options->form = REPORT_JSON;
		break;
	case 'H':
		options->form = REPORT_HTML;
		break;
	case 'C':
		options->form = REPORT_CSV;
		break;
	case 'P':
		options->form = REPORT_PERFETTO;
		break;
	case 'S':
		fputs(report_schema, stdout);
		return EXIT_DONE;
	case 'i':
		if (parse_u64_within(text, 1, UINT64_MAX, &options->request.incident))
			return message_bad_argument("--incident", text, "a number from 1");
		break;
	case 's':
		options->request.since = text;
		break;
	case 'u':
		options->request.until = text;
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
		{"csv", no_argument, NULL, 'C'},
		{"perfetto", no_argument, NULL, 'P'},
		{"schema", no_argument, NULL, 'S'},
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
	if (optind == argc) {
		message_error("which recording is to be reported on?");
		return message_see_help(&cmd_report);
	}
	options->files = argv + optind;
	options->count = (size_t)(argc - optind);
	return MESSAGE_GO_ON;
}

static int report_on_all(const struct report_options *options)
{
	bool has_form = several && several->has_form(options->form);
	struct error error = {0};

	if (has_form && !options->request.incident)
		return several->run(options->files, options->count, &options->request,
				    options->form);
	error_cause(&error, "%s is of one recording, and these are %zu",
		    has_form ? "--incident" : "that form of a report", options->count);
	error_hint(&error, "%s",
		   has_form ? "ask for a part of the time with --since and --until"
			    : "text, --html and --json tell of several");
	message_failure(&error);
	return EXIT_USAGE;
}

static int report_on(const struct report_options *options)
{
	struct report_source *material = NULL;
	const struct report *report;
	int code = report_source_open(options->files[0], &options->request, &material);

	if (code == MESSAGE_GO_ON) {
		report = report_source_report(material);
		forms[options->form].put(stdout, report);
		code = message_damaged(options->files[0], report->damage, "the report");
		if (code == EXIT_DONE && report_claim(report).state == CLAIM_UNKNOWN)
			code = EXIT_FAILED;
	}
	report_source_close(material);
	return code;
}

static int report_run(int argc, char **argv)
{
	struct report_options options = {0};
	int code = parse_options(argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	if (options.count > 1)
		code = report_on_all(&options);
	else if (forms[options.form].stream)
		code = report_stream_run(options.files[0], &options.request,
					 forms[options.form].stream, stdout);
	else
		code = report_on(&options);
	return message_output(code);
}

static const char help[] =
	"usage: vmclock-trace report [options] FILE...\n"
	"\n"
	"Says what a recording tells: first a verdict (what happened, when, for how long, how "
	"wrong\n"
	"each clock was, who was hurt), then the timeline with the page before and after as "
	"evidence,\n"
	"who used the clock, and what is not known. The same recording gives the same bytes.\n"
	"\n"
	"Of several recordings it makes one timeline on UTC, each moment an interval, and says "
	"what is\n"
	"known of the order, and what was bad on several hosts at the same time.\n"
	"\n"
	"  -i, --incident N  only incident N\n"
	"      --since T     only what happened from T on: 2026-11-23T03:33:07Z, or 90s after the "
	"start\n"
	"      --until T     only what happened before T\n"
	"      --html        one file for a browser, with plots; it needs no network and no "
	"script\n"
	"      --csv         a table for a spreadsheet: a row each event, finding and incident\n"
	"      --perfetto    a trace for the Perfetto UI, in binary\n"
	"  -j, --json        one object, schema vmclock-trace/report/1; of several: fleet/1\n"
	"      --schema      print the JSON Schema of --json of one recording\n"
	"  -h, --help        show this\n"
	"\n"
	"exit status: 0 reported, whatever happened\n"
	"             1 a FILE is no recording, or is damaged: then the report is of what could be "
	"saved\n"
	"             2 usage\n"
	"             3 never: a report is no alarm\n"
	"\n"
	"examples:\n"
	"  vmclock-trace report clock.sqlite\n"
	"  vmclock-trace report --incident 1 --html clock.sqlite > incident.html\n"
	"  vmclock-trace report --perfetto --since 5m --until 6m clock.sqlite > clock.pftrace\n"
	"  vmclock-trace report --json clock.sqlite | jq .text\n"
	"  vmclock-trace report --html web1.sqlite web2.sqlite db.sqlite > fleet.html\n";

const struct command cmd_report = {
	.name = "report",
	.summary = "what a recording tells: what happened, how wrong each clock was, who was hurt",
	.help = help,
	.run = report_run,
};
