/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of a recording, as it is before SQLite opens it. */
#ifndef VMCLOCK_TRACE_STORE_RECORDING_FILE_H
#define VMCLOCK_TRACE_STORE_RECORDING_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Is there a file at @path that can be read? 0, or -errno with @error filled. */
int recording_file_check(const char *path, struct error *error);

/* Do the first bytes of @fd say that it is a recording? It may be any file, and may be damaged. */
bool recording_is_by_header(int fd);

/*
 * Does the file at @path say that it has a log, and there is none beside it, or an empty one? So it
 * is where a recording that still ran was copied without its log.
 */
bool recording_file_lacks_log(const char *path);

/*
 * Is the file at @path as large as its header says? False: it was cut, or has something behind it;
 * @bytes and @expected_bytes then say so. True too where that is not known, as while it is written.
 */
bool recording_file_is_whole(const char *path, uint64_t *bytes, uint64_t *expected_bytes);

#endif
