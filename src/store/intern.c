// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/intern.h"

#include <assert.h>
#include <string.h>

/* FNV-1a over words; the last is padded with zeros. */
static size_t slot_of(const void *key, size_t bytes)
{
	uint64_t hash = 0xcbf29ce484222325u, word;

	for (size_t i = 0; i < bytes; i += sizeof(word)) {
		word = 0;
		memcpy(&word, (const uint8_t *)key + i,
		       bytes - i < sizeof(word) ? bytes - i : sizeof(word));
		hash = (hash ^ word) * 0x100000001b3u;
		hash ^= hash >> 32;
	}
	return hash % INTERN_ENTRIES;
}

int64_t intern_get(const struct intern *intern, const void *key, size_t bytes)
{
	size_t slot = slot_of(key, bytes);

	if (intern->entry[slot].number && intern->entry[slot].length == bytes &&
	    !memcmp(intern->entry[slot].key, key, bytes))
		return intern->entry[slot].number;
	return 0;
}

void intern_set(struct intern *intern, const void *key, size_t bytes, int64_t number)
{
	size_t slot = slot_of(key, bytes);

	assert(bytes <= INTERN_KEY_BYTES);
	intern->entry[slot].number = number;
	intern->entry[slot].length = (uint32_t)bytes;
	memcpy(intern->entry[slot].key, key, bytes);
}
