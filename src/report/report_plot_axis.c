// SPDX-License-Identifier: GPL-2.0-or-later
/* The time below a plot: UTC at round moments, by the clock that tells it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "report/report_plot_frame.h"

#define TICKS_X	       6
#define SHORTEST_NS    1000000 /* a step below that would ask for more than is known */
#define ISO_CHARACTERS 24      /* 2026-11-22T14:02:42.183Z */

/* The next longer step between ticks: 1, 2, 5, 10, ... of a second, of a minute, an hour, a day. */
static uint64_t longer_step(uint64_t step_ns)
{
	static const uint64_t clock[] = {60,   120,  300,   600,   1200,  1800,
					 3600, 7200, 10800, 21600, 43200, 86400};
	uint64_t decade = 1;

	if (step_ns >= 50ull * NSEC_PER_SEC && step_ns < 86400ull * NSEC_PER_SEC) {
		for (size_t i = 0; i < sizeof(clock) / sizeof(clock[0]); i++) {
			if (clock[i] * NSEC_PER_SEC > step_ns)
				return clock[i] * NSEC_PER_SEC;
		}
	}
	if (step_ns >= 86400ull * NSEC_PER_SEC)
		decade = 86400ull * NSEC_PER_SEC;
	while (step_ns / decade >= 10)
		decade *= 10;
	return step_ns / decade == 1   ? 2 * decade
	       : step_ns / decade == 2 ? 5 * decade
				       : 10 * decade;
}

/* UTC, as POSIX counts it. */
static int64_t utc_at(const struct report *report, uint64_t time_ns)
{
	struct utc_moment utc;

	if (report_utc_is_known(report) && !utc_track_at(report->utc, time_ns, &utc))
		return utc.ns;
	return (int64_t)((uint64_t)report->start_realtime_ns + (time_ns - report->start_ns));
}

/* The next multiple of @step_ns from @utc_ns on. */
static int64_t round_up(int64_t utc_ns, uint64_t step_ns)
{
	int64_t past = utc_ns % (int64_t)step_ns;

	return past > 0 ? utc_ns + ((int64_t)step_ns - past) : utc_ns - past;
}

/* What of @iso is told where ticks are @step_ns apart; NULL: its year has not four digits. */
static const char *put_part(const char *iso, uint64_t step_ns, int *length)
{
	if (strlen(iso) != ISO_CHARACTERS)
		return NULL;
	if (step_ns >= 86400ull * NSEC_PER_SEC) {
		*length = 5;
		return iso + 5;
	}
	*length = step_ns >= 60ull * NSEC_PER_SEC ? 5 : 8;
	if (step_ns < NSEC_PER_SEC) {
		*length += 2;
		for (uint64_t ns = NSEC_PER_SEC / 10; ns > step_ns; ns /= 10)
			++*length;
	}
	return iso + 11;
}

static void put_tick(FILE *out, const struct report *report, const struct frame *frame,
		     uint64_t time_ns, uint64_t step_ns)
{
	bool is_dense = utc_at(report, time_ns + step_ns / 4) / (int64_t)step_ns % 2;
	double x = x_of(frame, time_ns);
	char iso[INSTANT_ISO_BYTES];
	const char *part;
	int length;

	fprintf(out, "<path class=\"grid\" d=\"M%.1f %dv5\"/>", x, HEIGHT - BOTTOM);
	report_utc(report, time_ns, iso, sizeof(iso));
	part = put_part(iso, step_ns, &length);
	/* At the right it would leave the plot, or touch its neighbour if it were moved. */
	if (part && x <= WIDTH - RIGHT - TICK_HALF)
		/* At the left end it would be below the 0 of the other axis. */
		fprintf(out,
			"<text class=\"%s\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%.*s</text>",
			is_dense ? "dense" : "label", x, HEIGHT - 14,
			x < LEFT + TICK_HALF ? "start" : "middle", length, part);
	fputc('\n', out);
}

/* From one round moment to the next; where UTC jumps between them, on from behind it. */
void report_plot_time_axis(FILE *out, const struct report *report, const struct frame *frame)
{
	uint64_t step_ns = SHORTEST_NS, at_ns, drawn_ns = 0;

	while ((frame->to_ns - frame->from_ns) / step_ns > TICKS_X)
		step_ns = longer_step(step_ns);
	/* A recording that began at a round moment has it, whatever a tick is off. */
	at_ns = frame->from_ns - step_ns / 500;
	while (report->analysis->events && at_ns <= frame->to_ns) {
		int64_t utc_ns = utc_at(report, at_ns), round_ns = round_up(utc_ns, step_ns),
			off_ns;
		uint64_t tick_ns;

		at_ns += (uint64_t)(round_ns - utc_ns);
		/* A clock that runs fast or slow is a little off there. */
		off_ns = round_ns - utc_at(report, at_ns);
		tick_ns = at_ns + (uint64_t)(llabs(off_ns) < (int64_t)step_ns / 4 ? off_ns : 0);
		if (llabs(round_ns - utc_at(report, tick_ns)) > (int64_t)step_ns / 500)
			continue;
		if (tick_ns <= frame->to_ns &&
		    (!drawn_ns || tick_ns - drawn_ns > step_ns / 4 * 3)) {
			put_tick(out, report, frame, tick_ns, step_ns);
			drawn_ns = tick_ns;
		}
		at_ns = tick_ns + step_ns / 2;
	}
}

void report_plot_legend(FILE *out, const struct report *report, const struct frame *frame)
{
	char from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES], by[REPORT_UTC_BY_BYTES];

	report_utc(report, frame->from_ns, from, sizeof(from));
	report_utc(report, frame->to_ns, to, sizeof(to));
	if (!report->analysis->events) {
		fputs("<p class=\"legend\">", out);
		return;
	}
	from[strcspn(from, "T")] = '\0';
	to[strcspn(to, "T")] = '\0';
	fprintf(out, "<p class=\"legend\"><span class=\"axis\">%s%s%s, %s</span> ", from,
		strcmp(from, to) ? " to " : "", strcmp(from, to) ? to : "",
		report_utc_by(report, by));
}
