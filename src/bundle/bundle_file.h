/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that a bundle is made of, or unpacked to, and their hashes. */
#ifndef VMCLOCK_TRACE_BUNDLE_BUNDLE_FILE_H
#define VMCLOCK_TRACE_BUNDLE_BUNDLE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"

/* A file without a name that holds @length @bytes, and its hash. A descriptor, or -errno. */
int bundle_file_of(const char *bytes, size_t length, char sha256[SHA256_HEX_BYTES]);

/* Hash and length of all of @fd, from its beginning. 0 or -errno. */
int bundle_file_hash(int fd, uint64_t *bytes, char sha256[SHA256_HEX_BYTES]);

/* Does @fd hold these @length @bytes and no others? */
int bundle_file_is(int fd, const char *bytes, size_t length);

#endif
