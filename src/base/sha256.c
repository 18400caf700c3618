// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sha256.h"

#include <stdint.h>
#include <stdio.h>

void sha256_end(struct sha256_ctx *sum, char hex[SHA256_HEX_BYTES])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(sum, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

void sha256_hex(const void *data, size_t bytes, char hex[SHA256_HEX_BYTES])
{
	struct sha256_ctx sum;

	sha256_init(&sum);
	sha256_update(&sum, bytes, data);
	sha256_end(&sum, hex);
}
