// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/scenario.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES_MAX (16u << 20)

/* All of @file into *@text, which the caller frees whatever is returned. */
static int read_all(FILE *file, char **text, size_t *bytes)
{
	size_t room = 0;

	for (;;) {
		char *longer;

		if (*bytes == room) {
			room = room ? 2 * room : 4096;
			if (room > TEXT_BYTES_MAX)
				return -EFBIG;
			longer = realloc(*text, room);
			if (!longer)
				return -ENOMEM;
			*text = longer;
		}
		*bytes += fread(*text + *bytes, 1, room - *bytes, file);
		if (ferror(file))
			return errno ? -errno : -EIO;
		if (feof(file))
			return 0;
	}
}

int scenario_load(const char *path, struct scenario *scenario, struct error *error)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	size_t bytes = 0;
	char *text = NULL;
	int err;

	*scenario = (struct scenario){0};
	if (!file) {
		err = -errno;
		error_cause(error, "%s: %s", path, strerror(-err));
		error_hint(error, "vmclock-scenario(5) says what a scenario is; "
				  "the sources' tests/scenarios has many");
		return err;
	}
	errno = 0;
	err = read_all(file, &text, &bytes);
	if (err)
		error_cause(error, "%s: %s", path, strerror(-err));
	else
		err = scenario_parse(is_stdin ? "stdin" : path, text, bytes, scenario, error);
	free(text);
	if (!is_stdin)
		fclose(file);
	return err;
}
