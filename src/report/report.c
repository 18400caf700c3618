// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace report: what a recording shows of an incident. */
#include <stdio.h>
#include <string.h>

#include "feed/message.h"
#include "feed/options.h"
#include "report/report.h"
#include "report/report_stream.h"
#include "show/json_schema.h"

struct report_options {
	char **files;
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

/* Its name is that of the option. */
static int parse_form(const struct command_option *option, const char *text, void *value)
{
	static const char *const names[] = {
		[REPORT_JSON] = "json",
		[REPORT_HTML] = "html",
		[REPORT_CSV] = "csv",
		[REPORT_PERFETTO] = "perfetto",
	};
	enum report_form *form = value;

	(void)text;
	for (*form = REPORT_JSON; strcmp(option->name, names[*form]);)
		(*form)++;
	return MESSAGE_GO_ON;
}

/* --json prints one of the two, by how many recordings there are. */
static int put_schema(const struct command_option *option, const char *text, void *value)
{
	struct json_schema both = report_schema;
	const struct json_table *const tables[] = {
		report_schema.tables[0], several ? several->schema->tables[0] : NULL, NULL};

	(void)option;
	(void)text;
	(void)value;
	both.doc = "What vmclock-trace report --json prints: the first of one recording, the "
		   "second of several.";
	both.tables = tables;
	json_schema_print(stdout, &both);
	return message_output(EXIT_DONE);
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
	struct report_request request = options->request;
	struct report_source *source = NULL;
	const struct report *report;
	int code;

	request.keeps_reads = options->form == REPORT_JSON;
	code = report_source_open(options->files[0], &request, &source);
	if (code == MESSAGE_GO_ON) {
		report = report_source_report(source);
		forms[options->form].put(stdout, report);
		code = message_damaged(options->files[0], report->damage, "the report");
		if (code == EXIT_DONE && report_claim(report).state == CLAIM_UNKNOWN)
			code = EXIT_FAILED;
	}
	report_source_close(source);
	return code;
}

static int report_run(int argc, char **argv)
{
	struct report_options options = {0};
	int code = options_parse(&cmd_report, argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	while (options.files[options.count])
		options.count++;
	options.request.is_last = options.count == 1;
	if (options.count > 1)
		code = report_on_all(&options);
	else if (forms[options.form].stream)
		code = report_stream_run(options.files[0], &options.request,
					 forms[options.form].stream, stdout);
	else
		code = report_on(&options);
	return message_output(code);
}

static const struct command_option options[] = {
	{"incident", 0, "N", OPTION_NUMBER(struct report_options, request.incident), .min = 1,
	 .help = "only incident N", .doc = "With the findings in its window."},
	{"since", 0, "T", OPTION_TEXT(struct report_options, request.since),
	 .help = "only what happened from T on: 2026-11-23T03:33:07Z, or 90s after the start",
	 .doc = "A UTC, or a length of time after the start, such as 90s or 2h."},
	{"until", 0, "T", OPTION_TEXT(struct report_options, request.until),
	 .help = "only what happened before T",
	 .doc = "The verdict then speaks of that part of the time; one in which nothing was "
		"recorded is an error."},
	{"html", 0, .parse = parse_form, OPTION_AT(struct report_options, form),
	 .for_programs = true,
	 .help = "one file for a browser, with plots; it needs no network and no script",
	 .doc = "Plots of each clock's error over time, its bounds shaded, and of latencies, "
		"and the page in hex. It follows the reader's light or dark scheme, and fits "
		"narrow screens."},
	{"csv", 0, .parse = parse_form, OPTION_AT(struct report_options, form),
	 .for_programs = true, .excludes = "html",
	 .help = "a table for a spreadsheet: a row each event, finding and incident",
	 .doc = "See *CSV*."},
	{"perfetto", 0, .parse = parse_form, OPTION_AT(struct report_options, form),
	 .for_programs = true, .excludes = "html csv",
	 .help = "a trace for the Perfetto UI, in binary",
	 .doc = "For https://ui.perfetto.dev or *trace_processor*: who read the clock and for "
		"how long, beside how wrong each clock was. See *PERFETTO*. It is not written "
		"to a terminal."},
	{"json", 'j', .parse = parse_form, OPTION_AT(struct report_options, form),
	 .for_programs = true, .excludes = "html csv perfetto",
	 .help = "one object, schema vmclock-trace/report/2; of several: fleet/2",
	 .doc = "See *vmclock-trace-json*(5)."},
	{OPTION_COLOUR},
	{"schema", 0, .parse = put_schema,
	 .help = "print the JSON Schema of what --json prints, and exit"},
	{.argument = "FILE", OPTION_OPERANDS(struct report_options, files), .required = true},
	{0},
};

static const struct command_exit exits[] = {
	{EXIT_DONE, "reported, whatever happened to the clock"},
	{EXIT_FAILED,
	 "a FILE is not a recording, or is damaged: then the report is of what could "
	 "be saved; or nothing was found, and whether all was well is not known, as "
	 "the recording is empty, was not closed or lost events (data_loss), updates "
	 "of the page were missed, or it was bad; with --csv and --perfetto also where "
	 "events are missing and something was found"},
	{EXIT_FINDING, "never: a report is no alarm",
	 "Where the page said UNRELIABLE of itself all the time, for which *status*, "
	 "*watch*, *record* and *replay* end with 3, it is CRITICAL."},
	{0},
};

const struct command cmd_report = {
	.name = "report",
	.confinement = COMMAND_CONFINED_AT_START,
	.summary = "what a recording tells: what happened, how wrong each clock was, who was hurt",
	.usage = "[options] FILE...",
	.about = "Says what a recording tells: first a verdict (what happened, when, for how "
		 "long, how wrong each clock was, who was hurt), then the timeline with the page "
		 "before and after as evidence, who used the clock, and what is not known. The "
		 "same recording gives the same bytes.\n\n"
		 "Of several recordings it makes one timeline on UTC, each moment an interval, "
		 "and says what is known of the order, and what was bad on several hosts at the "
		 "same time.",
	.options = options,
	.exits = exits,
	.examples =
		"vmclock-trace report clock.sqlite\n"
		"vmclock-trace report --incident 1 --html clock.sqlite > incident.html\n"
		"vmclock-trace report --perfetto --since 5m --until 6m clock.sqlite > a.pftrace\n"
		"vmclock-trace report --json clock.sqlite | jq .verdict\n"
		"vmclock-trace report --html web1.sqlite web2.sqlite db.sqlite > fleet.html\n",
	.run = report_run,
};
