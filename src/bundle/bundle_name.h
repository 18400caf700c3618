/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a bundle is called, and the directory that it unpacks to. */
#ifndef VMCLOCK_TRACE_BUNDLE_BUNDLE_NAME_H
#define VMCLOCK_TRACE_BUNDLE_BUNDLE_NAME_H

#include <limits.h>
#include <stdint.h>

#include "bundle/bundle_cut.h"
#include "bundle/archive.h"

/*
 * "clock-incident-1.tar.gz", by the name of the recording that @request cuts, and @incident, 0:
 * none. A redacted one is called after nothing but the time: its name is handed over too.
 */
void bundle_name(const struct cut_request *request, uint64_t incident, char out[PATH_MAX]);

/*
 * The directory in the bundle at @path: its name without the end, if that is plain and may be seen.
 */
void bundle_name_directory(const char *path, bool redact, char out[ARCHIVE_NAME_BYTES]);

#endif
