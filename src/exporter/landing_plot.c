// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/landing_plot.h"

#include "show/html.h"

#define WIDTH  ((double)CLOCK_HISTORY_SPANS)
#define HEIGHT 40.0
/* No bar is thinner, or it could not be seen. */
#define LEAST 1.6

/* Down from the top: positive errors, of a clock that is ahead, are above the line. */
static double y_of(int64_t error_ns, uint64_t top_ns)
{
	return HEIGHT / 2 - (double)error_ns / (double)top_ns * (HEIGHT / 2 - 2);
}

static void put_bar(FILE *out, double x, double width, const struct ns_interval *error,
		    uint64_t top_ns)
{
	double top = y_of(error->hi_ns, top_ns), bottom = y_of(error->lo_ns, top_ns);

	if (bottom - top < LEAST) {
		top = (top + bottom) / 2 - LEAST / 2;
		bottom = top + LEAST;
	}
	fprintf(out, "M%.2f %.2fh%.2fv%.2fh-%.2fz", x, top, width, bottom - top, width);
}

/* Spans with no reading, or none that is known, up to the next one that has: from @i on. */
static size_t unknown_until(const struct clock_history *history, size_t i)
{
	while (i < history->spans && !history->span[i].known)
		i++;
	return i;
}

static void put_unknown(FILE *out, const struct clock_history *history, double width)
{
	for (size_t i = 0; i < history->spans; i++) {
		size_t end = unknown_until(history, i);

		if (end == i)
			continue;
		fprintf(out,
			"<rect class=\"unknown\" x=\"%.2f\" y=\"0\" width=\"%.2f\" "
			"height=\"40\"/>",
			(double)i * width, (double)(end - i) * width);
		i = end - 1;
	}
}

void landing_put_plot(FILE *out, const struct clock_history *history, uint64_t top_ns,
		      const char *about)
{
	double width = WIDTH / (double)(history->spans ? history->spans : 1);

	fputs("<svg class=\"plot\" role=\"img\" viewBox=\"0 0 128 40\" "
	      "preserveAspectRatio=\"none\"><title>",
	      out);
	html_puts(out, about);
	fputs("</title>", out);
	put_unknown(out, history, width);
	fputs("<path class=\"zero\" d=\"M0 20h128\"/><path class=\"bars\" d=\"", out);
	for (size_t i = 0; i < history->spans; i++) {
		if (history->span[i].known)
			put_bar(out, (double)i * width, width, &history->span[i].error, top_ns);
	}
	fputs("\"/></svg>\n", out);
}
