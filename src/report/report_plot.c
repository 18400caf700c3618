// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/report_plot.h"

#include <inttypes.h>
#include <math.h>

#include "base/instant.h"
#include "base/text.h"
#include "report/report_plot_frame.h"
#include "show/html.h"

static void widen(struct frame *frame, const struct error_point *point, size_t points)
{
	for (size_t i = 0; i < points; i++) {
		if (!is_within(frame, &point[i]))
			continue;
		frame->most = fmax(frame->most, fabs(scaled(point[i].error.lo_ns)));
		frame->most = fmax(frame->most, fabs(scaled(point[i].error.hi_ns)));
	}
}

static void put_edge(FILE *out, const struct frame *frame, const struct error_point *point,
		     int64_t ns, bool from_end)
{
	double from = x_of(frame, point->from_ns), to = x_of(frame, point->to_ns);
	double y = y_of(frame, ns);

	fprintf(out, "%.1f %.1f", from_end ? to : from, y);
	if (point->to_ns > point->from_ns)
		fprintf(out, "H%.1f", from_end ? from : to);
}

static bool is_step(const struct error_point *a, const struct error_point *b)
{
	return b->error.lo_ns > a->error.hi_ns + STEP_NS ||
	       b->error.hi_ns < a->error.lo_ns - STEP_NS;
}

/* Where between the two it was: at the finding that tells of it, else where it was seen first. */
static double step_x(const struct frame *frame, const struct error_point *a,
		     const struct error_point *b)
{
	for (size_t i = 0; i < frame->analysis->findings; i++) {
		const struct finding *finding = &frame->analysis->finding[i];

		if ((finding->kind == FINDING_CLOCK_SET || finding->kind == FINDING_HOST_STEP) &&
		    finding->found_ns > a->to_ns && finding->found_ns <= b->from_ns)
			return x_of(frame, finding->found_ns);
	}
	return x_of(frame, b->from_ns);
}

/*
 * One run of stretches as a band from low to high: the true error is in it, and nobody knows where,
 * so no line is drawn through its middle. Along each stretch: joined by their ends, a step after a
 * long one would be a slope.
 */
static void put_run(FILE *out, const struct frame *frame, const struct error_point *point,
		    size_t points, const char *class)
{
	/* One reading alone has no length to draw. */
	if (points == 1 && point->from_ns == point->to_ns) {
		fprintf(out, "<path class=\"dot %s\" d=\"M%.1f %.1fV%.1f\"/>\n", class,
			x_of(frame, point->from_ns), y_of(frame, point->error.hi_ns),
			y_of(frame, point->error.lo_ns));
		return;
	}
	fprintf(out, "<path class=\"band %s\" d=\"M", class);
	for (size_t i = 0; i < points; i++) {
		put_edge(out, frame, &point[i], point[i].error.hi_ns, false);
		if (i + 1 < points && is_step(&point[i], &point[i + 1])) {
			double x = step_x(frame, &point[i], &point[i + 1]);

			fprintf(out, "H%.1fV%.1f", x, y_of(frame, point[i + 1].error.hi_ns));
		}
		fputc('L', out);
	}
	for (size_t i = points; i-- > 0;) {
		put_edge(out, frame, &point[i], point[i].error.lo_ns, true);
		if (i && is_step(&point[i - 1], &point[i])) {
			double x = step_x(frame, &point[i - 1], &point[i]);

			fprintf(out, "H%.1fV%.1f", x, y_of(frame, point[i - 1].error.lo_ns));
		}
		fputs(i ? "L" : "Z\"/>\n", out);
	}
}

/*
 * In runs: over a time in which nothing was known, or one longer than @most_ns, no line is drawn.
 */
static void put_runs(FILE *out, const struct frame *frame, const struct error_point *point,
		     size_t points, uint64_t most_ns, const char *class)
{
	size_t first = 0, end;

	for (; first < points; first = end) {
		for (end = first + 1; end < points; end++) {
			if (point[end].after_gap ||
			    point[end].from_ns - point[end - 1].to_ns > most_ns)
				break;
		}
		put_run(out, frame, point + first, end - first, class);
	}
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

/* What the page claims holds between two samples of it too. */
static void put_bound(FILE *out, const struct frame *frame, const struct curve *bound)
{
	const struct error_point *point = bound->point;
	size_t points = visible(frame, &point, bound->points);

	/* Samples without news are not kept: between two of them the bound is a straight line. */
	if (points)
		put_runs(out, frame, point, points, UINT64_MAX, "page");
}

static void put_curve(FILE *out, const struct frame *frame, const struct error_point *point,
		      size_t points, const char *class)
{
	points = visible(frame, &point, points);
	if (points)
		put_runs(out, frame, point, points,
			 4 * ((point[points - 1].to_ns - point[0].from_ns) / points), class);
}

static void put_mark(FILE *out, const struct frame *frame, int64_t ns, const char *name,
		     bool may_hide)
{
	double y = y_of(frame, ns), off = fabs(y - y_of(frame, 0));

	fprintf(out,
		"<path class=\"grid\" d=\"M%d %.1fH%d\"/>"
		"<text class=\"%s\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s%s</text>\n",
		LEFT, y, WIDTH - RIGHT, may_hide || (ns && off < DENSE_APART) ? "dense" : "label",
		LEFT - 8, y + 4,
		!ns || frame->from_zero ? ""
		: ns > 0		? "+"
					: "&#8722;",
		name);
}

static void put_lengths_axis(FILE *out, const struct frame *frame)
{
	static const struct {
		int64_t ns;
		const char *name;
		bool always; /* else only the largest, or where nothing is below 0 */
	} marks[] = {
		{1000, "1 us", true},
		{10000, "10 us", false},
		{100000, "100 us", false},
		{1000000, "1 ms", true},
		{10000000, "10 ms", false},
		{100000000, "100 ms", false},
		{NSEC_PER_SEC, "1 s", true},
		{10ll * NSEC_PER_SEC, "10 s", false},
		{100ll * NSEC_PER_SEC, "100 s", false},
		{1000ll * NSEC_PER_SEC, "1000 s", true},
		{1000000ll * NSEC_PER_SEC, "11 days", true},
	};

	double above = -INFINITY; /* the last that a narrow screen shows: the largest is one */

	for (size_t i = sizeof(marks) / sizeof(marks[0]); i-- > 0;) {
		double y = y_of(frame, marks[i].ns);
		bool hide = y - above < DENSE_APART;

		if (scaled(marks[i].ns) > frame->most || y_of(frame, 0) - y < LABEL_APART ||
		    !(marks[i].always || frame->from_zero || isinf(above)))
			continue;
		if (!hide)
			above = y;
		put_mark(out, frame, marks[i].ns, marks[i].name, hide);
		if (!frame->from_zero)
			put_mark(out, frame, -marks[i].ns, marks[i].name, hide);
	}
	put_mark(out, frame, 0, "0", false);
}

static void put_windows(FILE *out, const struct report *report, const struct frame *frame)
{
	for (size_t i = 0; i < report->analysis->incidents; i++) {
		const struct incident *incident = report->analysis->incident[i];
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

/* Where nobody vouches for the page, whatever bound it gives. */
static bool next_unvouched(const struct frame *frame, size_t *i, double *from, double *to)
{
	const struct page_runs *runs = &frame->analysis->unvouched;

	for (; *i < runs->runs; (*i)++) {
		if (runs->run[*i].to_ns < frame->from_ns || runs->run[*i].from_ns > frame->to_ns)
			continue;
		*from = x_of(frame, runs->run[*i].from_ns);
		*to = x_of(frame, runs->run[(*i)++].to_ns);
		return true;
	}
	return false;
}

static void put_hatch(FILE *out, const struct frame *frame, const char *id)
{
	double from, to;

	fprintf(out,
		"<pattern id=\"hatch-%s\" width=\"7\" height=\"7\" "
		"patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
		"<path class=\"hatch\" d=\"M0 0V7\"/></pattern>\n",
		id);
	for (size_t i = 0; next_unvouched(frame, &i, &from, &to);)
		fprintf(out,
			"<rect class=\"unvouched\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
			"height=\"%d\" fill=\"url(#hatch-%s)\"/>\n",
			from, TOP, fmax(to - from, 1), HEIGHT - TOP - BOTTOM, id);
}

static void put_legend_end(FILE *out, const struct report *report, const struct frame *frame)
{
	if (report_plot_has_finding(report, frame))
		fputs("<span class=\"mark\">a finding, by its number in the timeline</span> ", out);
	if (report->analysis->incidents)
		fputs("<span class=\"bad\">bad window</span>", out);
	fputs("</p>\n", out);
}

static void put_legend(FILE *out, const struct report *report, const struct incident *incident,
		       const struct frame *frame)
{
	bool by_page = !witness_is_other(&report->analysis->witness);
	double from, to;

	report_plot_legend(out, report, frame);
	if (report->analysis->page_bound.points)
		fputs("<span class=\"page\">page: its own bound</span> ", out);
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (incident ? incident->clock[i].points : report->analysis->clock[i].curve.points)
			fprintf(out, "<span class=\"clock%d\">%s less %s time</span> ", i,
				observed_clock_name((enum observed_clock)i),
				by_page ? "the page's" : "the other clock's");
	}
	if (next_unvouched(frame, &(size_t){0}, &from, &to))
		fputs("<span class=\"hatch\">the page was gone, or not SYNCHRONIZED</span> ", out);
	put_legend_end(out, report, frame);
}

static void begin_drawing(FILE *out, const struct report *report, const struct frame *frame,
			  const char *id, const char *about)
{
	fprintf(out, "<svg id=\"%s\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", id,
		WIDTH, HEIGHT, about);
	put_windows(out, report, frame);
	put_lengths_axis(out, frame);
	report_plot_time_axis(out, report, frame);
}

/* An empty drawing says why it is. */
static void put_nothing(FILE *out, const struct report *report)
{
	const struct analysis *analysis = report->analysis;

	if (analysis->page_bound.points)
		return;
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (analysis->clock[i].curve.points)
			return;
	}
	fprintf(out,
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">no clock's error is known</text>\n",
		(LEFT + WIDTH - RIGHT) / 2, TOP + (HEIGHT - TOP - BOTTOM) / 4);
}

const char *report_plot_id(const struct incident *incident, char id[REPORT_PLOT_ID_BYTES])
{
	snprintf(id, REPORT_PLOT_ID_BYTES, "plot%" PRIu64, incident ? incident->number : 0);
	return id;
}

void report_plot_errors(FILE *out, const struct report *report, const struct incident *incident,
			uint64_t from_ns, uint64_t to_ns)
{
	const struct analysis *analysis = report->analysis;
	struct frame frame = {.from_ns = from_ns,
			      .to_ns = to_ns > from_ns ? to_ns : from_ns + 1,
			      .most = scaled(1000),
			      .analysis = analysis};
	char class[16], id[REPORT_PLOT_ID_BYTES];

	report_plot_id(incident, id);
	widen(&frame, analysis->page_bound.point, analysis->page_bound.points);
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (incident)
			widen(&frame, incident->clock[i].point, incident->clock[i].points);
		else
			widen(&frame, analysis->clock[i].curve.point,
			      analysis->clock[i].curve.points);
	}
	frame.most *= 1.08;
	begin_drawing(out, report, &frame, id, "error of each clock over time");
	put_hatch(out, &frame, id);
	put_nothing(out, report);
	put_bound(out, &frame, &analysis->page_bound);
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		snprintf(class, sizeof(class), "clock%d", i);
		if (incident)
			put_curve(out, &frame, incident->clock[i].point, incident->clock[i].points,
				  class);
		else
			put_curve(out, &frame, analysis->clock[i].curve.point,
				  analysis->clock[i].curve.points, class);
	}
	report_plot_findings(out, report, &frame);
	report_plot_worst_clock(out, &frame, incident);
	fputs("</svg>\n", out);
	put_legend(out, report, incident, &frame);
	fputs("<p class=\"soft\">A band is an interval: the true error is somewhere inside it, as "
	      "long as the clock that it is measured by keeps its bound.</p>\n",
	      out);
}

void report_plot_latencies(FILE *out, const struct report *report)
{
	const struct curve *latency = &report->analysis->latency;
	uint64_t last_ns = report->analysis->last_ns;
	struct frame frame = {.from_ns = report->start_ns,
			      .to_ns = last_ns > report->start_ns ? last_ns : report->start_ns + 1,
			      .most = scaled(1000),
			      .from_zero = true,
			      .analysis = report->analysis};

	widen(&frame, latency->point, latency->points);
	frame.most *= 1.08;
	begin_drawing(out, report, &frame, "latencies", "how long reads took over time");
	put_curve(out, &frame, latency->point, latency->points, "clock0");
	report_plot_findings(out, report, &frame);
	report_plot_longest(out, &frame, latency);
	fputs("</svg>\n", out);
	report_plot_legend(out, report, &frame);
	fputs("<span class=\"clock0\">reads of the driver, from shortest to longest</span> ", out);
	put_legend_end(out, report, &frame);
}

void report_plot_histogram(FILE *out, const struct histogram *latency)
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
