// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/trace_summary.h"

#include <inttypes.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "show/histogram_text.h"
#include "show/live_text.h"
#include "trace/trace_known.h"

/* One column of a figure that may not be known. */
static void put_ns_column(FILE *out, bool known, uint64_t ns)
{
	char text[TEXT_NS_BYTES];

	text_ns_u64(ns, text, sizeof(text));
	fprintf(out, " %11s", known ? text : "-");
}

static void put_latency(FILE *out, const struct histogram *latency, bool counted)
{
	bool known = latency->count;

	if (counted)
		fprintf(out, " %9" PRIu64, latency->count);
	else
		fprintf(out, " %9s", "-");
	put_ns_column(out, known, histogram_percentile(latency, 50));
	put_ns_column(out, known, histogram_percentile(latency, 99));
	put_ns_column(out, known, latency->max_ns);
	fputc('\n', out);
}

static void put_path(FILE *out, const char *name, const struct summary_path *path, bool counted)
{
	fprintf(out, "  %-24s %9" PRIu64 " %8" PRIu64, name, path->uses, path->errors);
	put_latency(out, &path->latency, counted);
	if (!path->calls)
		return;
	fprintf(out, "  %-24s %9" PRIu64 " %8" PRIu64, "  whole calls", path->calls,
		path->failed_calls);
	put_latency(out, &path->call_latency, true);
}

static void put_clock(FILE *out, const struct trace_context *context,
		      const struct summary_clock *clock)
{
	struct named_histogram latency[EVENT_PATHS];
	char name[EVENT_DEVICE_BYTES];
	size_t latencies = 0;

	fprintf(out, "\n%-26s %9s %8s %9s %11s %11s %11s\n",
		event_device_name(clock->is_phc, clock->device, name) ?: "no clock came of it",
		"uses", "failed", "measured", "50% <=", "99% <=", "longest");
	for (int i = 0; i < EVENT_PATHS; i++) {
		if (clock->path[i].uses || clock->path[i].calls)
			put_path(out, event_path_name((enum event_path)i), &clock->path[i],
				 !context->of_some_readers);
	}
	for (int i = 0; i < EVENT_PATHS; i++) {
		if (event_path_is_read((enum event_path)i) && clock->path[i].latency.count)
			latency[latencies++] = (struct named_histogram){
				event_path_name((enum event_path)i), &clock->path[i].latency};
	}
	histograms_put(out, latency, latencies);
}

static void put_errors(FILE *out, const struct summary *summary)
{
	if (summary->errors)
		fputs("\nfailed, by cause\n", out);
	for (size_t i = 0; i < summary->errors; i++) {
		const struct summary_error *error = &summary->error[i];
		char cause[EVENT_CAUSE_BYTES];

		fprintf(out, "  %-24s %9" PRIu64 "  %s: %s\n", event_path_name(error->path),
			error->count, event_result_name(error->result),
			event_cause_text(error->cause, error->result, error->source, cause));
	}
	if (summary->errors_unlisted)
		fprintf(out, "  and %" PRIu64 " of other kinds\n", summary->errors_unlisted);
}

/* The last use is true to a tick of the kernel, so to hundredths of a second. */
static void put_last(FILE *out, uint64_t start_ns, uint64_t last_ns)
{
	uint64_t ns = last_ns > start_ns ? last_ns - start_ns : 0;
	char text[32];

	snprintf(text, sizeof(text), "+%" PRIu64 ".%02" PRIu64, ns / NSEC_PER_SEC,
		 ns % NSEC_PER_SEC / 10000000);
	fprintf(out, " %10s", text);
}

static void put_reader(FILE *out, const struct trace_context *context,
		       const struct summary_reader *reader, const char *cgroup)
{
	uint64_t uses = summary_reader_uses(reader);

	live_put_reader(out, &reader->who);
	fprintf(out, " %9" PRIu64 " %8" PRIu64, uses, summary_reader_errors(reader));
	put_ns_column(out, reader->measured, reader->worst_ns);
	put_ns_column(out, reader->measured < uses, reader->worst_below_ns);
	put_last(out, context->start_ns, reader->first_ns);
	put_last(out, context->start_ns, reader->last_ns);
	fprintf(out, "  %s\n", cgroup ?: "");
	live_put_reader_paths(out, reader);
}

static void put_readers(FILE *out, const struct trace_context *context,
			const struct trace_result *result)
{
	const struct summary *summary = result->summary;

	if (summary->readers)
		fprintf(out, "\n%-*s %7s %9s %8s %11s %11s %10s %10s  %s\n", LIVE_READER_COLUMNS,
			"reader", "pid", "uses", "failed", "longest", "unsampled", "first", "last",
			"cgroup");
	for (size_t i = 0; i < summary->readers; i++)
		put_reader(out, context, &summary->reader[i], result->cgroups[i]);
	if (summary->reader_uses_unlisted)
		fprintf(out, "  and %" PRIu64 " uses by threads or processes beyond the tables\n",
			summary->reader_uses_unlisted);
}

static void put_totals(FILE *out, const struct trace_context *context,
		       const struct trace_result *result)
{
	const struct summary *summary = result->summary;
	struct summary_totals totals = summary_totals_of(summary);
	const char *at_least = trace_has_all_uses(context, result) ? "" : "at least ";

	fprintf(out, "uses                %s%" PRIu64 " by %zu reader%s, %s%" PRIu64 " failed\n",
		at_least, totals.uses, summary->readers, summary->readers == 1 ? "" : "s", at_least,
		totals.errors);
	if (context->of_some_readers)
		fputs("measured            not known apart from other readers", out);
	else
		fprintf(out,
			"measured            %" PRIu64 ", %" PRIu64
			" of them while the page was updated",
			totals.measured, summary->moved);
	if (totals.others_below_ns)
		live_put_duration(out, "; each of the others took less than %s",
				  totals.others_below_ns);
	fputc('\n', out);
	if (summary->via_kvmclock)
		fprintf(out,
			"kvmclock            %" PRIu64 " of them converted to it for the caller\n",
			summary->via_kvmclock);
}

static void put_lost(FILE *out, const struct event_losses *losses)
{
	const char *before = " (";

	fprintf(out, "lost                %" PRIu64 " events", event_losses_total(losses));
	for (enum event_loss i = 0; i < LOSSES; i++) {
		if (event_loss_effect(i) != LOSS_OF_EVENT)
			continue;
		fprintf(out, "%s%s %" PRIu64, before, event_loss_label(i),
			event_loss_count(losses, i));
		before = ", ";
	}
	fprintf(out, "); %" PRIu64 " events without their page\n", losses->page_unreadable);
}

static void put_losses(FILE *out, const struct trace_request *request,
		       const struct trace_result *result)
{
	const struct event_losses *losses = result->losses;

	if (!losses) {
		fputs("events              unknown, and so is what was lost\n", out);
		return;
	}
	if (result->recorded)
		fprintf(out, "events              %" PRIu64 " shown\n", result->shown);
	else
		fprintf(out,
			"events              %" PRIu64 " made = %" PRIu64 " seen + %" PRIu64
			" lost for a full ring; %" PRIu64 " shown\n",
			losses->made, losses->seen, losses->ring_full, result->shown);
	if (request->rate)
		fprintf(out,
			"suppressed          %" PRIu64 " events, by the limit of %" PRIu32
			" a second%s\n",
			losses->suppressed, request->rate,
			request->every_event ? ""
					     : ", of 100 that failed or mapped the page, and "
					       "of 1000 of a process");
	if (losses->refused)
		fprintf(out,
			"refused             %" PRIu64
			" changes of the clock, not shown: above 10 a second\n",
			losses->refused);
	put_lost(out, losses);
	if (losses->uncounted)
		fprintf(out, "uncounted           %" PRIu64 " uses, whose hook was skipped\n",
			losses->uncounted);
	if (losses->reader_unlisted || losses->failure_unlisted)
		fprintf(out,
			"unlisted            %" PRIu64 " uses, counted, but not by whom; %" PRIu64
			" failures, counted, but not why\n",
			losses->reader_unlisted, losses->failure_unlisted);
}

static void put_unseen(FILE *out, const struct trace_context *context,
		       const struct blind_period *unseen, uint64_t now_ns)
{
	if (!unseen->times)
		return;
	fprintf(out, "NOT SEEN            uses, %" PRIu64 " time%s", unseen->times,
		unseen->times == 1 ? "" : "s");
	live_put_duration(out, ", %s in all, while the driver was released: ",
			  blind_period_total_ns(unseen, now_ns));
	live_put_time(out, context->start_ns, unseen->first_ns);
	fputs("s .. ", out);
	if (unseen->since_ns) {
		fputs("the end\n", out);
	} else {
		live_put_time(out, context->start_ns, unseen->last_ns);
		fputs("s\n", out);
	}
}

static void put_answers(FILE *out, const struct answer_tally *answers)
{
	uint64_t held = answers->equal + answers->apart + answers->apart_moved;

	if (!held) {
		fputs("driver against page not comparable: no read with a counter value\n", out);
		return;
	}
	fprintf(out,
		"driver against page %" PRIu64 " of %" PRIu64 " reads 0 ns apart at the same "
		"counter value",
		answers->equal, held);
	fprintf(out, "; apart: %" PRIu64 ", apart while the page was updated: %" PRIu64 "\n",
		answers->apart, answers->apart_moved);
}

static void put_page(FILE *out, const struct trace_result *result)
{
	fputs("page now            ", out);
	live_put_page(out, result->page);
	live_put_updates(out, result->page_updates, result->page_updates_unseen, result->counts);
	fprintf(out, " between two samples; notifications of them: %" PRIu64 "\n",
		result->counts->notifications);
}

/* "LABEL 3", "LABEL at least 3: WHY" or "LABEL not known: WHY". */
static void put_known(FILE *out, const char *label, struct trace_known known, uint64_t count)
{
	fputs(label, out);
	if (known.known)
		fprintf(out, "%s%" PRIu64, known.complete ? "" : "at least ", count);
	else
		fputs("not known", out);
	fprintf(out, "%s%s\n", known.complete ? "" : ": ", known.why ?: "");
}

void trace_summary_put_text(FILE *out, const struct trace_context *context,
			    const struct trace_result *result)
{
	live_put_duration(out, "\nsummary of %s", result->duration_ns);
	if (context->watched_from_ns > context->start_ns) {
		fputs(", from ", out);
		live_put_time(out, context->start_ns, context->watched_from_ns);
		fputs("s on", out);
	}
	fputc('\n', out);
	if (context->hooks) {
		put_totals(out, context, result);
		put_losses(out, &context->request, result);
		put_unseen(out, context, &result->summary->unseen,
			   context->watched_from_ns + result->duration_ns);
		put_answers(out, result->answers);
	}
	if (result->recorded)
		recorded_result_put_text(out, result->recorded);
	if (result->page)
		put_page(out, result);
	put_known(out, "disruptions         ", trace_knows_disruptions(result),
		  result->disruptions);
	fputs("findings            ", out);
	live_put_finding_counts(out, context->start_ns, result->counts, &result->outcome);
	put_known(out, "\nclock changes       ", trace_knows_clock_changes(context, result),
		  result->clock_changes);
	mapper_list_put_text(out, context->start_ns, result->mappers, result->mapper_counts);
	if (!context->hooks)
		return;
	for (size_t i = 0; i < result->summary->clocks; i++)
		put_clock(out, context, &result->summary->clock[i]);
	put_errors(out, result->summary);
	put_readers(out, context, result);
	for (size_t i = 0; !context->hooks_changed && i < context->hook_count; i++) {
		if (hook_is_missing(&context->hooks[i]))
			fprintf(out, "\nNOT SEEN for want of a hook on %s: %s\n",
				context->hooks[i].function, context->hooks[i].tells);
	}
}
