/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 (FIPS 180-4), for names that must not be told and for files that must not be altered. */
#ifndef VMCLOCK_TRACE_BASE_SHA256_H
#define VMCLOCK_TRACE_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_HEX_BYTES   65
#define SHA256_BLOCK_BYTES 64

/* A hash on its way. */
struct sha256 {
	uint32_t state[8];
	uint64_t bytes; /* so far */
	uint8_t block[SHA256_BLOCK_BYTES];
};

/* What is larger than memory, piece by piece; sha256_end() gives the hash in lower case hex. */
void sha256_begin(struct sha256 *sum);
void sha256_add(struct sha256 *sum, const void *data, size_t bytes);
void sha256_end(struct sha256 *sum, char hex[SHA256_HEX_BYTES]);

/* The hash of @bytes at @data, in lower case hex. */
void sha256_hex(const void *data, size_t bytes, char hex[SHA256_HEX_BYTES]);

#endif
