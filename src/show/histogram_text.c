// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/histogram_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "show/terminal.h"
#include "show/text_fit.h"
#include "show/text_wrap.h"

#define FROM_COLUMNS  19 /* "    from 123.456 us" */
#define COUNT_COLUMNS 12 /* "          9 |" */
#define CELL_COLUMNS  26 /* at least, of which 14 are the bar */
#define BAR_COLUMNS   40 /* at most */

static uint64_t most_of(const struct histogram *histogram)
{
	uint64_t most = 0;

	for (int b = 0; b < HISTOGRAM_BUCKETS; b++)
		most = histogram->bucket[b] > most ? histogram->bucket[b] : most;
	return most;
}

/* Nothing is put behind the last bar of a row. */
static void put_cell(FILE *out, const struct histogram *histogram, int bucket, int columns,
		     bool is_last)
{
	static const char bars[] = "****************************************";
	uint64_t most = most_of(histogram), count = histogram->bucket[bucket];
	int room = columns - COUNT_COLUMNS - 2;
	int bar = count ? (int)((double)count * room / (double)most) : 0;

	if (count && !bar)
		bar = 1;
	if (count)
		fprintf(out, " %9" PRIu64 " |%.*s", count, bar, bars);
	else
		fprintf(out, "%*s", COUNT_COLUMNS, "");
	if (!is_last)
		fprintf(out, "%*s", columns - COUNT_COLUMNS - bar, "");
}

static bool any_in(const struct named_histogram histograms[], size_t count, int bucket)
{
	for (size_t i = 0; i < count; i++) {
		if (histograms[i].histogram->bucket[bucket])
			return true;
	}
	return false;
}

static void put_names(FILE *out, const struct named_histogram histograms[], size_t count,
		      int columns)
{
	fprintf(out, "\n%-*s", FROM_COLUMNS, "  took");
	for (size_t i = 0; i < count; i++) {
		char name[64];

		text_shorten(histograms[i].name, columns - 3, name, sizeof(name));
		fprintf(out, "  %-*s", i + 1 < count ? columns - 2 : 0, name);
	}
	fputc('\n', out);
}

static void put_beside(FILE *out, const struct named_histogram histograms[], size_t count,
		       int columns)
{
	put_names(out, histograms, count, columns);
	for (int b = 0; b < HISTOGRAM_BUCKETS; b++) {
		char from[TEXT_NS_BYTES];
		size_t last = count;

		if (!any_in(histograms, count, b))
			continue;
		while (last && !histograms[last - 1].histogram->bucket[b])
			last--;
		text_ns_u64(b ? 1ull << b : 0, from, sizeof(from));
		fprintf(out, "    from %10s", from);
		for (size_t i = 0; i < last; i++)
			put_cell(out, histograms[i].histogram, b, columns, i + 1 == last);
		fputc('\n', out);
	}
}

void histograms_put(FILE *out, const struct named_histogram histograms[], size_t count)
{
	int room = terminal_columns_within(out, TEXT_WRAP_COLUMNS) - FROM_COLUMNS;
	size_t beside = room > CELL_COLUMNS ? (size_t)(room / CELL_COLUMNS) : 1;
	int columns;

	if (beside > count)
		beside = count;
	columns = beside ? room / (int)beside : 0;
	if (columns > COUNT_COLUMNS + 2 + BAR_COLUMNS)
		columns = COUNT_COLUMNS + 2 + BAR_COLUMNS;
	if (columns < COUNT_COLUMNS + 4)
		columns = COUNT_COLUMNS + 4;
	for (size_t i = 0; i < count; i += beside)
		put_beside(out, histograms + i, count - i < beside ? count - i : beside, columns);
}
