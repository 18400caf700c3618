// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/record_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/parse.h"
#include "feed/message.h"
#include "store/recorder.h"

/* Options without a letter of their own. */
enum {
	OPTION_DEVICE = 256,
	OPTION_MAX_SIZE,
	OPTION_MAX_AGE,
	OPTION_SCENARIO,
	OPTION_RING,
	OPTION_ON,
	OPTION_BEFORE,
	OPTION_AFTER,
	OPTION_JOURNAL,
	OPTION_RELOAD,
	OPTION_BTF,
};

/* Of a ring: what comes after a finding mostly comes within this; and no disk is to be filled. */
#define AFTER_NS       (60ll * NSEC_PER_SEC)
#define RING_MAX_BYTES (1ull << 30)

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

static int parse_severity(const char *text, enum finding_severity *severity)
{
	for (int i = FINDING_INFO; i <= FINDING_CRITICAL; i++) {
		if (strcmp(text, finding_severity_name((enum finding_severity)i)))
			continue;
		*severity = (enum finding_severity)i;
		return MESSAGE_GO_ON;
	}
	return message_bad_argument("--on", text, "info, warning or critical");
}

static int parse_ring(const char *text, int64_t *ns)
{
	if (!parse_duration_ns(text, ns) && *ns >= NSEC_PER_SEC)
		return MESSAGE_GO_ON;
	return message_bad_argument("--ring", text, "a time from 1s, such as 10m or 1h");
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
	case OPTION_RELOAD:
		options->reload = true;
		break;
	case OPTION_BTF:
		options->btf = text;
		break;
	case OPTION_JOURNAL:
		options->journal = true;
		break;
	case OPTION_RING:
		return parse_ring(text, &options->ring_ns);
	case OPTION_BEFORE:
		return parse_time("--before", text, &options->before_ns);
	case OPTION_AFTER:
		return parse_time("--after", text, &options->after_ns);
	case OPTION_ON:
		return parse_severity(text, &options->on);
	default:
		return message_see_help(&cmd_record);
	}
	return MESSAGE_GO_ON;
}

/* --on was not given. */
#define UNSET ((enum finding_severity)(FINDING_CRITICAL + 1))

static int refuse(const char *why)
{
	message_error("%s", why);
	return message_see_help(&cmd_record);
}

/* What belongs to a ring, and what it is where nothing is said. */
static int settle_ring(struct record_options *options)
{
	bool has_on = options->on != UNSET;

	if (!options->ring_ns) {
		if (has_on || options->before_ns || options->after_ns)
			return refuse("--on, --before and --after are for --ring");
		return MESSAGE_GO_ON;
	}
	if (options->before_ns > options->ring_ns)
		return refuse("--before is longer than --ring: that much is not there");
	if (options->max_age_ns && options->max_age_ns < options->ring_ns)
		return refuse("--max-age is shorter than --ring");
	options->on = has_on ? options->on : FINDING_WARNING;
	options->before_ns = options->before_ns ?: options->ring_ns;
	options->after_ns = options->after_ns ?: AFTER_NS;
	options->max_bytes = options->max_bytes ?: RING_MAX_BYTES;
	options->every_event = true;
	return MESSAGE_GO_ON;
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
		{"ring", required_argument, NULL, OPTION_RING},
		{"on", required_argument, NULL, OPTION_ON},
		{"before", required_argument, NULL, OPTION_BEFORE},
		{"after", required_argument, NULL, OPTION_AFTER},
		{"journal", no_argument, NULL, OPTION_JOURNAL},
		{"reload", no_argument, NULL, OPTION_RELOAD},
		{"btf", required_argument, NULL, OPTION_BTF},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option, code;

	*options = (struct record_options){.on = UNSET};
	while ((option = getopt_long(argc, argv, "d:ejh", table, NULL)) != -1) {
		code = parse_option(option, optarg, options);
		if (code != MESSAGE_GO_ON)
			return code;
	}
	if (optind + 1 < argc)
		return message_unexpected(&cmd_record, argv[optind + 1]);
	if (optind < argc)
		options->where = argv[optind];
	return settle_ring(options);
}
