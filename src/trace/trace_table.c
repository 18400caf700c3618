// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/trace_table.h"

#include <stddef.h>

#include "event/event.h"
#include "show/finding_json.h"
#include "show/incident_view.h"
#include "show/json_objects.h"
#include "show/mapper_view.h"
#include "show/page_change_json.h"
#include "show/recorded_view.h"
#include "trace/trace_view.h"

static const char *hooks_news_names(int i)
{
	return i < HOOKS_NEWS ? hooks_news_name((enum hooks_news)i) : NULL;
}

const struct json_table trace_request_table = {
	.doc = "What was asked for; what was not asked for is not in the output.",
	.keys = (const struct json_key[]){
		{"pid", JSON_U64, "Only uses by this process are counted. Null: by all.",
		 JSON_NULL},
		{"comm", JSON_STRING, "Only uses by threads of this name. Null: of any.",
		 JSON_NULL},
		{"cgroup", JSON_STRING, "Only uses in this cgroup. Null: in any.", JSON_NULL},
		{"all_phcs", JSON_BOOL, "Also uses of PTP clocks that are no vmclock's."},
		{"measure_all", JSON_BOOL, "Each latency is measured."},
		{"every_event", JSON_BOOL,
		 "Each read is shown, not only what fails, is slow or maps the page."},
		{"calls", JSON_BOOL, "Each whole call is shown."},
		{"errors_only", JSON_BOOL, "Only failures are shown."},
		{"slower_than_ns", JSON_U64, "Only what took longer is shown. Null: all.",
		 JSON_NULL, "ns"},
		{"paths", JSON_STRING, "Only these are shown.", JSON_LIST, .name = json_path_names},
		{"rate", JSON_U64, "At most so many events a second. Null: any number.", JSON_NULL},
		{0},
	}};

const struct json_table trace_begin_table = {
	.name = "trace_begin",
	.doc = "The first line.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("begin", "The start, by CLOCK_MONOTONIC."),
		JSON_SCHEMA_KEY(TRACE_SCHEMA),
		JSON_REALTIME_KEY,
		{"watched_from_ns", JSON_U64,
		 "When all hooks were attached, which takes a while, and *--duration* began; by "
		 "CLOCK_MONOTONIC. Uses before that are not all seen. The page is: it is sampled "
		 "at the start, and what it did since is found.",
		 .unit = "ns"},
		{"device", JSON_STRING, "The path of the page that is watched.", JSON_NULL},
		{"page", JSON_OBJECT, "The page at the start.", JSON_NULL, .of = &json_page},
		{"page_missing", JSON_OBJECT, "Why no page is watched.", JSON_NULL,
		 .of = &json_missing},
		{"page_period_ns", JSON_U64, "How often it is sampled. Null of a recording.",
		 JSON_NULL, "ns"},
		{"hooks", JSON_OBJECT,
		 "What is hooked in the kernel; empty where nothing is. Null of a recording in "
		 "which "
		 "they changed.",
		 JSON_NULL | JSON_LIST, .of = &json_hook},
		{"hooks_missing", JSON_OBJECT, "Why there are no hooks at all.", JSON_NULL,
		 .of = &json_missing},
		{"request", JSON_OBJECT, "What was asked for.", .of = &trace_request_table},
		{"mappers", JSON_OBJECT, "How it is found out who maps the page.",
		 .of = &mapper_method_table},
		{"recording", JSON_OBJECT,
		 "With --from: what is shown. Null: this is the live machine.", JSON_NULL,
		 .of = &recorded_table},
		{0},
	}};

/* What reads and calls have. */
static const struct json_table use_table = {
	.name = "trace_use",
	.doc = "A use of the clock.",
	.keys = (const struct json_key[]){
		{"latency_ns", JSON_U64,
		 "From its beginning to its return, the cost of the hooks included. Null: it was "
		 "not "
		 "measured.",
		 JSON_NULL, "ns"},
		{"latency_below_ns", JSON_U64,
		 "If it was not measured: it took less than this, and `monotonic_ns` is the "
		 "earliest "
		 "that it can have begun.",
		 JSON_NULL, "ns"},
		{"path", JSON_STRING,
		 "The way by which it came to the clock; of a read, that of its call.",
		 .name = json_path_names},
		{"clock", JSON_STRING,
		 "vmclockN, or ptpN for a PTP clock that is no vmclock's. Null: not known.",
		 JSON_NULL},
		{"device", JSON_STRING, "The path of the vmclock. Null: not known, or none.",
		 JSON_NULL},
		{"call_id", JSON_U64, "Joins reads to their call. Null: no call was seen.",
		 JSON_NULL},
		{.kind = JSON_EMBED, .of = &json_who},
		{"cgroup_id", JSON_U64, "The thread's cgroup in the unified hierarchy, by its id.",
		 JSON_NULL},
		{"result", JSON_I64,
		 "What the kernel function returned: 0, a number of bytes, or a negative errno."},
		{"cause", JSON_TEXT,
		 "What the error means here; of a read, by the page of that moment too.",
		 JSON_NULL},
		{"ioctl", JSON_U64,
		 "The request's number; of a read only where it asks for samples. Null: it was no "
		 "such ioctl.",
		 JSON_NULL},
		{"request", JSON_STRING,
		 "What linux/ptp_clock.h calls `ioctl`. Null: there is none, or it is none that is "
		 "known.",
		 JSON_NULL},
		{"n_samples", JSON_U64,
		 "How many samples PTP_SYS_OFFSET or PTP_SYS_OFFSET_EXTENDED asked for.",
		 JSON_NULL},
		{"page_state", JSON_STRING,
		 "How far `page` can be trusted, see vmclock-trace-trace(1). Null: there is no "
		 "copy.",
		 JSON_NULL, .values = JSON_VALUES("stable", "moved", "torn")},
		{"page", JSON_OBJECT,
		 "The page as the kernel saw it at the end of a read, or of a call of path `read`.",
		 JSON_NULL, .of = &json_page},
		{0},
	}};

#define BEGAN                                                                                      \
	"Its beginning, by CLOCK_MONOTONIC. Lines come when an event ends: they are not sorted."

const struct json_table trace_call_table = {
	.name = "trace_call",
	.doc = "One call of a program. Without `request.every_event` calls and reads are only "
	       "those "
	       "that failed, were slow, or map the page.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("call", BEGAN),
		{.kind = JSON_EMBED, .of = &use_table},
		{"reads", JSON_U64, "Driver reads within it."},
		{"wake_ns", JSON_U64,
		 "Of a poll that became ready: how long after the notification. Null: not known.",
		 JSON_NULL, "ns"},
		{0},
	}};

const struct json_table trace_answer_table = {
	.doc = "What the driver returned against the page.",
	.keys = (const struct json_key[]){
		{"scale", JSON_STRING, "To which of the page's times the answer is nearer.",
		 JSON_NULL, .name = json_scale_names},
		{"minus_page_ns", JSON_I64,
		 "The driver's time less the page's at the same counter value. 0 in a healthy "
		 "driver. Null: not comparable, or more than 292 years.",
		 JSON_NULL, "ns"},
		{"equal", JSON_BOOL, "They are 0 ns apart. Null: not comparable.", JSON_NULL},
		{"why", JSON_TEXT,
		 "Why they differ, if that is known, or why they cannot be compared.", JSON_NULL},
		{0},
	}};

const struct json_table trace_read_table = {
	.name = "trace_read",
	.doc = "One pass through the driver, within a call or, if calls were not asked for, by "
	       "itself.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("read", BEGAN),
		{.kind = JSON_EMBED, .of = &use_table},
		{"time", JSON_OBJECT,
		 "What the driver returned, on the PTP clock's scale. Null: it failed.", JSON_NULL,
		 .of = &json_moment},
		{"counter", JSON_U64,
		 "The counter value that the driver used, where the kernel exposes it.", JSON_NULL,
		 "ticks"},
		{"counter_source", JSON_STRING, "The kernel's structure that it is from.",
		 JSON_NULL, .values = JSON_VALUES("system_counterval_t", "system_time_snapshot")},
		{"via_kvmclock", JSON_BOOL,
		 "The driver converts the counter to kvmclock's for its caller."},
		{"against_page", JSON_OBJECT, "That against the page.", .of = &trace_answer_table},
		{0},
	}};

const struct json_table trace_read_error_table = {
	.name = "trace_read_error",
	.doc = "How wrong a read was that counts in an incident and has a line of type `read`. It "
	       "comes later than that: when a page tells the time again. If a page is found to be "
	       "wrong later still, `incident` takes that into account, and this does not. The "
	       "thread is the one that was seen last of that process.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("read_error", "That of the read."),
		{"incident", JSON_U64, "The number of the incident."},
		{.kind = JSON_EMBED, .of = &json_who},
		{"path", JSON_STRING, "By which path.", .name = json_path_names},
		{"read_error_lo_ns", JSON_I64,
		 "What it returned less true time, from so much, by that page and its bound. Null: "
		 "not known.",
		 JSON_NULL},
		{"read_error_hi_ns", JSON_I64, "And to so much.", JSON_NULL},
		{"wrong", JSON_BOOL, "It surely was wrong. Null: not known.", JSON_NULL},
		{"read_error_unknown", JSON_STRING, "Why that is not known. Null: it is.",
		 JSON_NULL, .name = json_error_unknown_names},
		{0},
	}};

const struct json_table trace_unloader_table = {.doc = "Who wants to unload the driver.",
						.keys = (const struct json_key[]){
							{.kind = JSON_EMBED, .of = &json_who},
							{0},
						}};

const struct json_table trace_hooks_table = {
	.name = "trace_hooks",
	.doc = "The driver was loaded, unloaded or released, and the hooks changed with it.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("hooks", "When, by CLOCK_MONOTONIC."),
		{"driver", JSON_BOOL, "The driver is there."},
		{"news", JSON_STRING,
		 "`driver`: it was loaded or unloaded. `let_go`: it is released: somebody tried to "
		 "unload it and was refused, and now the trace does not hold it any more. `again`: "
		 "it was not unloaded, and is hooked and watched again.",
		 .name = hooks_news_names},
		{"wanted_by", JSON_OBJECT, "Of `let_go`: who tried to unload it.", JSON_NULL,
		 .of = &trace_unloader_table},
		{"unseen_since_ns", JSON_U64,
		 "Since then, by CLOCK_MONOTONIC, uses are not seen. Null: they are.", JSON_NULL,
		 "ns"},
		{"hooks", JSON_OBJECT,
		 "As it is now. Null of a recording, which has their numbers only.",
		 JSON_NULL | JSON_LIST, .of = &json_hook},
		{"hooks_missing", JSON_OBJECT,
		 "Why they could not be attached anew. Null: they could.", JSON_NULL,
		 .of = &json_missing},
		{0},
	}};

const struct json_table trace_notification_table = {
	.name = "trace_notification",
	.doc = "The hypervisor told the guest that it has updated the page.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("notification", "When, by CLOCK_MONOTONIC."),
		{"clock", JSON_STRING, "vmclockN.", JSON_NULL},
		{"seq_count", JSON_U64, "Of the page at that moment.", JSON_NULL},
		{0},
	}};

const struct json_table trace_clock_change_table = {
	.name = "trace_clock_change",
	.doc = "Somebody set, steered or switched the system clock.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("clock_change", "Its beginning, by CLOCK_MONOTONIC."),
		{"latency_ns", JSON_U64, "How long it took.", .unit = "ns"},
		{.kind = JSON_EMBED, .of = &json_who},
		{"result", JSON_I64, "What the kernel function returned."},
		{"how", JSON_STRING, "What was done.", .name = json_clock_change_names},
		{"step", JSON_OBJECT,
		 "The new time less the old, measured in the kernel as CLOCK_TAI less "
		 "CLOCK_MONOTONIC before and after. Null unless `how` is `step`.",
		 JSON_NULL, .of = &json_interval},
		{"old_ppt", JSON_I64,
		 "The correction of the clock's rate before; only of a `slew`.", JSON_ONLY,
		 "10^-12"},
		{"new_ppt", JSON_I64,
		 "The correction now; only of a `slew`. The same where it was refused.", JSON_ONLY,
		 "10^-12"},
		{"clocksource", JSON_STRING,
		 "The name of the new one; only where `how` is `clocksource`.", JSON_ONLY},
		{0},
	}};

const struct json_table trace_device_table = {
	.name = "trace_device",
	.doc = "The page that is watched came or went.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("device", "When, by CLOCK_MONOTONIC."),
		{"device", JSON_STRING, "Its path. Null: not known.", JSON_NULL},
		{"present", JSON_BOOL, "It is there."},
		{0},
	}};

const struct json_table trace_confirmer_table = {
	.doc = "Whose read it was.",
	.keys = (const struct json_key[]){
		{.kind = JSON_EMBED, .of = &json_who},
		{"path", JSON_STRING, "The way by which it came to the clock.",
		 .name = json_path_names},
		{0},
	}};

static const struct json_table marker_table = {
	.name = "trace_marker",
	.doc = "A new disruption marker.",
	.keys = (const struct json_key[]){
		{"number", JSON_U64, "1 for the first disruption of this trace."},
		{"by", JSON_STRING,
		 "Which observer: `page`, the sample every `page_period_ns`, or `kernel`, a hook "
		 "during a read.",
		 .values = JSON_VALUES("page", "kernel")},
		{"old_marker", JSON_U64, "The marker before."},
		{"new_marker", JSON_U64, "The marker after."},
		{"reader", JSON_OBJECT, "Whose read it was; only if `by` is `kernel`.", JSON_ONLY,
		 .of = &trace_confirmer_table},
		{0},
	}};

const struct json_table trace_disruption_table = {
	.name = "trace_disruption",
	.doc = "A new disruption marker was seen for the first time. There is a line of type "
	       "`finding` too.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("disruption",
			       "When it was seen, by CLOCK_MONOTONIC; if by `kernel`, "
			       "the end of that read."),
		{.kind = JSON_EMBED, .of = &marker_table},
		{"not_before_ns", JSON_U64,
		 "When the old marker was last seen: it happened between then and `monotonic_ns`.",
		 .unit = "ns"},
		{"before", JSON_OBJECT, "The last page with the old marker.", JSON_NULL,
		 .of = &json_page},
		{"after", JSON_OBJECT, "The first page with the new one.", JSON_NULL,
		 .of = &json_page},
		{0},
	}};

const struct json_table trace_confirmed_table = {
	.name = "trace_disruption_confirmed",
	.doc = "It was now seen by the other observer too.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("disruption_confirmed",
			       "The end of the read that showed it; if by `page`, when the "
			       "disruption was found."),
		{.kind = JSON_EMBED, .of = &marker_table},
		{0},
	}};

const struct json_schema trace_schema = {
	.name = TRACE_SCHEMA,
	.doc = "What vmclock-trace trace --json prints: an object a line.",
	.tables = (const struct json_table *const[]){
		&trace_begin_table, &trace_call_table, &trace_read_table, &trace_read_error_table,
		&trace_hooks_table, &trace_notification_table, &mapper_table,
		&trace_clock_change_table, &trace_device_table, &page_change_table,
		&trace_disruption_table, &trace_confirmed_table, &finding_table, &incident_table,
		&trace_summary_table, NULL}};
