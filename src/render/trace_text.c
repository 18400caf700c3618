// SPDX-License-Identifier: GPL-2.0-or-later
/* A running trace for people: one line a user call, findings set off, a summary at the end. */
#include "render/trace_view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "base/text.h"
#include "render/live_text.h"
#include "render/incident_view.h"

#define COMM_COLUMNS 16

static void put_time(FILE *out, const struct trace_scene *scene, uint64_t time_ns)
{
	live_put_time(out, scene->start_ns, time_ns);
}

static void put_comm(FILE *out, const struct event_reader *who)
{
	char text[TEXT_DISPLAY_BYTES(EVENT_COMM_BYTES)];

	text_display(who->comm, strnlen(who->comm, EVENT_COMM_BYTES), text, sizeof(text));
	fprintf(out, "%-*s %7" PRIu32, COMM_COLUMNS, text, who->pid);
}

static void put_hooks(FILE *out, const struct trace_scene *scene)
{
	size_t rungs[3] = {0}, missing = 0;

	if (!scene->hooks) {
		fprintf(out, "hooks   NONE: %s\n", scene->no_hooks_why);
		fprintf(out, "        reads are not seen; the page is still watched\n");
		return;
	}
	for (size_t i = 0; i < scene->hook_count; i++) {
		rungs[scene->hooks[i].rung]++;
		missing += hook_is_missing(&scene->hooks[i]);
	}
	fprintf(out, "hooks   %zu by fentry, %zu by kprobe, %zu missing\n", rungs[HOOK_FENTRY],
		rungs[HOOK_KPROBE], missing);
	for (size_t i = 0; i < scene->hook_count; i++) {
		if (hook_is_missing(&scene->hooks[i]))
			fprintf(out, "        MISSING %s (%s): without it, %s is not seen\n",
				scene->hooks[i].function, scene->hooks[i].why,
				scene->hooks[i].tells);
	}
}

static void text_begin(FILE *out, const struct trace_scene *scene)
{
	char when[INSTANT_ISO_BYTES];

	instant_format_utc(instant_from_ns(scene->start_realtime_ns), when, sizeof(when));
	fprintf(out, "start   %s (CLOCK_REALTIME); times below are seconds after it\n", when);
	if (scene->device) {
		fprintf(out, "page    %s, ", scene->device);
		live_put_page(out, scene->page);
		live_put_duration(out, "; looked at every %s\n", scene->page_period_ns);
	} else {
		fprintf(out, "page    NONE: %s\n", scene->no_page_why);
	}
	put_hooks(out, scene);
	if (scene->hooks)
		fprintf(out,
			"        programs that map the page read it unseen\n"
			"\n%-10s%-*s %7s  %-24s %9s  %s\n",
			"TIME", COMM_COLUMNS, "READER", "PID", "CALL", "TOOK", "RESULT");
}

static void put_failure(FILE *out, const struct event *event)
{
	fprintf(out, "%s: %s", strerrorname_np(-event->result) ?: "error",
		event_result_cause(event->result));
}

static void put_answer(FILE *out, const struct driver_answer *answer)
{
	char apart[TEXT_NS_BYTES];

	if (answer->verdict == DRIVER_NOT_COMPARABLE)
		return;
	fprintf(out, " %s", clock_scale_name(answer->scale));
	if (answer->verdict == DRIVER_EQUAL) {
		fprintf(out, ", page 0 ns apart");
		return;
	}
	text_ns(answer->minus_page_ns, true, apart, sizeof(apart));
	fprintf(out, ", %s FROM THE PAGE%s%s%s", apart, answer->out_of_range ? " or more" : "",
		answer->why ? ": " : "", answer->why ? answer->why : "");
}

static void put_read(FILE *out, const struct event *event, const struct driver_answer *answer)
{
	if (event->result < 0) {
		put_failure(out, event);
		return;
	}
	fprintf(out, "%" PRId64 ".%09" PRIu32, event->read.sec, event->read.nsec);
	put_answer(out, answer);
	if (event->page_state == EVENT_PAGE_TORN || event->page_state == EVENT_PAGE_MOVED)
		fprintf(out, " (page %s)", event_page_state_name(event->page_state));
}

static void put_call(FILE *out, const struct event *event)
{
	if (event->result < 0)
		put_failure(out, event);
	else if (event->call.reads)
		fprintf(out, "done, %" PRIu32 " read%s", event->call.reads,
			event->call.reads == 1 ? "" : "s");
	else if (event->path == PATH_DEV_READ)
		fprintf(out, "%" PRId32 " bytes", event->result);
	else if (event->path == PATH_DEV_MMAP)
		fprintf(out, "mapped: reads from here on are not seen");
	else
		fprintf(out, "done");
}

static void text_event(FILE *out, const struct trace_scene *scene, const struct event *event,
		       const struct driver_answer *answer)
{
	char took[TEXT_NS_BYTES];
	bool inner = event->type == EVENT_READ && event->call_id;

	put_time(out, scene, event->time_ns);
	put_comm(out, &event->who);
	text_ns_u64(event->latency_ns, took, sizeof(took));
	fprintf(out, "  %s%-*s %9s  ", inner ? "  " : "", inner ? 22 : 24,
		inner ? "driver" : event_path_name(event->path), took);
	if (event->type == EVENT_READ)
		put_read(out, event, answer);
	else
		put_call(out, event);
	fputc('\n', out);
}

/* A field of the page by its old and new value, in words where the ABI has them. */
static void text_page_change(FILE *out, const struct trace_scene *scene,
			     const struct page_change *change)
{
	put_time(out, scene, change->time_ns);
	fprintf(out, "%-*s        ", COMM_COLUMNS, "(hypervisor)");
	live_put_page_change(out, change);
	fputc('\n', out);
}

/* A disruption has its own lines, which also say who saw it. */
static void text_finding(FILE *out, const struct trace_scene *scene, const struct finding *finding)
{
	if (finding->kind == FINDING_DISRUPTION)
		return;
	put_time(out, scene, finding->found_ns);
	fputs("*** ", out);
	live_put_finding(out, finding);
	fputc('\n', out);
}

static void put_step(FILE *out, struct ns_interval step)
{
	char lo[TEXT_NS_BYTES], hi[TEXT_NS_BYTES];

	text_ns(step.lo_ns, true, lo, sizeof(lo));
	text_ns(step.hi_ns, true, hi, sizeof(hi));
	fprintf(out, "stepped the system clock by %s .. %s", lo, hi);
}

/* 10^-12 as ppm, exactly. */
static void put_ppm(FILE *out, int64_t ppt)
{
	uint64_t size = ppt < 0 ? 0 - (uint64_t)ppt : (uint64_t)ppt;

	fprintf(out, "%s%" PRIu64 ".%06" PRIu64, ppt < 0 ? "-" : "+", size / 1000000,
		size % 1000000);
}

static void put_source(FILE *out, const char *source)
{
	char text[TEXT_DISPLAY_BYTES(EVENT_SOURCE_BYTES)];

	text_display(source, strnlen(source, EVENT_SOURCE_BYTES), text, sizeof(text));
	fprintf(out, "switched the system clock to clocksource %s", text);
}

static void text_clock_change(FILE *out, const struct trace_scene *scene, const struct event *event)
{
	put_time(out, scene, event->time_ns);
	put_comm(out, &event->who);
	fputs("  ", out);
	if (event->change.how == CLOCK_STEPPED) {
		put_step(out, event->change.step);
	} else if (event->change.how == CLOCK_SLEWED) {
		fputs("set the system clock's rate from ", out);
		put_ppm(out, event->change.old_ppt);
		fputs(" to ", out);
		put_ppm(out, event->change.new_ppt);
		fputs(" ppm", out);
	} else {
		put_source(out, event->change.source);
	}
	if (event->result < 0)
		fprintf(out, ": refused, %s", strerrorname_np(-event->result) ?: "error");
	fputc('\n', out);
}

static void text_disruption(FILE *out, const struct trace_scene *scene, enum disruption_news news,
			    enum disruption_observer by, const struct disruption *disruption,
			    const struct event *reader)
{
	uint64_t seen_ns = reader ? reader->time_ns + reader->latency_ns : disruption->found_ns;

	put_time(out, scene, seen_ns);
	if (news == DISRUPTION_FOUND) {
		fprintf(out,
			"*** DISRUPTION %" PRIu64 ": marker %" PRIu64 " > %" PRIu64
			", found by the %s",
			disruption->number, disruption->old_marker, disruption->new_marker,
			disruption_observer_name(by));
		live_put_duration(out, ", at most %s after it happened",
				  disruption->found_ns - disruption->not_before_ns);
	} else {
		fprintf(out, "*** disruption %" PRIu64 " seen by the %s too", disruption->number,
			disruption_observer_name(by));
	}
	if (reader) {
		fprintf(out, ", in %s of ", event_path_name(reader->path));
		put_comm(out, &reader->who);
	}
	fputc('\n', out);
	if (news == DISRUPTION_FOUND)
		fprintf(out,
			"           the counter's value and rate may have stepped: calibrations "
			"made before it are void\n");
}

static void put_histogram(FILE *out, const struct histogram *histogram)
{
	uint64_t most = 0;

	for (int b = 0; b < HISTOGRAM_BUCKETS; b++)
		most = histogram->bucket[b] > most ? histogram->bucket[b] : most;
	for (int b = 0; b < HISTOGRAM_BUCKETS; b++) {
		char from[TEXT_NS_BYTES];
		int bar = (int)(histogram->bucket[b] * 40 / (most ? most : 1));

		if (!histogram->bucket[b])
			continue;
		text_ns_u64(b ? 1ull << b : 0, from, sizeof(from));
		fprintf(out, "    from %10s %9" PRIu64 " |%.*s\n", from, histogram->bucket[b],
			bar ? bar : 1, "****************************************");
	}
}

static void put_path(FILE *out, const char *name, uint64_t count, uint64_t failed,
		     const struct histogram *latency)
{
	char median[TEXT_NS_BYTES], tail[TEXT_NS_BYTES], most[TEXT_NS_BYTES];

	text_ns_u64(histogram_percentile(latency, 50), median, sizeof(median));
	text_ns_u64(histogram_percentile(latency, 99), tail, sizeof(tail));
	text_ns_u64(latency->max_ns, most, sizeof(most));
	fprintf(out, "  %-33s %9" PRIu64 " %8" PRIu64 "  50%% <= %s, 99%% <= %s, most %s\n", name,
		count, failed, median, tail, most);
	put_histogram(out, latency);
}

static void put_paths(FILE *out, const struct summary *summary)
{
	fprintf(out, "\nby path                                 calls   failed  latency\n");
	for (int i = 0; i < EVENT_PATHS; i++) {
		const struct summary_path *path = &summary->path[i];

		if (path->calls)
			put_path(out, event_path_name((enum event_path)i), path->calls,
				 path->failed_calls, &path->call_latency);
	}
	for (int i = 0; i < EVENT_PATHS; i++) {
		const struct summary_path *path = &summary->path[i];
		char name[48];

		snprintf(name, sizeof(name), "driver < %s", event_path_name((enum event_path)i));
		if (path->reads)
			put_path(out, name, path->reads, path->failed_reads, &path->read_latency);
	}
}

static void put_errors(FILE *out, const struct summary *summary)
{
	if (!summary->errors)
		return;
	fprintf(out, "\nerrors by cause\n");
	for (size_t i = 0; i < summary->errors; i++) {
		const struct summary_error *error = &summary->error[i];

		fprintf(out, "  %-26s %9" PRIu64 " calls, %" PRIu64 " driver reads  %s: %s\n",
			event_path_name(error->path), error->calls, error->reads,
			strerrorname_np(-error->result) ?: "error",
			event_result_cause(error->result));
	}
	if (summary->errors_unlisted)
		fprintf(out, "  and %" PRIu64 " of other kinds\n", summary->errors_unlisted);
}

static void put_readers(FILE *out, const struct summary *summary)
{
	if (!summary->readers)
		return;
	fprintf(out, "\nreader               pid     calls   driver   errors  longest\n");
	for (size_t i = 0; i < summary->readers; i++) {
		const struct summary_reader *reader = &summary->reader[i];

		fputs("  ", out);
		put_comm(out, &reader->who);
		fprintf(out, "%8" PRIu64 " %8" PRIu64 " %8" PRIu64, reader->calls, reader->reads,
			reader->errors);
		live_put_duration(out, "  %s", reader->worst_ns);
		fputs(reader->maps ? "  maps the page: its later reads are not counted\n" : "\n",
		      out);
	}
	if (summary->reader_events_unlisted)
		fprintf(out, "  and %" PRIu64 " events of readers beyond the table of %d\n",
			summary->reader_events_unlisted, SUMMARY_READERS);
}

static void put_losses(FILE *out, const struct event_losses *losses)
{
	if (!losses) {
		fprintf(out, "lost                unknown\n");
		return;
	}
	fprintf(out, "lost                %" PRIu64 " events", event_losses_total(losses));
	fprintf(out, " (ring full %" PRIu64 ", no task storage %" PRIu64 ", recursion %" PRIu64 ")",
		losses->ring_full, losses->task_storage, losses->recursion);
	fprintf(out, "; %" PRIu64 " events without their page\n", losses->page_unreadable);
}

static void put_answers(FILE *out, const struct answer_tally *answers)
{
	uint64_t held = answers->equal + answers->apart + answers->apart_moved;

	if (!held) {
		fprintf(out, "driver against page not comparable: no read with a counter value\n");
		return;
	}
	fprintf(out,
		"driver against page %" PRIu64 " of %" PRIu64 " reads 0 ns apart at the same "
		"counter value",
		answers->equal, held);
	fprintf(out, "; apart: %" PRIu64 ", apart while the page was updated: %" PRIu64 "\n",
		answers->apart, answers->apart_moved);
}

static void text_end(FILE *out, const struct trace_scene *scene, const struct trace_result *result)
{
	const struct summary *summary = result->summary;

	live_put_duration(out, "\nsummary of %s\n", result->duration_ns);
	if (scene->hooks) {
		fprintf(out, "seen                %" PRIu64 " calls, %" PRIu64 " driver reads\n",
			summary_calls(summary), summary_reads(summary));
		put_losses(out, result->losses);
		put_answers(out, result->answers);
	}
	if (result->page) {
		fprintf(out, "page now            ");
		live_put_page(out, result->page);
		fprintf(out,
			"\npage updates        %" PRIu64 ", of them %" PRIu64
			" between two looks\n",
			result->page_updates, result->page_updates_unseen);
	}
	fprintf(out, "disruptions         %" PRIu64 "\n", result->disruptions);
	fputs("findings            ", out);
	live_put_finding_counts(out, result->counts);
	fputc('\n', out);
	fprintf(out, "system clock        changed %" PRIu64 " times\n", result->clock_changes);
	if (!scene->hooks)
		return;
	put_paths(out, summary);
	put_errors(out, summary);
	put_readers(out, summary);
	for (size_t i = 0; i < scene->hook_count; i++) {
		if (hook_is_missing(&scene->hooks[i]))
			fprintf(out, "\nNOT SEEN for want of a hook on %s: %s\n",
				scene->hooks[i].function, scene->hooks[i].tells);
	}
}

static void text_incident(FILE *out, const struct trace_scene *scene,
			  const struct incident *incident)
{
	incident_put_text(out, scene->start_ns, incident);
}

const struct trace_view trace_view_text = {
	.begin = text_begin,
	.event = text_event,
	.clock_change = text_clock_change,
	.page_change = text_page_change,
	.disruption = text_disruption,
	.finding = text_finding,
	.incident = text_incident,
	.end = text_end,
};
