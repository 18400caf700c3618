/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 (FIPS 180-4), for names that must not be told and for files that must not be altered. */
#ifndef VMCLOCK_TRACE_BASE_SHA256_H
#define VMCLOCK_TRACE_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_HEX_BYTES 65

/* The hash of @bytes at @data, in lower case hex. */
void sha256_hex(const void *data, size_t bytes, char hex[SHA256_HEX_BYTES]);

#endif
