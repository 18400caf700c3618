// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/json_add.h"
#include "judge/clock_error.h"
#include "show/peer_view.h"
#include "show/witness_json.h"
#include "show/json_objects.h"
#include "show/page_json.h"
#include "show/smear_view.h"
#include "status/page_status_view.h"
#include "version.h"

#define SCHEMA "vmclock-trace/status/2"

static const char *warning_names(int i)
{
	return i < PAGE_WARNINGS ? page_warning_info((enum page_warning)i)->code : NULL;
}

static const char *finding_names(int i)
{
	static const char *const others[] = {"clocks_disagree",	 "foreign_counter",  "freerunning",
					     "system_clock_far", "system_clock_off", NULL};

	return i < PAGE_WARNINGS ? warning_names(i) : others[i - PAGE_WARNINGS];
}

static const struct json_table tool_table = {
	.doc = "What printed this.",
	.keys = (const struct json_key[]){
		{"name", JSON_STRING, "The program.", .values = JSON_VALUES("vmclock-trace")},
		{"version", JSON_STRING, "Its version."},
		{0},
	}};

static const struct json_table reader_table = {
	.doc = "How the page was read.",
	.keys = (const struct json_key[]){
		{"via", JSON_STRING, "How it was read.", .values = JSON_VALUES("mmap", "read")},
		{"retries", JSON_U64,
		 "Copies that were thrown away because the page was being updated."},
		{"torn", JSON_BOOL,
		 "The copy shown is of a page under update: its fields may not belong together."},
		{0},
	}};

static const struct json_table system_clock_table = {
	.doc = "The system clock against the page.",
	.keys = (const struct json_key[]){
		{"clock", JSON_STRING, "Which one.", .values = JSON_VALUES("CLOCK_REALTIME")},
		{"minus_page", JSON_OBJECT, "That clock less the page's UTC.", JSON_NULL,
		 .of = &json_interval},
		{"method", JSON_TEXT, "How it was measured.", JSON_NULL},
		{"missing", JSON_OBJECT, "Why it was not.", JSON_NULL, .of = &json_missing},
		{0},
	}};

static const struct json_table phc_table = {
	.doc = "The PTP clock that belongs to the page.",
	.keys = (const struct json_key[]){
		{"path", JSON_STRING, "Its device.", JSON_NULL},
		{"scale", JSON_STRING, "Its time scale.", JSON_NULL, .name = json_scale_names},
		{"method", JSON_TEXT, "How the scale was found. Null with it.", JSON_NULL},
		{"missing", JSON_OBJECT, "Why there is no clock, or why its scale is not known.",
		 JSON_NULL, .of = &json_missing},
		{0},
	}};

static const struct json_table pair_table = {.name = "pair",
					     .doc = "Two clocks at one moment.",
					     .keys = (const struct json_key[]){
						     JSON_PAIR_KEYS,
						     {0},
					     }};

static const struct json_table clockbound_table = {
	.name = "clockbound",
	.doc = "ClockBound against the page and CLOCK_REALTIME, by measurement alone.",
	.keys = (const struct json_key[]){
		{"claim_ns", JSON_U64, "The bound that it claims, one way. Null: none now.",
		 JSON_NULL, .unit = "ns"},
		{"own_line", JSON_BOOL,
		 "It has a line on the counter of its own (protocol 3). False: its claim is of "
		 "CLOCK_REALTIME."},
		{"minus_page", JSON_OBJECT,
		 "Its time less the page's, with `own_line` at one counter value. Null: not known.",
		 JSON_NULL, .of = &json_interval},
		{"realtime_minus_clockbound", JSON_OBJECT,
		 "CLOCK_REALTIME less its time. Null: not known, or not `own_line`.", JSON_NULL,
		 .of = &json_interval},
		{"errno", JSON_I64, "Why it could not be read, as a positive number.", JSON_NULL},
		{0},
	}};

static const struct json_table status_table = {
	.name = "status",
	.doc = "One sample of one vmclock.",
	.keys = (const struct json_key[]){
		JSON_SCHEMA_KEY(SCHEMA),
		{"tool", JSON_OBJECT, "What printed this.", .of = &tool_table},
		{"device", JSON_STRING, "The path of the page."},
		{"is_device", JSON_BOOL, "A character device; false for a plain file."},
		{"reader", JSON_OBJECT, "How the page was read.", .of = &reader_table},
		{"level", JSON_STRING,
		 "`critical`: the clock is not safe to rely on, and the exit status is 3. "
		 "`unknown`: nothing speaks against it, but it is no page, or the hypervisor does "
		 "not vouch for its clock, or there is no clock in the page and CLOCK_REALTIME is "
		 "not within the bound of another (the exit status is 0), or no time by it, "
		 "or it is in a file and far from CLOCK_REALTIME, or the page is cut, or has an "
		 "undefined value (1).",
		 .values = JSON_LEVELS},
		{"verdict", JSON_TEXT, "The answer in a sentence."},
		{"findings", JSON_STRING,
		 "Codes of what makes the clock unsafe to rely on, sorted. They are explained "
		 "under "
		 "WARNINGS in vmclock-trace-status(1).",
		 JSON_LIST, .name = finding_names},
		{"warnings", JSON_STRING, "Codes of all that is odd about the page, sorted.",
		 JSON_LIST, .name = warning_names},
		{"mode", JSON_STRING, "What the page is good for.",
		 .values = JSON_VALUES("invalid", "marker-only", "full")},
		{"page", JSON_OBJECT, "Null where fewer than 32 bytes were there.", JSON_NULL,
		 .of = &json_page},
		{"names", JSON_OBJECT, "The same in words. Null with `page`.", JSON_NULL,
		 .of = &json_page_names},
		{"at", JSON_OBJECT, "The time by the page, null where none can be computed.",
		 JSON_NULL, .of = &json_page_time},
		{"at_missing", JSON_OBJECT, "Why `at` is null.", JSON_NULL, .of = &json_missing},
		{"utc", JSON_STRING, "`at.utc` as YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ.", JSON_NULL},
		{"smear", JSON_OBJECT,
		 "UTC and the clock of a guest that follows each smearing hint, at this moment; "
		 "null "
		 "where the page does not tell both UTC and TAI.",
		 JSON_NULL, .of = &json_smear},
		{"system_clock", JSON_OBJECT, "The system clock against the page.",
		 .of = &system_clock_table},
		{"phc", JSON_OBJECT, "The PTP clock that belongs to the page.", .of = &phc_table},
		{"witness", JSON_OBJECT,
		 "The best clock to judge CLOCK_REALTIME by. Null: there is none.", JSON_NULL,
		 .of = &json_witness},
		{"realtime_minus_witness", JSON_OBJECT,
		 "CLOCK_REALTIME less that clock, by measurement alone. Null where that is the "
		 "page, or there is none.",
		 JSON_NULL, .of = &json_interval},
		{"clocks_disagree", JSON_OBJECT,
		 "Two clocks of this machine that contradict each other; which of them is wrong is "
		 "not known. Null: none do.",
		 JSON_NULL, .of = &pair_table},
		{"clockbound", JSON_OBJECT, "ClockBound's claim. Null where there is none.",
		 JSON_NULL, .of = &clockbound_table},
		{0},
	}};

const struct json_schema status_schema = {
	.name = SCHEMA,
	.doc = "What vmclock-trace status --json prints: one object.",
	.tables = (const struct json_table *const[]){&status_table, NULL},
};

static json_object *tool(void)
{
	json_object *json = json_new(&tool_table);

	add_text(json, "name", "vmclock-trace");
	add_text(json, "version", VERSION);
	return json;
}

static json_object *reader(const struct page_status *status)
{
	json_object *json = json_new(&reader_table);

	add_text(json, "via", status->via);
	add_u64(json, "retries", status->retries);
	add_bool(json, "torn", status->torn);
	return json;
}

static json_object *system_clock(const struct page_status *status)
{
	bool known = !status->system_missing;
	json_object *json = json_new(&system_clock_table);

	add_text(json, "clock", "CLOCK_REALTIME");
	add_json(json, "minus_page", known ? page_json_interval(&status->system) : NULL);
	add_text(json, "method", known ? PAGE_STATUS_SYSTEM_METHOD : NULL);
	add_missing(json, "missing", status->system_missing, NULL);
	return json;
}

static json_object *phc(const struct page_status *status)
{
	bool known = status->phc && !status->phc_scale_missing;
	json_object *json = json_new(&phc_table);

	add_text(json, "path", status->phc);
	add_text(json, "scale", known ? clock_scale_name(status->phc_scale) : NULL);
	add_text(json, "method", known ? PAGE_STATUS_SCALE_METHOD : NULL);
	add_missing(json, "missing", status->phc ? status->phc_scale_missing : status->phc_missing,
		    NULL);
	return json;
}

static json_object *findings(const struct page_status *status)
{
	const char *codes[PAGE_STATUS_FINDINGS];
	json_object *list = json_object_new_array();
	size_t count = page_status_findings(status, codes);

	for (size_t i = 0; i < count; i++)
		json_object_array_add(list, page_json_string(codes[i]));
	return list;
}

static void add_utc(json_object *json, const struct page_status *status)
{
	char text[INSTANT_ISO_BYTES];
	bool known = !status->time_missing && status->time.has_utc;

	if (known)
		instant_format_utc(status->time.utc, text, sizeof(text));
	add_text(json, "utc", known ? text : NULL);
}

static json_object *pair(const struct page_status *status)
{
	json_object *json;

	if (!status->has_pair)
		return NULL;
	json = json_new(&pair_table);
	pair_json_add(json, &status->pair);
	return json;
}

static json_object *clockbound(const struct page_status *status)
{
	const struct event *event = &status->clockbound;
	int result = status->clockbound_result;
	struct ns_interval realtime;
	struct clock_error error;
	json_object *json;

	if (result > 0 || result == -ENOENT)
		return NULL;
	json = json_new(&clockbound_table);
	add_known(json, "claim_ns", !result && event->clock.has_claim, event->clock.max_error_ns);
	add_bool(json, "own_line", !result && event->clock.realtime_before.tv_sec);
	add_json(json, "minus_page",
		 result || clock_error_of(event, &error) ? NULL
							 : page_json_interval(&error.offset));
	add_json(json, "realtime_minus_clockbound",
		 page_status_clockbound(status, &realtime) ? page_json_interval(&realtime) : NULL);
	if (result)
		add_i64(json, "errno", -result);
	else
		add_null(json, "errno");
	return json;
}

json_object *page_status_json(const struct page_status *status)
{
	const struct page_time *time = status->time_missing ? NULL : &status->time;
	char verdict[PAGE_STATUS_VERDICT_BYTES];
	json_object *json = json_new(&status_table);

	page_status_verdict(status, verdict, sizeof(verdict));
	add_text(json, "schema", SCHEMA);
	add_json(json, "tool", tool());
	add_text(json, "device", status->path);
	add_bool(json, "is_device", status->is_device);
	add_json(json, "reader", reader(status));
	add_text(json, "level", page_status_level(status));
	add_text(json, "verdict", verdict);
	add_json(json, "findings", findings(status));
	add_json(json, "warnings", page_json_warnings(status->warnings));
	add_text(json, "mode", page_mode_name(page_mode(&status->page)));
	add_json(json, "page", page_json_fields(&status->page));
	add_json(json, "names", page_json_names(&status->page));
	add_json(json, "at", page_json_time(time));
	add_missing(json, "at_missing", status->time_missing, NULL);
	add_utc(json, status);
	add_json(json, "smear", time ? smear_json(&status->page, time) : NULL);
	add_json(json, "system_clock", system_clock(status));
	add_json(json, "phc", phc(status));
	add_json(json, "witness", json_of_witness(&status->witness));
	add_json(json, "realtime_minus_witness",
		 witness_is_other(&status->witness) ? page_json_interval(&status->witness_offset)
						    : NULL);
	add_json(json, "clocks_disagree", pair(status));
	add_json(json, "clockbound", clockbound(status));
	return json;
}
