// SPDX-License-Identifier: GPL-2.0-or-later
/* The findings in a plot: a line each, with its number of the timeline above it. */
#include <inttypes.h>

#include "report/report_plot_frame.h"

/* How wide a digit is in units of the drawing: where the page is wide, and where it is narrow. */
#define DIGIT_WIDE   8
#define DIGIT_NARROW 15
#define APART	     6 /* at least, of two labels */
#define NUMBER_BYTES 48

/* Findings that are so near to each other that they share a label: "3-5". */
struct label {
	uint64_t first, last; /* numbers */
	double from, to;      /* their lines */
	enum finding_severity severity;
	uint64_t listed; /* the first one that the timeline has; 0: none */
};

static bool is_drawn(const struct frame *frame, const struct finding *finding)
{
	return finding->found_ns >= frame->from_ns && finding->found_ns <= frame->to_ns;
}

static int label_text(const struct label *label, char text[NUMBER_BYTES])
{
	return label->first == label->last ? snprintf(text, NUMBER_BYTES, "%" PRIu64, label->first)
					   : snprintf(text, NUMBER_BYTES, "%" PRIu64 "-%" PRIu64,
						      label->first, label->last);
}

/* From where to where it is written: above its lines, and within the plot. Returns its middle. */
static double place(const struct label *label, int digit, double *from, double *to)
{
	char text[NUMBER_BYTES];
	double half = (double)(label_text(label, text) * digit) / 2;
	double middle = (label->from + label->to) / 2;

	middle = fmin(fmax(middle, LEFT + half), WIDTH - half);
	*from = middle - half;
	*to = middle + half;
	return middle;
}

static bool touch(const struct label *a, const struct label *b, int digit)
{
	double from, to, from_b, to_b;

	place(a, digit, &from, &to);
	place(b, digit, &from_b, &to_b);
	return from_b < to + APART;
}

static void join(struct label *to, const struct label *label)
{
	to->last = label->last;
	to->to = fmax(to->to, label->to);
	if (label->severity > to->severity)
		to->severity = label->severity;
	if (!to->listed)
		to->listed = label->listed;
}

/* Into @label, which has room for all of them. */
static size_t make_labels(const struct report *report, const struct frame *frame, int digit,
			  struct label *label)
{
	const struct analysis *analysis = report->analysis;
	size_t labels = 0;

	for (size_t i = 0; i < analysis->findings; i++) {
		const struct finding *finding = &analysis->finding[i];
		double x = x_of(frame, finding->found_ns);

		if (!is_drawn(frame, finding))
			continue;
		label[labels++] = (struct label){
			.first = finding->number,
			.last = finding->number,
			.from = x,
			.to = x,
			.severity = finding->severity,
			.listed = report_has_finding(report, finding) ? finding->number : 0,
		};
		/* One that has grown may touch the one before it. */
		for (; labels > 1 && touch(&label[labels - 2], &label[labels - 1], digit); labels--)
			join(&label[labels - 2], &label[labels - 1]);
	}
	return labels;
}

static void put_labels(FILE *out, const struct report *report, const struct frame *frame, int digit,
		       const char *class)
{
	struct label label[ANALYSIS_FINDINGS];
	size_t labels = make_labels(report, frame, digit, label);

	for (size_t i = 0; i < labels; i++) {
		char text[NUMBER_BYTES];
		double from, to, middle = place(&label[i], digit, &from, &to);

		label_text(&label[i], text);
		if (label[i].listed)
			fprintf(out, "<a href=\"#finding%" PRIu64 "\">", label[i].listed);
		fprintf(out,
			"<text class=\"number %s %s\" x=\"%.1f\" y=\"%d\" "
			"text-anchor=\"middle\">%s</text>%s\n",
			class, finding_severity_name(label[i].severity), middle, TOP - 8, text,
			label[i].listed ? "</a>" : "");
	}
}

void report_plot_findings(FILE *out, const struct report *report, const struct frame *frame)
{
	for (size_t i = 0; i < report->analysis->findings; i++) {
		const struct finding *finding = &report->analysis->finding[i];

		if (!is_drawn(frame, finding))
			continue;
		fprintf(out,
			"<path class=\"found %s\" d=\"M%.1f %dV%d\"><title>%" PRIu64
			": %s</title></path>\n",
			finding_severity_name(finding->severity), x_of(frame, finding->found_ns),
			TOP, HEIGHT - BOTTOM, finding->number, finding_name(finding->kind));
	}
	put_labels(out, report, frame, DIGIT_WIDE, "dense");
	put_labels(out, report, frame, DIGIT_NARROW, "narrow");
}

bool report_plot_has_finding(const struct report *report, const struct frame *frame)
{
	for (size_t i = 0; i < report->analysis->findings; i++) {
		if (is_drawn(frame, &report->analysis->finding[i]))
			return true;
	}
	return false;
}
