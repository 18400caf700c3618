// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace verify: is a bundle whole, and does it prove what it says? */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/text.h"
#include "bundle/bundle_cut.h"
#include "bundle/bundle_file.h"
#include "bundle/bundle_parts.h"
#include "feed/progress.h"
#include "bundle/bundle_replay.h"
#include "feed/message.h"
#include "feed/options.h"
#include "bundle/scratch.h"
#include "bundle/bundle_view.h"

struct verify {
	struct archive_file file[BUNDLE_MEMBERS];
	struct archive_plan plan;
	struct bundle_parts parts;
	char sha256[SHA256_HEX_BYTES];
	struct bundle_checked checked;
	bool of_this_version;
};

static void tell(struct verify *verify, const char *name, enum bundle_verdict verdict,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

static void tell(struct verify *verify, const char *name, enum bundle_verdict verdict,
		 const char *format, ...)
{
	struct bundle_check *check = &verify->checked.check[verify->checked.checks++];
	char text[sizeof(check->text) / 4]; /* four times as long where nothing can be shown */
	va_list args;

	*check = (struct bundle_check){.name = name, .verdict = verdict};
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_display(text, strlen(text), check->text, sizeof(check->text));
}

/* --- The archive */

static int make_files(struct verify *verify)
{
	for (int i = 0; i < BUNDLE_MEMBERS; i++) {
		struct archive_file *file = &verify->file[i];
		bool is_text = i != BUNDLE_RECORDING;

		file->most = is_text ? BUNDLE_TEXT_MOST : BUNDLE_RECORDING_MOST;
		file->fd = is_text ? memfd_create("bundle", MFD_CLOEXEC)
				   : open(scratch_recording(),
					  O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (file->fd < 0) {
			message_error("nothing can be unpacked: %s", strerror(errno));
			return EXIT_FAILED;
		}
	}
	verify->plan.file = verify->file;
	verify->plan.files = BUNDLE_MEMBERS;
	return MESSAGE_GO_ON;
}

static uint64_t size_of(int fd)
{
	struct stat there;

	return fstat(fd, &there) ? 0 : (uint64_t)there.st_size;
}

/* Is it this machine's fault, and not the bundle's? */
static bool is_local(int err)
{
	return err == -ENOSPC || err == -EDQUOT || err == -EFBIG || err == -EMFILE ||
	       err == -ENFILE || err == -ENOMEM || err == -EROFS;
}

/* False: then nothing else can be checked. */
static bool check_archive(struct verify *verify, int fd)
{
	struct progress progress = progress_of_bytes("unpacking", size_of(fd));
	struct error error = {0};
	uint64_t bytes = 0;
	int err;

	err = archive_get(fd, &verify->plan, &error);
	progress_end(&progress);
	if (is_local(err)) {
		message_error("nothing could be checked");
		message_failure(&error);
		return false;
	}
	if (err) {
		tell(verify, "archive", BUNDLE_WRONG, "%s", error.cause);
		if (!*error.hint)
			error_hint(&error, "ask for it again: it was altered or damaged, or is no "
					   "bundle of vmclock-trace");
		message_failure(&error);
		return false;
	}
	for (int i = 0; i < BUNDLE_MEMBERS; i++)
		bytes += verify->file[i].bytes;
	verify->checked.directory = verify->plan.directory;
	tell(verify, "archive", BUNDLE_OK,
	     "%d files of %" PRIu64 " bytes together, and no byte beside them", BUNDLE_MEMBERS,
	     bytes);
	return true;
}

/*
 * The same tar can be compressed to different bytes: by another version of zlib, or by altered bits
 * that do not change what is unpacked. This is no failure, but it is reported.
 */
static void check_packing(struct verify *verify)
{
	struct progress progress =
		progress_of_bytes("packing", verify->file[BUNDLE_RECORDING].bytes);
	char expected[SHA256_HEX_BYTES];
	struct error error = {0};
	int err;

	err = archive_hash(&verify->plan, expected, &error);
	progress_end(&progress);
	if (err)
		tell(verify, "packing", BUNDLE_NOT_COMPARED, "%s", error.cause);
	else if (strcmp(expected, verify->sha256))
		tell(verify, "packing", BUNDLE_NOT_COMPARED,
		     "the same content, packed otherwise than here: by another zlib, or anew");
	else
		tell(verify, "packing", BUNDLE_OK, "packed anew it is byte for byte the same");
}

/* --- The manifest */

/* Is the line that @file should have in @manifest? */
static bool is_listed(const char *manifest, const struct archive_file *file)
{
	char line[SHA256_HEX_BYTES + ARCHIVE_NAME_BYTES + 4];

	snprintf(line, sizeof(line), "%s  %s\n", file->sha256, file->name);
	return strstr(manifest, line);
}

static void check_manifest(struct verify *verify)
{
	const struct archive_file *manifest = &verify->file[BUNDLE_MANIFEST];
	char found[4096] = "", wrong[120] = "";
	ssize_t length = pread(manifest->fd, found, sizeof(found) - 1, 0);

	if (bundle_parts_manifest(&verify->parts, verify->file)) {
		tell(verify, "manifest", BUNDLE_WRONG, "out of memory");
		return;
	}
	if (bundle_file_is(manifest->fd, verify->parts.text[BUNDLE_MANIFEST].bytes,
			   verify->parts.text[BUNDLE_MANIFEST].length)) {
		tell(verify, "manifest", BUNDLE_OK,
		     "the SHA-256 of each file is as listed, and there are no others");
		return;
	}
	found[length > 0 ? length : 0] = '\0';
	for (int i = 0; i < BUNDLE_MEMBERS; i++) {
		size_t used = strlen(wrong);

		if (i != BUNDLE_MANIFEST && !is_listed(found, &verify->file[i]))
			snprintf(wrong + used, sizeof(wrong) - used, "%s%s", used ? ", " : "",
				 verify->file[i].name);
	}
	if (*wrong)
		tell(verify, "manifest", BUNDLE_WRONG, "not as listed: %s", wrong);
	else
		tell(verify, "manifest", BUNDLE_WRONG,
		     "it lists more than the files, or otherwise");
}

/* --- The recording */

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* False: then nothing can be made from it. */
static bool check_recording(struct verify *verify)
{
	static const char *const ends[] = {
		[RECORDING_CLOSED] = "",
		[RECORDING_CUT] = "; made of one that was not closed, its end is missing",
		[RECORDING_WITHOUT_LOG] = "; made of one that was not closed, without its log",
	};
	struct bundle_replay replay;
	struct error error = {0};
	int err = bundle_replay(scratch_recording(), &replay, &error);

	if (err) {
		const char *name = strrchr(error.cause, '/');

		verify->checked.unfinished = is_local(err);
		tell(verify, "recording", is_local(err) ? BUNDLE_NOT_COMPARED : BUNDLE_WRONG,
		     "%.118s%s%s", name ? name + 1 : error.cause, is_local(err) ? ": " : "",
		     is_local(err) ? strerror(-err) : "");
		return false;
	}
	if (*replay.damage)
		tell(verify, "recording", BUNDLE_WRONG, "it is damaged: %.100s", replay.damage);
	else
		tell(verify, "recording", BUNDLE_OK, "undamaged: %" PRIu64 " event%s%s",
		     replay.events, plural(replay.events), ends[replay.end]);
	verify->of_this_version = replay.of_this_version;
	if (!replay.different)
		tell(verify, "replay", BUNDLE_OK,
		     "its events give its %" PRIu64 " finding%s and %" PRIu64
		     " incident%s, byte for byte",
		     replay.findings, plural(replay.findings), replay.incidents,
		     plural(replay.incidents));
	else if (replay.of_this_version)
		tell(verify, "replay", BUNDLE_WRONG,
		     "%" PRIu64 " findings or incidents do not follow from its events",
		     replay.different);
	else
		tell(verify, "replay", BUNDLE_NOT_COMPARED,
		     "made by another version, which judged %" PRIu64 " otherwise",
		     replay.different);
	return true;
}

/* --- What follows from it */

static void check_made(struct verify *verify, enum bundle_member member)
{
	const struct archive_file *file = &verify->file[member];

	if (bundle_file_is(file->fd, verify->parts.text[member].bytes,
			   verify->parts.text[member].length))
		tell(verify, file->name, BUNDLE_OK,
		     "made anew from the recording it is byte for byte the same");
	else if (verify->of_this_version)
		tell(verify, file->name, BUNDLE_WRONG,
		     "made anew from the recording it is another");
	else
		tell(verify, file->name, BUNDLE_NOT_COMPARED, "made by another version: %.60s",
		     fact_get(&verify->parts.facts, BUNDLE_FACT_TOOL) ?: "not known");
}

static void check_parts(struct verify *verify)
{
	static const enum bundle_member members[] = {BUNDLE_README, BUNDLE_HOST, BUNDLE_HTML,
						     BUNDLE_JSON, BUNDLE_TEXT};

	if (bundle_parts_make(scratch_recording(), &verify->parts) != MESSAGE_GO_ON) {
		tell(verify, "reports", BUNDLE_WRONG, "no report can be made from the recording");
		return;
	}
	verify->checked.facts = &verify->parts.facts;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		check_made(verify, members[i]);
}

/* --- All of it */

static int check_all(struct verify *verify, int fd, const char *path)
{
	struct error error = {0};
	uint64_t bytes;
	int err = bundle_file_hash(fd, &bytes, verify->sha256), code;

	if (err) {
		message_error("%s cannot be read: %s", path, strerror(-err));
		return EXIT_FAILED;
	}
	if (scratch_open(&error)) {
		message_failure(&error);
		return EXIT_FAILED;
	}
	code = make_files(verify);
	if (code != MESSAGE_GO_ON)
		return code;
	if (!check_archive(verify, fd))
		return EXIT_FAILED;
	check_packing(verify);
	check_manifest(verify);
	if (check_recording(verify))
		check_parts(verify);
	return bundle_is_well(&verify->checked) && !verify->checked.unfinished ? EXIT_DONE
									       : EXIT_FAILED;
}

/* A file, not a device or a pipe that gives for ever. */
static int open_bundle(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat there;
	struct error error;

	if (fd >= 0 && !fstat(fd, &there) && S_ISREG(there.st_mode))
		return fd;
	error_cause(&error, "%s cannot be read: %s", path,
		    fd < 0 ? strerror(errno) : "it is no file");
	error_hint(&error, "bundles are made by: vmclock-trace bundle RECORDING");
	message_failure(&error);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* All that is read from here on was made by others; all that is written is in the scratch. */
static void give_up_rights(void)
{
	int user = confine_user(scratch_parent(), CONFINE_MAKES_FILES);
	int calls = confine_system_calls(false);

	if (user || calls)
		message_not_confined(user ? user : calls);
}

static int verify_file(const char *path, bool json)
{
	struct verify *verify = calloc(1, sizeof(*verify));
	int fd = open_bundle(path), code = EXIT_FAILED;

	give_up_rights();
	if (!verify)
		message_no_memory();
	if (verify && fd >= 0) {
		verify->checked.file = path;
		verify->checked.sha256 = verify->sha256;
		for (int i = 0; i < BUNDLE_MEMBERS; i++)
			verify->file[i].name = bundle_member_name((enum bundle_member)i);
		code = check_all(verify, fd, path);
		if (verify->checked.checks)
			(json ? verify_put_json : verify_put_text)(stdout, &verify->checked);
		bundle_parts_free(&verify->parts);
	}
	scratch_close();
	free(verify);
	if (fd >= 0)
		close(fd);
	return code;
}

struct verify_options {
	const char *file;
	bool json;
};

static int verify_run(int argc, char **argv)
{
	struct verify_options options = {0};
	int code = options_parse(&cmd_verify, argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	return message_output(verify_file(options.file, options.json));
}

static const struct command_option options[] = {
	{OPTION_COLOUR},
	{OPTION_JSON(struct verify_options, json, "one object, schema vmclock-trace/verify/2")},
	{OPTION_SCHEMA(&verify_schema)},
	{.argument = "BUNDLE", OPTION_FILE(struct verify_options, file), .required = true},
	{0},
};

static const struct command_exit exits[] = {
	{EXIT_DONE, "all is well, as far as it can be compared"},
	{EXIT_FAILED, "something in it is wrong, or it is not a bundle"},
	{EXIT_FINDING, "never: what is in it is no alarm"},
	{0},
};

const struct command cmd_verify = {
	.name = "verify",
	.confinement = COMMAND_CONFINED_LATER, /* once the bundle is open */
	.summary = "check such a file: each byte, the judgement, the reports",
	.usage = "[options] BUNDLE",
	.about = "Checks a file that vmclock-trace bundle made: that nothing but its files is in "
		 "it, each as the manifest says; that its events, judged again, give what was "
		 "found; and that its reports, made anew, are the same to the byte. Nothing is "
		 "unpacked but into a private directory. Who made it is not checked: a bundle is "
		 "not signed.",
	.options = options,
	.exits = exits,
	.examples = "vmclock-trace verify clock-incident-1.tar.gz\n"
		    "vmclock-trace verify --json case-4711.tar.gz | jq .level\n",
	.run = verify_run,
};
