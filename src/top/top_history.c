// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/top_history.h"

#include <stdbool.h>

#include "base/instant.h"

void top_history_add(struct top_history *history, uint64_t time_ns, uint64_t off_ns)
{
	uint64_t second = time_ns / NSEC_PER_SEC;
	struct top_second *at = &history->at[second % TOP_HISTORY_SECONDS];

	if (at->second != second + 1)
		*at = (struct top_second){.second = second + 1};
	if (off_ns > at->off_ns)
		at->off_ns = off_ns;
}

unsigned int top_history_seconds_a_bar(unsigned int columns)
{
	return (TOP_HISTORY_SECONDS + columns - 1) / columns;
}

/* The largest error in the @seconds from @first on; false: nothing is known of them. */
static bool largest(const struct top_history *history, uint64_t first, unsigned int seconds,
		    uint64_t *off_ns)
{
	bool known = false;

	*off_ns = 0;
	for (uint64_t second = first; second < first + seconds; second++) {
		const struct top_second *at = &history->at[second % TOP_HISTORY_SECONDS];

		if (at->second != second + 1)
			continue;
		known = true;
		if (at->off_ns > *off_ns)
			*off_ns = at->off_ns;
	}
	return known;
}

/* Not below the lowest and not above the highest. */
static int height_of(uint64_t off_ns, uint64_t top_ns)
{
	if (!top_ns)
		return 0;
	return (int)((unsigned __int128)off_ns * (TOP_BAR_HEIGHTS - 1) / top_ns);
}

uint64_t top_history_bars(const struct top_history *history, uint64_t now_ns, uint64_t floor_ns,
			  unsigned int columns, int bar[])
{
	unsigned int seconds = top_history_seconds_a_bar(columns);
	uint64_t newest = now_ns / NSEC_PER_SEC / seconds, top_ns = floor_ns, off_ns;

	for (unsigned int i = 0; i < columns; i++) {
		uint64_t back = columns - 1 - i;

		if (newest >= back &&
		    largest(history, (newest - back) * seconds, seconds, &off_ns) &&
		    off_ns > top_ns)
			top_ns = off_ns;
	}
	for (unsigned int i = 0; i < columns; i++) {
		uint64_t back = columns - 1 - i;

		bar[i] = TOP_BAR_NONE;
		if (newest >= back && largest(history, (newest - back) * seconds, seconds, &off_ns))
			bar[i] = height_of(off_ns, top_ns);
	}
	return top_ns;
}
