// SPDX-License-Identifier: GPL-2.0-or-later
#include "render/report_plot.h"

#include <inttypes.h>
#include <math.h>

#include "base/instant.h"
#include "base/text.h"
#include "render/html.h"

/* In units of the drawing, which a browser scales. */
#define WIDTH	720
#define HEIGHT	300
#define LEFT	76
#define RIGHT	12
#define TOP	12
#define BOTTOM	34
#define TICKS_X 6

/* Where things are drawn: time linear, errors by their order of magnitude on either side of 0. */
struct frame {
	uint64_t from_ns;
	uint64_t to_ns;
	double most; /* the largest magnitude, as scaled() gives it */
};

/* From 1 us on each power of ten is as far from the next; what is smaller is near 0. */
static double scaled(int64_t ns)
{
	double size = log10(1 + fabs((double)ns) / 100);

	return ns < 0 ? -size : size;
}

static double x_of(const struct frame *frame, uint64_t time_ns)
{
	uint64_t within = time_ns < frame->from_ns ? frame->from_ns
			  : time_ns > frame->to_ns ? frame->to_ns
						   : time_ns;

	return LEFT + (double)(within - frame->from_ns) * (WIDTH - LEFT - RIGHT) /
			      (double)(frame->to_ns - frame->from_ns);
}

static double y_of(const struct frame *frame, int64_t ns)
{
	double middle = TOP + (HEIGHT - TOP - BOTTOM) / 2.0;

	return middle - scaled(ns) / frame->most * (middle - TOP);
}

static bool is_within(const struct frame *frame, const struct error_point *point)
{
	return point->to_ns >= frame->from_ns && point->from_ns <= frame->to_ns;
}

static void widen(struct frame *frame, const struct error_point *point, size_t points)
{
	for (size_t i = 0; i < points; i++) {
		if (!is_within(frame, &point[i]))
			continue;
		frame->most = fmax(frame->most, fabs(scaled(point[i].error.lo_ns)));
		frame->most = fmax(frame->most, fabs(scaled(point[i].error.hi_ns)));
	}
}

/* One run of stretches as a band from low to high, and a line through its middle. */
static void put_run(FILE *out, const struct frame *frame, const struct error_point *point,
		    size_t points, const char *class)
{
	/* One reading alone has no length to draw. */
	if (points == 1)
		fprintf(out, "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2\"/>\n", class,
			x_of(frame, point->from_ns),
			(y_of(frame, point->error.lo_ns) + y_of(frame, point->error.hi_ns)) / 2);
	fprintf(out, "<path class=\"band %s\" d=\"M", class);
	for (size_t i = 0; i < points; i++)
		fprintf(out, "%.1f %.1fL%.1f %.1fL", x_of(frame, point[i].from_ns),
			y_of(frame, point[i].error.hi_ns), x_of(frame, point[i].to_ns),
			y_of(frame, point[i].error.hi_ns));
	for (size_t i = points; i-- > 0;)
		fprintf(out, "%.1f %.1fL%.1f %.1f%s", x_of(frame, point[i].to_ns),
			y_of(frame, point[i].error.lo_ns), x_of(frame, point[i].from_ns),
			y_of(frame, point[i].error.lo_ns), i ? "L" : "Z");
	fprintf(out, "\"/>\n<path class=\"line %s\" d=\"M", class);
	for (size_t i = 0; i < points; i++)
		fprintf(out, "%.1f %.1f%s",
			(x_of(frame, point[i].from_ns) + x_of(frame, point[i].to_ns)) / 2,
			(y_of(frame, point[i].error.lo_ns) + y_of(frame, point[i].error.hi_ns)) / 2,
			i + 1 < points ? "L" : "");
	fputs("\"/>\n", out);
}

/* What of the curve is to be seen: @point moved to its first, and how many there are. */
static size_t visible(const struct frame *frame, const struct error_point **point, size_t points)
{
	while (points && !is_within(frame, *point)) {
		++*point;
		points--;
	}
	while (points && !is_within(frame, *point + points - 1))
		points--;
	return points;
}

/* What the page claims holds between two looks at it too. */
static void put_bound(FILE *out, const struct frame *frame, const struct curve *bound)
{
	const struct error_point *point = bound->point;
	size_t points = visible(frame, &point, bound->points);

	if (points)
		put_run(out, frame, point, points, "page");
}

/* In runs: over a time in which nothing was known no line is drawn. */
static void put_curve(FILE *out, const struct frame *frame, const struct error_point *point,
		      size_t points, const char *class)
{
	size_t first = 0, end;
	uint64_t usual_ns;

	points = visible(frame, &point, points);
	if (!points)
		return;
	usual_ns = (point[points - 1].to_ns - point[0].from_ns) / points;
	for (; first < points; first = end) {
		for (end = first + 1; end < points; end++) {
			if (point[end].from_ns - point[end - 1].to_ns > 4 * usual_ns)
				break;
		}
		put_run(out, frame, point + first, end - first, class);
	}
}

static void put_errors_axis(FILE *out, const struct frame *frame)
{
	static const int64_t marks[] = {
		0, 1000, 1000000, NSEC_PER_SEC, 1000ll * NSEC_PER_SEC, 1000000ll * NSEC_PER_SEC};
	static const char *const names[] = {"0", "1 us", "1 ms", "1 s", "1000 s", "11 days"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		for (int sign = 1; sign >= -1; sign -= 2) {
			double y = y_of(frame, sign * marks[i]);

			if (scaled(marks[i]) > frame->most || (!marks[i] && sign < 0))
				continue;
			fprintf(out,
				"<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
				"text-anchor=\"end\">%s%s</text>\n",
				LEFT, y, WIDTH - RIGHT, LEFT - 8, y + 4,
				!marks[i]  ? ""
				: sign > 0 ? "+"
					   : "&#8722;",
				names[i]);
		}
	}
}

static void put_time_axis(FILE *out, const struct report *report, const struct frame *frame)
{
	uint64_t length = frame->to_ns - frame->from_ns;

	for (int i = 0; i <= TICKS_X; i++) {
		uint64_t at = frame->from_ns + length / TICKS_X * (uint64_t)i;
		double seconds = ((double)at - (double)report->start_ns) / NSEC_PER_SEC;

		fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%+.*f s</text>\n",
			x_of(frame, at), HEIGHT - 10, i == TICKS_X ? "end" : "middle",
			length < 10ull * NSEC_PER_SEC ? 3 : 1, seconds);
	}
}

static void put_findings(FILE *out, const struct report *report, const struct frame *frame)
{
	for (size_t i = 0; i < report->account->findings; i++) {
		const struct finding *finding = &report->account->finding[i];

		if (finding->found_ns < frame->from_ns || finding->found_ns > frame->to_ns)
			continue;
		fprintf(out,
			"<path class=\"found %s\" d=\"M%.1f %dV%d\"><title>%s</title></path>\n",
			finding_severity_name(finding->severity), x_of(frame, finding->found_ns),
			TOP, HEIGHT - BOTTOM, finding_name(finding->kind));
	}
}

static void put_windows(FILE *out, const struct report *report, const struct frame *frame)
{
	for (size_t i = 0; i < report->account->incidents; i++) {
		const struct incident *incident = report->account->incident[i];
		double from = x_of(frame, incident->from_ns), to = x_of(frame, incident->to_ns);

		if (incident->to_ns < frame->from_ns || incident->from_ns > frame->to_ns)
			continue;
		fprintf(out,
			"<rect class=\"bad\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
			"height=\"%d\"><title>"
			"incident %" PRIu64 "</title></rect>\n",
			from, TOP, fmax(to - from, 1), HEIGHT - TOP - BOTTOM, incident->number);
	}
}

static void put_legend(FILE *out, const struct report *report, const struct incident *incident)
{
	fputs("<p class=\"legend\">", out);
	if (report->account->page_bound.points)
		fputs("<span class=\"page\">page: its own bound</span> ", out);
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (incident ? incident->clock[i].points : report->account->clock[i].curve.points)
			fprintf(out, "<span class=\"clock%d\">%s less the page's time</span> ", i,
				observed_clock_name((enum observed_clock)i));
	}
	fputs("<span class=\"bad\">bad window</span></p>\n", out);
}

void report_plot_errors(FILE *out, const struct report *report, const struct incident *incident,
			uint64_t from_ns, uint64_t to_ns)
{
	const struct account *account = report->account;
	struct frame frame = {.from_ns = from_ns,
			      .to_ns = to_ns > from_ns ? to_ns : from_ns + 1,
			      .most = scaled(1000)};
	char class[16];

	widen(&frame, account->page_bound.point, account->page_bound.points);
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (incident)
			widen(&frame, incident->clock[i].point, incident->clock[i].points);
		else
			widen(&frame, account->clock[i].curve.point,
			      account->clock[i].curve.points);
	}
	frame.most *= 1.08;
	fprintf(out,
		"<div class=\"wide\"><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"error of "
		"each clock over time\">\n",
		WIDTH, HEIGHT);
	put_windows(out, report, &frame);
	put_errors_axis(out, &frame);
	put_time_axis(out, report, &frame);
	put_bound(out, &frame, &account->page_bound);
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		snprintf(class, sizeof(class), "clock%d", i);
		if (incident)
			put_curve(out, &frame, incident->clock[i].point, incident->clock[i].points,
				  class);
		else
			put_curve(out, &frame, account->clock[i].curve.point,
				  account->clock[i].curve.points, class);
	}
	put_findings(out, report, &frame);
	fputs("</svg></div>\n", out);
	put_legend(out, report, incident);
}

void report_plot_latency(FILE *out, const struct histogram *latency)
{
	int first = 0, last = HISTOGRAM_BUCKETS - 1;
	uint64_t most = 1;

	while (first < last && !latency->bucket[first])
		first++;
	while (last > first && !latency->bucket[last])
		last--;
	for (int b = first; b <= last; b++)
		most = latency->bucket[b] > most ? latency->bucket[b] : most;
	fputs("<table class=\"bars\">\n", out);
	for (int b = first; b <= last; b++) {
		char from[TEXT_NS_BYTES];

		text_ns_u64(b ? 1ull << b : 0, from, sizeof(from));
		fprintf(out,
			"<tr><th>from %s</th><td>%" PRIu64
			"</td><td class=\"bar\"><svg viewBox=\"0 0 "
			"100 10\" preserveAspectRatio=\"none\"><rect width=\"%.1f\" height=\"10\"/>"
			"</svg></td></tr>\n",
			from, latency->bucket[b],
			latency->bucket[b]
				? fmax((double)latency->bucket[b] * 100 / (double)most, 0.5)
				: 0);
	}
	fputs("</table>\n", out);
}
