// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/bundle_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"

#define DIRECTORY "vmclock-bundle"
#define END	  ".tar.gz"

/* @name without its directory and what it ends in, into @out. */
static void stem_of(const char *name, const char *end, char *out, size_t bytes)
{
	const char *slash = strrchr(name, '/');
	size_t length;

	snprintf(out, bytes, "%s", slash ? slash + 1 : name);
	length = strlen(out);
	if (length > strlen(end) && !strcmp(out + length - strlen(end), end))
		out[length - strlen(end)] = '\0';
}

static void name_by_time(const struct cut_request *request, char out[PATH_MAX])
{
	char utc[INSTANT_ISO_BYTES];
	size_t used = 0;

	report_utc(request->whole, request->since_ns, utc, sizeof(utc));
	for (const char *at = utc; *at && *at != '.'; at++) {
		if (*at != '-' && *at != ':')
			utc[used++] = *at;
	}
	utc[used] = '\0';
	snprintf(out, PATH_MAX, DIRECTORY "-%sZ" END, utc);
}

void bundle_name(const struct cut_request *request, uint64_t incident, char out[PATH_MAX])
{
	char stem[NAME_MAX - 40];

	if (request->redact) {
		name_by_time(request, out);
		return;
	}
	stem_of(request->from, ".sqlite", stem, sizeof(stem));
	if (incident)
		snprintf(out, PATH_MAX, "%s-incident-%" PRIu64 END, stem, incident);
	else
		snprintf(out, PATH_MAX, "%s-%s" END, stem, request->windowed ? "cut" : "bundle");
}

void bundle_name_directory(const char *path, bool redact, char out[ARCHIVE_NAME_BYTES])
{
	stem_of(path, END, out, ARCHIVE_NAME_BYTES - 20);
	if (redact || !archive_name_is_plain(out))
		strcpy(out, DIRECTORY);
}
