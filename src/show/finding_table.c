// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of a finding, and of what is known about each kind. */
#include <stddef.h>

#include "show/finding_json.h"
#include "show/json_objects.h"
#include "show/peer_view.h"
#include "show/witness_json.h"

const char *json_finding_names(int i)
{
	return i < FINDINGS ? finding_name((enum finding_kind)i) : NULL;
}

static const char *event_names(int i)
{
	return i < EVENT_TYPES ? event_type_name((enum event_type)i) : NULL;
}

static const char *scale_cause_names(int i)
{
	return i <= SCALE_CAUSE_KERNEL_OFFSET ? scale_cause_name((enum scale_cause)i) : NULL;
}

const char *json_clock_change_names(int i)
{
	return i < CLOCK_CHANGES ? clock_change_name((enum clock_change_how)i) : NULL;
}

static const char *seqlock_cause_names(int i)
{
	return i <= SEQLOCK_JUMPED ? seqlock_cause_name((enum seqlock_cause)i) : NULL;
}

static const struct json_table change_table = {
	.name = "detail_change",
	.doc = "Of `disruption`, `restore`, `status_change`, `leap_announced`, `leap_change`, "
	       "`tai_offset_change` and `smearing_change`: a field of the page that changed.",
	.keys = (const struct json_key[]){
		{"field", JSON_STRING, "The field, by its name in the page."},
		{"old", JSON_INTEGER, "Its value before. Null: it was not there, or is not known.",
		 JSON_NULL},
		{"new", JSON_INTEGER, "Its value now. Null: it is not there.", JSON_NULL},
		{"old_name", JSON_STRING, "The value before in words, where there are any.",
		 JSON_NULL},
		{"new_name", JSON_STRING, "The value now in words, where there are any.",
		 JSON_NULL},
		{0},
	}};

#define GUARANTEED(what)                                                                           \
	{                                                                                          \
		"guaranteed", JSON_BOOL, what                                                      \
	}

#define OUT_OF_RANGE                                                                               \
	{                                                                                          \
		"out_of_range", JSON_BOOL, "A number is past its limit, and shown as that."        \
	}

static const struct json_table step_table = {
	.name = "detail_step",
	.doc = "Of `host_step`: by how much the page's time was set.",
	.keys = (const struct json_key[]){
		{"counter", JSON_U64, "The counter value at which both pages were asked.",
		 .unit = "ticks"},
		{"moved", JSON_OBJECT, "The new page's time there less that of the page before.",
		 .of = &json_interval},
		{"beyond", JSON_OBJECT, "How far that is beyond `bound_ns`.", .of = &json_interval},
		GUARANTEED("The page before guaranteed a bound there."),
		{"bound_ns", JSON_U64, "That bound, if `guaranteed`; else a threshold.",
		 .unit = "ns"},
		{"bounds_disjoint", JSON_BOOL,
		 "No time is within both pages' bounds: one of them was false. False where one of "
		 "the pages guarantees nothing."},
		OUT_OF_RANGE,
		{0},
	}};

static const struct json_table slew_table = {
	.name = "detail_slew",
	.doc = "Of `host_slew`: how the page's rate changed.",
	.keys = (const struct json_key[]){
		{"old_ppt", JSON_I64, "The rate before, against the first page of this clock.",
		 .unit = "10^-12"},
		{"new_ppt", JSON_I64, "The rate now, the same way.", .unit = "10^-12"},
		{"change_ppt", JSON_I64, "The change. Positive: time runs faster.",
		 .unit = "10^-12"},
		GUARANTEED("Both pages guarantee a bound of their rate."),
		{"bound_ppt", JSON_U64, "What both pages allow, if `guaranteed`; else a threshold.",
		 .unit = "10^-12"},
		OUT_OF_RANGE,
		{0},
	}};

static const struct json_table stuck_table = {
	.name = "detail_stuck",
	.doc = "Of `writer_stuck`: an update that does not end.",
	.keys = (const struct json_key[]){
		{"seq_count", JSON_U64, "The odd value that stays."},
		{"for", JSON_OBJECT, "How long it has been so.", .of = &json_interval},
		{0},
	}};

static const struct json_table seqlock_table = {
	.name = "detail_seqlock",
	.doc = "Of `seqlock_broken`: how the page's writer breaks the seqlock.",
	.keys = (const struct json_key[]){
		{"cause", JSON_STRING,
		 "`unchanged`: the page changed and `seq_count` did not. `back`: it went back. "
		 "`jumped`: it went on by more updates than fit into the time.",
		 .name = seqlock_cause_names},
		{"old_seq", JSON_U64, "`seq_count` before."},
		{"new_seq", JSON_U64, "`seq_count` after."},
		{0},
	}};

static const struct json_table stale_table = {
	.name = "detail_stale",
	.doc = "Of `not_updated`: how old the page is.",
	.keys = (const struct json_key[]){
		{"bound_ns", JSON_U64, "The error bound now.", .unit = "ns"},
		{"growth_ns", JSON_U64, "How much of it is age.", .unit = "ns"},
		{"limit_ns", JSON_U64, "What that has passed.", .unit = "ns"},
		{"age_ns", JSON_U64, "The time since the page's reference.", .unit = "ns"},
		{0},
	}};

static const struct json_table reference_table = {
	.name = "detail_reference",
	.doc = "Of `counter_before_reference`: how far the counter is before the page's reference.",
	.keys = (const struct json_key[]){
		{"counter", JSON_U64, "The counter.", .unit = "ticks"},
		{"ticks", JSON_U64, "How far it is before the reference.", .unit = "ticks"},
		{"ns", JSON_U64, "The same by the page's rate, where that gives a time.", JSON_NULL,
		 "ns"},
		{0},
	}};

static const struct json_table driver_error_table = {
	.name = "detail_driver_error",
	.doc = "Of `driver_error`: whose use of the driver failed, and why.",
	.keys = (const struct json_key[]){
		{.kind = JSON_EMBED, .of = &json_who},
		{"path", JSON_STRING, "The way by which it came to the clock.",
		 .name = json_path_names},
		{"result", JSON_I64, "What the driver returned: a negative errno."},
		{"cause", JSON_TEXT, "What the error means here.", JSON_NULL},
		{0},
	}};

static const struct json_table driver_mismatch_table = {
	.name = "detail_driver_mismatch",
	.doc = "Of `driver_mismatch`: who was given a time that is not the page's.",
	.keys = (const struct json_key[]){
		{.kind = JSON_EMBED, .of = &json_who},
		{"path", JSON_STRING, "The way by which it came to the clock.",
		 .name = json_path_names},
		{"result", JSON_I64, "What the driver returned."},
		{"scale", JSON_STRING, "To which of the page's times the answer is nearer.",
		 JSON_NULL, .name = json_scale_names},
		{"minus_page_ns", JSON_I64,
		 "The driver's time less the page's at the same counter value.", .unit = "ns"},
		OUT_OF_RANGE,
		{"why", JSON_TEXT, "Why they differ, if that is known.", JSON_NULL},
		{0},
	}};

/* A clock against the page. Of `scale_mismatch` only where that is the cause. */
#define CLOCK_KEYS(only)                                                                           \
	{"clock", JSON_STRING, "Which clock.", only, .name = json_clock_names},                    \
		{"scale", JSON_STRING, "The scale on which it was compared.", JSON_NULL | (only),  \
		 .name = json_scale_names},                                                        \
		{"offset", JSON_OBJECT, "That clock less the page's time.", only,                  \
		 .of = &json_interval},                                                            \
		{"claim_ns", JSON_U64, "What the clock claims, one way.", only, "ns"},             \
		{"page_claim_ns", JSON_U64, "What the page guarantees, one way.", only, "ns"},     \
	{                                                                                          \
		"beyond", JSON_OBJECT, "How far they are apart beyond both claims.", only,         \
			.of = &json_interval                                                       \
	}

static const struct json_table clock_table = {
	.name = "detail_clock",
	.doc = "Of `wrong_bound`: a clock and the page, of which one is wrong.",
	.keys = (const struct json_key[]){
		CLOCK_KEYS(0),
		{"witness", JSON_OBJECT,
		 "By which other clock, where the page carries none. Null: by the page.", JSON_NULL,
		 .of = &json_witness},
		{0},
	}};

static const struct json_table pair_table = {
	.name = "detail_pair",
	.doc = "Of `clocks_disagree`: two clocks, of which one is wrong.",
	.keys = (const struct json_key[]){
		JSON_PAIR_KEYS,
		{0},
	}};

static const struct json_table scale_table = {
	.name = "detail_scale",
	.doc = "Of `scale_mismatch`: who is on another scale. The keys of a clock are only there "
	       "where `cause` is `clock_on_other_scale`.",
	.keys = (const struct json_key[]){
		{"cause", JSON_STRING, "What is wrong.", .name = scale_cause_names},
		CLOCK_KEYS(JSON_ONLY),
		{"page_offset_sec", JSON_I64,
		 "The page's `tai_offset_sec`; only where the cause is an offset.", JSON_ONLY, "s"},
		{"kernel_offset_sec", JSON_I64,
		 "The kernel's TAI offset; only where `cause` is `kernel_tai_offset`.", JSON_ONLY,
		 "s"},
		{0},
	}};

static const struct json_table stun_table = {
	.name = "detail_stun",
	.doc = "Of `stun`: for how long the machine did not run.",
	.keys = (const struct json_key[]){
		{"length", JSON_OBJECT, "How long.", .of = &json_interval},
		{"at_least", JSON_BOOL,
		 "It may have been longer than `length`: CLOCK_MONOTONIC may have stood still "
		 "meanwhile, and the counter does not tell, or it is not known from the page that "
		 "the counter was not disrupted."},
		{"monotonic_stood", JSON_BOOL,
		 "CLOCK_MONOTONIC stood as well, only the counter went on."},
		{"waited_ns", JSON_U64, "The part of the delay that the machine itself explains.",
		 .unit = "ns"},
		{0},
	}};

static const struct json_table clock_set_table = {
	.name = "detail_clock_set",
	.doc = "Of `clock_set`: who changed the system clock, and how.",
	.keys = (const struct json_key[]){
		{.kind = JSON_EMBED, .of = &json_who},
		{"how", JSON_STRING, "What was done.", .name = json_clock_change_names},
		{"step", JSON_OBJECT, "How far; only of a `step`.", JSON_ONLY,
		 .of = &json_interval},
		{"old_ppt", JSON_I64, "The correction of its rate before; only of a `slew`.",
		 JSON_ONLY, "10^-12"},
		{"new_ppt", JSON_I64, "The correction of its rate now; only of a `slew`.",
		 JSON_ONLY, "10^-12"},
		{"clocksource", JSON_STRING,
		 "The new clocksource; only where `how` is `clocksource`.", JSON_ONLY},
		{0},
	}};

static const struct json_table losses_table = {
	.name = "detail_losses",
	.doc = "Of `data_loss`: what was lost since the last such finding.",
	.keys = (const struct json_key[]){
		JSON_LOSS_KEYS{0},
	}};

static const struct json_table lost_table = {
	.name = "detail_lost",
	.doc = "Of `device_lost`: what became of the device.",
	.keys = (const struct json_key[]){
		{"cause", JSON_STRING, "What happened.",
		 .values = JSON_VALUES("device_gone", "invalid_page")},
		{0},
	}};

static const struct json_table no_detail_table = {
	.name = "detail_none",
	.doc = "Of `maintenance_soon` and `maintenance_imminent`: nothing; all is in `after`.",
	.keys = (const struct json_key[]){{0}}};

const struct json_table *finding_detail_table(int kind)
{
	static const struct json_table *const tables[] = {
		[FINDING_DISRUPTION] = &change_table,
		[FINDING_RESTORE] = &change_table,
		[FINDING_HOST_STEP] = &step_table,
		[FINDING_HOST_SLEW] = &slew_table,
		[FINDING_STATUS_CHANGE] = &change_table,
		[FINDING_LEAP_ANNOUNCED] = &change_table,
		[FINDING_LEAP_CHANGE] = &change_table,
		[FINDING_TAI_OFFSET_CHANGE] = &change_table,
		[FINDING_SMEARING_CHANGE] = &change_table,
		[FINDING_MAINTENANCE_SOON] = &no_detail_table,
		[FINDING_MAINTENANCE_IMMINENT] = &no_detail_table,
		[FINDING_WRITER_STUCK] = &stuck_table,
		[FINDING_SEQLOCK_BROKEN] = &seqlock_table,
		[FINDING_NOT_UPDATED] = &stale_table,
		[FINDING_COUNTER_BEFORE_REFERENCE] = &reference_table,
		[FINDING_DRIVER_ERROR] = &driver_error_table,
		[FINDING_DRIVER_MISMATCH] = &driver_mismatch_table,
		[FINDING_WRONG_BOUND] = &clock_table,
		[FINDING_CLOCKS_DISAGREE] = &pair_table,
		[FINDING_STUN] = &stun_table,
		[FINDING_CLOCK_SET] = &clock_set_table,
		[FINDING_SCALE_MISMATCH] = &scale_table,
		[FINDING_DEVICE_LOST] = &lost_table,
		[FINDING_DATA_LOSS] = &losses_table,
		[FINDINGS] = NULL,
	};

	return tables[kind];
}

const struct json_table finding_table = {
	.name = "finding",
	.doc = "Something that happened to the clock, with its proof.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("finding", "When it was found, by CLOCK_MONOTONIC."),
		{"number", JSON_U64, "1 for the first finding."},
		{"kind", JSON_STRING,
		 "What happened. The kinds are explained in vmclock-trace-watch(1).",
		 .name = json_finding_names},
		{"severity", JSON_STRING, "How bad it is.", .name = json_severity_names},
		{"text", JSON_TEXT, "What happened, with its numbers, and what follows from it."},
		{"not_before_ns", JSON_U64,
		 "It happened between then and `monotonic_ns`. Null with `since_start`.", JSON_NULL,
		 "ns"},
		{"since_start", JSON_BOOL, "It was so at the first sample."},
		{"device", JSON_STRING, "The path of the page. Null: not known.", JSON_NULL},
		{"updates", JSON_U64, "Updates of the page in that interval, by `seq_count`."},
		{"missed", JSON_U64, "Those of them that happened between two samples."},
		{"seen_by", JSON_STRING,
		 "The kind of event that showed it: `page` is a sample, `tick` the timer.",
		 .name = event_names},
		{"detail", JSON_OBJECT, "What there is to know about this kind.",
		 .of_kind = finding_detail_table},
		{"before", JSON_OBJECT, "The page as it was, where the finding is about the page.",
		 JSON_NULL, .of = &json_page},
		{"after", JSON_OBJECT, "The page as it is, where the finding is about the page.",
		 JSON_NULL, .of = &json_page},
		{0},
	}};
