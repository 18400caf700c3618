// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/report_fleet.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "feed/message.h"
#include "feed/progress.h"
#include "feed/recorded.h"
#include "fleet/fleet_view.h"
#include "show/sentence.h"
#include "report/verdict.h"
#include "show/finding_words.h"

struct work {
	struct fleet *fleet;
	char *const *paths;
	size_t count;
	bool damaged; /* a file gave nothing, or not all */
	struct progress progress;
};

static void show_progress(struct work *work, const char *what, size_t done)
{
	if (progress_is_due(&work->progress))
		progress_say(&work->progress, "%s: %zu of %zu recordings", what, done, work->count);
}

static int refuse_duplicate(const char *a, const char *b)
{
	struct error error = {0};

	error_cause(&error, "%s and %s are the same recording", a, b);
	error_hint(&error, "name it once");
	message_failure(&error);
	return EXIT_USAGE;
}

/* The same file under two names, or under one twice. */
static int check_paths(const struct work *work)
{
	struct stat seen[FLEET_RECORDINGS], *stats = seen;
	struct error error = {0};

	if (work->count > FLEET_RECORDINGS) {
		error_cause(&error, "%zu recordings are too many for one report", work->count);
		error_hint(&error, "name at most %d of them", FLEET_RECORDINGS);
		message_failure(&error);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < work->count; i++) {
		if (stat(work->paths[i], &stats[i]))
			stats[i] = (struct stat){0};
		for (size_t j = 0; j < i; j++) {
			if (!strcmp(work->paths[i], work->paths[j]) ||
			    (stats[i].st_ino && stats[i].st_ino == stats[j].st_ino &&
			     stats[i].st_dev == stats[j].st_dev))
				return refuse_duplicate(work->paths[j], work->paths[i]);
		}
	}
	return MESSAGE_GO_ON;
}

/* --- First: what happened to each */

static struct fleet_answer answer_of(const struct report *report)
{
	struct incident_off worst = {0};
	struct fleet_answer answer = {0};
	struct verdict verdict;

	verdict_of(report, &verdict);
	for (size_t i = 0; i < verdict.incidents; i++) {
		const struct incident *incident = verdict.incident[i];

		incident_worse_off(incident, &worst);
		if (incident_least_ns(incident) > answer.bad_ns)
			answer.bad_ns = incident_least_ns(incident);
	}
	answer.level = verdict.level;
	answer.well = verdict.line[VERDICT_NOW].well;
	answer.off_ns = error_sure_ns(worst.error);
	memcpy(answer.figure, verdict.line, sizeof(answer.figure));
	snprintf(answer.headline, sizeof(answer.headline), "%s", verdict.headline);
	return answer;
}

static int take_report(struct work *work, const char *path, const struct report *report)
{
	const struct fleet_source source = {
		.path = path,
		.facts = report->facts,
		.analysis = report->analysis,
		.start_ns = report->start_ns,
		.start_realtime_ns = report->start_realtime_ns,
		.lost = report->span.lost,
		.cut = report->cut,
		.bad_rows = report->bad_rows,
		.whole = report->span,
		.answer = answer_of(report),
		.clock_doubts = *report->clock_doubts,
		.damage = report->damage,
		.sentence = finding_sentence,
	};

	if (message_damaged(path, report->damage, "the report") != EXIT_DONE)
		work->damaged = true;
	return fleet_add(work->fleet, &source) ? message_no_memory() : MESSAGE_GO_ON;
}

static int take_file(struct work *work, const char *path)
{
	static const struct report_request all = {0};
	struct report_source *source = NULL;
	struct recording *recording = NULL;
	struct error error = {0};
	int code;

	/* A file that is not a recording is reported and skipped. */
	if (recording_open(path, &recording, &error)) {
		message_failure(&error);
		work->damaged = true;
		return fleet_add_unread(work->fleet, path, error.cause) ? message_no_memory()
									: MESSAGE_GO_ON;
	}
	recording_close(recording);
	code = report_source_open(path, &all, &source);
	if (code == MESSAGE_GO_ON)
		code = take_report(work, path, report_source_report(source));
	report_source_close(source);
	return code;
}

static int take_all(struct work *work)
{
	const struct fleet_recording *other, *duplicate;
	int code = MESSAGE_GO_ON;

	for (size_t i = 0; i < work->count && code == MESSAGE_GO_ON; i++) {
		show_progress(work, "reading", i);
		code = take_file(work, work->paths[i]);
	}
	if (code != MESSAGE_GO_ON)
		return code;
	if (!work->fleet->recordings) {
		message_error("none of these files is a recording that can be read");
		return EXIT_FAILED;
	}
	if (fleet_group_machines(work->fleet))
		return message_no_memory();
	duplicate = fleet_find_duplicate(work->fleet, &other);
	return duplicate ? refuse_duplicate(duplicate->path, other->path) : MESSAGE_GO_ON;
}

/* --- Then: when that was */

static bool measure_event(const struct event *event, const struct source_note *note, void *arg)
{
	(void)note;
	align_event(arg, event);
	return true;
}

static int measure(struct work *work, size_t i)
{
	const struct recorded_request request = {.file = work->fleet->recording[i].path,
						 .is_quiet = true};
	struct recorded recorded = {0};
	struct align *align = fleet_measure(work->fleet, i);
	int code;

	if (!align)
		return message_no_memory();
	code = recorded_open_or_say(&request, &recorded);
	if (code != MESSAGE_GO_ON) {
		align_free(align);
		return code;
	}
	source_run(&recorded.source, NULL, NULL, measure_event, align);
	recorded_close(&recorded);
	return fleet_measured(work->fleet, i, align) ? message_no_memory() : MESSAGE_GO_ON;
}

/* As UTC; a length of time counts from the first start. */
static int parse_moment(const char *text, const struct fleet *fleet, int64_t *utc_ns)
{
	struct report_moment moment;
	int err = report_moment(text, &moment);

	if (err)
		return err;
	if (moment.since_start &&
	    __builtin_add_overflow(moment.utc.ns, fleet_start_ns(fleet), &moment.utc.ns))
		return -ERANGE;
	*utc_ns = moment.utc.ns;
	return 0;
}

static int set_window(const struct report_request *request, struct fleet *fleet)
{
	if (request->since && parse_moment(request->since, fleet, &fleet->since_ns))
		return message_bad_argument("--since", request->since, REPORT_MOMENT_WANTED);
	if (request->until && parse_moment(request->until, fleet, &fleet->until_ns))
		return message_bad_argument("--until", request->until, REPORT_MOMENT_WANTED);
	return MESSAGE_GO_ON;
}

static int make(struct work *work, const struct report_request *request)
{
	int code = check_paths(work);

	if (code == MESSAGE_GO_ON)
		code = take_all(work);
	if (code == MESSAGE_GO_ON)
		code = set_window(request, work->fleet);
	for (size_t i = 0; code == MESSAGE_GO_ON && i < work->fleet->recordings; i++) {
		show_progress(work, "measuring", i);
		code = measure(work, i);
	}
	if (code == MESSAGE_GO_ON && fleet_finish(work->fleet))
		code = message_no_memory();
	progress_end(&work->progress);
	return code;
}

static void (*const puts_form[])(FILE *out, const struct fleet *fleet) = {
	[REPORT_TEXT] = fleet_put_text,
	[REPORT_JSON] = fleet_put_json,
	[REPORT_HTML] = fleet_put_html,
};

static bool has_form(enum report_form form)
{
	return form < sizeof(puts_form) / sizeof(puts_form[0]);
}

static int run(char *const *paths, size_t count, const struct report_request *request,
	       enum report_form form)
{
	struct work work = {.fleet = fleet_new(),
			    .paths = paths,
			    .count = count,
			    .progress = progress_begin(true)};
	int code;

	if (!work.fleet)
		return message_no_memory();
	code = make(&work, request);
	if (code == MESSAGE_GO_ON) {
		puts_form[form](stdout, work.fleet);
		code = work.damaged || !strcmp(fleet_level(work.fleet), "UNKNOWN") ? EXIT_FAILED
										   : EXIT_DONE;
	}
	fleet_free(work.fleet);
	return code;
}

const struct report_several report_fleet = {
	.has_form = has_form,
	.schema = &fleet_schema,
	.run = run,
};
