// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/record_options.h"

#include <getopt.h>
#include <stdio.h>
#include <time.h>

#include "base/parse.h"
#include "cmd/message.h"
#include "store/recorder.h"

/* Options without a letter of their own. */
enum {
	OPTION_DEVICE = 256,
	OPTION_MAX_SIZE,
	OPTION_MAX_AGE,
	OPTION_SCENARIO,
};

static int parse_time(const char *name, const char *text, int64_t *ns)
{
	if (!parse_duration_ns(text, ns) && *ns > 0)
		return MESSAGE_GO_ON;
	return message_bad_argument(name, text, "a time such as 10s, 2.5m, 1h or 7d");
}

static int parse_size(const char *text, uint64_t *bytes)
{
	if (!parse_bytes(text, bytes) && *bytes >= RECORDER_MIN_BYTES)
		return MESSAGE_GO_ON;
	return message_bad_argument("--max-size", text, "a size from 4M, such as 50M or 2G");
}

static int parse_option(int option, const char *text, struct record_options *options)
{
	switch (option) {
	case 'd':
		return parse_time("--duration", text, &options->duration_ns);
	case 'e':
		options->every_event = true;
		break;
	case 'j':
		options->json = true;
		break;
	case 'h':
		return message_help(&cmd_record);
	case OPTION_DEVICE:
		options->device = text;
		break;
	case OPTION_MAX_SIZE:
		return parse_size(text, &options->max_bytes);
	case OPTION_MAX_AGE:
		return parse_time("--max-age", text, &options->max_age_ns);
	case OPTION_SCENARIO:
		options->scenario = text;
		break;
	default:
		return message_see_help(&cmd_record);
	}
	return MESSAGE_GO_ON;
}

/* The moment is part of the name: two recordings never have the same. */
static void name_file(struct record_options *options)
{
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(options->default_file, sizeof(options->default_file),
		 "vmclock-%Y%m%dT%H%M%SZ.sqlite", &utc);
	options->file = options->default_file;
}

int record_options_parse(int argc, char **argv, struct record_options *options)
{
	static const struct option table[] = {
		{"duration", required_argument, NULL, 'd'},
		{"device", required_argument, NULL, OPTION_DEVICE},
		{"events", no_argument, NULL, 'e'},
		{"max-size", required_argument, NULL, OPTION_MAX_SIZE},
		{"max-age", required_argument, NULL, OPTION_MAX_AGE},
		{"scenario", required_argument, NULL, OPTION_SCENARIO},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option, code;

	*options = (struct record_options){0};
	while ((option = getopt_long(argc, argv, "d:ejh", table, NULL)) != -1) {
		code = parse_option(option, optarg, options);
		if (code != MESSAGE_GO_ON)
			return code;
	}
	if (optind + 1 < argc)
		return message_unexpected(&cmd_record, argv[optind + 1]);
	if (optind < argc)
		options->file = argv[optind];
	else
		name_file(options);
	return MESSAGE_GO_ON;
}
