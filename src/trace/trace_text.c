// SPDX-License-Identifier: GPL-2.0-or-later
/* A running trace for people: one line an event, findings set off, a summary at the end. */
#include "trace/trace_view.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "event/ptp_request.h"
#include "show/incident_view.h"
#include "show/level.h"
#include "show/live_text.h"
#include "trace/trace_summary.h"

static void put_time(FILE *out, const struct trace_context *context, uint64_t time_ns)
{
	live_put_time(out, context->start_ns, time_ns);
}

static void put_hooks(FILE *out, const struct trace_context *context)
{
	size_t attach_types[3] = {0}, missing = 0, awaited = 0;

	if (!context->hooks) {
		fprintf(out, "hooks   NONE: %s\n", context->no_hooks_why);
		if (!context->recorded)
			fputs("        reads are not seen; the page is still watched\n", out);
		return;
	}
	for (size_t i = 0; i < context->hook_count; i++) {
		attach_types[context->hooks[i].attach_type]++;
		missing += hook_is_missing(&context->hooks[i]);
		awaited += context->hooks[i].awaited;
	}
	fprintf(out, "hooks   %zu by fentry, %zu by kprobe, %zu missing\n",
		attach_types[HOOK_FENTRY], attach_types[HOOK_KPROBE], missing);
	if (awaited && !context->recorded)
		fprintf(out,
			"        %zu WAIT for the driver, which is not loaded: until it comes, no "
			"read of the clock is seen\n"
			"        %s\n",
			awaited, context->driver_hint);
	for (size_t i = 0; i < context->hook_count; i++) {
		if (hook_is_missing(&context->hooks[i]) && !context->hooks[i].awaited)
			fprintf(out, "        MISSING %s (%s): without it, %s is not seen\n",
				context->hooks[i].function, context->hooks[i].why,
				context->hooks[i].tells);
	}
}

/* "A, B and C", of what there is. */
static void put_paths(FILE *out, uint32_t paths)
{
	const char *before = " by ";

	for (int i = 0; i < EVENT_PATHS; i++) {
		if (!(paths >> i & 1))
			continue;
		fprintf(out, "%s%s", before, event_path_name((enum event_path)i));
		before = ", ";
	}
}

static void put_counted(FILE *out, const struct trace_context *context)
{
	const struct trace_request *request = &context->request;
	char comm[TEXT_DISPLAY_BYTES(EVENT_COMM_BYTES)];

	fprintf(out, "counted each use of %s", request->all_phcs ? "a PTP clock" : "a vmclock");
	if (request->pid)
		fprintf(out, " by process %" PRIu32, request->pid);
	if (request->comm) {
		text_display(request->comm, strnlen(request->comm, EVENT_COMM_BYTES - 1), comm,
			     sizeof(comm));
		fprintf(out, " by threads named %s", comm);
	}
	if (request->cgroup)
		fprintf(out, " in cgroup %s", request->cgroup);
	if (!request->every_event && !request->measure_all && !context->recorded)
		fputs("; latency sampled, one per thread and tick, and a bound for the others",
		      out);
	fputc('\n', out);
}

static void put_shown(FILE *out, const struct trace_context *context)
{
	const struct trace_request *request = &context->request;

	if (!request->every_event) {
		fputs("shown   what fails, is slow, or first maps the page", out);
	} else {
		fprintf(out, "shown   each read%s%s", request->calls ? " and call" : "",
			context->recorded ? " that was kept" : "");
		put_paths(out, request->paths);
		if (request->errors_only)
			fputs(" that fails", out);
		if (request->slower_than_ns)
			live_put_duration(out, " that takes more than %s", request->slower_than_ns);
	}
	if (request->rate)
		fprintf(out, "; at most %" PRIu32 " a second", request->rate);
	fputc('\n', out);
}

/* Hooks take a while to attach. */
static void put_watched(FILE *out, const struct trace_context *context)
{
	if (!context->hooks || context->recorded)
		return;
	fputs("watched from ", out);
	live_put_time(out, context->start_ns, context->watched_from_ns);
	fputs("s on, when the hooks were attached; the page since the start\n", out);
}

static void text_begin(FILE *out, const struct trace_context *context)
{
	if (context->recorded)
		recorded_put_text(out, context->recorded);
	live_put_start(out, context->start_realtime_ns);
	fputs("; times below are seconds after it\n", out);
	if (context->device) {
		fprintf(out, "page    %s, ", context->device);
		if (context->page)
			live_put_page(out, context->page);
		else
			fputs("first sample not kept", out);
		if (context->page_period_ns)
			live_put_duration(out, "; sampled every %s", context->page_period_ns);
		fputc('\n', out);
	} else {
		fprintf(out, "page    NONE: %s\n", context->no_page_why);
	}
	put_hooks(out, context);
	put_watched(out, context);
	mapper_method_put_text(out, &context->mappers);
	if (!context->hooks && !context->recorded)
		return;
	put_counted(out, context);
	put_shown(out, context);
	fprintf(out, "\n%-10s%-*s %7s  %-24s %9s  %s\n", "TIME", LIVE_READER_COLUMNS, "READER",
		"PID", "CALL", "LATENCY", "RESULT");
}

static void put_failure(FILE *out, const struct event *event)
{
	char cause[EVENT_CAUSE_BYTES];

	level_put(out, LEVEL_WARNING, event_result_name(event->result));
	fprintf(out, ": %s", event_failure_text(event, cause));
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
	} else {
		fprintf(out, "%" PRId64 ".%09" PRIu32, event->read.sec, event->read.nsec);
		put_answer(out, answer);
	}
	/* Within a call that is shown, it says it itself. */
	if (event->read.n_samples && !event->call_id)
		fprintf(out, " (n_samples %" PRIu32 ")", event->read.n_samples);
	if (event->page_state == EVENT_PAGE_TORN || event->page_state == EVENT_PAGE_MOVED)
		fprintf(out, " (page %s)", event_page_state_name(event->page_state));
}

static void put_poll(FILE *out, const struct event *event)
{
	if (event->call.wake_ns)
		live_put_duration(out, "ready, %s after the notification", event->call.wake_ns);
	else if (event->result & POLLHUP)
		fputs("hung up: the hypervisor sends no notifications", out);
	else
		fputs(event->result & POLLIN ? "ready" : "nothing new", out);
}

static void put_call(FILE *out, const struct event *event)
{
	if (event->result < 0)
		put_failure(out, event);
	else if (event->path == PATH_DEV_POLL)
		put_poll(out, event);
	else if (event->call.reads)
		fprintf(out, "done, %" PRIu32 " read%s", event->call.reads,
			event->call.reads == 1 ? "" : "s");
	else if (event->path == PATH_DEV_READ)
		fprintf(out, "%" PRId32 " bytes", event->result);
	else if (event->path == PATH_DEV_MMAP)
		fprintf(out, "mapped: reads from here on are not seen");
	else
		fprintf(out, "done");
	if (event->call.n_samples)
		fprintf(out, " (n_samples %" PRIu32 ")", event->call.n_samples);
}

/* Which clock, where it is not the one of the page that is sampled; a recording has no others. */
static void put_other_clock(FILE *out, const struct trace_context *context,
			    const struct event *event)
{
	char name[EVENT_DEVICE_BYTES];
	const char *clock = event_device_name(event->is_phc, event->device, name);

	if (clock && !context->recorded &&
	    (!context->device || strcmp(basename(context->device), clock)))
		fprintf(out, " (%s)", clock);
}

/* The request by its own name where the path has several: PTP_CLOCK_GETCAPS, ..._CYCLES. */
static const char *way_of(const struct event *event)
{
	const char *path = event_path_name(event->path), *request = NULL;

	if (event->type == EVENT_CALL)
		request = ptp_request_name(event->call.ioctl);
	return request ? request : path;
}

static void text_event(FILE *out, const struct trace_context *context, const struct event *event,
		       const struct driver_answer *answer)
{
	char took[TEXT_NS_BYTES], bounded[TEXT_NS_BYTES + 2];
	bool inner = event->type == EVENT_READ && event->call_id;

	put_time(out, context, event->time_ns);
	live_put_reader(out, &event->who);
	if (event->latency_ns)
		text_ns_u64(event->latency_ns, took, sizeof(took));
	else
		snprintf(took, sizeof(took), "-");
	snprintf(bounded, sizeof(bounded), "%s%s", event->latency_is_bound ? "< " : "", took);
	fprintf(out, "  %s%-*s %9s  ", inner ? "  " : "", inner ? 22 : 24,
		inner ? "driver" : way_of(event), bounded);
	if (event->type == EVENT_READ)
		put_read(out, event, answer);
	else
		put_call(out, event);
	put_other_clock(out, context, event);
	fputc('\n', out);
}

/* One comes with each update, so it is shown where each update is. */
static void text_mapper(FILE *out, const struct trace_context *context, const struct event *event)
{
	mapper_put_text(out, context->start_ns, event);
}

static void text_notification(FILE *out, const struct trace_context *context,
			      const struct event *event)
{
	if (!context->request.every_event)
		return;
	put_time(out, context, event->time_ns);
	fprintf(out, "%-*s          notification, seq %" PRIu32, LIVE_READER_COLUMNS,
		"(hypervisor)", event->notification.seq);
	put_other_clock(out, context, event);
	fputc('\n', out);
}

static void put_hooks_news(FILE *out, const struct event_hooks *hooks)
{
	if (hooks->news == HOOKS_RELEASED)
		fprintf(out,
			"wants to unload the driver, which is RELEASED for a while (try again); %s",
			hooks->unseen_since_ns ? "uses are NOT SEEN until it is hooked again; "
					       : "its page is not watched meanwhile; ");
	else if (hooks->news == HOOKS_AGAIN)
		fputs("driver not unloaded after all; ", out);
	else
		fprintf(out, "driver %s; ", hooks->driver ? "loaded" : "unloaded");
}

static void text_hooks(FILE *out, const struct trace_context *context, const struct event *event)
{
	const struct event_hooks *hooks = &event->hooks;

	put_time(out, context, event->time_ns);
	if (hooks->news == HOOKS_RELEASED) {
		live_put_reader(out, &event->who);
		fputs("  ", out);
	} else {
		fprintf(out, "%-*s          ", LIVE_READER_COLUMNS, "(kernel)");
	}
	put_hooks_news(out, hooks);
	if (hooks->failed[0])
		fprintf(out, "NOT HOOKED: %s\n", hooks->failed);
	else
		fprintf(out,
			"hooks: %" PRIu32 " by fentry, %" PRIu32 " by kprobe, %" PRIu32
			" missing\n",
			hooks->fentry, hooks->kprobe, hooks->missing);
}

/*
 * A field of the page by its old and new value, in words where the ABI has them. An update like any
 * other is one event of many.
 */
static void text_page_change(FILE *out, const struct trace_context *context,
			     const struct page_change *change)
{
	if (live_is_routine(change) && !context->request.every_event)
		return;
	put_time(out, context, change->time_ns);
	fprintf(out, "%-*s        ", LIVE_READER_COLUMNS, "(hypervisor)");
	live_put_page_change(out, change);
	fputc('\n', out);
}

/* A disruption has its own lines, which also say who saw it. */
static void text_finding(FILE *out, const struct trace_context *context,
			 const struct finding *finding)
{
	if (finding->kind == FINDING_DISRUPTION)
		return;
	put_time(out, context, finding->found_ns);
	fputs("*** ", out);
	live_put_finding(out, finding);
	fputc('\n', out);
}

static void put_step(FILE *out, struct ns_interval step)
{
	char lo[TEXT_NS_BYTES], hi[TEXT_NS_BYTES];

	text_ns(step.lo_ns, true, lo, sizeof(lo));
	text_ns(step.hi_ns, true, hi, sizeof(hi));
	fprintf(out, "stepped the system clock by %s%s%s", lo, strcmp(lo, hi) != 0 ? " .. " : "",
		strcmp(lo, hi) != 0 ? hi : "");
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

static void text_clock_change(FILE *out, const struct trace_context *context,
			      const struct event *event)
{
	put_time(out, context, event->time_ns);
	live_put_reader(out, &event->who);
	fputs("  ", out);
	if (event->change.how == CLOCK_SLEWED && event->result < 0) {
		fputs("tried to set the system clock's rate", out);
	} else if (event->change.how == CLOCK_STEPPED && event->result < 0) {
		fputs("tried to step the system clock", out);
	} else if (event->change.how == CLOCK_STEPPED) {
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
		fprintf(out, ": refused, %s", event_result_name(event->result));
	fputc('\n', out);
}

static void text_device(FILE *out, const struct trace_context *context, const struct event *event)
{
	put_time(out, context, event->time_ns);
	fprintf(out, "%-*s          page of vmclock%" PRId32 " %s\n", LIVE_READER_COLUMNS,
		"(machine)", event->device,
		event->device_state == DEVICE_APPEARED ? "has appeared: it is watched from here on"
						       : "is gone");
}

static void text_disruption(FILE *out, const struct trace_context *context,
			    enum disruption_news news, enum disruption_observer by,
			    const struct disruption *disruption, const struct event *reader)
{
	char comm[TEXT_DISPLAY_BYTES(EVENT_COMM_BYTES)];
	uint64_t seen_ns = reader ? reader->time_ns + reader->latency_ns : disruption->found_ns;

	put_time(out, context, seen_ns);
	if (news == DISRUPTION_FOUND) {
		level_begin(out, LEVEL_CRITICAL);
		fprintf(out, "*** DISRUPTION %" PRIu64 ":", disruption->number);
		level_end(out, LEVEL_CRITICAL);
		fprintf(out, " marker %" PRIu64 " > %" PRIu64 ", found by the %s",
			disruption->old_marker, disruption->new_marker,
			disruption_observer_name(by));
		live_put_duration(out, "; it happened at most %s before",
				  disruption->found_ns - disruption->not_before_ns);
	} else {
		fprintf(out, "*** disruption %" PRIu64 " seen by the %s too", disruption->number,
			disruption_observer_name(by));
	}
	if (reader) {
		text_display(reader->who.comm, strnlen(reader->who.comm, EVENT_COMM_BYTES), comm,
			     sizeof(comm));
		fprintf(out, ", in %s of %s (%" PRIu32 ")", event_path_name(reader->path), comm,
			reader->who.pid);
	}
	fputc('\n', out);
	if (news == DISRUPTION_FOUND)
		fprintf(out,
			"           the counter's value and rate may have stepped: calibrations "
			"made before it are void\n");
}

static void text_end(FILE *out, const struct trace_context *context,
		     const struct trace_result *result)
{
	trace_summary_put_text(out, context, result);
}

static void text_incident(FILE *out, const struct trace_context *context,
			  const struct incident *incident)
{
	incident_put_text(out, context->start_ns, incident);
}

const struct trace_view trace_view_text = {
	.maps_once = true,
	.begin = text_begin,
	.event = text_event,
	.hooks = text_hooks,
	.notification = text_notification,
	.mapper = text_mapper,
	.clock_change = text_clock_change,
	.device = text_device,
	.page_change = text_page_change,
	.disruption = text_disruption,
	.finding = text_finding,
	.incident = text_incident,
	.end = text_end,
};
