// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/backlog.h"

#include <stdlib.h>
#include <string.h>

/* Before each record is its length, in as many bytes as anything is aligned to. */
#define ALIGNED 16

bool backlog_open(struct backlog *backlog, size_t room)
{
	*backlog = (struct backlog){.bytes = malloc(room), .room = room};
	return backlog->bytes;
}

static size_t aligned(size_t bytes)
{
	return (bytes + ALIGNED - 1) / ALIGNED * ALIGNED;
}

bool backlog_put(struct backlog *backlog, const void *record, size_t bytes)
{
	size_t needed = ALIGNED + aligned(bytes);

	if (backlog->room - backlog->used < needed)
		return false;
	memcpy(backlog->bytes + backlog->used, &needed, sizeof(needed));
	memcpy(backlog->bytes + backlog->used + ALIGNED, record, bytes);
	backlog->used += needed;
	return true;
}

const void *backlog_next(const struct backlog *backlog, size_t *at)
{
	const uint8_t *record = backlog->bytes + *at + ALIGNED;
	size_t needed;

	if (*at >= backlog->used)
		return NULL;
	memcpy(&needed, backlog->bytes + *at, sizeof(needed));
	*at += needed;
	return record;
}

void backlog_clear(struct backlog *backlog)
{
	backlog->used = 0;
}

void backlog_close(struct backlog *backlog)
{
	free(backlog->bytes);
	*backlog = (struct backlog){0};
}
