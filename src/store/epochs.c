// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/epochs.h"

#include <stdlib.h>
#include <string.h>

bool epochs_begin(struct epochs *epochs, const struct epoch *epoch)
{
	if (epochs->count == epochs->room) {
		size_t room = epochs->room ? 2 * epochs->room : 64;
		struct epoch *more = realloc(epochs->epoch, room * sizeof(*more));

		if (!more)
			return false;
		epochs->epoch = more;
		epochs->room = room;
	}
	epochs->epoch[epochs->count++] = *epoch;
	return true;
}

const struct epoch *epochs_second(const struct epochs *epochs)
{
	return epochs->count > 1 ? &epochs->epoch[1] : NULL;
}

void epochs_drop(struct epochs *epochs)
{
	epochs->count--;
	memmove(epochs->epoch, epochs->epoch + 1, epochs->count * sizeof(*epochs->epoch));
}

void epochs_rewind(struct epochs *epochs, int64_t event)
{
	while (epochs->count && epochs->epoch[epochs->count - 1].event > event)
		epochs->count--;
}

void epochs_free(struct epochs *epochs)
{
	free(epochs->epoch);
	*epochs = (struct epochs){0};
}
