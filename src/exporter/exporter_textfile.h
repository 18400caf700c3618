/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of metrics for the textfile collector of node_exporter: whole at any moment. */
#ifndef VMCLOCK_TRACE_EXPORTER_EXPORTER_TEXTFILE_H
#define VMCLOCK_TRACE_EXPORTER_EXPORTER_TEXTFILE_H

#include <stddef.h>

#include "base/error.h"

/*
 * Can @path be such a file: does it end with ".prom", without which node_exporter passes it over?
 * And is its directory there and can be written? What a run before left is removed. 0 or -errno
 * with @error filled.
 */
int exporter_textfile_begin(const char *path, struct error *error);

/* Replace the file by one of @bytes at @text. 0 or -errno; the file is then the one before. */
int exporter_textfile_write(const char *path, const char *text, size_t bytes);

/* Remove it, so that old values are not taken for new ones. */
void exporter_textfile_end(const char *path);

#endif
