/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a recording that is written: the database, and what SQLite keeps beside it. SQLite
 * would use files of another user that it finds there: so each is created first, as this process's
 * own.
 */
#ifndef VMCLOCK_TRACE_STORE_WRITER_FILES_H
#define VMCLOCK_TRACE_STORE_WRITER_FILES_H

#include <stdbool.h>

#include "base/error.h"

/* Make all four, empty, for owner and group at most. 0, or -errno with @error filled, and none. */
int writer_files_make(const char *path, struct error *error);

/* SQLite has removed some and made them again: is each that is there this process's own still? */
bool writer_files_are_own(const char *path);

/* Remove all that are there. */
void writer_files_remove(const char *path);

/* Fill @error: @path cannot be made, @why, for -errno @err. Returns @err. */
int writer_files_refuse(const char *path, const char *why, int err, struct error *error);

#endif
