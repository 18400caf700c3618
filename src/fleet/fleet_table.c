// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/fleet_table.h"

#include <stddef.h>

#include "fleet/align.h"
#include "fleet/fleet_view.h"
#include "show/incident_view.h"
#include "show/json_objects.h"
#include "show/recorded_view.h"

static const char *method_names(int i)
{
	return i < ALIGN_METHODS ? align_method_name((enum align_method)i) : NULL;
}

static const char *right_names(int i)
{
	return i <= CLAIM_FAILS ? claim_state_name((enum claim_state)i) : NULL;
}

const struct json_table fleet_span_table = {
	.name = "utc_span",
	.doc = "A moment of UTC: it was surely between the two. An end that is not known is null.",
	.keys = (const struct json_key[]){
		{"lo_ns", JSON_I64, "Not before this, since 1970 as POSIX counts.", JSON_NULL,
		 "ns"},
		{"lo", JSON_STRING, "The same as text.", JSON_NULL},
		{"hi_ns", JSON_I64, "Not after this.", JSON_NULL, "ns"},
		{"hi", JSON_STRING, "The same as text.", JSON_NULL},
		{0},
	}};

#define SPAN(key, doc)                                                                             \
	{                                                                                          \
		key, JSON_OBJECT, doc, .of = &fleet_span_table                                     \
	}

const struct json_table fleet_worst_table = {
	.name = "fleet_worst",
	.doc = "The clock that was surely the furthest off.",
	.keys = (const struct json_key[]){
		{"clock", JSON_STRING, "Which one.", .name = json_clock_names},
		{"error", JSON_OBJECT, "Its error.", .of = &json_interval},
		{0},
	}};

const struct json_table fleet_utc_table = {
	.doc = "How UTC was got.",
	.keys = (const struct json_key[]){
		{"method", JSON_STRING, "By what, see vmclock-trace-report(1).",
		 .name = method_names},
		{"by", JSON_TEXT, "Which clock that is. Null: none told UTC.", JSON_NULL},
		{"readings", JSON_U64, "How many readings it is by."},
		{"contradictions", JSON_U64, "How often these contradicted themselves."},
		{"rate_ppm", JSON_U64, "How far off CLOCK_MONOTONIC's rate may be.",
		 .unit = "10^-6"},
		{"best_ns", JSON_U64,
		 "How wide the narrowest moment is of all that are told here. Null: without an "
		 "end.",
		 JSON_NULL, "ns"},
		{"worst_ns", JSON_U64, "How wide the widest is. Null: without an end.", JSON_NULL,
		 "ns"},
		{0},
	}};

/* Those who read a clock in a bad window. */
#define HARM_KEYS                                                                                  \
	{"processes", JSON_U64, "How many processes read a clock while it was bad."},              \
		{"reads", JSON_U64, "How often they read."},                                       \
		{"known", JSON_U64, "Of how many of these reads the error is known."},             \
		{"wrong", JSON_U64, "How many of them were wrong."},                               \
	{                                                                                          \
		"worst", JSON_OBJECT,                                                              \
			"The clock that was surely the furthest off, of readings that are known.", \
			JSON_NULL, .of = &fleet_worst_table                                        \
	}

/* And what is not known of the clocks then. */
#define GAP_KEYS                                                                                   \
	{"readings_unknown", JSON_U64,                                                             \
	 "How many readings of clocks while they were bad are not known, by reason; only reasons " \
	 "that there were.",                                                                       \
	 JSON_MAP, .name = json_error_unknown_names},                                              \
		{"realtime_unread", JSON_BOOL,                                                     \
		 "In an incident no reading of CLOCK_REALTIME is known."},                         \
	{                                                                                          \
		"step_beyond", JSON_BOOL,                                                          \
			"A step of CLOCK_REALTIME shows that it was further off than `worst`."     \
	}

const struct json_table fleet_recording_table = {
	.name = "fleet_recording",
	.doc = "One recording. What another recording of the machine has too is not counted again.",
	.keys = (const struct json_key[]){
		{"host", JSON_STRING,
		 "What the machine is called here: its `name`, with the file's where several have "
		 "the "
		 "same."},
		{"rank", JSON_U64, "By harm: 1 is the worst of all recordings."},
		{"level", JSON_STRING, "As a report on this recording alone has it.",
		 .values = JSON_LEVELS},
		{"headline", JSON_TEXT, "What such a report says first, of the whole recording."},
		{"right_again", JSON_STRING, "Were all clocks right at its end?",
		 .name = right_names},
		{"name", JSON_STRING, "The machine's name.", JSON_NULL},
		{"machine", JSON_U64, "A number that recordings of one machine share."},
		{"file", JSON_STRING, "The file."},
		{"kernel", JSON_STRING, "The kernel that ran.", JSON_NULL},
		{"boot_id", JSON_STRING, "The boot that it is of.", JSON_NULL},
		{"start_monotonic_ns", JSON_U64, "CLOCK_MONOTONIC at the start.", .unit = "ns"},
		{"start_realtime_ns", JSON_I64, "CLOCK_REALTIME at the start, since 1970.",
		 .unit = "ns"},
		SPAN("from", "The first event."),
		SPAN("to", "The last event."),
		{"utc", JSON_OBJECT, "How UTC was got.", .of = &fleet_utc_table},
		{"incidents", JSON_U64, "How many incidents it has."},
		{"findings", JSON_U64, "How many findings it has."},
		HARM_KEYS,
		GAP_KEYS,
		JSON_ENDED_KEYS,
		{"events", JSON_U64, "How many events were read."},
		{"events_lost", JSON_U64, "How many could not be written."},
		{"events_cut", JSON_U64, "How many made room for later ones."},
		{"events_damaged", JSON_U64, "How many are damaged."},
		{"damage", JSON_TEXT, "What is damaged.", JSON_NULL},
		{0},
	}};

const struct json_table fleet_incident_table = {
	.name = "fleet_incident",
	.doc = "An incident of one recording.",
	.keys = (const struct json_key[]){
		{"host", JSON_STRING, "The machine."},
		{"number", JSON_U64, "As in a report on that recording."},
		{"severity", JSON_STRING, "The highest severity of its findings.",
		 .name = json_severity_names},
		{.kind = JSON_EMBED, .of = &json_recovery},
		{"again", JSON_BOOL,
		 "Another recording of the machine has it too, and was told before."},
		SPAN("from", "The last good sample."),
		SPAN("begin", "Between that and what was found first."),
		SPAN("to", "All was well again, or the recording ended."),
		{"findings", JSON_U64, "How many of each kind; only kinds that there were.",
		 JSON_MAP, .name = json_finding_names},
		HARM_KEYS,
		GAP_KEYS,
		{0},
	}};

const struct json_table fleet_member_table = {
	.doc = "An incident of a group.",
	.keys = (const struct json_key[]){
		{"host", JSON_STRING, "The machine."},
		{"incident", JSON_U64, "The number of the incident there."},
		{0},
	}};

const struct json_table fleet_group_table = {
	.name = "fleet_group",
	.doc = "Incidents of different machines that may all have been bad at one moment.",
	.keys = (const struct json_key[]){
		{"hosts", JSON_U64, "Of how many machines."},
		{"proven", JSON_BOOL, "They surely were bad at one moment."},
		{"incidents", JSON_OBJECT, "Which incidents.", JSON_LIST,
		 .of = &fleet_member_table},
		SPAN("window", "From the first's beginning to the last's end."),
		{"began_within", JSON_OBJECT,
		 "How far apart the first and the last of their beginnings were.",
		 .of = &json_interval},
		{"text", JSON_TEXT, "The same in a sentence."},
		{0},
	}};

const struct json_table fleet_entry_table = {
	.name = "fleet_entry",
	.doc = "An entry of the timeline.",
	.keys = (const struct json_key[]){
		{"host", JSON_STRING, "The machine."},
		{"type", JSON_STRING, "What it is.",
		 .values = JSON_VALUES("finding", "incident_over")},
		{"number", JSON_U64, "The number of that."},
		{"kind", JSON_STRING, "Of a finding.", JSON_NULL, .name = json_finding_names},
		{"severity", JSON_STRING, "How bad it is.", .name = json_severity_names},
		{"incident", JSON_U64, "The incident that it belongs to.", JSON_NULL},
		{"monotonic_ns", JSON_U64, "When, by the machine's clock.", .unit = "ns"},
		SPAN("utc", "In this it happened."),
		{"since_start", JSON_BOOL,
		 "It was so at the first sample, since when is not known: `utc` is of that."},
		{"order_known", JSON_BOOL,
		 "False where it may have been before something above it that is of another "
		 "machine."},
		{"text", JSON_TEXT, "What happened.", JSON_NULL},
		{0},
	}};

const struct json_table fleet_unread_table = {.doc = "A file that gave nothing.",
					      .keys = (const struct json_key[]){
						      {"file", JSON_STRING, "Its path."},
						      {"cause", JSON_TEXT, "Why it gave nothing."},
						      {0},
					      }};

const struct json_table fleet_unknown_table = {
	.name = "fleet_not_known",
	.doc = "Something that the recordings do not tell.",
	.keys = (const struct json_key[]){
		{"code", JSON_STRING, "What kind.",
		 .values = JSON_VALUES("no_utc", "no_bound", "contradiction", "by_claim", "damaged",
				       "page_bad", "missed_updates", "not_ended", "no_log", "cut",
				       "lost", "unlisted", "order", "unplaced", "not_read")},
		{"host", JSON_STRING, "The machine. Null: all.", JSON_NULL},
		{"text", JSON_TEXT, "What is not known, and why."},
		{0},
	}};

const struct json_table fleet_table = {
	.name = "fleet",
	.doc = "What several recordings tell.",
	.keys = (const struct json_key[]){
		JSON_SCHEMA_KEY(FLEET_SCHEMA),
		{"level", JSON_STRING,
		 "The worst of all findings; `ok` only if all recordings are whole.",
		 .values = JSON_LEVELS},
		{"headline", JSON_TEXT,
		 "The answer in a sentence. Null: a part of the time was asked for.", JSON_NULL},
		{"verdict", JSON_TEXT, "The answer in a few sentences."},
		{"hosts", JSON_U64, "How many machines: recordings of one boot are of one."},
		{"recordings", JSON_OBJECT, "Each recording.", JSON_LIST,
		 .of = &fleet_recording_table},
		{"incidents", JSON_OBJECT, "What went wrong, and where.", JSON_LIST,
		 .of = &fleet_incident_table},
		{"groups", JSON_OBJECT, "What went wrong at the same time.", JSON_LIST,
		 .of = &fleet_group_table},
		{"timeline", JSON_OBJECT, "All by UTC; what has no place comes last.", JSON_LIST,
		 .of = &fleet_entry_table},
		{"not_read", JSON_OBJECT, "Files that gave nothing.", JSON_LIST,
		 .of = &fleet_unread_table},
		{"not_known", JSON_OBJECT, "What the recordings do not tell.", JSON_LIST,
		 .of = &fleet_unknown_table},
		{0},
	}};

const struct json_schema fleet_schema = {
	.name = FLEET_SCHEMA,
	.doc = "What vmclock-trace report --json prints of several recordings.",
	.tables = (const struct json_table *const[]){&fleet_table, NULL},
};
