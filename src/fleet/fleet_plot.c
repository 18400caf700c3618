// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/fleet_plot.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "show/html.h"

/* In units of the drawing, which a browser scales. */
#define WIDTH	      960
#define LEFT	      170
#define RIGHT	      14
#define TOP	      8
#define LANE	      28
#define BOTTOM	      30
#define TICKS_X	      5
#define HALF_TENTH_NS 50000000
#define LABEL_BYTES   22 /* as much of a name as has room */

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
	"svg.fleet{min-width:820px}td.name{min-width:8rem}.wide>table{width:100%}"
	/* It scrolls in its own box, so its letters need not grow on a narrow screen. */
	"svg.fleet text{font-size:13px}svg.fleet .dense{display:inline}"
	"svg.fleet text.name{fill:var(--front)}\n";

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

	return LEFT + fmin(fmax(part, 0), 1) * (WIDTH - LEFT - RIGHT);
}

static bool is_within(const struct frame *frame, struct utc_span span)
{
	return span.hi_ns >= frame->from_ns && span.lo_ns <= frame->to_ns;
}

static void put_rect(FILE *out, const char *class, double from, double to, int y, int height)
{
	fprintf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n",
		class, from, y, fmax(to - from, 1), height);
}

/* All of the bad window as far as it may be, and on it what surely is of it. */
static void put_incident(FILE *out, const struct frame *frame,
			 const struct fleet_recording *recording,
			 const struct fleet_incident *incident, int y)
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
	put_rect(out, "unsure", x_of(frame, from.lo_ns), x_of(frame, to.hi_ns), y + 5, LANE - 10);
	if (from.hi_ns < to.lo_ns)
		put_rect(out, "sure", x_of(frame, from.hi_ns), x_of(frame, to.lo_ns), y + 5,
			 LANE - 10);
	fputs("</g>\n", out);
}

static void put_finding(FILE *out, const struct frame *frame,
			const struct fleet_recording *recording,
			const struct fleet_finding *finding, int y)
{
	struct utc_span span =
		drawn(recording, finding->when, finding->not_before_ns, finding->found_ns);
	double lo = x_of(frame, span.lo_ns), hi = x_of(frame, span.hi_ns);

	if (!is_within(frame, span))
		return;
	fprintf(out, "<g class=\"%s\"><title>", finding_severity_name(finding->severity));
	html_puts(out, recording->label);
	fprintf(out,
		": %s</title><path class=\"hair\" d=\"M%.1f %dH%.1f\"/>"
		"<circle class=\"mark\" cx=\"%.1f\" cy=\"%d\" r=\"3.5\"/></g>\n",
		finding_name(finding->kind), lo, y + LANE / 2, hi, (lo + hi) / 2, y + LANE / 2);
}

static void put_name(FILE *out, const struct fleet_recording *recording, int y)
{
	size_t length = strlen(recording->label), kept = length;

	if (length > LABEL_BYTES) {
		kept = LABEL_BYTES - 1;
		while (kept && ((unsigned char)recording->label[kept] & 0xc0) == 0x80)
			kept--;
	}
	fprintf(out, "<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"end\">", LEFT - 10,
		y + LANE / 2 + 4);
	html_put(out, recording->label, kept);
	fputs(kept < length ? "&#8230;</text>\n" : "</text>\n", out);
}

static void put_lane(FILE *out, const struct fleet *fleet, const struct frame *frame, size_t i)
{
	const struct fleet_recording *recording = &fleet->recording[i];
	int y = TOP + (int)i * LANE;
	bool guessed = fleet_is_guessed(recording);

	struct utc_span all = {first_of(recording).lo_ns, last_of(recording).hi_ns};

	put_name(out, recording, y);
	if (all.lo_ns == FLEET_NO_GUESS)
		return;
	put_rect(out, guessed ? "guessed" : "seen", x_of(frame, all.lo_ns), x_of(frame, all.hi_ns),
		 y + 3, LANE - 6);
	for (size_t j = 0; j < recording->incidents; j++)
		put_incident(out, frame, recording, &recording->incident[j], y);
	for (size_t j = 0; j < recording->findings; j++)
		put_finding(out, frame, recording, &recording->finding[j], y);
}

static void put_axis(FILE *out, const struct frame *frame, int bottom)
{
	uint64_t length = (uint64_t)frame->to_ns - (uint64_t)frame->from_ns;

	for (int i = 0; i <= TICKS_X; i++) {
		int64_t at = (int64_t)((uint64_t)frame->from_ns + length / TICKS_X * (uint64_t)i);
		char text[INSTANT_ISO_BYTES];

		/* To the nearest tenth of a second: an edge is a little before a round time. */
		instant_format_utc(instant_from_ns((int64_t)((uint64_t)at + HALF_TENTH_NS)), text,
				   sizeof(text));
		/* The time of day; with the day where that alone says nothing. */
		fprintf(out,
			"<path class=\"lane\" d=\"M%.1f %dV%d\"/><text x=\"%.1f\" y=\"%d\" "
			"text-anchor=\"%s\">%.*s</text>\n",
			x_of(frame, at), TOP, bottom, x_of(frame, at), bottom + 18,
			i == TICKS_X ? "end" : "middle",
			length > 2 * 86400ull * NSEC_PER_SEC ? 16 : 10,
			length > 2 * 86400ull * NSEC_PER_SEC || strlen(text) < 30 ? text
										  : text + 11);
	}
}

void fleet_plot(FILE *out, const struct fleet *fleet)
{
	struct frame frame = frame_of(fleet);
	int bottom = TOP + (int)fleet->recordings * LANE;

	fprintf(out,
		"<div class=\"wide\"><svg class=\"fleet\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-label=\"what happened to each host\">\n",
		WIDTH, bottom + BOTTOM);
	put_axis(out, &frame, bottom);
	for (size_t i = 0; i < fleet->recordings; i++)
		put_lane(out, fleet, &frame, i);
	fputs("</svg></div>\n<p class=\"legend\"><span class=\"critical\">bad, and critical</span> "
	      "<span class=\"warning\">warning</span> <span class=\"info\">news</span></p>\n"
	      "<p class=\"soft\">A bar is a bad window: paler where it may or may not have been "
	      "bad. A "
	      "circle is a finding; the line through it is as long as its time is uncertain. "
	      "Dashed: "
	      "a recording whose UTC is not known, drawn where its own clock puts it, if it tells "
	      "that.</p>\n",
	      out);
}
