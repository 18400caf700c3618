// SPDX-License-Identifier: GPL-2.0-or-later
/* Commands that vmclock-trace becomes: programs of their own, which stand beside it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "feed/command.h"
#include "feed/message.h"

#define SUFFIX_BYTES 16

/*
 * The path of this program, into @path, of PATH_MAX bytes: as the kernel has it, and without /proc
 * as it was run by. Returns its length, 0 if it is not known.
 */
static size_t own_path(char *path)
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
	const char *run_by = (const char *)getauxval(AT_EXECFN);

	if (length < 0 && run_by && *run_by == '/' && strlen(run_by) < PATH_MAX) {
		length = (ssize_t)strlen(run_by);
		memcpy(path, run_by, (size_t)length);
	}
	return length < 0 ? 0 : (size_t)length;
}

static int exec_sibling(const char *suffix, char **argv)
{
	char path[PATH_MAX + SUFFIX_BYTES];
	size_t length = own_path(path);
	struct error error;

	snprintf(path + length, SUFFIX_BYTES, "%s", suffix);
	execv(path, argv);
	error_cause(&error, "cannot run %s: %s", path, strerror(errno));
	error_hint(&error, "it is built and installed together with vmclock-trace");
	message_failure(&error);
	return EXIT_FAILED;
}

static int exporter_exec(int argc, char **argv)
{
	(void)argc;
	return exec_sibling("-exporter", argv);
}

/* Which of the two, it sees by argv[0]. */
static int bundle_exec(int argc, char **argv)
{
	(void)argc;
	return exec_sibling("-bundle", argv);
}

const struct command cmd_exporter_exec = {
	.name = "exporter",
	.passes_rights = true,
	.summary = "serve the clock's state as metrics for Prometheus",
	.run = exporter_exec,
};

const struct command cmd_bundle_exec = {
	.name = "bundle",
	.passes_rights = true,
	.summary = "one file of an incident for somebody else: events, reports, manifest",
	.run = bundle_exec,
};

const struct command cmd_verify_exec = {
	.name = "verify",
	.passes_rights = true,
	.summary = "check such a file: each byte, the judgement, the reports",
	.run = bundle_exec,
};
