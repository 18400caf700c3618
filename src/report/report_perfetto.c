// SPDX-License-Identifier: GPL-2.0-or-later
/* A report as a trace: who read the clock, what became of the page, how wrong each clock was. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "judge/error_bounds.h"
#include "page/diff.h"
#include "page/names.h"
#include "show/finding_words.h"
#include "report/report_perfetto.h"

#define FIELDS_BYTES 640

static void describe(const struct trace *trace, uint64_t uuid, enum perfetto_kind kind,
		     const char *name, const char *about)
{
	const struct perfetto_track track = {
		.kind = kind,
		.uuid = uuid,
		.parent = uuid == TRACK_ALL ? 0 : TRACK_ALL,
		.rank = (int32_t)uuid,
		.name = name,
		.about = about,
	};

	perfetto_track(trace->out, &track);
}

static void *trace_begin(FILE *out, const struct report *report)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		return NULL;
	trace->out = out;
	trace->report = report;
	trace->last_ns = report->start_ns;
	perfetto_begin(out, report->start_ns, report_start_utc_ns(report));
	describe(trace, TRACK_ALL, PERFETTO_TRACK, "vmclock", NULL);
	describe(trace, TRACK_INCIDENTS, PERFETTO_TRACK, "incidents",
		 "Findings that belong together: a slice is the time in which clocks were bad.");
	describe(trace, TRACK_FINDINGS, PERFETTO_TRACK, "findings",
		 "What happened to the clock, when it was found.");
	trace->unknown = TRACE_NO_SLICE;
	describe(trace, TRACK_KNOWN, PERFETTO_TRACK, "known: how wrong CLOCK_REALTIME is",
		 "Where it is not known, the counters of its error draw the last value on.");
	describe(trace, TRACK_PAGE, PERFETTO_TRACK, "vmclock page",
		 "Updates by the hypervisor, when they were seen; a slice is a status.");
	describe(trace, TRACK_CHANGES, PERFETTO_TRACK, "system clock changes",
		 "Who set or steered the system clock.");
	describe(trace, TRACK_OBSERVER, PERFETTO_TRACK, "observer",
		 "What was lost, and when the kernel's hooks came and went.");
	return trace;
}

/* --- The page */

static void name_status(const struct page *page, char *text, size_t bytes)
{
	uint64_t status = page_get(page, PAGE_CLOCK_STATUS);
	const char *name = page_mode(page) == PAGE_FULL ? page_status_name(status)
							: page_mode_name(page_mode(page));

	if (name)
		snprintf(text, bytes, "%s", name);
	else
		snprintf(text, bytes, "status %" PRIu64, status);
}

static void put_status(struct trace *trace, const struct event *event)
{
	char name[sizeof(trace->status)];

	name_status(&event->page, name, sizeof(name));
	if (trace->has_status && !strcmp(name, trace->status))
		return;
	if (trace->has_status)
		perfetto_end(trace->out, TRACK_PAGE, event->time_ns);
	perfetto_slice(trace->out, TRACK_PAGE, event->time_ns, name, NULL);
	trace->has_status = true;
	memcpy(trace->status, name, sizeof(name));
}

static void name_fields(const struct page_change *change, char *text, size_t bytes)
{
	page_field_set fields = page_diff(&change->before, &change->after);

	text[0] = '\0';
	for (int field = 0; field < PAGE_FIELDS; field++) {
		size_t used = strlen(text);

		if (fields & PAGE_FIELD_BIT(field))
			snprintf(text + used, bytes - used, "%s%s", used ? ", " : "",
				 page_field_info((enum page_field)field)->name);
	}
}

static void put_update(struct trace *trace, const struct page_change *change)
{
	struct perfetto_args args = {0};
	char fields[FIELDS_BYTES];

	name_fields(change, fields, sizeof(fields));
	perfetto_add_u64(&args, "seq_count", page_get(&change->after, PAGE_SEQ_COUNT));
	perfetto_add_u64(&args, "updates", change->updates);
	perfetto_add_u64(&args, "not_before_ns", change->last_same_ns);
	perfetto_add_text(&args, "changed", fields);
	perfetto_add_u64(&args, "disruption_marker",
			 page_get(&change->after, PAGE_DISRUPTION_MARKER));
	perfetto_instant(trace->out, TRACK_PAGE, change->time_ns, "update", &args);
}

static void put_sample(struct trace *trace, const struct event *event,
		       const struct page_in_force *line)
{
	struct ns_interval bound;

	if (line->has_changed)
		put_update(trace, &line->change);
	if (event->page_state == EVENT_PAGE_STABLE)
		put_status(trace, event);
	if (!error_bound_of_page(line, event, &bound))
		return;
	if (!trace->described_bound)
		describe(trace, TRACK_BOUND, PERFETTO_COUNTER, "page: its own bound, either way",
			 NULL);
	trace->described_bound = true;
	perfetto_value(trace->out, TRACK_BOUND, event->time_ns, bound.hi_ns);
}

/* --- Other clocks */

/* @track: an enum observed_clock, or TRACE_BY_WITNESS. */
static void put_error(struct trace *trace, unsigned int track, const char *what, uint64_t time_ns,
		      struct ns_interval error)
{
	uint64_t low = TRACK_CLOCKS + 2 * (uint64_t)track;
	char name[96];

	if (!trace->described_clock[track]) {
		snprintf(name, sizeof(name), "%s, from", what);
		describe(trace, low, PERFETTO_COUNTER, name, NULL);
		snprintf(name, sizeof(name), "%s, to", what);
		describe(trace, low + 1, PERFETTO_COUNTER, name, NULL);
		trace->described_clock[track] = true;
	}
	perfetto_value(trace->out, low, time_ns, error.lo_ns);
	perfetto_value(trace->out, low + 1, time_ns, error.hi_ns);
}

static void put_clock(struct trace *trace, const struct event *event,
		      const struct page_in_force *line)
{
	enum observed_clock clock = event->clock.clock;
	struct ns_interval error;
	char what[64];

	snprintf(what, sizeof(what), "%s less the page's time", observed_clock_name(clock));
	if (error_bounds_of_clock(line, event, &error))
		put_error(trace, clock, what, event->time_ns, error);
	if (error_bounds_by_witness(line, event, &error))
		put_error(trace, TRACE_BY_WITNESS, "CLOCK_REALTIME less another clock's time",
			  event->time_ns, error);
}

static void put_change(struct trace *trace, const struct event *event)
{
	const struct event_clock_change *change = &event->change;
	char comm[TEXT_UTF8_BYTES(EVENT_COMM_BYTES)], source[TEXT_UTF8_BYTES(EVENT_SOURCE_BYTES)];
	struct perfetto_args args = {0};

	text_utf8(event->who.comm, strnlen(event->who.comm, EVENT_COMM_BYTES), comm, sizeof(comm));
	perfetto_add_text(&args, "comm", comm);
	perfetto_add_u64(&args, "pid", event->who.pid);
	perfetto_add_i64(&args, "result", event->result);
	if (change->how == CLOCK_STEPPED) {
		perfetto_add_i64(&args, "step_lo_ns", change->step.lo_ns);
		perfetto_add_i64(&args, "step_hi_ns", change->step.hi_ns);
	} else if (change->how == CLOCK_SLEWED) {
		perfetto_add_i64(&args, "old_ppt", change->old_ppt);
		perfetto_add_i64(&args, "new_ppt", change->new_ppt);
	} else {
		text_utf8(change->source, strnlen(change->source, EVENT_SOURCE_BYTES), source,
			  sizeof(source));
		perfetto_add_text(&args, "clocksource", source);
	}
	perfetto_instant(trace->out, TRACK_CHANGES, event->time_ns, clock_change_name(change->how),
			 &args);
}

/* --- The observer */

static void put_loss(const struct trace *trace, const struct event *event)
{
	struct perfetto_args args = {0};

	perfetto_add_u64(&args, "made", event->losses.made);
	perfetto_add_u64(&args, "seen", event->losses.seen);
	perfetto_add_u64(&args, "lost", event_losses_total(&event->losses));
	for (enum event_loss i = 0; i < LOSSES; i++)
		perfetto_add_u64(&args, event_loss_name(i), event_loss_count(&event->losses, i));
	perfetto_instant(trace->out, TRACK_OBSERVER, event->time_ns, "totals of events", &args);
}

static void put_hooks(const struct trace *trace, const struct event *event)
{
	struct perfetto_args args = {0};

	perfetto_add_u64(&args, "fentry", event->hooks.fentry);
	perfetto_add_u64(&args, "kprobe", event->hooks.kprobe);
	perfetto_add_u64(&args, "missing", event->hooks.missing);
	perfetto_instant(trace->out, TRACK_OBSERVER, event->time_ns,
			 event->hooks.news == HOOKS_RELEASED ? "the driver is released"
			 : event->hooks.driver		     ? "the driver is there"
							     : "the driver is gone",
			 &args);
}

static void put_notification(const struct trace *trace, const struct event *event)
{
	struct perfetto_args args = {0};

	if (event->notification.has_seq)
		perfetto_add_u64(&args, "seq_count", event->notification.seq);
	perfetto_instant(trace->out, TRACK_PAGE, event->time_ns, "notification", &args);
}

static void trace_event(void *stream, const struct event *event, const struct page_in_force *line,
			const struct read_verdict *read)
{
	struct trace *trace = stream;

	if (event->time_ns > trace->last_ns)
		trace->last_ns = event->time_ns;
	switch (event->type) {
	case EVENT_READ:
	case EVENT_CALL:
		trace_use(trace, event, read);
		break;
	case EVENT_TALLY:
		trace_tally(trace, event);
		break;
	case EVENT_MAPPER:
		trace_mapper(trace, event);
		break;
	case EVENT_PAGE:
		put_sample(trace, event, line);
		break;
	case EVENT_CLOCK:
		put_clock(trace, event, line);
		break;
	case EVENT_CLOCK_CHANGE:
		put_change(trace, event);
		break;
	case EVENT_NOTIFICATION:
		put_notification(trace, event);
		break;
	case EVENT_DEVICE:
		perfetto_instant(trace->out, TRACK_PAGE, event->time_ns,
				 event->device_state == DEVICE_APPEARED ? "device appeared"
									: "device lost",
				 NULL);
		break;
	case EVENT_LOSS:
		put_loss(trace, event);
		break;
	case EVENT_HOOKS:
		put_hooks(trace, event);
		break;
	default: /* sums, and time that passed */
		break;
	}
}

/* It and the wrong reads of the incident that it opens are joined by arrows. */
static void trace_finding(void *stream, const struct finding *finding,
			  const struct incident *incident)
{
	const struct trace *trace = stream;
	struct perfetto_args args = {0};
	char text[FINDING_WORDS_BYTES];

	args.category = finding_severity_name(finding->severity);
	if (incident && incident->findings && incident->finding[0].number == finding->number)
		args.flow = incident->number;
	finding_sentence(finding, text, sizeof(text));
	perfetto_add_u64(&args, "number", finding->number);
	perfetto_add_text(&args, "severity", finding_severity_name(finding->severity));
	perfetto_add_text(&args, "text", text);
	perfetto_add_bool(&args, "since_start", finding->since_start);
	if (!finding->since_start)
		perfetto_add_u64(&args, "not_before_ns", finding->not_before_ns);
	perfetto_add_u64(&args, "updates", finding->updates);
	perfetto_add_text(&args, "seen_by", event_type_name(finding->event.type));
	perfetto_instant(trace->out, TRACK_FINDINGS, finding->found_ns, finding_name(finding->kind),
			 &args);
}

static void trace_incident(void *stream, const struct incident *incident)
{
	const struct trace *trace = stream;
	struct perfetto_args args = {0};
	uint64_t findings = incident->findings + incident->findings_unlisted;
	char name[32], wrong[OBSERVED_CLOCKS][48];

	args.category = finding_severity_name(incident->severity);
	snprintf(name, sizeof(name), "incident %" PRIu64, incident->number);
	perfetto_add_text(&args, "severity", finding_severity_name(incident->severity));
	perfetto_add_text(&args, "recovery", claim_state_name(incident->recovery.state));
	perfetto_add_u64(&args, "findings", findings);
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (!incident->clock[i].seen)
			continue;
		snprintf(wrong[i], sizeof(wrong[i]), "wrong readings of %s",
			 observed_clock_name((enum observed_clock)i));
		perfetto_add_u64(&args, wrong[i], incident->clock[i].errors.wrong);
	}
	perfetto_slice(trace->out, TRACK_INCIDENTS, incident->from_ns, name, &args);
	perfetto_end(trace->out, TRACK_INCIDENTS, incident->to_ns);
}

static void trace_judged(void *stream, const struct event *event, const struct judge *judge,
			 const struct event_gap *gap)
{
	trace_known(stream, event, judge, gap);
}

static void trace_end(void *stream)
{
	struct trace *trace = stream;

	if (trace->has_status)
		perfetto_end(trace->out, TRACK_PAGE, trace->last_ns);
	trace_end_known(trace);
	free(trace);
}

const struct report_stream report_perfetto = {
	.is_binary = true,
	.begin = trace_begin,
	.event = trace_event,
	.finding = trace_finding,
	.incident = trace_incident,
	.judged = trace_judged,
	.end = trace_end,
};
