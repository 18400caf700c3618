// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/finding_json.h"
#include "show/incident_view.h"
#include "show/incident_words.h"
#include "show/json_add.h"
#include "show/json_objects.h"
#include "show/witness_json.h"

static const char *state_names(int i)
{
	return i <= CLAIM_FAILS ? claim_state_name((enum claim_state)i) : NULL;
}

static const char *why_names(int i)
{
	return i < CLAIM_WHYS ? claim_why_name((enum claim_why)i) : NULL;
}

static const char *fault_names(int i)
{
	i += STEP_FAULT_BEFORE;
	return i <= STEP_FAULT_SINCE ? step_fault_name((enum step_fault)i) : NULL;
}

const struct json_table json_recovery = {
	.doc = "Whether all is good again.",
	.keys = (const struct json_key[]){
		{"recovered", JSON_BOOL, "All was seen to be good again."},
		{"recovery", JSON_STRING, "`no`: something was still bad by its last sample.",
		 .name = state_names},
		{"recovery_unknown", JSON_STRING,
		 "Why that is not known. `no_clock`: the page carries no clock, and nothing else "
		 "told how CLOCK_REALTIME is. `clock_unknown`: a clock was not checked against the "
		 "page afterwards. "
		 "`bad_before`: a clock is off that was so before it began. `refuted`: the "
		 "page before and the page after (a step, a slew) contradict each other, and no "
		 "other clock shows which is right. "
		 "`ended_early`: good by the last samples, but not watched for long. `gap`: what "
		 "came next was not recorded. `not_read`: the driver was not seen to answer well "
		 "again. `further_off`: a clock is within its claim, but further off than before. "
		 "`clock_gone`: the page had lost its clock, and it was not back by then. "
		 "`witness`: the clock that says so disagreed with CLOCK_REALTIME before anything "
		 "moved that. `freerunning`: the host has no source of time since, or its page "
		 "gives no bound meanwhile. `witnesses`: two clocks that claim a bound contradict "
		 "each other. `wide_bound`: CLOCK_REALTIME was moved or was off, and now is "
		 "within a bound that is more than 1 ms wider than what it claims. "
		 "`contradicted`: another clock contradicts it.",
		 JSON_NULL, .name = why_names},
		{0},
	}};

static const struct json_table errors_table = {
	.name = "errors",
	.doc = "How wrong reads or samples of a clock were.",
	.keys = (const struct json_key[]){
		{"known", JSON_U64, "Of how many the error is known."},
		{"off", JSON_U64,
		 "Of them, those whose error is surely not 0; where who says so claims no "
		 "bound, surely more than 1 ms."},
		{"wrong", JSON_U64,
		 "Of those, the ones that are surely off by more than the clock claims of itself, "
		 "or where it claims nothing by more than 1 ms; of another PTP clock that claims "
		 "nothing, none; of reads, all."},
		{"unbounded", JSON_U64, "Of them, those by a page that gave no bound."},
		{"all", JSON_OBJECT, "The interval around all of them. Null: none is known.",
		 JSON_NULL, .of = &json_interval},
		{"worst", JSON_OBJECT, "The one that is surely the furthest from 0.", JSON_NULL,
		 .of = &json_interval},
		{"worst_ns", JSON_U64, "When that was, by CLOCK_MONOTONIC.", JSON_NULL, "ns"},
		{"unknown", JSON_U64,
		 "How many are not known, by reason; only reasons that there were. `old_line`: the "
		 "marker had moved, and the page still held the time from before. `never_after`: "
		 "no "
		 "page that could tell was seen afterwards. `counted`: they were counted, and not "
		 "seen one by one.",
		 JSON_MAP, .name = json_error_unknown_names},
		{0},
	}};

const struct json_table json_curve_point = {
	.name = "curve_point",
	.doc = "A stretch of a clock's error over time.",
	.keys = (const struct json_key[]){
		{"from_ns", JSON_U64, "Its beginning, by CLOCK_MONOTONIC.", .unit = "ns"},
		{"to_ns", JSON_U64, "Its end.", .unit = "ns"},
		{"samples", JSON_U64, "How many samples are in it."},
		{"error", JSON_OBJECT, "The error of each of them is in this.",
		 .of = &json_interval},
		{0},
	}};

static const struct json_table window_table = {
	.doc = "When clocks were bad.",
	.keys = (const struct json_key[]){
		{"from_ns", JSON_U64, "The last good sample before it, by CLOCK_MONOTONIC.",
		 .unit = "ns"},
		{"to_ns", JSON_U64, "Recovery, or the newest event.", .unit = "ns"},
		{"at_least_ns", JSON_U64,
		 "How long they were bad at least: from the first sample found bad to the last.",
		 .unit = "ns"},
		{"at_most_ns", JSON_U64,
		 "And at most: from the last good sample before it to the first after it. Null: "
		 "recovery is not known.",
		 JSON_NULL, "ns"},
		{0},
	}};

static const struct json_table clock_table = {
	.doc = "A clock over the window.",
	.keys = (const struct json_key[]){
		{"clock", JSON_STRING, "Which one.", .name = json_clock_names},
		{"device", JSON_STRING,
		 "Of other PTP clocks, the one that was the most wrong. Null: it is none of them.",
		 JSON_NULL},
		{"is_good", JSON_BOOL, "Its newest sample was within bound."},
		{"errors", JSON_OBJECT, "How wrong it was.", .of = &errors_table},
		{"curve", JSON_OBJECT,
		 "Its error over time: the clock less true time by the page and its bound.",
		 JSON_LIST, .of = &json_curve_point},
		{0},
	}};

static const struct json_table reader_table = {
	.doc = "A thread that read a clock meanwhile.",
	.keys = (const struct json_key[]){
		{.kind = JSON_EMBED, .of = &json_who},
		{"path", JSON_STRING, "The way by which it came to the clock.",
		 .name = json_path_names},
		{"reads", JSON_U64, "How often it read."},
		{"errors", JSON_OBJECT,
		 "How wrong the times were, computed back from the page in force afterwards. Reads "
		 "that were counted and not seen one by one may have been just before.",
		 .of = &errors_table},
		{0},
	}};

const struct json_table incident_table = {
	.name = "incident",
	.doc = "Findings that belong together, told when they are over: when all clocks are back "
	       "and stay so for 5 s, or at the end.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("incident", "When it was over, by CLOCK_MONOTONIC."),
		{"number", JSON_U64, "1 for the first incident."},
		{"severity", JSON_STRING, "The highest severity of its findings.",
		 .name = json_severity_names},
		{"bad_window", JSON_OBJECT, "When clocks were bad.", .of = &window_table},
		{.kind = JSON_EMBED, .of = &json_recovery},
		{"unchecked", JSON_STRING,
		 "Which clocks were not checked afterwards, where that is why the recovery is not "
		 "known.",
		 JSON_LIST, .name = json_clock_names},
		{"step_fault", JSON_STRING,
		 "The page was stepped (host_step): it was wrong `before` that, or is wrong "
		 "`since`, by `step_fault_by`. Null: no such clock shows it, or nothing was "
		 "stepped.",
		 JSON_NULL, .name = fault_names},
		{"step_fault_by", JSON_OBJECT,
		 "The other clock with a bound that shows it. Null: it is not known.", JSON_NULL,
		 .of = &json_witness},
		{"witness", JSON_OBJECT,
		 "The clock by which others were judged. Null: there was none.", JSON_NULL,
		 .of = &json_witness},
		{"recovered_by", JSON_OBJECT,
		 "Who showed that it recovered: the same, or where its bound is too wide for that "
		 "the host's clock, which claims none. Null: it did not, or nobody did.",
		 JSON_NULL, .of = &json_witness},
		{"off_by_host", JSON_OBJECT,
		 "CLOCK_REALTIME less the host's clock that showed that it recovered, and claims "
		 "no bound, where it was the furthest off. Null: no such clock did, or it was not "
		 "off.",
		 JSON_NULL, .of = &json_interval},
		{"findings", JSON_U64, "How many of each kind; only kinds that there were.",
		 JSON_MAP, .name = json_finding_names},
		{"findings_unlisted", JSON_U64, "Findings that were counted and not kept."},
		{"clocks", JSON_OBJECT, "The other clocks over the window.", JSON_LIST,
		 .of = &clock_table},
		{"readers", JSON_OBJECT, "Who read which clock meanwhile.", JSON_LIST,
		 .of = &reader_table},
		{"reads_unlisted", JSON_U64, "Reads of readers beyond the table."},
		{"reads_unjudged", JSON_U64, "Reads that came faster than they could be kept."},
		{0},
	}};

static json_object *json_errors(const struct error_range *errors)
{
	json_object *json = json_new(&errors_table);
	json_object *unknown = json_new_map();
	bool known = errors->known;

	add_u64(json, "known", errors->known);
	add_u64(json, "off", errors->off);
	add_u64(json, "wrong", errors->wrong);
	add_u64(json, "unbounded", errors->unbounded);
	add_json(json, "all", known ? page_json_interval(&errors->all) : NULL);
	add_json(json, "worst", known ? page_json_interval(&errors->worst) : NULL);
	add_known(json, "worst_ns", known, errors->worst_ns);
	for (int why = 0; why < ERROR_UNKNOWNS; why++) {
		if (errors->unknown[why])
			add_u64(unknown, error_unknown_name((enum error_unknown)why),
				errors->unknown[why]);
	}
	add_json(json, "unknown", unknown);
	return json;
}

static json_object *json_curve(const struct incident_clock *clock)
{
	json_object *curve = json_object_new_array();

	for (size_t i = 0; i < clock->points; i++) {
		json_object *point = json_new(&json_curve_point);

		add_u64(point, "from_ns", clock->point[i].from_ns);
		add_u64(point, "to_ns", clock->point[i].to_ns);
		add_u64(point, "samples", clock->point[i].samples);
		add_json(point, "error", page_json_interval(&clock->point[i].error));
		json_object_array_add(curve, point);
	}
	return curve;
}

static json_object *json_clocks(const struct incident *incident)
{
	json_object *clocks = json_object_new_array();

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		bool is_other = i == OBSERVED_PHC_OTHER && incident->others;
		char device[CLOCK_WORDS_BYTES];
		json_object *json;

		if (!incident->clock[i].seen)
			continue;
		json = json_new(&clock_table);
		add_text(json, "clock", observed_clock_name((enum observed_clock)i));
		add_text(json, "device",
			 is_other ? incident_clock_words(incident, OBSERVED_PHC_OTHER, device)
				  : NULL);
		add_bool(json, "is_good", incident->clock[i].is_good);
		add_json(json, "errors", json_errors(&incident->clock[i].errors));
		add_json(json, "curve", json_curve(&incident->clock[i]));
		json_object_array_add(clocks, json);
	}
	return clocks;
}

static json_object *json_readers(const struct incident *incident)
{
	json_object *readers = json_object_new_array();

	for (size_t i = 0; i < incident->readers; i++) {
		json_object *json = json_new(&reader_table);

		reader_json_add(json, &incident->reader[i].who);
		add_text(json, "path", event_path_name(incident->reader[i].path));
		add_u64(json, "reads", incident->reader[i].reads);
		add_json(json, "errors", json_errors(&incident->reader[i].errors));
		json_object_array_add(readers, json);
	}
	return readers;
}

static json_object *json_kinds(const struct incident *incident)
{
	json_object *counts = json_new_map();

	for (int kind = 0; kind < FINDINGS; kind++) {
		if (incident->count[kind])
			add_u64(counts, finding_name((enum finding_kind)kind),
				incident->count[kind]);
	}
	return counts;
}

static json_object *json_unchecked(const struct incident *incident)
{
	bool is_why = incident->recovery.state == CLAIM_UNKNOWN &&
		      incident->recovery.why == CLAIM_CLOCK_UNKNOWN;
	json_object *clocks = json_object_new_array();

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (is_why && incident->unchecked & 1u << i)
			json_object_array_add(clocks, json_object_new_string(observed_clock_name(
							      (enum observed_clock)i)));
	}
	return clocks;
}

void recovery_json_add(json_object *json, struct claim recovery)
{
	add_bool(json, "recovered", recovery.state == CLAIM_HOLDS);
	add_text(json, "recovery", claim_state_name(recovery.state));
	add_text(json, "recovery_unknown",
		 recovery.state == CLAIM_UNKNOWN ? claim_why_name(recovery.why) : NULL);
}

json_object *incident_json(const struct incident *incident)
{
	json_object *line = json_new_line(&incident_table, incident->to_ns);
	json_object *window = json_new(&window_table);
	bool is_blamed = incident->step_blame.fault != STEP_FAULT_UNKNOWN, has_most;
	uint64_t most_ns = 0;

	add_u64(line, "number", incident->number);
	add_text(line, "severity", finding_severity_name(incident->severity));
	add_u64(window, "from_ns", incident->from_ns);
	add_u64(window, "to_ns", incident->to_ns);
	add_u64(window, "at_least_ns", incident_least_ns(incident));
	has_most = incident_most_ns(incident, &most_ns);
	add_known(window, "at_most_ns", has_most, most_ns);
	add_json(line, "bad_window", window);
	recovery_json_add(line, incident->recovery);
	add_json(line, "unchecked", json_unchecked(incident));
	add_text(line, "step_fault",
		 is_blamed ? step_fault_name(incident->step_blame.fault) : NULL);
	add_json(line, "step_fault_by", json_of_witness(&incident->step_blame.by));
	add_json(line, "witness", json_of_witness(&incident->witness));
	add_json(line, "recovered_by",
		 incident->recovered ? json_of_witness(incident_recovered_by(incident)) : NULL);
	add_json(line, "off_by_host",
		 incident_is_off_by_host(incident) ? page_json_interval(&incident->by_host) : NULL);
	add_json(line, "findings", json_kinds(incident));
	add_u64(line, "findings_unlisted", incident->findings_unlisted);
	add_json(line, "clocks", json_clocks(incident));
	add_json(line, "readers", json_readers(incident));
	add_u64(line, "reads_unlisted", incident->reads_unlisted);
	add_u64(line, "reads_unjudged", incident->reads_unjudged);
	return line;
}
