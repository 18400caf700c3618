/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A directory of our own for one recording, below $TMPDIR or /var/tmp, with access for its owner
 * alone; removed at the end, also after a signal.
 */
#ifndef VMCLOCK_TRACE_BUNDLE_SCRATCH_H
#define VMCLOCK_TRACE_BUNDLE_SCRATCH_H

#include "base/error.h"

/* Where it will be made: $TMPDIR, or /var/tmp. */
const char *scratch_parent(void);

/* Make it; there is at most one. 0, or -errno with @error filled. */
int scratch_open(struct error *error);

/* The path for the recording in it, which need not be there; static. */
const char *scratch_recording(void);

/* Remove the recording, and what SQLite keeps beside it. */
void scratch_clear(void);

/* By a signal remove the file at @path too, which is not yet what it shall be; NULL: it is. */
void scratch_guard(const char *path);

/* Remove all. */
void scratch_close(void);

#endif
