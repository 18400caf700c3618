// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/nearest.h"

#include <string.h>

#define NAME_BYTES 32 /* no name of ours is longer */

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters to add, drop, replace or swap with their neighbour make @a into @b. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t row[3]
		  [NAME_BYTES + 1]; /* of this letter of @a, of the one before, and before that */

	for (size_t j = 0; j <= b_length; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			now[j] = min(min(before[j], now[j - 1]) + 1,
				     before[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = min(now[j], earlier[j - 2] + 1);
		}
	}
	return row[a_length % 3][b_length];
}

void nearest_offer(struct nearest *nearest, const char *name)
{
	size_t typed = strlen(nearest->typed), length = strlen(name), far;

	if (typed > NAME_BYTES || length > NAME_BYTES)
		return;
	far = distance(nearest->typed, typed, name, length);
	/* A third of the letters may be wrong, else another word is meant. */
	if (far > (length + 2) / 3 || (nearest->name && far >= nearest->distance))
		return;
	nearest->name = name;
	nearest->distance = far;
}
