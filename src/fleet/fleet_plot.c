// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/fleet_plot.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "show/html.h"

/* Up and down in pixels; across in percent of the width that there is. */
#define LANE	      28
#define AXIS	      24
#define LEAST	      0.2 /* so wide is what has no length */
#define TICKS_X	      4
#define HALF_TENTH_NS 50000000

const char fleet_plot_style[] =
	".lane{stroke:var(--line);stroke-width:1}.seen{fill:var(--card);stroke:var(--line)}"
	".unsure{fill:currentColor;fill-opacity:.25}.sure{fill:currentColor;fill-opacity:.6}"
	".mark{stroke:currentColor;stroke-width:1.5;fill:var(--back)}"
	".hair{stroke:currentColor;stroke-width:1.5}"
	".guessed{stroke-dasharray:4 3;fill:none;stroke:var(--soft)}"
	".level-CRITICAL{color:var(--critical)}.level-WARNING{color:var(--warning)}"
	".level-OK{color:var(--ok)}.level-UNKNOWN{color:var(--soft)}"
	"li.over{color:var(--ok)}.legend .ok{color:var(--ok)}"
	"svg.fleet .critical{color:var(--critical)}svg.fleet .warning{color:var(--warning)}"
	"svg.fleet .info{color:var(--info)}svg.fleet .ok{color:var(--ok)}"
	"svg.fleet{overflow:visible}svg.fleet text{font-size:13px}"
	"td.name{min-width:8rem}.wide>table{width:100%}"
	/* A name has the lines that it needs: beside its lane, or above it where it is narrow. */
	".row{display:grid;grid-template-columns:13rem minmax(0,1fr);gap:0 .8rem;"
	"align-items:center;color:inherit;text-decoration:none;break-inside:avoid}"
	".row .name{line-height:1.2;padding:.2rem 0}a.row .name{text-decoration:underline}"
	"@media(max-width:600px){.row{grid-template-columns:minmax(0,1fr)}"
	"a.row .name{padding-top:.5rem}}.when a{color:inherit}\n";

struct frame {
	int64_t from_ns;
	int64_t to_ns;
};

/* A moment of a recording: by UTC where that is known, else by its own clock. */
static struct utc_span drawn(const struct fleet_recording *recording, struct utc_span span,
			     uint64_t lo_ns, uint64_t hi_ns)
{
	if (span.lo_ns == INT64_MIN)
		span.lo_ns = fleet_guess_ns(recording, lo_ns);
	if (span.hi_ns == INT64_MAX)
		span.hi_ns = fleet_guess_ns(recording, hi_ns);
	if (span.hi_ns < span.lo_ns)
		span.hi_ns = span.lo_ns;
	return span;
}

static struct utc_span first_of(const struct fleet_recording *recording)
{
	return drawn(recording, recording->from, recording->first_ns, recording->first_ns);
}

static struct utc_span last_of(const struct fleet_recording *recording)
{
	return drawn(recording, recording->to, recording->last_ns, recording->last_ns);
}

static struct frame frame_of(const struct fleet *fleet)
{
	struct frame frame = {INT64_MAX, INT64_MIN};

	for (size_t i = 0; i < fleet->recordings; i++) {
		int64_t from = first_of(&fleet->recording[i]).lo_ns;
		int64_t to = last_of(&fleet->recording[i]).hi_ns;

		if (from == FLEET_NO_GUESS || to == FLEET_NO_GUESS)
			continue;
		frame.from_ns = from < frame.from_ns ? from : frame.from_ns;
		frame.to_ns = to > frame.to_ns ? to : frame.to_ns;
	}
	if (frame.from_ns > frame.to_ns)
		frame = (struct frame){0, 1}; /* nobody knows when any of it was */
	frame.from_ns = fleet->since_ns > frame.from_ns ? fleet->since_ns : frame.from_ns;
	frame.to_ns = fleet->until_ns < frame.to_ns ? fleet->until_ns : frame.to_ns;
	if (frame.to_ns <= frame.from_ns)
		frame.to_ns = frame.from_ns < INT64_MAX - 1 ? frame.from_ns + 1 : INT64_MAX;
	return frame;
}

static double x_of(const struct frame *frame, int64_t ns)
{
	double part = ((double)ns - (double)frame->from_ns) /
		      ((double)frame->to_ns - (double)frame->from_ns);

	return fmin(fmax(part, 0), 1) * 100;
}

static bool is_within(const struct frame *frame, struct utc_span span)
{
	return span.hi_ns >= frame->from_ns && span.lo_ns <= frame->to_ns;
}

static void put_rect(FILE *out, const char *class, double from, double to, int y, int height)
{
	double width = fmax(to - from, LEAST);

	fprintf(out, "<rect class=\"%s\" x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" height=\"%d\"/>\n",
		class, fmin(from, 100 - width), y, width, height);
}

/* All of the bad window as far as it may be, and on it what surely is of it. */
static void put_incident(FILE *out, const struct frame *frame,
			 const struct fleet_recording *recording,
			 const struct fleet_incident *incident)
{
	struct utc_span from =
		drawn(recording, incident->begin, incident->from_ns, incident->first_found_ns);
	struct utc_span to = drawn(recording, incident->to, incident->to_ns, incident->to_ns);

	if (!is_within(frame, (struct utc_span){from.lo_ns, to.hi_ns}))
		return;
	fprintf(out, "<g class=\"%s\"><title>", finding_severity_name(incident->severity));
	html_puts(out, recording->label);
	fprintf(out, ": incident %" PRIu64 "%s</title>\n", incident->number,
		incident->recovery.state == CLAIM_HOLDS	  ? ""
		: incident->recovery.state == CLAIM_FAILS ? ", not recovered"
							  : ", recovery not known");
	put_rect(out, "unsure", x_of(frame, from.lo_ns), x_of(frame, to.hi_ns), 5, LANE - 10);
	if (from.hi_ns < to.lo_ns)
		put_rect(out, "sure", x_of(frame, from.hi_ns), x_of(frame, to.lo_ns), 5, LANE - 10);
	fputs("</g>\n", out);
}

static void put_finding(FILE *out, const struct frame *frame,
			const struct fleet_recording *recording,
			const struct fleet_finding *finding)
{
	struct utc_span span =
		drawn(recording, finding->when, finding->not_before_ns, finding->found_ns);
	double lo = x_of(frame, span.lo_ns), hi = x_of(frame, span.hi_ns);

	if (!is_within(frame, span))
		return;
	fprintf(out, "<g class=\"%s\"><title>", finding_severity_name(finding->severity));
	html_puts(out, recording->label);
	fprintf(out,
		": %s</title><line class=\"hair\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>"
		"<circle class=\"mark\" cx=\"%.2f%%\" cy=\"%d\" r=\"3.5\"/></g>\n",
		finding_name(finding->kind), lo, hi, LANE / 2, LANE / 2, (lo + hi) / 2, LANE / 2);
}

static int64_t tick_of(const struct frame *frame, int i)
{
	uint64_t length = (uint64_t)frame->to_ns - (uint64_t)frame->from_ns;

	return (int64_t)((uint64_t)frame->from_ns + length / TICKS_X * (uint64_t)i);
}

static void put_lines(FILE *out, const struct frame *frame, int from, int to)
{
	for (int i = 0; i <= TICKS_X; i++) {
		double x = x_of(frame, tick_of(frame, i));

		fprintf(out,
			"<line class=\"lane\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>\n",
			x, x, from, to);
	}
}

static void put_bars(FILE *out, const struct frame *frame, const struct fleet_recording *recording)
{
	struct utc_span all = {first_of(recording).lo_ns, last_of(recording).hi_ns};

	if (all.lo_ns == FLEET_NO_GUESS)
		return;
	put_rect(out, fleet_is_guessed(recording) ? "guessed" : "seen", x_of(frame, all.lo_ns),
		 x_of(frame, all.hi_ns), 3, LANE - 6);
	for (size_t i = 0; i < recording->incidents; i++)
		put_incident(out, frame, recording, &recording->incident[i]);
	for (size_t i = 0; i < recording->findings; i++)
		put_finding(out, frame, recording, &recording->finding[i]);
}

/* A link to the host's own section, which is the @rank-th. */
static void put_lane(FILE *out, const struct frame *frame, const struct fleet_recording *recording,
		     size_t rank)
{
	fprintf(out, "<a class=\"row\" href=\"#host%zu\"><span class=\"name\">", rank);
	html_puts(out, recording->label);
	fprintf(out,
		"</span><svg class=\"fleet\" style=\"height:%dpx\" role=\"img\" "
		"aria-label=\"what happened to it\">\n",
		LANE);
	put_lines(out, frame, 0, LANE);
	put_bars(out, frame, recording);
	fputs("</svg></a>\n", out);
}

static void put_axis(FILE *out, const struct frame *frame)
{
	uint64_t length = (uint64_t)frame->to_ns - (uint64_t)frame->from_ns;
	bool has_day = length > 86400ull * NSEC_PER_SEC;

	fprintf(out,
		"<div class=\"row\"><span class=\"name soft\">UTC</span><svg class=\"fleet\" "
		"style=\"height:%dpx\" aria-hidden=\"true\">\n",
		AXIS);
	put_lines(out, frame, 0, 5);
	for (int i = 0; i <= TICKS_X; i++) {
		int64_t at = tick_of(frame, i);
		char text[INSTANT_ISO_BYTES];

		/* To the nearest tenth of a second: an edge is a little before a round time. */
		instant_format_utc(instant_from_ns((int64_t)((uint64_t)at + HALF_TENTH_NS)), text,
				   sizeof(text));
		/* The time of day; with the day where that alone says nothing. */
		fprintf(out,
			"<text class=\"%s\" x=\"%.2f%%\" y=\"%d\" text-anchor=\"%s\">%.*s</text>\n",
			i % (has_day ? TICKS_X : 2) ? "dense" : "label", x_of(frame, at), AXIS - 5,
			!i	       ? "start"
			: i == TICKS_X ? "end"
				       : "middle",
			has_day ? 16 : 10, has_day || strlen(text) < 30 ? text : text + 11);
	}
	fputs("</svg></div>\n", out);
}

void fleet_plot(FILE *out, const struct fleet *fleet, const size_t *order)
{
	struct frame frame = frame_of(fleet);

	for (size_t i = 0; i < fleet->recordings; i++)
		put_lane(out, &frame, &fleet->recording[order[i]], i + 1);
	put_axis(out, &frame);
	fputs("<p class=\"legend\"><span class=\"critical\">bad, and critical</span> "
	      "<span class=\"warning\">warning</span> <span class=\"info\">news</span></p>\n"
	      "<p class=\"soft\">A bar is a bad window: paler where it may or may not have been "
	      "bad. A "
	      "circle is a finding; the line through it is as long as its time is uncertain. "
	      "Dashed: "
	      "a recording whose UTC is not known, drawn where its own clock puts it, if it tells "
	      "that.</p>\n",
	      out);
}
