// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/epochs.h"

#include <stdlib.h>
#include <string.h>

bool epochs_begin(struct epochs *epochs, const struct epoch *at)
{
	if (epochs->count == epochs->room) {
		size_t room = epochs->room ? 2 * epochs->room : 64;
		struct epoch_span *more = realloc(epochs->span, room * sizeof(*more));

		if (!more)
			return false;
		epochs->span = more;
		epochs->room = room;
	}
	if (epochs->count)
		epochs->span[epochs->count - 1].end = *at;
	epochs->span[epochs->count++] = (struct epoch_span){.begin = *at};
	return true;
}

struct epoch_span *epochs_oldest(const struct epochs *epochs)
{
	return epochs->ring + 1 < epochs->count ? &epochs->span[epochs->ring] : NULL;
}

static uint64_t events_of(const struct epochs *epochs, size_t from, size_t to)
{
	uint64_t events = 0;

	for (size_t i = from; i < to; i++) {
		if (!epochs->span[i].gone)
			events +=
				(uint64_t)(epochs->span[i].end.event - epochs->span[i].begin.event);
	}
	return events;
}

uint64_t epochs_ring_events(const struct epochs *epochs)
{
	return epochs->count ? events_of(epochs, epochs->ring, epochs->count - 1) : 0;
}

uint64_t epochs_kept_events(const struct epochs *epochs)
{
	return events_of(epochs, 0, epochs->ring);
}

void epochs_commit(struct epochs *epochs)
{
	size_t left = 0, ring = epochs->ring;

	for (size_t i = 0; i < epochs->count; i++) {
		if (!epochs->span[i].gone)
			epochs->span[left++] = epochs->span[i];
		else if (i < ring)
			epochs->ring--;
	}
	epochs->count = left;
}

void epochs_rollback(struct epochs *epochs, const struct epoch *at)
{
	while (epochs->count && epochs->span[epochs->count - 1].begin.event >= at->event)
		epochs->count--;
	for (size_t i = 0; i < epochs->count; i++)
		epochs->span[i].gone = false;
	epochs->ring = 0;
	epochs_begin(epochs, at);
}

void epochs_free(struct epochs *epochs)
{
	free(epochs->span);
	*epochs = (struct epochs){0};
}
