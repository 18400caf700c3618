// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace bundle: what others need to examine an incident, as one file. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/instant.h"
#include "bundle/bundle_cut.h"
#include "bundle/bundle_file.h"
#include "bundle/bundle_name.h"
#include "bundle/bundle_parts.h"
#include "feed/message.h"
#include "feed/options.h"
#include "feed/progress.h"
#include "report/report_source.h"
#include "bundle/scratch.h"
#include "bundle/bundle_view.h"

/* What is shown before an incident, and after it: at least what the judgement of its end takes. */
#define BEFORE_NS (10ull * NSEC_PER_SEC)
#define AFTER_NS  (20ull * NSEC_PER_SEC)
_Static_assert(AFTER_NS > (UNKNOWN_SETTLES + 1) * INCIDENT_SETTLE_NS - 1,
	       "its end is judged in it");

/* How much before the window the judgement is first given, and then more, until it is the same. */
#define LEAD_NS	    (120ull * NSEC_PER_SEC)
#define LEAD_GROWTH 4

struct bundle_options {
	const char *file;
	const char *output; /* NULL: by default */
	struct report_request request;
	bool redact;
	bool json;
};

struct bundle {
	const struct bundle_options *options;
	struct report_source *source;
	struct cut_request request;
	struct cut_result cut;
	char original_sha256[SHA256_HEX_BYTES];
	struct bundle_parts parts;
	struct archive_file file[BUNDLE_MEMBERS];
	struct archive_plan plan;
	char output[PATH_MAX];
};

static int fail(const struct error *error)
{
	message_failure(error);
	return EXIT_FAILED;
}

/* --- What is wanted of the recording */

static const struct incident *incident_of(const struct report *report, uint64_t number)
{
	for (size_t i = 0; i < report->analysis->incidents; i++) {
		if (report->analysis->incident[i]->number == number)
			return report->analysis->incident[i];
	}
	return NULL;
}

static int set_window(struct bundle *bundle)
{
	const struct report_request *asked = &bundle->options->request;
	const struct report *report = report_source_report(bundle->source);
	const struct incident *incident = incident_of(report, asked->incident);
	struct cut_request *request = &bundle->request;

	request->since_ns = report->since_ns;
	request->until_ns = report->until_ns;
	if (incident) {
		request->since_ns =
			incident->from_ns > BEFORE_NS ? incident->from_ns - BEFORE_NS : 0;
		if (incident->to_ns < UINT64_MAX - AFTER_NS)
			request->until_ns = incident->to_ns + AFTER_NS;
	}
	if (request->since_ns < report->start_ns)
		request->since_ns = report->start_ns;
	request->windowed = incident || asked->since || asked->until;
	if (!request->windowed)
		return MESSAGE_GO_ON;
	if (request->until_ns <= request->since_ns) {
		message_error("--until %s is not after --since %s",
			      asked->until ?: "the incident's end", asked->since ?: "the start");
		return EXIT_USAGE;
	}
	if (request->since_ns > report->analysis->last_ns) {
		message_error("nothing was recorded from --since %s on",
			      asked->since ?: "the incident");
		return EXIT_FAILED;
	}
	return MESSAGE_GO_ON;
}

/* Of the file, unless part of what was read is still in its log. */
static int hash_original(struct bundle *bundle)
{
	const char *path = bundle->options->file;
	char log[PATH_MAX + 8];
	struct stat there;
	uint64_t bytes;
	int fd, err;

	snprintf(log, sizeof(log), "%s-wal", path);
	if (!stat(log, &there) && there.st_size)
		return MESSAGE_GO_ON;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	err = fd < 0 ? -errno : bundle_file_hash(fd, &bytes, bundle->original_sha256);
	if (fd >= 0)
		close(fd);
	if (err) {
		message_error("%s cannot be read: %s", path, strerror(-err));
		return EXIT_FAILED;
	}
	bundle->request.sha256 = bundle->original_sha256;
	return MESSAGE_GO_ON;
}

/* The cut with the least that is needed before the window for the same judgement in it. */
static int make_cut(struct bundle *bundle)
{
	struct cut_request *request = &bundle->request;
	struct error error = {0};

	for (uint64_t lead_ns = LEAD_NS;; lead_ns *= LEAD_GROWTH) {
		uint64_t before_ns = request->since_ns - request->whole->start_ns;

		request->lead_ns =
			request->windowed && before_ns > lead_ns ? request->since_ns - lead_ns : 0;
		scratch_clear();
		if (bundle_cut(request, &bundle->cut, &error))
			return fail(&error);
		if (bundle->cut.same || !request->lead_ns)
			return MESSAGE_GO_ON;
		if (lead_ns > UINT64_MAX / LEAD_GROWTH) /* in a recording of no machine on earth */
			return MESSAGE_GO_ON;
	}
}

/* --- What is put into the archive */

static int add_recording(struct bundle *bundle)
{
	struct archive_file *file = &bundle->file[BUNDLE_RECORDING];
	int err;

	file->fd = open(scratch_recording(), O_RDONLY | O_CLOEXEC);
	err = file->fd < 0 ? -errno : bundle_file_hash(file->fd, &file->bytes, file->sha256);
	if (err) {
		message_error("%s cannot be read back: %s", scratch_recording(), strerror(-err));
		return EXIT_FAILED;
	}
	if (file->bytes > BUNDLE_RECORDING_MOST) {
		struct error error;

		error_cause(&error, "a recording of %llu bytes is too large for a bundle",
			    (unsigned long long)file->bytes);
		error_hint(&error, "cut it: --incident N, or --since T --until T");
		return fail(&error);
	}
	return MESSAGE_GO_ON;
}

static int add_text(struct bundle *bundle, enum bundle_member member)
{
	struct archive_file *file = &bundle->file[member];

	file->bytes = bundle->parts.text[member].length;
	file->fd = bundle_file_of(bundle->parts.text[member].bytes, file->bytes, file->sha256);
	if (file->fd >= 0)
		return MESSAGE_GO_ON;
	message_error("%s cannot be made: %s", file->name, strerror(-file->fd));
	return EXIT_FAILED;
}

static int add_files(struct bundle *bundle)
{
	int code = bundle_parts_make(scratch_recording(), &bundle->parts);

	if (code == MESSAGE_GO_ON)
		code = add_recording(bundle);
	for (int i = 0; i < BUNDLE_MEMBERS && code == MESSAGE_GO_ON; i++) {
		if (i != BUNDLE_RECORDING && i != BUNDLE_MANIFEST)
			code = add_text(bundle, (enum bundle_member)i);
	}
	if (code != MESSAGE_GO_ON)
		return code;
	if (bundle_parts_manifest(&bundle->parts, bundle->file))
		return message_no_memory();
	return add_text(bundle, BUNDLE_MANIFEST);
}

static void set_names(struct bundle *bundle)
{
	const struct bundle_options *options = bundle->options;

	if (options->output)
		snprintf(bundle->output, PATH_MAX, "%s", options->output);
	else
		bundle_name(&bundle->request, options->request.incident, bundle->output);
	bundle_name_directory(bundle->output, options->redact, bundle->plan.directory);
}

/* --- All of it */

static int write_archive(struct bundle *bundle, int fd, char sha256[SHA256_HEX_BYTES],
			 uint64_t *bytes)
{
	struct progress progress =
		progress_of_bytes("packing", bundle->file[BUNDLE_RECORDING].bytes);
	struct error error = {0};
	int err;

	err = archive_put(fd, &bundle->plan, &error);
	progress_end(&progress);
	if (err)
		return fail(&error);
	err = fsync(fd) ? -errno : bundle_file_hash(fd, bytes, sha256);
	if (!err)
		return MESSAGE_GO_ON;
	message_error("%s cannot be written: %s", bundle->output, strerror(-err));
	return EXIT_FAILED;
}

static int is_there(const char *path)
{
	struct error error;

	error_cause(&error, "%s cannot be made: it is there already", path);
	error_hint(&error, "a bundle is never written over: give another name by -o");
	return fail(&error);
}

static int open_output(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	struct error error;

	if (fd < 0 && errno == EEXIST) {
		is_there(path);
	} else if (fd < 0) {
		error_cause(&error, "%s cannot be made: %s", path, strerror(errno));
		error_hint(&error, "give a FILE in a directory that you may write to by -o");
		fail(&error);
	}
	return fd;
}

static void show(struct bundle *bundle, const char *sha256, uint64_t bytes)
{
	struct bundle_entry entry[BUNDLE_MEMBERS];
	const struct bundle_made made = {
		.file = bundle->output,
		.directory = bundle->plan.directory,
		.bytes = bytes,
		.sha256 = sha256,
		.entry = entry,
		.entries = BUNDLE_MEMBERS,
		.facts = &bundle->parts.facts,
	};

	for (int i = 0; i < BUNDLE_MEMBERS; i++)
		entry[i] = (struct bundle_entry){.name = bundle->file[i].name,
						 .bytes = bundle->file[i].bytes,
						 .sha256 = bundle->file[i].sha256};
	if (bundle->options->json)
		bundle_put_json(stdout, &made);
	else
		bundle_put_text(stdout, &made);
}

static int make_archive(struct bundle *bundle)
{
	char sha256[SHA256_HEX_BYTES];
	uint64_t bytes;
	int fd, code;

	/* What a tar can hold, where a damaged recording says otherwise. */
	bundle->plan.time_sec = bundle->cut.end_sec;
	if (bundle->plan.time_sec < 0 || bundle->plan.time_sec > UINT32_MAX)
		bundle->plan.time_sec = 0;
	bundle->plan.file = bundle->file;
	bundle->plan.files = BUNDLE_MEMBERS;
	fd = open_output(bundle->output);
	if (fd < 0)
		return EXIT_FAILED;
	scratch_guard(bundle->output);
	code = write_archive(bundle, fd, sha256, &bytes);
	if (close(fd) && code == MESSAGE_GO_ON) {
		message_error("%s cannot be written: %s", bundle->output, strerror(errno));
		code = EXIT_FAILED;
	}
	if (code != MESSAGE_GO_ON)
		unlink(bundle->output); /* ours: it did not exist before */
	scratch_guard(NULL);
	if (code == MESSAGE_GO_ON)
		show(bundle, sha256, bytes);
	return code;
}

static int make_with(struct bundle *bundle)
{
	const struct bundle_options *options = bundle->options;
	struct error error = {0};
	int code = report_source_open(options->file, &options->request, &bundle->source);

	if (code != MESSAGE_GO_ON)
		return code;
	bundle->request.from = options->file;
	bundle->request.whole = report_source_report(bundle->source);
	bundle->request.redact = options->redact;
	code = set_window(bundle);
	if (code != MESSAGE_GO_ON)
		return code;
	set_names(bundle);
	if (!access(bundle->output, F_OK)) /* before the work; open_output() makes sure */
		return is_there(bundle->output);
	if (scratch_open(&error))
		return fail(&error);
	bundle->request.to = scratch_recording();
	code = hash_original(bundle);
	if (code == MESSAGE_GO_ON)
		code = make_cut(bundle);
	if (code == MESSAGE_GO_ON)
		code = add_files(bundle);
	if (code == MESSAGE_GO_ON)
		code = make_archive(bundle);
	if (code != MESSAGE_GO_ON)
		return code;
	if (!*bundle->request.whole->damage && bundle->request.whole->span.no_log) {
		message_error("%s: %s; the bundle is of what is there", options->file,
			      claim_why_means(CLAIM_NO_LOG));
		return EXIT_FAILED;
	}
	return message_damaged(options->file, bundle->request.whole->damage, "the bundle");
}

static int parse_output(const struct command_option *option, const char *text, void *value)
{
	if (!*text || strlen(text) >= PATH_MAX)
		return option_refuse(option, text, "the name of a file");
	return option_text(option, text, value);
}

static int bundle_run(int argc, char **argv)
{
	struct bundle_options options = {0};
	struct bundle bundle = {.options = &options};
	int code = options_parse(&cmd_bundle, argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	for (int i = 0; i < BUNDLE_MEMBERS; i++)
		bundle.file[i] = (struct archive_file){
			.name = bundle_member_name((enum bundle_member)i), .fd = -1};
	code = make_with(&bundle);
	scratch_close();
	report_source_close(bundle.source);
	bundle_parts_free(&bundle.parts);
	return message_output(code);
}

static const struct command_option options[] = {
	{"incident", 0, "N", OPTION_NUMBER(struct bundle_options, request.incident), .min = 1,
	 .help = "only incident N, as report counts them, 10 s before and 20 s after it"},
	{"since", 0, "T", OPTION_TEXT(struct bundle_options, request.since), .excludes = "incident",
	 .help = "only what happened from T on: 2026-11-23T03:33:07Z, or 90s after the start",
	 .doc = "A UTC, or a length of time after the start, such as 90s or 2h."},
	{"until", 0, "T", OPTION_TEXT(struct bundle_options, request.until), .excludes = "incident",
	 .help = "only what happened before T"},
	{"redact", 0, OPTION_FLAG(struct bundle_options, redact),
	 .help = "replace names: processes but clock daemons, cgroups, host, ids, paths",
	 .doc = "See above."},
	{"output", 'o', "FILE", .parse = parse_output, OPTION_AT(struct bundle_options, output),
	 .completion = COMPLETE_FILE, .help = "where to write it; never over another file",
	 .otherwise = "by the recording's name, in this directory",
	 .doc = "By default in the directory that one is in, _NAME-incident-N.tar.gz_, "
		"_NAME-cut.tar.gz_ or _NAME-bundle.tar.gz_ after the recording _NAME.sqlite_, "
		"and _vmclock-bundle-TIME.tar.gz_ if redacted."},
	{OPTION_COLOUR},
	{OPTION_JSON(struct bundle_options, json, "one object, schema vmclock-trace/bundle/1")},
	{OPTION_SCHEMA(&bundle_schema)},
	{.argument = "RECORDING", OPTION_FILE(struct bundle_options, file), .required = true},
	{0},
};
static const struct command_exit exits[] = {
	{EXIT_DONE, "made"},
	{EXIT_FAILED, "not made; or the recording is damaged, and the bundle is of what could be "
		      "saved"},
	{EXIT_FINDING, "never: a bundle is no alarm"},
	{0},
};

const struct command cmd_bundle = {
	.name = "bundle",
	.confinement = COMMAND_CONFINED_AT_START,
	.summary = "one file of an incident for somebody else: events, reports, manifest",
	.usage = "[options] RECORDING",
	.about = "Makes one .tar.gz of what somebody else needs to look into an incident: the "
		 "events, cut out of the recording, reports on them as HTML, text and JSON, what "
		 "is known of the machine, and a manifest. vmclock-trace verify checks it. The "
		 "same recording gives the same bytes.",
	.options = options,
	.exits = exits,
	.examples = "vmclock-trace bundle --incident 1 clock.sqlite\n"
		    "vmclock-trace bundle --redact -o case-4711.tar.gz clock.sqlite\n"
		    "vmclock-trace bundle --since 5m --until 6m clock.sqlite\n",
	.run = bundle_run,
};
