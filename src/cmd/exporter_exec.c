// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace exporter becomes vmclock-trace-exporter, which stands beside it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/message.h"

static int exporter_exec(int argc, char **argv)
{
	char path[PATH_MAX + sizeof("-exporter")];
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
	struct error error;

	(void)argc;
	if (length < 0)
		length = 0;
	strcpy(path + length, "-exporter");
	execv(path, argv);
	error_cause(&error, "cannot run %s: %s", path, strerror(errno));
	error_hint(&error, "it is built and installed together with vmclock-trace");
	message_failure(&error);
	return EXIT_FAILED;
}

const struct command cmd_exporter_exec = {
	.name = "exporter",
	.summary = "serve the clock's state as metrics for Prometheus",
	.run = exporter_exec,
};
