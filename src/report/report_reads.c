// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/report_reads.h"

#include <assert.h>

#include "base/instant.h"
#include "show/finding_json.h"
#include "show/json_add.h"
#include "show/json_objects.h"

/* So many are listed. */
#define LISTED_MOST 1000

const struct json_table report_wrong_read = {
	.doc = "A read that surely returned a wrong time. The thread is the one that was seen last "
	       "of that process.",
	.keys = (const struct json_key[]){
		{"monotonic_ns", JSON_U64, "When it began, by CLOCK_MONOTONIC.", .unit = "ns"},
		{"utc", JSON_STRING, "The same as a time of day."},
		{"incident", JSON_U64, "The number of the incident."},
		{.kind = JSON_EMBED, .of = &json_who},
		{"path", JSON_STRING, "By which path.", .name = json_path_names},
		{"read_error_lo_ns", JSON_I64,
		 "What it returned less true time, from so much, by the page in force afterwards "
		 "and its bound. Where a page was refuted, that of all reads of the process by "
		 "that path in the incident."},
		{"read_error_hi_ns", JSON_I64, "And to so much."},
		{0},
	}};

struct list {
	const struct report *report;
	json_object *reads;
	uint64_t unlisted;
};

/* NULL: it was not kept. */
static const struct incident *incident_of(const struct report *report, uint64_t number)
{
	for (size_t i = 0; i < report->analysis->incidents; i++) {
		if (report->analysis->incident[i]->number == number)
			return report->analysis->incident[i];
	}
	return NULL;
}

static json_object *json_read(const struct report *report, const struct read_verdict *verdict,
			      const struct incident_reader *reader)
{
	json_object *json = json_new(&report_wrong_read);
	char utc[INSTANT_ISO_BYTES];

	report_utc(report, verdict->time_ns, utc, sizeof(utc));
	add_u64(json, "monotonic_ns", verdict->time_ns);
	add_text(json, "utc", utc);
	add_u64(json, "incident", verdict->incident);
	reader_json_add(json, &reader->who);
	add_text(json, "path", event_path_name(reader->path));
	add_i64(json, "read_error_lo_ns", verdict->error.lo_ns);
	add_i64(json, "read_error_hi_ns", verdict->error.hi_ns);
	return json;
}

static void add_read(const struct read_verdict *verdict, void *arg)
{
	struct list *list = arg;
	const struct incident *incident = incident_of(list->report, verdict->incident);

	if (!verdict->known || !verdict->wrong ||
	    (incident && !report_has_incident(list->report, incident)))
		return;
	if (!incident || json_object_array_length(list->reads) == LISTED_MOST)
		list->unlisted++;
	else
		json_object_array_add(list->reads, json_read(list->report, verdict,
							     &incident->reader[verdict->reader]));
}

void report_add_wrong_reads(json_object *json, const struct report *report)
{
	struct list list = {.report = report, .reads = json_object_new_array()};

	assert(report->analysis->reads);
	read_list_each(report->analysis->reads, add_read, &list);
	add_json(json, "wrong_reads", list.reads);
	add_u64(json, "wrong_reads_unlisted", list.unlisted);
	add_u64(json, "reads_unlisted", read_list_unlisted(report->analysis->reads));
}
