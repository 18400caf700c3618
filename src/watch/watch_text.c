// SPDX-License-Identifier: GPL-2.0-or-later
/* A watch for people: how it is done, then one line a finding, and what it adds up to. */
#include "watch/watch_view.h"

#include <inttypes.h>

#include "base/instant.h"
#include "show/live_text.h"
#include "show/incident_view.h"
#include "show/utc_text.h"

static void put_time(FILE *out, const struct watch_context *context, uint64_t time_ns)
{
	const struct utc_times times = {context->utc, context->start_ns,
					context->start_realtime_ns};
	uint64_t broken_ns = context->utc->broken_ns;
	char utc[INSTANT_ISO_BYTES];

	/* Since a disruption what was before it does not tell UTC: it is off by the downtime. */
	if (!utc_text(&times, time_ns, utc) || (broken_ns && time_ns >= broken_ns))
		fputc('~', out);
	fprintf(out, "%s ", utc);
	live_put_time(out, context->start_ns, time_ns);
}

static void put_samples(FILE *out, const struct watch_context *context)
{
	if (context->no_notice) {
		live_put_duration(out, "samples every %s by timer", context->period_ns);
		fprintf(out, ": %s\n", context->no_notice);
	} else {
		live_put_duration(out,
				  "samples when the hypervisor notifies, and every %s by timer\n",
				  context->period_ns);
	}
	fputs("        ", out);
	if (context->sample_cost_ns) /* there is a page that could be measured */
		live_put_duration(out, "a sample costs %s; ", context->sample_cost_ns);
	live_put_duration(out, "the timer is up to %s late", context->wake_ns);
	live_put_duration(out, "; so a change is found within %s", watch_latency_ns(context));
	fputs(context->no_notice ? "\n" : " of its notification\n", out);
}

static void put_clocks(FILE *out, const struct watch_context *context)
{
	if (!context->clock_period_ns) {
		fputs("clocks  none is compared\n", out);
		return;
	}
	fprintf(out, "clocks  CLOCK_REALTIME%s%s", context->phc ? " and " : "",
		context->phc ? context->phc : "");
	live_put_duration(out, " every %s\n", context->clock_period_ns);
}

static void text_begin(FILE *out, const struct watch_context *context)
{
	if (context->recorded)
		recorded_put_text(out, context->recorded);
	live_put_start(out, context->start_realtime_ns);
	fputc('\n', out);
	fputs("times   UTC by the page or the clock that judges, after ~ only estimated; then "
	      "seconds after the start\n",
	      out);
	fprintf(out, "page    %s", context->device ? context->device : "NONE");
	if (context->device)
		fputs(", ", out);
	if (context->page && context->page->length)
		live_put_page(out, context->page);
	else if (context->recorded)
		fputs(context->device ? "first sample not kept" : "", out);
	else
		fputs("NOT THERE YET: watching for it, and for times in which this guest did not "
		      "run",
		      out);
	fputc('\n', out);
	if (!context->recorded) {
		put_samples(out, context);
		put_clocks(out, context);
	}
	fputc('\n', out);
}

static void text_detection(FILE *out, const struct watch_context *context, uint64_t time_ns)
{
	put_time(out, context, time_ns);
	if (context->no_notice)
		fprintf(out, "from here on a sample only by timer, for %s;", context->no_notice);
	else
		fputs("from here on a sample when the hypervisor notifies, and by timer;", out);
	live_put_duration(out, " every %s\n", context->period_ns);
}

static void text_update(FILE *out, const struct watch_context *context,
			const struct page_change *change)
{
	put_time(out, context, change->time_ns);
	live_put_page_change(out, change);
	fputc('\n', out);
}

static void text_finding(FILE *out, const struct watch_context *context,
			 const struct finding *finding)
{
	put_time(out, context, finding->found_ns);
	live_put_finding(out, finding);
	fputc('\n', out);
}

static void text_missed(FILE *out, const struct watch_context *context, uint64_t time_ns,
			uint64_t missed, uint64_t stopped_ns)
{
	put_time(out, context, time_ns);
	fprintf(out, "missed %" PRIu64 " update%s of the page between two samples", missed,
		missed == 1 ? "" : "s");
	if (stopped_ns)
		live_put_duration(out, ": this program was stopped, and did not run for %s\n",
				  stopped_ns);
	else
		fputs(context->recorded ? "\n" : ": sample more often with --interval\n", out);
}

static void put_samples_taken(FILE *out, const struct watch_result *result)
{
	fprintf(out,
		"samples             %" PRIu64 " (%" PRIu64 " during an update), %" PRIu64
		" notifications; the longest time",
		result->samples, result->counts->torn, result->notices);
	live_put_duration(out, " between two was %s\n", result->worst_gap_ns);
}

/* Samples without news are not recorded: their number is not known. */
static void put_recorded(FILE *out, const struct watch_result *result)
{
	recorded_result_put_text(out, result->recorded);
	fprintf(out,
		"samples             %" PRIu64 " during an update, %" PRIu64 " notifications\n",
		result->counts->torn, result->notices);
}

static void text_end(FILE *out, const struct watch_context *context,
		     const struct watch_result *result)
{
	live_put_duration(out, "\nsummary of %s\n", result->duration_ns);
	if (result->recorded)
		put_recorded(out, result);
	else
		put_samples_taken(out, result);
	fputs("page now            ", out);
	if (result->page)
		live_put_page(out, result->page);
	else
		fputs("NONE", out);
	live_put_updates(out, result->updates, result->missed, result->counts);
	fputs(" missed between two samples\n", out);
	fputs("findings            ", out);
	live_put_finding_counts(out, context->start_ns, result->counts, &result->outcome);
	fputc('\n', out);
}

static void text_incident(FILE *out, const struct watch_context *context,
			  const struct incident *incident)
{
	incident_put_text(out, context->start_ns, incident);
}

const struct watch_view watch_view_text = {
	.begin = text_begin,
	.detection = text_detection,
	.update = text_update,
	.finding = text_finding,
	.incident = text_incident,
	.missed = text_missed,
	.end = text_end,
};
