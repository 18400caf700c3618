// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/report_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "base/parse.h"
#include "feed/message.h"
#include "feed/recorded.h"

struct report_source {
	struct recorded recorded;
	struct analysis *analysis;
	struct recording_losses losses;
	char *cgroups[SUMMARY_READERS];
	struct report report;
};

int report_moment(const char *text, int64_t start_ns, int64_t *utc_ns)
{
	struct tm utc = {0};
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);
	int64_t ns;

	if (rest && (!*rest || !strcmp(rest, "Z"))) {
		if (__builtin_mul_overflow((int64_t)timegm(&utc), (int64_t)NSEC_PER_SEC, &ns))
			return -ERANGE;
	} else if (parse_duration_ns(text, &ns)) {
		return -EINVAL;
	} else if (__builtin_add_overflow(start_ns, ns, &ns)) {
		return -ERANGE;
	}
	*utc_ns = ns;
	return 0;
}

/* A moment as a reading of the recording's CLOCK_MONOTONIC. */
static int parse_moment(const char *text, const struct report *report, uint64_t *time_ns)
{
	int64_t utc_ns, since_ns;
	int err = report_moment(text, report->start_realtime_ns, &utc_ns);

	if (err)
		return err;
	if (__builtin_sub_overflow(utc_ns, report->start_realtime_ns, &since_ns))
		return -ERANGE;
	/* What was before the start is the start. */
	*time_ns = report->start_ns + (since_ns > 0 ? (uint64_t)since_ns : 0);
	return 0;
}

int report_set_window(const struct report_request *request, struct report *report)
{
	report->until_ns = UINT64_MAX;
	if (request->since && parse_moment(request->since, report, &report->since_ns))
		return message_bad_argument("--since", request->since, REPORT_MOMENT_WANTED);
	if (request->until && parse_moment(request->until, report, &report->until_ns))
		return message_bad_argument("--until", request->until, REPORT_MOMENT_WANTED);
	return MESSAGE_GO_ON;
}

static int name_cgroups(struct report_source *material)
{
	const struct summary *summary = &material->analysis->summary;

	for (size_t i = 0; i < summary->readers; i++) {
		material->cgroups[i] = strdup(recording_cgroup(material->recorded.recording,
							       summary->reader[i].who.cgroup));
		if (!material->cgroups[i])
			return message_no_memory();
	}
	return MESSAGE_GO_ON;
}

static bool on_event(const struct event *event, const struct source_note *note, void *arg)
{
	struct report_source *material = arg;

	if (note->gap)
		analysis_gap(material->analysis, note->gap);
	analysis_event(material->analysis, event);
	return true;
}

static void read_all(struct report_source *material)
{
	source_run(&material->recorded.source, NULL, NULL, on_event, material);
	analysis_finish(material->analysis);
}

static bool has_incident(const struct analysis *analysis, uint64_t number)
{
	for (size_t i = 0; i < analysis->incidents; i++) {
		if (analysis->incident[i]->number == number)
			return true;
	}
	return !number;
}

struct report report_of_recording(struct recording *recording, const char *path)
{
	const struct fact_list *facts = recording_facts(recording);
	const char *name = strrchr(path, '/');

	return (struct report){
		.file = name ? name + 1 : path,
		.facts = facts,
		.start_ns = fact_get_u64(facts, "start_monotonic_ns", 0),
		.start_realtime_ns = (int64_t)fact_get_u64(facts, "start_realtime_ns", 0),
		.ended = fact_get(facts, "end_monotonic_ns"),
		.cut = fact_get_u64(facts, "events_cut", 0),
	};
}

/* What is known of its losses and damage when it was read. */
static void end_report(struct report_source *material)
{
	const struct recording_damage *damage = recording_damage(material->recorded.recording);
	struct report *report = &material->report;

	recording_losses(material->recorded.recording, &material->losses);
	report->lost = material->losses.events;
	report->lost_why = material->losses.cause;
	report->bad_rows = damage->bad_rows;
	report->damage = damage->why;
}

/* A part of the time in which nothing was recorded is one of which nothing can be said. */
static bool is_recorded(const struct report_source *material, const char *path)
{
	const struct report *report = &material->report;
	char from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES];
	struct error error = {0};

	if (report->since_ns < report->until_ns &&
	    report->since_ns <= material->analysis->last_ns && report->until_ns > report->start_ns)
		return true;
	report_utc(report, report->start_ns, from, sizeof(from));
	report_utc(report, material->analysis->last_ns, to, sizeof(to));
	error_cause(&error, "of %s nothing was recorded in that time", path);
	error_hint(&error, "it is from %s to %s: --since and --until must leave some of that", from,
		   to);
	message_failure(&error);
	return false;
}

int report_source_open(const char *path, const struct report_request *request,
		       struct report_source **out)
{
	struct report_source *material = calloc(1, sizeof(*material));
	int code;

	*out = material;
	if (!material)
		return message_no_memory();
	code = recorded_open_or_say(&(struct recorded_request){.file = path}, &material->recorded);
	if (code != MESSAGE_GO_ON)
		return code;
	material->analysis = analysis_new();
	if (!material->analysis)
		return message_no_memory();
	material->report = report_of_recording(material->recorded.recording, path);
	material->report.analysis = material->analysis;
	material->report.cgroups = (const char *const *)material->cgroups;
	material->report.incident = request->incident;
	code = report_set_window(request, &material->report);
	if (code != MESSAGE_GO_ON)
		return code;
	read_all(material);
	if (!has_incident(material->analysis, request->incident)) {
		message_error("there is no incident %llu in %s; it has %zu",
			      (unsigned long long)request->incident, path,
			      material->analysis->incidents);
		return EXIT_FAILED;
	}
	end_report(material);
	if ((request->since || request->until) && !is_recorded(material, path))
		return EXIT_FAILED;
	return name_cgroups(material);
}

const struct report *report_source_report(const struct report_source *material)
{
	return &material->report;
}

void report_source_close(struct report_source *material)
{
	if (!material)
		return;
	for (size_t i = 0; i < SUMMARY_READERS; i++)
		free(material->cgroups[i]);
	analysis_free(material->analysis);
	recorded_close(&material->recorded);
	free(material);
}
