// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/scratch.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORDING "recording.sqlite"

static char directory[PATH_MAX];
/* The recording, its journals, and what may be read by a handler at any time. */
static char files[4][PATH_MAX + 32];

static char guarded[PATH_MAX]; /* empty: none */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

void scratch_clear(void)
{
	for (int i = 0; i < 4; i++)
		unlink(files[i]);
}

static void on_signal(int number)
{
	scratch_clear();
	rmdir(directory);
	if (guarded[0])
		unlink(guarded);
	raise(number); /* its default action, when we return */
}

const char *scratch_parent(void)
{
	const char *parent = getenv("TMPDIR");

	return parent && *parent ? parent : "/var/tmp";
}

int scratch_open(struct error *error)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	const struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

	snprintf(directory, sizeof(directory), "%s/vmclock-bundle-XXXXXX", scratch_parent());
	if (!mkdtemp(directory)) {
		int err = -errno;

		error_cause(error, "no directory can be made: %s: %s", directory, strerror(errno));
		error_hint(error, "set TMPDIR to a directory with room for the recording");
		directory[0] = '\0';
		return err;
	}
	for (int i = 0; i < 4; i++)
		snprintf(files[i], sizeof(files[i]), "%s/" RECORDING "%s", directory, ends[i]);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction before;

		/* What nohup or a shell has made harmless stays so. */
		if (!sigaction(signals[i], NULL, &before) && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
	return 0;
}

void scratch_guard(const char *path)
{
	snprintf(guarded, sizeof(guarded), "%s", path ?: "");
}

const char *scratch_recording(void)
{
	return files[0];
}

void scratch_close(void)
{
	if (!directory[0])
		return;
	scratch_clear();
	rmdir(directory);
	directory[0] = '\0';
}
