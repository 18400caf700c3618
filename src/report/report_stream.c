// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/report_stream.h"

#include <inttypes.h>
#include <unistd.h>

#include "feed/message.h"
#include "feed/recorded.h"
#include "judge/judge.h"

struct reading {
	const struct report_stream *form;
	void *stream;
	const struct report *report;
	uint64_t from_ns; /* events from then on, */
	uint64_t to_ns;	  /* and before then */
	uint64_t reads;	  /* EVENT_READs until now */
	struct judge *judge;
	FILE *out;
};

static bool is_asked(const struct reading *reading, const struct event *event)
{
	return event->time_ns >= reading->from_ns && event->time_ns < reading->to_ns;
}

static void on_event(const struct event *event, const struct page_in_force *line, void *arg)
{
	struct reading *reading = arg;
	const struct read_verdict *read = NULL;
	struct read_verdict verdict;

	reading->reads += event->type == EVENT_READ;
	if (!is_asked(reading, event))
		return;
	if (event->type == EVENT_READ &&
	    read_list_find(reading->report->analysis->reads, reading->reads, &verdict))
		read = &verdict;
	reading->form->event(reading->stream, event, line, read);
}

static void on_finding(const struct finding *finding, void *arg)
{
	struct reading *reading = arg;

	if (report_has_finding(reading->report, finding))
		reading->form->finding(reading->stream, finding,
				       judge_open_incident(reading->judge));
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct reading *reading = arg;

	if (news == INCIDENT_CLOSED && report_has_incident(reading->report, incident))
		reading->form->incident(reading->stream, incident);
}

static const struct judge_handlers handlers = {
	.event = on_event,
	.finding = on_finding,
	.incident = on_incident,
};

static bool take(const struct event *event, const struct source_note *note, void *arg)
{
	struct reading *reading = arg;

	if (note->gap)
		judge_resume(reading->judge, note->gap);
	judge_event(reading->judge, event);
	if (reading->form->judged && is_asked(reading, event))
		reading->form->judged(reading->stream, event, reading->judge, note->gap);
	return true;
}

/* In this form nothing else can say it. */
static int say_lacks(const struct report *report, const struct recorded *recorded)
{
	uint64_t unlisted = read_list_unlisted(report->analysis->reads);
	const char *path = recorded->request.file;
	struct claim all = report_has_all(report), well = report_claim(report);

	if (*report->damage)
		return message_damaged(path, report->damage, "the output");
	if (report->cut)
		message_error("of %s %" PRIu64 " events made room for others and are not in the "
			      "output",
			      path, report->cut);
	if (unlisted)
		message_error("how wrong %" PRIu64 " reads in incidents were is not in the output: "
			      "there are too many; ask for one incident with --incident",
			      unlisted);
	if (all.state == CLAIM_UNKNOWN)
		message_error("the output is of what is there of %s: %s", path,
			      claim_why_means(all.why));
	else if (well.state == CLAIM_UNKNOWN)
		message_error("whether all was well is not known of %s: %s", path,
			      claim_why_means(well.why));
	else if (!unlisted)
		return EXIT_DONE;
	return EXIT_FAILED;
}

static int run(struct reading *reading, struct recorded *recorded)
{
	reading->judge = judge_new(&handlers, reading);
	if (reading->judge)
		reading->stream = reading->form->begin(reading->out, reading->report);
	if (!reading->stream)
		return message_no_memory();
	source_run(&recorded->source, NULL, reading->out, take, reading);
	judge_finish(reading->judge);
	reading->form->end(reading->stream);
	return say_lacks(reading->report, recorded);
}

/* The events around the incident that is asked for: as much as a plot of it shows. */
static void narrow(struct reading *reading)
{
	const struct analysis *analysis = reading->report->analysis;

	for (size_t i = 0; i < analysis->incidents; i++) {
		const struct incident *incident = analysis->incident[i];
		uint64_t from_ns, to_ns;

		if (incident->number != reading->report->incident)
			continue;
		report_around(reading->report, incident, &from_ns, &to_ns);
		if (from_ns > reading->from_ns)
			reading->from_ns = from_ns;
		if (to_ns < reading->to_ns)
			reading->to_ns = to_ns + 1;
	}
}

static int stream(struct reading *reading, const char *path, bool is_last)
{
	/* Beside a table on the terminal progress would only be in the way. */
	const struct recorded_request recording = {
		.file = path, .is_quiet = isatty(fileno(reading->out)), .is_last = is_last};
	struct recorded recorded = {0};
	int code = recorded_open_or_say(&recording, &recorded);

	if (code == MESSAGE_GO_ON) {
		reading->from_ns = reading->report->since_ns;
		reading->to_ns = reading->report->until_ns;
		if (reading->report->incident)
			narrow(reading);
		code = run(reading, &recorded);
	}
	recorded_close(&recorded);
	return code;
}

int report_stream_run(const char *path, const struct report_request *request,
		      const struct report_stream *form, FILE *out)
{
	struct report_source *source = NULL;
	struct reading reading = {.form = form, .out = out};
	struct report_request with_reads = *request;
	int code;

	if (form->is_binary && isatty(fileno(out))) {
		const struct error error = {.cause = "a terminal cannot show this form",
					    .hint = "write it to a file: > clock.pftrace"};

		message_failure(&error);
		return EXIT_USAGE;
	}
	/* Which UTC it was, and when an incident began, is known at its end. */
	with_reads.keeps_reads = true;
	with_reads.is_last = false;
	code = report_source_open(path, &with_reads, &source);
	if (code == MESSAGE_GO_ON) {
		reading.report = report_source_report(source);
		code = stream(&reading, path, request->is_last);
	}
	judge_free(reading.judge);
	report_source_close(source);
	return code;
}
