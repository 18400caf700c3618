// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/compare_table.h"

#include <stddef.h>

#include "compare/answers_view.h"
#include "compare/compare_view.h"
#include "compare/compare_words.h"
#include "compare/reference_view.h"
#include "page/names.h"
#include "show/json_objects.h"
#include "show/witness_json.h"

static const char *contradiction_names(int i)
{
	return i < CONTRADICTIONS ? contradiction_code((enum contradiction_kind)i) : NULL;
}

static const char *agree_names(int i)
{
	return i <= CLAIM_FAILS ? claim_state_name((enum claim_state)i) : NULL;
}

static const char *agree_why_names(int i)
{
	static const enum claim_why whys[] = {CLAIM_NO_PAGE,	CLAIM_NO_CLOCK,	    CLAIM_NO_TIME,
					      CLAIM_NO_VOUCHER, CLAIM_NOT_COMPARED, CLAIM_UNDEFINED,
					      CLAIM_NO_EVENTS};

	return i < (int)(sizeof(whys) / sizeof(whys[0])) ? claim_why_name(whys[i]) : NULL;
}

static const char *note_names(int i)
{
	return i < COMPARISON_NOTES ? compare_note_code((enum comparison_note)i) : NULL;
}

static const char *status_names(int i)
{
	return page_status_name((uint64_t)i);
}

static const char *time_type_names(int i)
{
	return page_time_type_name((uint64_t)i);
}

/* Two clocks, one less the other. */
#define PAIR_KEYS                                                                                  \
	{"a", JSON_STRING,                                                                         \
	 "A clock: `page`, `CLOCK_REALTIME`, ..., or the path of the PTP "                         \
	 "clock."},                                                                                \
		{"b", JSON_STRING, "The other clock."},                                            \
		{"method", JSON_STRING, "How the clock in the middle was read: by which call."},   \
	{                                                                                          \
		"between", JSON_STRING,                                                            \
			"Between two readings of what; or `same counter`: both are of one "        \
			"counter "                                                                 \
			"value."                                                                   \
	}

const struct json_table compare_pair_table = {
	.name = "compare_pair",
	.doc = "Two clocks that can be subtracted from each other.",
	.keys = (const struct json_key[]){
		PAIR_KEYS,
		{"offset", JSON_OBJECT, "`a` less `b` on one scale, by measurement alone.",
		 JSON_NULL, .of = &json_interval},
		{"raw", JSON_OBJECT, "The same before a scale was converted.", JSON_NULL,
		 .of = &json_interval},
		{"with_bounds", JSON_OBJECT,
		 "`offset` widened by what the clocks in `bounds_of` say of their own error. Null: "
		 "none says anything.",
		 JSON_NULL, .of = &json_interval},
		{"bounds_of", JSON_STRING, "Clocks that say something of their error.", JSON_LIST,
		 .values = JSON_VALUES("page", "CLOCK_REALTIME")},
		{"contradicts", JSON_BOOL, "It is one of the contradictions."},
		{"errno", JSON_I64, "Why the clock could not be read, as a positive number.",
		 JSON_NULL},
		{"note", JSON_TEXT, "Why there is no `offset`.", JSON_NULL},
		{0},
	}};

const struct json_table compare_rate_table = {
	.doc = "A rate between two numbers, rounded outwards.",
	.keys = (const struct json_key[]){
		{"lo", JSON_NUMBER, "The least that it can be.", .unit = "10^-6"},
		{"hi", JSON_NUMBER, "The most that it can be.", .unit = "10^-6"},
		{0},
	}};

const struct json_table compare_elapsed_table = {
	.name = "compare_elapsed",
	.doc = "What two clocks of different epochs counted since the first sample, or since the "
	       "last change of the marker.",
	.keys = (const struct json_key[]){
		PAIR_KEYS,
		{"since", JSON_OBJECT, "What `b` counted.", JSON_NULL, .of = &json_interval},
		{"difference", JSON_OBJECT, "What `a` counted more.", JSON_NULL,
		 .of = &json_interval},
		{"rate_ppm", JSON_OBJECT, "The quotient of the two.", JSON_NULL,
		 .of = &compare_rate_table},
		{0},
	}};

const struct json_table compare_worst_table = {
	.doc = "The read that is furthest apart.",
	.keys = (const struct json_key[]){
		{"counter", JSON_U64, "Its counter value.", .unit = "ticks"},
		{"returned", JSON_OBJECT, "What the driver returned.", .of = &json_moment},
		{"minus_page_ns", JSON_I64, "That less the page's time. Null: out of range.",
		 JSON_NULL, "ns"},
		{"page_stable", JSON_BOOL, "The page was not updated meanwhile."},
		{"note", JSON_TEXT, "Why it is apart, if that is known.", JSON_NULL},
		{0},
	}};

const struct json_table compare_driver_table = {
	.name = "compare_driver",
	.doc = "What the driver returned to this program's own reads, against the page.",
	.keys = (const struct json_key[]){
		{"a", JSON_STRING, "What was read.", .values = JSON_VALUES("driver")},
		{"b", JSON_STRING, "What it is held against.", .values = JSON_VALUES("page")},
		{"between", JSON_STRING, "Both are of one counter value.",
		 .values = JSON_VALUES("same counter")},
		{"scale", JSON_STRING, "The scale that the driver's time is on.", JSON_NULL,
		 .name = json_scale_names},
		{"reads", JSON_U64,
		 "Reads whose counter value is known: the sum of the next four."},
		JSON_ANSWER_KEYS,
		{"reads_by_path", JSON_U64, "Those reads by path; only paths that were used.",
		 JSON_MAP, .name = json_path_names},
		{"worst", JSON_OBJECT, "The one that is furthest apart.", JSON_NULL,
		 .of = &compare_worst_table},
		{0},
	}};

const struct json_table compare_page_table = {
	.name = "compare_page",
	.doc = "An excerpt of the page at the sample.",
	.keys = (const struct json_key[]){
		{"device", JSON_STRING, "Its path."},
		{"mode", JSON_STRING, "What the page is good for.",
		 .values = JSON_VALUES("invalid", "marker-only", "full")},
		{"time_type", JSON_STRING, "Its time scale by name.", JSON_NULL,
		 .name = time_type_names},
		{"clock_status", JSON_STRING, "What the hypervisor says of the clock.", JSON_NULL,
		 .name = status_names},
		{"seq_count", JSON_U64, "Each update adds 2."},
		{"disruption_marker", JSON_U64,
		 "Another value than before: the counter was disrupted."},
		{"max_error_ns", JSON_U64,
		 "Its guaranteed error at the sample. Null where it guarantees none or its status "
		 "is "
		 "neither SYNCHRONIZED nor FREERUNNING.",
		 JSON_NULL, "ns"},
		{0},
	}};

const struct json_table compare_phc_table = {
	.name = "compare_phc",
	.doc = "The PTP clock.",
	.keys = (const struct json_key[]){
		{"path", JSON_STRING, "Its device."},
		{"scale", JSON_STRING, "Its scale.", JSON_NULL, .name = json_scale_names},
		{"scale_inferred_from", JSON_STRING, "The clock by which that was found.",
		 JSON_NULL},
		{"tai_minus_utc_sec", JSON_I64, "TAI less UTC, as the page or the kernel tells it.",
		 JSON_NULL, "s"},
		{0},
	}};

const struct json_table compare_realtime_table = {
	.name = "compare_realtime",
	.doc = "CLOCK_REALTIME at the sample.",
	.keys = (const struct json_key[]){
		{"at", JSON_OBJECT, "What it showed.", .of = &json_moment},
		{"clocksource", JSON_STRING, "What the system's clocks run on.", JSON_NULL},
		{"synchronized", JSON_BOOL,
		 "The kernel calls it synchronized. Null: the kernel would not say.", JSON_NULL},
		{"max_error_ns", JSON_U64,
		 "What it claims of its error, one way. Null: it claims nothing, at 16 s and more.",
		 JSON_NULL, "ns"},
		{"est_error_ns", JSON_U64, "What it estimates of it. Null with `max_error_ns`.",
		 JSON_NULL, "ns"},
		{"tai_minus_utc_sec", JSON_I64,
		 "What the kernel was told of TAI less UTC. Null: nothing.", JSON_NULL, "s"},
		{0},
	}};

const struct json_table compare_update_table = {
	.name = "compare_update",
	.doc = "What became of the page since the sample before, and during this one.",
	.keys = (const struct json_key[]){
		{"updates", JSON_U64, "How many updates, by `seq_count`."},
		{"old_marker", JSON_U64, "The disruption marker before."},
		{"new_marker", JSON_U64, "The disruption marker after."},
		{"counter", JSON_U64,
		 "Where both states were asked for the time: the new one's reference.", JSON_NULL,
		 "ticks"},
		{"moved", JSON_OBJECT,
		 "The new time there less the old one. Null after a change of the marker, or where "
		 "one of the two tells no time.",
		 JSON_NULL, .of = &json_interval},
		{"bound_ns", JSON_U64, "What the old page guaranteed there, one way.", JSON_NULL,
		 "ns"},
		{0},
	}};

const struct json_table compare_contradiction_table = {
	.name = "compare_contradiction",
	.doc = "Two clocks that cannot both be what they claim.",
	.keys = (const struct json_key[]){
		{"code", JSON_STRING, "Explained in vmclock-trace-compare(1).",
		 .name = contradiction_names},
		{"text", JSON_TEXT, "The contradiction, with its numbers."},
		{"advice", JSON_TEXT, "What to do."},
		{0},
	}};

const struct json_table compare_note_table = {
	.name = "compare_note",
	.doc = "What limits or explains the comparison.",
	.keys = (const struct json_key[]){
		{"code", JSON_STRING, "Explained in vmclock-trace-compare(1).", .name = note_names},
		{"text", JSON_TEXT, "The note."},
		{0},
	}};

const struct json_table compare_lost_table = {
	.name = "compare_lost",
	.doc = "What of the driver's reads did not arrive.",
	.keys = (const struct json_key[]){
		{"events", JSON_U64,
		 "The sum of `ring_full`, `task_storage`, `recursion` and `missed`."},
		JSON_LOSS_KEYS{0},
	}};

#define LINE_KEYS(type_name) JSON_SCHEMA_KEY(COMPARE_SCHEMA), JSON_TYPE_KEY(type_name)

#define DRIVER_KEYS                                                                                \
	{"driver", JSON_OBJECT,                                                                    \
	 "What the driver returned to this program's own reads, against the page.", JSON_NULL,     \
	 .of = &compare_driver_table},                                                             \
		{"driver_missing", JSON_OBJECT, "Why the driver is not seen.", JSON_NULL,          \
		 .of = &json_missing},                                                             \
	{                                                                                          \
		"notes", JSON_OBJECT, "What limits or explains the comparison.", JSON_LIST,        \
			.of = &compare_note_table                                                  \
	}

const struct json_table compare_sample_table = {
	.name = "compare_sample",
	.doc = "All clocks at one moment.",
	.keys = (const struct json_key[]){
		LINE_KEYS("sample"),
		{"sample", JSON_U64, "Its number, from 1."},
		{"page", JSON_OBJECT, "The page; null where it could not be read.", JSON_NULL,
		 .of = &compare_page_table},
		{"page_missing", JSON_OBJECT, "Why there is no page.", JSON_NULL,
		 .of = &json_missing},
		{"phc", JSON_OBJECT, "The PTP clock.", JSON_NULL, .of = &compare_phc_table},
		{"phc_missing", JSON_OBJECT, "Why there is no PTP clock.", JSON_NULL,
		 .of = &json_missing},
		{"realtime", JSON_OBJECT, "CLOCK_REALTIME.", .of = &compare_realtime_table},
		{"references", JSON_OBJECT, "PTP clocks that are not the vmclock's.", JSON_LIST,
		 .of = &compare_reference_table},
		{"clockbound", JSON_OBJECT, "ClockBound. Null: it is not there.", JSON_NULL,
		 .of = &compare_clockbound_table},
		{"clock_pairs", JSON_OBJECT,
		 "Each two of `references` and `clockbound`, as far as their scale is known.",
		 JSON_LIST, .of = &compare_distance_table},
		{"answers", JSON_OBJECT,
		 "Page, driver, ClockBound's line and CLOCK_REALTIME at one counter value. Null "
		 "where no full page tells UTC.",
		 JSON_NULL, .of = &compare_answers_table},
		{"witness", JSON_OBJECT,
		 "The best clock to judge CLOCK_REALTIME by. Null: there is none.", JSON_NULL,
		 .of = &json_witness},
		{"pairs", JSON_OBJECT, "Clocks that can be subtracted from each other.", JSON_LIST,
		 .of = &compare_pair_table},
		{"elapsed", JSON_OBJECT, "What clocks of different epochs counted.", JSON_LIST,
		 .of = &compare_elapsed_table},
		{"page_updates", JSON_OBJECT, "What became of the page.", JSON_LIST,
		 .of = &compare_update_table},
		{"contradictions", JSON_OBJECT, "Clocks that cannot both be what they claim.",
		 JSON_LIST, .of = &compare_contradiction_table},
		DRIVER_KEYS,
		{0},
	}};

const struct json_table compare_summary_table = {
	.name = "compare_summary",
	.doc = "The last line.",
	.keys = (const struct json_key[]){
		LINE_KEYS("summary"),
		{"level", JSON_STRING,
		 "`critical` where a clock is outside of what it or the page claims, `warning` "
		 "where two clocks contradict each other; the exit status is 3 with both. "
		 "`ok` and `unknown` as `agree` has it; the exit status is 0 and 1.",
		 .values = JSON_LEVELS},
		{"samples", JSON_U64, "How many were taken."},
		{"contradictions", JSON_U64,
		 "How many were found in all. Not 0: the exit status is 3."},
		{"contradictions_by_code", JSON_U64, "By code, with all codes that there are.",
		 JSON_MAP, .name = contradiction_names},
		{"agree", JSON_STRING,
		 "Did the clocks agree in all samples, as far as they claim something? `no`: the "
		 "exit status is 3; `unknown`: it is 1.",
		 .name = agree_names},
		{"agree_unknown", JSON_STRING,
		 "Why that is not known: what was read is no page, the page carries no clock and "
		 "there is no other, no time can be computed from it, the hypervisor does not "
		 "vouch for it, no two clocks could be compared, the page is cut or has a value "
		 "that is not defined or cannot be, or there was no sample.",
		 JSON_NULL, .name = agree_why_names},
		{"page_updates", JSON_U64, "Updates of the page, by `seq_count`."},
		{"marker_changes", JSON_U64, "Changes of the disruption marker."},
		{"elapsed", JSON_OBJECT, "As in the last sample. Null: there was none.",
		 JSON_NULL | JSON_LIST, .of = &compare_elapsed_table},
		DRIVER_KEYS,
		{"lost", JSON_OBJECT,
		 "What of the driver's reads did not arrive. Null: the driver was not seen.",
		 JSON_NULL, .of = &compare_lost_table},
		{0},
	}};

const struct json_schema compare_schema = {
	.name = COMPARE_SCHEMA,
	.doc = "What vmclock-trace compare --json prints: an object a line.",
	.tables = (const struct json_table *const[]){&compare_sample_table, &compare_summary_table,
						     NULL},
};
