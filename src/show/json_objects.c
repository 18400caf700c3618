// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/json_objects.h"

#include <stddef.h>

#include "event/event.h"
#include "event/reference.h"
#include "judge/clock_error.h"
#include "judge/finding.h"
#include "judge/scale_inference.h"
#include "show/json_add.h"

const char *json_path_names(int i)
{
	return i < EVENT_PATHS ? event_path_name((enum event_path)i) : NULL;
}

const char *json_clock_names(int i)
{
	return i < OBSERVED_CLOCKS ? observed_clock_name((enum observed_clock)i) : NULL;
}

const char *json_error_unknown_names(int i)
{
	return i < ERROR_UNKNOWNS ? error_unknown_name((enum error_unknown)i) : NULL;
}

const char *json_scale_names(int i)
{
	return i < SCALE_TAI ? clock_scale_name((enum clock_scale)(SCALE_UTC + i)) : NULL;
}

const char *json_reference_kind_names(int i)
{
	return i < REFERENCE_KINDS ? reference_kind_name((enum reference_kind)i) : NULL;
}

const char *json_reference_way_names(int i)
{
	return i < REFERENCE_WAYS ? reference_way_name((enum reference_way)i) : NULL;
}

const char *json_reference_source_names(int i)
{
	return i < REFERENCE_SOURCES ? reference_source_name((enum reference_source)i) : NULL;
}

const char *json_severity_names(int i)
{
	return i <= FINDING_CRITICAL ? finding_severity_name((enum finding_severity)i) : NULL;
}

const struct json_table json_found_unseen = {
	.name = "found_unseen",
	.doc = "What was found live where nothing can be seen now.",
	.keys = (const struct json_key[]){
		{"monotonic_ns", JSON_U64, "When it was found, by CLOCK_MONOTONIC.", .unit = "ns"},
		{"kind", JSON_TEXT, "Which kind, as it is written in the recording."},
		{"severity", JSON_STRING, "How bad it was.",
		 .values = JSON_VALUES("warning", "critical")},
		{"where", JSON_STRING,
		 "In what cannot be read (`unread`), or was not kept (`unkept`).",
		 .values = JSON_VALUES("unread", "unkept")},
		{0},
	}};

const struct json_table json_interval = {
	.name = "interval",
	.doc = "The true value lies between the two, both included.",
	.keys = (const struct json_key[]){
		{"lo_ns", JSON_I64, "The least that it can be.", .unit = "ns"},
		{"hi_ns", JSON_I64, "The most that it can be.", .unit = "ns"},
		{0},
	}};

const struct json_table json_moment = {
	.name = "moment",
	.doc = "A time on its scale.",
	.keys = (const struct json_key[]){
		{"sec", JSON_I64, "Whole seconds since 1970 on the scale, negative before.",
		 .unit = "s"},
		{"nsec", JSON_U64, "0 to 999999999, always counted forwards from `sec`.",
		 .unit = "ns"},
		{0},
	}};

const struct json_table json_missing = {
	.name = "missing",
	.doc = "Why something is not there.",
	.keys = (const struct json_key[]){
		{"cause", JSON_TEXT, "Why."},
		{"hint", JSON_TEXT, "What to do; null where there is nothing to do.", JSON_NULL},
		{0},
	}};

const struct json_table json_who = {
	.name = "who",
	.doc = "A thread.",
	.keys = (const struct json_key[]){
		{"pid", JSON_U64, "The process, in the initial pid namespace."},
		{"tid", JSON_U64, "The thread."},
		{"comm", JSON_STRING, "The thread's name."},
		{"comm_hex", JSON_STRING,
		 "The name's bytes in hexadecimal; only where `comm` is not exactly the name.",
		 JSON_ONLY},
		{0},
	}};

const struct json_table json_path_uses = {.name = "path_uses",
					  .doc = "How often a path was used.",
					  .keys = (const struct json_key[]){
						  {"uses", JSON_U64, "How often."},
						  {"failed", JSON_U64, "How often in vain."},
						  {0},
					  }};

const struct json_table json_check = {
	.name = "check",
	.doc = "One thing that was checked.",
	.keys = (const struct json_key[]){
		{"name", JSON_STRING, "What was checked. The names are stable."},
		{"state", JSON_STRING, "`skip`: it could not be checked.",
		 .values = JSON_VALUES("ok", "warn", "fail", "skip")},
		{"why", JSON_TEXT, "What was found."},
		{"hint", JSON_TEXT, "What to do; null where there is nothing to do.", JSON_NULL},
		{0},
	}};

const struct json_table json_hook = {
	.name = "hook",
	.doc = "A kernel function that is hooked, or should be.",
	.keys = (const struct json_key[]){
		{"function", JSON_STRING, "The kernel function."},
		{"tells", JSON_TEXT, "What is known by it."},
		{"state", JSON_STRING,
		 "How it is attached: `fentry` (with fexit) or `kprobe` (with kretprobe). "
		 "`replaced`: it is not, because another hook does its work on this kernel, or "
		 "this kernel's driver does nothing of the kind. `absent`: it is not, and what it "
		 "tells is not seen.",
		 .values = JSON_VALUES("fentry", "kprobe", "absent", "replaced")},
		{"why", JSON_TEXT, "Why it is not attached by fentry.", JSON_NULL},
		{0},
	}};

void add_losses(json_object *to, const struct event_losses *losses)
{
	for (enum event_loss loss = 0; loss < LOSSES; loss++)
		add_u64(to, event_loss_name(loss), event_loss_count(losses, loss));
}

json_object *json_of_hook(const struct hook *hook)
{
	json_object *json = json_new(&json_hook);

	add_text(json, "function", hook->function);
	add_text(json, "tells", hook->tells);
	add_text(json, "state",
		 hook->replaced ? "replaced" : hook_attach_type_name(hook->attach_type));
	add_text(json, "why", hook->why[0] ? hook->why : NULL);
	return json;
}

/* A field of the page: raw, and null where the page is too short for it. */
#define FIELD(name, doc, ...)                                                                      \
	{                                                                                          \
		name, JSON_U64, doc, JSON_NULL, ##__VA_ARGS__                                      \
	}

const struct json_table json_page = {
	.name = "page",
	.doc = "Every field of the page by its name in the kernel's header vmclock-abi.h, as the "
	       "raw number. A field is null where the page's own `size`, or the file, ends before "
	       "it.",
	.keys = (const struct json_key[]){
		FIELD("magic", "1263289174, which is \"VCLK\"."),
		FIELD("size", "Of the region.", "bytes"),
		FIELD("version", "1."),
		FIELD("counter_id", "The counter that the clock is on: 0 ARM_VCNT, 1 X86_TSC, 255 "
				    "INVALID."),
		FIELD("time_type", "0 UTC, 1 TAI, 2 MONOTONIC."),
		FIELD("seq_count", "Each update adds 2; odd during one."),
		FIELD("disruption_marker", "Another value than before: the counter was disrupted."),
		FIELD("flags", "A set of bits."),
		FIELD("clock_status", "0 UNKNOWN, 1 INITIALIZING, 2 SYNCHRONIZED, 3 FREERUNNING, 4 "
				      "UNRELIABLE."),
		FIELD("leap_second_smearing_hint", "0 STRICT, 1 NOON_LINEAR, 2 UTC_SLS."),
		{"tai_offset_sec", JSON_I64,
		 "By the ABI UTC less TAI. Valid if bit 0 of `flags` is set.", JSON_NULL, "s"},
		FIELD("leap_indicator", "0 NONE, 1 PRE_POS, 2 PRE_NEG, 3 POS, 4 POST_POS, 5 "
					"POST_NEG; at the reference, not now."),
		FIELD("counter_period_shift", "Makes the unit of the period and of its errors: "
					      "2^-(64 + shift) s per tick."),
		FIELD("counter_value",
		      "The reference: the counter had this value at the time below.", "ticks"),
		FIELD("counter_period_frac_sec", "The length of a tick, in the unit above."),
		FIELD("counter_period_esterror_rate_frac_sec",
		      "Estimated error of the period, in the same unit. Valid if bit 3 of `flags` "
		      "is "
		      "set."),
		FIELD("counter_period_maxerror_rate_frac_sec",
		      "Greatest error of the period, in the same unit. Valid if bit 4 of `flags` "
		      "is "
		      "set."),
		FIELD("time_sec", "The time at the reference, whole seconds.", "s"),
		FIELD("time_frac_sec", "The rest of it.", "2^-64 s"),
		FIELD("time_esterror_nanosec",
		      "Estimated error of the time. Valid if bit 5 of `flags` is set.", "ns"),
		FIELD("time_maxerror_nanosec",
		      "Greatest error of the time. Valid if bit 6 of `flags` is set.", "ns"),
		FIELD("vm_generation_counter",
		      "Changes when the machine is restored from a snapshot. Valid if bit 8 of "
		      "`flags` is set."),
		{0},
	}};
