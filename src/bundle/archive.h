/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A few files as one .tar.gz that has nothing else in it: the same files give the same archive, and
 * an archive that differs in any byte of its tar from what these files give is refused. ustar, one
 * directory, regular files of mode 0644, owner 0, one time for all.
 */
#ifndef VMCLOCK_TRACE_BUNDLE_ARCHIVE_H
#define VMCLOCK_TRACE_BUNDLE_ARCHIVE_H

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/sha256.h"

#define ARCHIVE_NAME_BYTES 100 /* of directory or file, the end included: both fit a ustar name */

struct archive_file {
	const char *name; /* without a directory */
	uint64_t most;	  /* reading: more bytes than this it may not have */
	/* Of it, found by reading; of what is written, the caller's. */
	uint64_t bytes;
	int fd; /* holds it from its beginning */
	char sha256[SHA256_HEX_BYTES];
};

struct archive_plan {
	char directory[ARCHIVE_NAME_BYTES]; /* only [A-Za-z0-9._-], no . or - first */
	int64_t time_sec;		    /* UTC */
	struct archive_file *file;	    /* sorted by name */
	size_t files;
};

/* Is @name one that archive_plan.directory may have? */
int archive_name_is_plain(const char *name);

/* Write all to @fd. 0, or -errno with @error filled. */
int archive_put(int fd, const struct archive_plan *plan, struct error *error);

/*
 * The SHA-256 of what archive_put() writes on this machine: other versions of zlib pack otherwise.
 */
int archive_hash(const struct archive_plan *plan, char hex[SHA256_HEX_BYTES], struct error *error);

/*
 * Read the archive of @fd into the files of @plan, which has their names, sizes at most, and an
 * empty file for each; the rest of @plan is found out. All of them must be there, and nothing else.
 * It is hostile: at most the sum of the sizes is unpacked, and nothing
 * is written but through these descriptors. 0, -EINVAL for what is no such archive, -errno, with
 * @error filled: "it is cut off".
 */
int archive_get(int fd, struct archive_plan *plan, struct error *error);

#endif
