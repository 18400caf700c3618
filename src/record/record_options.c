// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/record_options.h"

#include "base/instant.h"
#include "feed/message.h"
#include "record/record_view.h"
#include "store/recorder.h"

/* Of a ring: no disk is to be filled. */
#define RING_MAX_BYTES (1ull << 30)

static int refuse(const char *why)
{
	message_error("%s", why);
	return message_usage_hint();
}

int record_options_settle(struct record_options *options)
{
	if (!options->ring_ns)
		return MESSAGE_GO_ON;
	if (options->before_ns > options->ring_ns)
		return refuse("--before is longer than --ring: that much is not there");
	if (options->max_age_ns && options->max_age_ns < options->ring_ns)
		return refuse("--max-age is shorter than --ring");
	options->before_ns = options->before_ns ?: options->ring_ns;
	options->max_bytes = options->max_bytes ?: RING_MAX_BYTES;
	return MESSAGE_GO_ON;
}

static const char *severity_word(unsigned int i)
{
	return i <= FINDING_CRITICAL ? finding_severity_name((enum finding_severity)i) : NULL;
}

const struct command_option record_option_table[] = {
	{OPTION_LIMIT(struct record_options, duration_ns)},
	{OPTION_PAGE(struct record_options, device)},
	{OPTION_REFERENCES(struct record_options, references)},
	{"events", 'e', OPTION_FLAG(struct record_options, every_event),
	 .help = "keep each use as an event, which costs more",
	 .doc = "From the beginning, not only during incidents; see *vmclock-trace-trace*(1)."},
	{"max-size", 0, "SIZE", OPTION_BYTES(struct record_options, max_bytes),
	 .min = RECORDER_MIN_BYTES,
	 .help = "discard the oldest events beyond this: 50M, 2G; with --ring windows",
	 .doc = "A number, at least 4M, in units of k, M, G or T (2^10 bytes and so on). How "
		"many went is told in the file. Findings and incidents stay, but for the "
		"oldest ones where they take more than an eighth of it. In a directory "
		"recordings of earlier starts go too."},
	{"max-age", 0, "T", OPTION_DURATION(struct record_options, max_age_ns), .min = 1,
	 .help = "and those that are older than this: 12h, 7d; in a DIRECTORY also recordings "
		 "of earlier starts",
	 .doc = "Those that were last written so long ago."},
	{"ring", 0, "T", OPTION_DURATION(struct record_options, ring_ns), .min = NSEC_PER_SEC,
	 .help = "keep all of the last T only, and for good the windows around findings",
	 .doc = "See *FLIGHT RECORDER*. At least 1s."},
	{"on", 0, "SEVERITY", OPTION_WORD(struct record_options, on), .word = severity_word,
	 .initial = "warning", .needs = "ring",
	 .help = "windows are around findings of this severity or worse: info, warning, critical"},
	{"before", 0, "T", OPTION_DURATION(struct record_options, before_ns), .min = 1,
	 .needs = "ring", .help = "they begin so long before the finding",
	 .otherwise = "all of the ring, which is the most"},
	{"after", 0, "T", OPTION_DURATION(struct record_options, after_ns), .min = 1,
	 .initial = "1m", .needs = "ring", .help = "and end so long after it, or its incident"},
	{"journal", 0, OPTION_FLAG(struct record_options, journal),
	 .help = "note what is found in the systemd journal; a service always does",
	 .doc = "See *IN THE JOURNAL*."},
	{OPTION_BTF(struct record_options, btf)},
	{"reload", 0, OPTION_FLAG(struct record_options, reload),
	 .help = "release the driver when it is to be unloaded, and hook it when it comes again",
	 .doc = "As in *vmclock-trace-trace*(1). The capabilities for that are kept."},
	{"scenario", 0, "PATH", OPTION_FILE(struct record_options, scenario),
	 .help = "record what this scenario plays, in virtual time, and no machine",
	 .doc = "See *vmclock-scenario*(5). To see what a report looks like, and for tests."},
	{OPTION_COLOUR},
	{OPTION_JSON(struct record_options, json,
		     "one JSON object a line, schema vmclock-trace/record/2")},
	{OPTION_SCHEMA(&record_schema)},
	{.argument = "FILE|DIRECTORY", OPTION_FILE(struct record_options, where)},
	{0},
};
