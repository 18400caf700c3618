// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/sparkline.h"

#include <string.h>

#include "show/sentence.h"

const char *sparkline_bar(unsigned int height, bool is_utf8)
{
	static const char *const blocks[SPARKLINE_HEIGHTS] = {"▁", "▂", "▃", "▄",
							      "▅", "▆", "▇", "█"};
	static const char *const ascii[SPARKLINE_HEIGHTS] = {"_", ".", ":", "-",
							     "=", "+", "*", "#"};

	return (is_utf8 ? blocks : ascii)[height];
}

/* One of the columns. */
struct bin {
	bool is_known;
	uint64_t off_ns;
};

static void add(struct bin bins[SPARKLINE_COLUMNS], size_t first, size_t last, uint64_t off_ns)
{
	for (size_t i = first; i <= last && i < SPARKLINE_COLUMNS; i++) {
		bins[i].is_known = true;
		if (off_ns > bins[i].off_ns)
			bins[i].off_ns = off_ns;
	}
}

static size_t bin_of(uint64_t time_ns, uint64_t from_ns, uint64_t to_ns)
{
	if (time_ns <= from_ns)
		return 0;
	if (time_ns >= to_ns)
		return SPARKLINE_COLUMNS - 1;
	return (size_t)((unsigned __int128)(time_ns - from_ns) * SPARKLINE_COLUMNS /
			(to_ns - from_ns));
}

const char *sparkline_text(const struct error_point point[], size_t points, uint64_t from_ns,
			   uint64_t to_ns, bool is_utf8, char out[SPARKLINE_BYTES])
{
	struct bin bins[SPARKLINE_COLUMNS] = {0};
	struct words words = {out, SPARKLINE_BYTES};
	size_t next = 0; /* column behind the stretch before */
	uint64_t most_ns = 0, before_ns = 0;

	*out = '\0';
	for (size_t i = 0; i < points; i++) {
		uint64_t off_ns = error_sure_ns(point[i].error);
		size_t first = bin_of(point[i].from_ns, from_ns, to_ns);

		/* Until then it was as it had been. */
		if (i && first > next && !point[i].after_gap)
			add(bins, next, first - 1, before_ns);
		next = bin_of(point[i].to_ns, from_ns, to_ns) + 1;
		add(bins, first, next - 1, off_ns);
		before_ns = off_ns;
		most_ns = off_ns > most_ns ? off_ns : most_ns;
	}
	for (size_t i = 0; most_ns && i < SPARKLINE_COLUMNS; i++) {
		unsigned __int128 height = bins[i].off_ns;

		/* Rounded up: what is off at all is above the lowest. */
		height = (height * (SPARKLINE_HEIGHTS - 1) + most_ns - 1) / most_ns;
		say(&words, "%s",
		    bins[i].is_known ? sparkline_bar((unsigned int)height, is_utf8) : "?");
	}
	return out;
}
