// SPDX-License-Identifier: GPL-2.0-or-later
/* The worst value of a plot has its label. */
#include "base/text.h"
#include "report/report_plot_frame.h"
#include "show/sentence.h"

/* @text beside the stretch, at its value @ns, on the side where there is more room. */
static void put_worst(FILE *out, const struct frame *frame, const struct error_point *point,
		      int64_t ns, const char *text)
{
	double x = (x_of(frame, point->from_ns) + x_of(frame, point->to_ns)) / 2;
	double y = y_of(frame, ns);
	bool is_left = x < (LEFT + WIDTH - RIGHT) / 2.0;

	fprintf(out,
		"<path class=\"worst\" d=\"M%.1f %.1fh0\"/>"
		"<text class=\"worst\" "
		"x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
		x, y, is_left ? x + 10 : x - 10,
		fmin(fmax(y + 5, TOP + WORST_Y), HEIGHT - BOTTOM - WORST_Y),
		is_left ? "start" : "end", text);
}

/* The clock that surely was the furthest off, of what is to be seen. */
void report_plot_worst_clock(FILE *out, const struct frame *frame, const struct incident *incident)
{
	const struct error_point *worst = NULL;
	int clock = 0;
	char length[TEXT_NS_BYTES], text[TEXT_NS_BYTES + 64];

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct curve *curve = &frame->analysis->clock[i].curve;
		const struct error_point *point =
			incident ? incident->clock[i].point : curve->point;
		size_t points = incident ? incident->clock[i].points : curve->points;

		for (size_t j = 0; j < points; j++) {
			if (is_within(frame, &point[j]) && error_sure_ns(point[j].error) &&
			    (!worst ||
			     error_sure_ns(point[j].error) > error_sure_ns(worst->error))) {
				worst = &point[j];
				clock = i;
			}
		}
	}
	if (!worst)
		return;
	text_ns_short(error_sure_ns(worst->error), length, sizeof(length));
	snprintf(text, sizeof(text), "%s %s %s", observed_clock_name((enum observed_clock)clock),
		 length, worst->error.hi_ns < 0 ? "behind" : "ahead");
	put_worst(out, frame, worst,
		  worst->error.hi_ns < 0 ? worst->error.hi_ns : worst->error.lo_ns, text);
}

void report_plot_longest(FILE *out, const struct frame *frame, const struct curve *latency)
{
	const struct error_point *worst = NULL;
	char length[TEXT_NS_BYTES], text[TEXT_NS_BYTES + 16];

	for (size_t i = 0; i < latency->points; i++) {
		if (!worst || latency->point[i].error.hi_ns > worst->error.hi_ns)
			worst = &latency->point[i];
	}
	if (!worst || worst->error.hi_ns < 0)
		return;
	text_ns_short((uint64_t)worst->error.hi_ns, length, sizeof(length));
	snprintf(text, sizeof(text), "longest: %s", length);
	put_worst(out, frame, worst, worst->error.hi_ns, text);
}
