// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/report_source.h"

#include <errno.h>
#include <stdio.h>
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

/* "2026-11-23T03:33:07", "...:07.25Z", and 23:59:60. */
static int parse_utc(const char *text, struct utc_moment *utc)
{
	struct tm tm = {0};
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	bool leap = tm.tm_sec == 60;
	int64_t ns, fraction_ns = 0;
	char fraction[16] = "0";
	size_t digits;

	if (!rest || tm.tm_sec > 60 || (leap && (tm.tm_hour != 23 || tm.tm_min != 59)))
		return -EINVAL;
	digits = *rest == '.' ? strspn(rest + 1, "0123456789") : 0;
	if (digits > 9 || (*rest == '.' && !digits))
		return -EINVAL;
	if (digits)
		snprintf(fraction, sizeof(fraction), "0%.*s", (int)digits + 1, rest);
	rest += digits ? digits + 1 : 0;
	if ((*rest && strcmp(rest, "Z")) || parse_duration_ns(fraction, &fraction_ns))
		return -EINVAL;
	if (__builtin_mul_overflow((int64_t)timegm(&tm) - leap, (int64_t)NSEC_PER_SEC, &ns) ||
	    __builtin_add_overflow(ns, fraction_ns, &ns))
		return -ERANGE;
	*utc = (struct utc_moment){ns, leap};
	return 0;
}

int report_moment(const char *text, struct report_moment *out)
{
	int err = parse_utc(text, &out->utc);
	int64_t ns;

	if (err != -EINVAL) {
		out->since_start = false;
		return err;
	}
	err = parse_duration_ns(text, &ns);
	if (!err)
		*out = (struct report_moment){.since_start = true, .utc.ns = ns};
	return err;
}

/* A moment as a reading of the recording's CLOCK_MONOTONIC; what was before the start is that. */
static int parse_moment(const char *text, const struct report *report, uint64_t *time_ns)
{
	struct report_moment moment;
	int err = report_moment(text, &moment);
	int64_t since_ns = moment.utc.ns;
	uint64_t found_ns;

	if (err)
		return err;
	if (!moment.since_start && report_utc_is_known(report) &&
	    !utc_track_find(report->utc, moment.utc, &found_ns)) {
		*time_ns = found_ns > report->start_ns ? found_ns : report->start_ns;
		return 0;
	}
	if (!moment.since_start &&
	    __builtin_sub_overflow(moment.utc.ns, report->start_realtime_ns, &since_ns))
		return -ERANGE;
	*time_ns = report->start_ns + (since_ns > 0 ? (uint64_t)since_ns : 0);
	return 0;
}

static int set_window(const struct report_request *request, struct report *report)
{
	report->until_ns = UINT64_MAX;
	if (request->since && parse_moment(request->since, report, &report->since_ns))
		return message_bad_argument("--since", request->since, REPORT_MOMENT_WANTED);
	if (request->until && parse_moment(request->until, report, &report->until_ns))
		return message_bad_argument("--until", request->until, REPORT_MOMENT_WANTED);
	return MESSAGE_GO_ON;
}

static int name_cgroups(struct report_source *source)
{
	const struct summary *summary = &source->analysis->summary;

	for (size_t i = 0; i < summary->readers; i++) {
		source->cgroups[i] = strdup(recording_cgroup(source->recorded.recording,
							     summary->reader[i].who.cgroup));
		if (!source->cgroups[i])
			return message_no_memory();
	}
	return MESSAGE_GO_ON;
}

static bool on_event(const struct event *event, const struct source_note *note, void *arg)
{
	struct report_source *source = arg;

	if (note->gap)
		analysis_gap(source->analysis, note->gap);
	analysis_event(source->analysis, event);
	return true;
}

static void read_all(struct report_source *source)
{
	source_run(&source->recorded.source, NULL, NULL, on_event, source);
	analysis_finish(source->analysis);
	if (!source->analysis->events)
		source->analysis->first_ns = source->analysis->last_ns = source->report.start_ns;
}

static bool has_incident(const struct analysis *analysis, uint64_t number)
{
	for (size_t i = 0; i < analysis->incidents; i++) {
		if (analysis->incident[i]->number == number)
			return true;
	}
	return !number;
}

static struct report report_of_recording(struct recording *recording, const char *path)
{
	const struct fact_list *facts = recording_facts(recording);
	const char *name = strrchr(path, '/');

	return (struct report){
		.file = name ? name + 1 : path,
		.facts = facts,
		.start_ns = fact_get_u64(facts, "start_monotonic_ns", 0),
		.start_realtime_ns = (int64_t)fact_get_u64(facts, "start_realtime_ns", 0),
		.cut = fact_get_u64(facts, "events_cut", 0),
	};
}

/* What is known of its losses and damage when it was read. */
static void end_report(struct report_source *source)
{
	const struct recording_damage *damage = recording_damage(source->recorded.recording);
	struct report *report = &source->report;

	recording_losses(source->recorded.recording, &source->losses);
	report->doubt = judge_page_doubt(source->analysis->judge);
	report->clock_doubts = judge_clock_doubts(source->analysis->judge);
	report->span = recorded_span(&source->recorded);
	judge_add_doubt(source->analysis->judge, &report->span);
	report->lost_why = source->losses.cause;
	report->bad_rows = damage->bad_rows;
	report->damage = damage->why;
	report->unread = &damage->found;
}

/* A part of the time in which nothing was recorded is one of which nothing can be said. */
static bool is_recorded(const struct report_source *source, const char *path)
{
	const struct report *report = &source->report;
	char from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES];
	struct error error = {0};

	if (report->since_ns < report->until_ns && report->since_ns <= source->analysis->last_ns &&
	    report->until_ns > report->start_ns)
		return true;
	report_utc(report, report->start_ns, from, sizeof(from));
	report_utc(report, source->analysis->last_ns, to, sizeof(to));
	error_cause(&error, "of %s nothing was recorded in that time", path);
	error_hint(&error, "it is from %s to %s: --since and --until must leave some of that", from,
		   to);
	message_failure(&error);
	return false;
}

int report_source_open(const char *path, const struct report_request *request,
		       struct report_source **out)
{
	struct report_source *source = calloc(1, sizeof(*source));
	int code;

	*out = source;
	if (!source)
		return message_no_memory();
	code = recorded_open_or_say(
		&(struct recorded_request){.file = path, .is_last = request->is_last},
		&source->recorded);
	if (code != MESSAGE_GO_ON)
		return code;
	source->analysis = analysis_new();
	if (!source->analysis ||
	    (request->keeps_reads && !analysis_keep_reads(source->analysis, request->incident)))
		return message_no_memory();
	source->report = report_of_recording(source->recorded.recording, path);
	source->report.analysis = source->analysis;
	source->report.cgroups = (const char *const *)source->cgroups;
	source->report.incident = request->incident;
	read_all(source);
	source->report.utc = &source->analysis->utc;
	code = set_window(request, &source->report);
	if (code != MESSAGE_GO_ON)
		return code;
	if (!has_incident(source->analysis, request->incident)) {
		message_error("there is no incident %llu in %s; it has %zu",
			      (unsigned long long)request->incident, path,
			      source->analysis->incidents);
		return EXIT_FAILED;
	}
	end_report(source);
	if ((request->since || request->until) && !is_recorded(source, path))
		return EXIT_FAILED;
	return name_cgroups(source);
}

const struct report *report_source_report(const struct report_source *source)
{
	return &source->report;
}

void report_source_close(struct report_source *source)
{
	if (!source)
		return;
	for (size_t i = 0; i < SUMMARY_READERS; i++)
		free(source->cgroups[i]);
	analysis_free(source->analysis);
	recorded_close(&source->recorded);
	free(source);
}
