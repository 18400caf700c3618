// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether it is known how wrong CLOCK_REALTIME is, and why not: a counter cannot say so. */
#include <stdio.h>

#include "judge/error_bounds.h"
#include "report/report_perfetto.h"

/* By an EVENT_CLOCK: why it is not known, TRACE_KNOWN, or TRACE_NO_SLICE: it does not say. */
static int unknown_of(const struct event *event, const struct judge *judge)
{
	const struct page_in_force *line = judge_page(judge);
	struct clock_error own;
	struct ns_interval error;
	int result;

	if (line->is_contradicted)
		return ERROR_WITNESSES;
	if (line->is_by_witness)
		result = witness_realtime_error(&event->clock, &error);
	else if (event->clock.clock != OBSERVED_REALTIME || judge_has_witness_but_page(judge))
		return TRACE_NO_SLICE;
	else
		result = error_by_page_in_force(line, event, &own, &error);
	if (!result && !line->is_by_witness)
		result = refuted_error(judge_refuted(judge), event, &error);
	return result ? (int)clock_error_why(result) : TRACE_KNOWN;
}

static void put_slice(struct trace *trace, uint64_t time_ns, const char *name, const char *why)
{
	struct perfetto_args args = {.category = "known"};
	char text[128];

	perfetto_add_text(&args, "why", why);
	snprintf(text, sizeof(text), "%s%s%s", name, why ? ": " : "", why ? why : "");
	perfetto_slice(trace->out, TRACK_KNOWN, time_ns, text, &args);
}

static void end_slice(struct trace *trace, uint64_t time_ns)
{
	if (trace->unknown != TRACE_NO_SLICE)
		perfetto_end(trace->out, TRACK_KNOWN, time_ns);
	trace->unknown = TRACE_NO_SLICE;
}

static void put_gap(struct trace *trace, const struct event_gap *gap)
{
	end_slice(trace, gap->from_ns);
	if (gap->to_ns <= gap->from_ns || gap->from_ns < trace->report->start_ns)
		return;
	put_slice(trace, gap->from_ns, "not known", "events are missing");
	perfetto_end(trace->out, TRACK_KNOWN, gap->to_ns);
}

void trace_known(struct trace *trace, const struct event *event, const struct judge *judge,
		 const struct event_gap *gap)
{
	int unknown = event->type == EVENT_CLOCK ? unknown_of(event, judge) : TRACE_NO_SLICE;

	if (gap)
		put_gap(trace, gap);
	if (unknown == TRACE_NO_SLICE || unknown == trace->unknown)
		return;
	end_slice(trace, event->time_ns);
	trace->unknown = unknown;
	if (unknown == TRACE_KNOWN)
		put_slice(trace, event->time_ns, "known", NULL);
	else
		put_slice(trace, event->time_ns, "not known",
			  error_unknown_means((enum error_unknown)unknown));
}

void trace_end_known(struct trace *trace)
{
	end_slice(trace, trace->last_ns);
}
