/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 by nettle, in lower case hex: for names that are to stay secret and files that must not
 * change.
 */
#ifndef VMCLOCK_TRACE_BASE_SHA256_H
#define VMCLOCK_TRACE_BASE_SHA256_H

#include <nettle/sha2.h>
#include <stddef.h>

#define SHA256_HEX_BYTES (2 * SHA256_DIGEST_SIZE + 1)

/* The hash of what sha256_update() was given, which begins anew with that. */
void sha256_end(struct sha256_ctx *sum, char hex[SHA256_HEX_BYTES]);

/* The hash of @bytes at @data. */
void sha256_hex(const void *data, size_t bytes, char hex[SHA256_HEX_BYTES]);

#endif
