// SPDX-License-Identifier: GPL-2.0-or-later
/* A report for a spreadsheet: one row each event, finding and incident. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "judge/driver_answer.h"
#include "judge/error_bounds.h"
#include "page/names.h"
#include "report/csv.h"
#include "show/finding_words.h"
#include "report/report_form.h"
#include "show/incident_view.h"

/* A number that may be unknown. */
struct known {
	bool is;
	int64_t value;
};

/* What goes into a row; all zero: all empty. The order is that of the columns. */
struct line {
	uint64_t time_ns;
	const char *type;
	const char *what;
	const char *severity;
	const char *device;
	const char *path;
	const struct event_reader *who;
	struct known result;
	struct known latency_ns;
	struct known latency_below_ns;
	struct known uses;
	struct known failed;
	char cause[EVENT_CAUSE_BYTES]; /* the memory of `text`, if it needs any */
	struct known against_page_ns;
	bool has_error;
	struct ns_interval error;
	const char *page_state;
	const struct page *page;
	const char *text;
	const struct read_verdict *read; /* NULL: not judged */
};

static const char header[] =
	"utc,seconds,monotonic_ns,type,what,severity,device,path,pid,tid,comm,result,latency_ns,"
	"latency_below_ns,uses,failed,against_page_ns,error_lo_ns,error_hi_ns,page_state,"
	"page_status,seq_count,disruption_marker,text,read_error_lo_ns,read_error_hi_ns,wrong,"
	"read_error_unknown\r\n";

struct csv {
	FILE *out;
	const struct report *report;
};

static struct known known(uint64_t value)
{
	/* Values past 63 bits are no measured duration or count. */
	return (struct known){value <= INT64_MAX, (int64_t)value};
}

static void put_known(struct csv_row *row, struct known number)
{
	if (number.is)
		csv_i64(row, number.value);
	else
		csv_empty(row);
}

static void put_time(struct csv_row *row, const struct report *report, uint64_t time_ns)
{
	int64_t since_ns = (int64_t)(time_ns - report->start_ns);
	char utc[INSTANT_ISO_BYTES], seconds[TEXT_NS_BYTES];
	uint64_t size_ns = since_ns < 0 ? 0 - (uint64_t)since_ns : (uint64_t)since_ns;

	report_utc(report, time_ns, utc, sizeof(utc));
	snprintf(seconds, sizeof(seconds), "%s%" PRIu64 ".%09" PRIu64, since_ns < 0 ? "-" : "",
		 size_ns / NSEC_PER_SEC, size_ns % NSEC_PER_SEC);
	csv_string(row, utc);
	/* A number, whatever it begins with. */
	fprintf(row->out, ",%s", seconds);
	csv_u64(row, time_ns);
}

static void put_who(struct csv_row *row, const struct event_reader *who)
{
	if (!who || !who->pid) {
		csv_empty(row);
		csv_empty(row);
		csv_empty(row);
		return;
	}
	csv_u64(row, who->pid);
	csv_u64(row, who->tid);
	csv_text(row, who->comm, EVENT_COMM_BYTES);
}

static void put_page(struct csv_row *row, const struct page *page)
{
	char marker[24];

	if (!page || !page_has(page, PAGE_CLOCK_STATUS)) {
		csv_empty(row);
	} else {
		uint64_t status = page_get(page, PAGE_CLOCK_STATUS);

		if (page_status_name(status))
			csv_string(row, page_status_name(status));
		else
			csv_u64(row, status);
	}
	if (!page) {
		csv_empty(row);
		csv_empty(row);
		return;
	}
	csv_u64(row, page_get(page, PAGE_SEQ_COUNT));
	/* As text: a spreadsheet rounds what has 64 bits. */
	snprintf(marker, sizeof(marker), "0x%016" PRIx64, page_get(page, PAGE_DISRUPTION_MARKER));
	csv_string(row, marker);
}

static void put_read(struct csv_row *row, const struct read_verdict *read)
{
	bool is_known = read && read->known;

	put_known(row, (struct known){is_known, is_known ? read->error.lo_ns : 0});
	put_known(row, (struct known){is_known, is_known ? read->error.hi_ns : 0});
	csv_string(row, !is_known ? NULL : read->wrong ? "true" : "false");
	csv_string(row, read && !is_known ? error_unknown_name(read->why) : NULL);
}

static void put_line(const struct csv *csv, const struct line *line)
{
	struct csv_row row = {.out = csv->out};

	put_time(&row, csv->report, line->time_ns);
	csv_string(&row, line->type);
	csv_string(&row, line->what);
	csv_string(&row, line->severity);
	csv_string(&row, line->device);
	csv_string(&row, line->path);
	put_who(&row, line->who);
	put_known(&row, line->result);
	put_known(&row, line->latency_ns);
	put_known(&row, line->latency_below_ns);
	put_known(&row, line->uses);
	put_known(&row, line->failed);
	put_known(&row, line->against_page_ns);
	put_known(&row, (struct known){line->has_error, line->error.lo_ns});
	put_known(&row, (struct known){line->has_error, line->error.hi_ns});
	csv_string(&row, line->page_state);
	put_page(&row, line->page);
	csv_string(&row, line->text);
	put_read(&row, line->read);
	csv_end(&row);
}

/* --- What each type of event has of its own */

static void add_measured(struct line *line, const struct event *event)
{
	line->path = event_path_name(event->path);
	line->result = (struct known){true, event->result};
	line->latency_ns = known(event->latency_ns);
	if (event->latency_is_bound) {
		line->latency_below_ns = line->latency_ns;
		line->latency_ns.is = false;
	}
	line->text = event->result < 0 ? event_failure_text(event, line->cause) : NULL;
}

static void add_answer(struct line *line, const struct event *event)
{
	struct driver_answer answer = driver_answer_of(event);

	line->against_page_ns =
		(struct known){answer.verdict != DRIVER_NOT_COMPARABLE && !answer.out_of_range,
			       answer.minus_page_ns};
}

static void add_tally(struct line *line, const struct event_tally *tally)
{
	uint64_t uses = 0, failed = 0;
	int paths = 0;

	for (int path = 0; path < EVENT_PATHS; path++) {
		uses += tally->uses[path];
		failed += tally->errors[path];
		if (!tally->uses[path])
			continue;
		line->path = paths++ ? NULL : event_path_name((enum event_path)path);
	}
	line->uses = known(uses);
	line->failed = known(failed);
	line->what = tally->gone ? "exited" : NULL;
}

static void add_change(struct line *line, const struct event *event)
{
	line->what = clock_change_name(event->change.how);
	line->result = (struct known){true, event->result};
	line->latency_ns = known(event->latency_ns);
}

static void add_detail(struct line *line, const struct event *event,
		       const struct page_in_force *page_in_force)
{
	switch (event->type) {
	case EVENT_READ:
		add_measured(line, event);
		add_answer(line, event);
		break;
	case EVENT_CALL:
		add_measured(line, event);
		break;
	case EVENT_TALLY:
		add_tally(line, &event->tally);
		break;
	case EVENT_PAGE:
		line->has_error = error_bound_of_page(page_in_force, event, &line->error);
		break;
	case EVENT_CLOCK:
		line->what = observed_clock_name(event->clock.clock);
		line->has_error = error_bounds_of_clock(page_in_force, event, &line->error);
		if (line->has_error || !error_bounds_by_witness(page_in_force, event, &line->error))
			break;
		line->has_error = true;
		line->text = "the error is CLOCK_REALTIME's, by this clock";
		break;
	case EVENT_LATENCY:
		line->path = event_path_name(event->path);
		line->uses = known(event->latency.count);
		line->latency_ns = known(event->latency.max_ns);
		break;
	case EVENT_FAILURES:
		line->path = event_path_name(event->path);
		line->result = (struct known){true, event->result};
		line->failed = known(event->failures.count);
		line->text = event_cause_text(event->failures.cause, event->result,
					      event->failures.source, line->cause);
		break;
	case EVENT_CLOCK_CHANGE:
		add_change(line, event);
		break;
	case EVENT_DEVICE:
		line->what = event->device_state == DEVICE_APPEARED ? "appeared" : "lost";
		break;
	case EVENT_MAPPER:
		line->what = mapper_news_name(event->mapper.news);
		break;
	default:
		break;
	}
}

static void csv_event(void *stream, const struct event *event,
		      const struct page_in_force *page_in_force, const struct read_verdict *read)
{
	bool has_page = event->page_state != EVENT_PAGE_ABSENT;
	char device[EVENT_DEVICE_BYTES];
	struct line line = {
		.time_ns = event->time_ns,
		.type = event_type_name(event->type),
		.device = event_device_name(event->is_phc, event->device, device),
		.who = &event->who,
		.page_state = event_page_state_name(event->page_state),
		.page = has_page ? &event->page : NULL,
		.read = read,
	};

	add_detail(&line, event, page_in_force);
	put_line(stream, &line);
}

static void csv_finding(void *stream, const struct finding *finding,
			const struct incident *incident)
{
	char device[EVENT_DEVICE_BYTES], text[FINDING_WORDS_BYTES];
	struct line line = {
		.time_ns = finding->found_ns,
		.type = "finding",
		.what = finding_name(finding->kind),
		.severity = finding_severity_name(finding->severity),
		.device = event_device_name(false, finding->device, device),
		.who = &finding->event.who,
		.page = finding->has_after ? &finding->after : NULL,
		.text = text,
	};

	(void)incident;
	finding_sentence(finding, text, sizeof(text));
	put_line(stream, &line);
}

static void csv_incident(void *stream, const struct incident *incident)
{
	const struct csv *csv = stream;
	char what[32], text[224], from[INSTANT_ISO_BYTES], length[INCIDENT_LENGTH_BYTES];
	char recovery[RECOVERY_BYTES];
	struct line line = {
		.time_ns = incident->to_ns,
		.type = "incident",
		.what = what,
		.severity = finding_severity_name(incident->severity),
		.text = text,
	};

	report_utc(csv->report, incident->from_ns, from, sizeof(from));
	snprintf(what, sizeof(what), "incident %" PRIu64, incident->number);
	snprintf(text, sizeof(text), "bad from %s on for %s; %s", from,
		 incident_length(incident, length), incident_recovery(incident, recovery));
	put_line(csv, &line);
}

static void *csv_begin(FILE *out, const struct report *report)
{
	struct csv *csv = malloc(sizeof(*csv));

	if (!csv)
		return NULL;
	*csv = (struct csv){out, report};
	fputs(header, out);
	return csv;
}

static void csv_finish(void *stream)
{
	free(stream);
}

const struct report_stream report_csv = {
	.begin = csv_begin,
	.event = csv_event,
	.finding = csv_finding,
	.incident = csv_incident,
	.end = csv_finish,
};
