// SPDX-License-Identifier: GPL-2.0-or-later
/* A report for programs: one object. */
#include "show/downtime_words.h"
#include "show/finding_json.h"
#include "show/incident_view.h"
#include "show/json_add.h"
#include "show/json_objects.h"
#include "show/recorded_view.h"
#include "report/report_reads.h"
#include "report/report_view.h"
#include "report/verdict.h"

#define SCHEMA "vmclock-trace/report/2"

static const struct json_table kernel_table = {
	.doc = "What the kernel sent.",
	.keys = (const struct json_key[]){
		{"made", JSON_U64, "How many events the kernel was to send."},
		{"seen", JSON_U64, "How many of them arrived."},
		{"ring_full", JSON_U64, "For how many its buffer had no room."},
		{"uncounted", JSON_U64,
		 "How many uses are in no count, where the kernel skipped a hook."},
		{"suppressed", JSON_U64,
		 "How many were not sent, being above a limit on their rate."},
		{0},
	}};

static const struct json_table recording_table = {
	.doc = "The recording that this is a report on.",
	.keys = (const struct json_key[]){
		{"file", JSON_STRING, "Its name."},
		{"start_monotonic_ns", JSON_U64, "CLOCK_MONOTONIC at the start.", .unit = "ns"},
		{"start_realtime_ns", JSON_I64, "CLOCK_REALTIME at the start, since 1970.",
		 .unit = "ns"},
		{"start_utc_ns", JSON_I64,
		 "UTC at the start, since 1970, by the page, or by another clock where that "
		 "carries none. Null: neither tells UTC.",
		 JSON_NULL, "ns"},
		{"end_monotonic_ns", JSON_U64, "CLOCK_MONOTONIC of the newest event.",
		 .unit = "ns"},
		JSON_ENDED_KEYS,
		{"events", JSON_U64, "How many events were read."},
		{"events_lost", JSON_U64, "How many could not be written."},
		{"events_cut", JSON_U64, "How many made room for later ones."},
		{"events_damaged", JSON_U64, "How many are damaged."},
		{"damage", JSON_TEXT, "What is damaged.", JSON_NULL},
		{"kernel", JSON_OBJECT, "What the kernel sent. Null: that was not counted.",
		 JSON_NULL, .of = &kernel_table},
		JSON_FACTS_KEY(0),
		{0},
	}};

static const char *downtime_unknown_names(int i)
{
	return downtime_unknown_name((enum downtime_unknown)(DOWNTIME_NO_CLOCK + i));
}

static const struct json_table downtime_table = {
	.name = "downtime",
	.doc = "For how long the guest did not run, of one disruption.",
	.keys = (const struct json_key[]){
		{"incident", JSON_U64, "The number of the incident that it belongs to.", JSON_NULL},
		{"not_before_ns", JSON_U64,
		 "The last sample of the page before it, by CLOCK_MONOTONIC.", .unit = "ns"},
		{"found_ns", JSON_U64, "The first sample after it, by CLOCK_MONOTONIC.",
		 .unit = "ns"},
		{"length", JSON_OBJECT, "The downtime is in this. Null: it is not known.",
		 JSON_NULL, .of = &json_interval},
		{"method", JSON_STRING,
		 "`page`: true time by the page's clock, see vmclock-trace-report(1).", JSON_NULL,
		 .values = JSON_VALUES("page")},
		{"elapsed", JSON_OBJECT, "The true time between the two samples.", JSON_NULL,
		 .of = &json_interval},
		{"unknown", JSON_STRING,
		 "Why the length is not known. `not_vouched`: the hypervisor did not vouch for the "
		 "clock before. `never_after`: no page that it vouched for and had renewed was "
		 "seen "
		 "before the end or the next disruption. `no_time`: the pages cannot "
		 "be compared. `refuted`: "
		 "states of the page contradict each other, and not by a known length.",
		 JSON_NULL, .name = downtime_unknown_names},
		{"bounded", JSON_BOOL, "Both pages guaranteed their error.", JSON_NULL},
		{0},
	}};

static const struct json_table page_table = {
	.doc = "What became of the page.",
	.keys = (const struct json_key[]){
		{"first", JSON_OBJECT, "The first sample.", JSON_NULL, .of = &json_page},
		{"last", JSON_OBJECT, "The newest sample.", JSON_NULL, .of = &json_page},
		JSON_UPDATES_KEYS,
		{"curve", JSON_OBJECT, "What the page claimed to be off by, either way.", JSON_LIST,
		 .of = &json_curve_point},
		{0},
	}};

static const struct json_table clock_table = {
	.doc = "A clock over the whole recording.",
	.keys = (const struct json_key[]){
		{"clock", JSON_STRING, "Which one.", .name = json_clock_names},
		{"readings", JSON_U64, "How many readings there were."},
		{"known", JSON_U64, "Of how many the error is known."},
		{"off", JSON_U64,
		 "Of them, those whose error is surely not 0; where who says so claims no "
		 "bound, surely more than 1 ms. Where a page was refuted, at least so many."},
		{"wrong", JSON_U64,
		 "Of those, the ones that are surely off by more than the clock claims of itself, "
		 "or where it claims nothing by more than 1 ms; of another PTP clock that claims "
		 "nothing, none. Where a page was refuted, at least so many."},
		{"curve", JSON_OBJECT, "Its error over time.", JSON_LIST, .of = &json_curve_point},
		{0},
	}};

static const struct json_table reader_table = {
	.doc = "A process that used the clock. The thread is the one that was seen last.",
	.keys = (const struct json_key[]){
		{.kind = JSON_EMBED, .of = &json_who},
		{"cgroup", JSON_STRING, "The cgroup's path. Null: it was not found out.",
		 JSON_NULL},
		{"uses", JSON_U64, "How often it used the clock."},
		{"failed", JSON_U64, "How many of these failed."},
		{"measured", JSON_U64, "Of how many the latency was measured."},
		{"paths", JSON_OBJECT, "By path; only paths that it used.", JSON_MAP,
		 .of = &json_path_uses, .name = json_path_names},
		{"worst_ns", JSON_U64, "The longest use that was measured. Null: none was.",
		 JSON_NULL, "ns"},
		{"first_ns", JSON_U64, "Its first use, by CLOCK_MONOTONIC.", .unit = "ns"},
		{"last_ns", JSON_U64, "Its last one.", .unit = "ns"},
		{"maps_page", JSON_BOOL,
		 "It mapped the page, and what it reads there is not counted."},
		{0},
	}};

/* What is said of a recording, and the reasons for which an error is not known. */
static const char *unknown_names(int i)
{
	static const char *const names[] = {
		"damaged",	"not_ended",	   "no_log",	     "cut",
		"gap",		"gaps_unlisted",   "part",	     "redacted",
		"not_written",	"unlisted",	   "no_page",	     "no_hooks",
		"no_hook",	"before_watched",  "driver_let_go",  "page_bad",
		"not_compared", "missed_updates",  "lost_in_kernel", "mapped",
		"no_realtime",	"realtime_unseen", "reads_unlisted", "not_kept"};
	const int count = sizeof(names) / sizeof(names[0]);

	if (i < count)
		return names[i];
	return json_error_unknown_names(i - count);
}

static const struct json_table unknown_table = {
	.name = "not_known",
	.doc = "Something that the recording does not tell.",
	.keys = (const struct json_key[]){
		{"code", JSON_STRING,
		 "What kind. `part`: a bundle's recording is cut out of "
		 "another.",
		 .name = unknown_names},
		{"text", JSON_TEXT, "What is not known, and why."},
		{0},
	}};

static const char *figure_names(int i)
{
	return i < VERDICT_FIGURES ? verdict_figure_name((enum verdict_figure)i) : NULL;
}

static const char *well_names(int i)
{
	return i <= CLAIM_FAILS ? claim_state_name((enum claim_state)i) : NULL;
}

static const struct json_table figure_table = {
	.doc = "One of the figures that a verdict begins with, for people; the numbers are in "
	       "`incidents`, `downtimes` and `clocks`.",
	.keys = (const struct json_key[]){
		{"well", JSON_STRING, "Whether this is as it should be.", .name = well_names},
		{"value", JSON_TEXT, "It, in a few words."},
		{"note", JSON_TEXT, "Which incident, by whom, or why it is not known.", JSON_NULL},
		{0},
	}};

static const struct json_table report_table = {
	.name = "report",
	.doc = "What a recording tells. Of findings, incidents and downtimes those are there that "
	       "were asked for; the rest is of the whole recording.",
	.keys = (const struct json_key[]){
		JSON_SCHEMA_KEY(SCHEMA),
		{"level", JSON_STRING,
		 "The worst of the findings. Without one `ok`, or `unknown` where the recording "
		 "holds no events, was not closed, is damaged or lost events.",
		 .values = JSON_LEVELS},
		{"headline", JSON_TEXT, "The answer in at most twelve words."},
		{"figures", JSON_OBJECT,
		 "What matters: the longest time in which a clock was bad, the clock that was the "
		 "furthest off, wrong reads, downtime, and whether all is right again.",
		 JSON_MAP, .of = &figure_table, .name = figure_names},
		{"do_now", JSON_TEXT, "What to do now. Null: nothing.", JSON_NULL},
		{"do_now_command", JSON_TEXT, "By which command. Null: by none.", JSON_NULL},
		{"verdict", JSON_TEXT, "The same in full sentences."},
		{JSON_FOUND_UNSEEN_KEY},
		{"recording", JSON_OBJECT, "The recording.", .of = &recording_table},
		{"findings", JSON_OBJECT, "What happened.", JSON_LIST, .of = &finding_table},
		{"incidents", JSON_OBJECT, "Findings that belong together.", JSON_LIST,
		 .of = &incident_table},
		{"downtimes", JSON_OBJECT,
		 "For how long the guest did not run, for each disruption.", JSON_LIST,
		 .of = &downtime_table},
		{"page", JSON_OBJECT, "What became of the page.", .of = &page_table},
		{"clocks", JSON_OBJECT, "The other clocks.", JSON_LIST, .of = &clock_table},
		{"readers", JSON_OBJECT, "Who used the clock.", JSON_LIST, .of = &reader_table},
		{"wrong_reads", JSON_OBJECT,
		 "The reads that were surely wrong, of the incidents that were asked for: as many "
		 "as their readers have, but for those that are not listed.",
		 JSON_LIST, .of = &report_wrong_read},
		{"wrong_reads_unlisted", JSON_U64,
		 "How many more there are: `report --csv` lists all."},
		{"reads_unlisted", JSON_U64,
		 "Reads in incidents that found no room before it was known whether they were "
		 "wrong."},
		{"not_known", JSON_OBJECT, "What the recording does not tell.", JSON_LIST,
		 .of = &unknown_table},
		{0},
	}};

const struct json_schema report_schema = {
	.name = SCHEMA,
	.doc = "What vmclock-trace report --json prints of one recording.",
	.tables = (const struct json_table *const[]){&report_table, NULL},
};

/* What the kernel sent, and what of it arrived; NULL where that was not counted. */
static json_object *json_kernel(const struct analysis *analysis)
{
	json_object *json;

	if (!analysis->has_losses)
		return NULL;
	json = json_new(&kernel_table);
	add_u64(json, "made", analysis->losses.made);
	add_u64(json, "seen", analysis->losses.seen);
	add_u64(json, "ring_full", analysis->losses.ring_full);
	add_u64(json, "uncounted", analysis->losses.uncounted);
	add_u64(json, "suppressed", analysis->losses.suppressed);
	return json;
}

static json_object *json_recording(const struct report *report)
{
	json_object *json = json_new(&recording_table);

	add_text(json, "file", report->file);
	add_u64(json, "start_monotonic_ns", report->start_ns);
	add_i64(json, "start_realtime_ns", report->start_realtime_ns);
	add_json(json, "start_utc_ns",
		 report_utc_is_known(report) ? json_object_new_int64(report_start_utc_ns(report))
					     : NULL);
	add_u64(json, "end_monotonic_ns", report->analysis->last_ns);
	add_ended(json, report->span.ended, report->span.no_log);
	add_u64(json, "events", report->analysis->events);
	add_u64(json, "events_lost", report->span.lost);
	add_u64(json, "events_cut", report->cut);
	add_u64(json, "events_damaged", report->bad_rows);
	add_text(json, "damage", *report->damage ? report->damage : NULL);
	add_json(json, "kernel", json_kernel(report->analysis));
	add_json(json, "facts", record_facts_json(report->facts));
	return json;
}

static json_object *json_curve(const struct curve *curve)
{
	json_object *points = json_object_new_array();

	for (size_t i = 0; i < curve->points; i++) {
		json_object *point = json_new(&json_curve_point);

		add_u64(point, "from_ns", curve->point[i].from_ns);
		add_u64(point, "to_ns", curve->point[i].to_ns);
		add_u64(point, "samples", curve->point[i].samples);
		add_json(point, "error", page_json_interval(&curve->point[i].error));
		json_object_array_add(points, point);
	}
	return points;
}

static json_object *json_clocks(const struct analysis *analysis)
{
	json_object *clocks = json_object_new_array();

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct analysis_clock *clock = &analysis->clock[i];
		json_object *json;

		if (!clock->seen)
			continue;
		json = json_new(&clock_table);
		add_text(json, "clock", observed_clock_name((enum observed_clock)i));
		add_u64(json, "readings", clock->seen);
		add_u64(json, "known", clock->known);
		add_u64(json, "off", clock->off);
		add_u64(json, "wrong", clock->wrong);
		add_json(json, "curve", json_curve(&clock->curve));
		json_object_array_add(clocks, json);
	}
	return clocks;
}

static json_object *json_readers(const struct report *report)
{
	const struct summary *summary = &report->analysis->summary;
	json_object *readers = json_object_new_array();

	for (size_t i = 0; i < summary->readers; i++) {
		const struct summary_reader *reader = &summary->reader[i];
		json_object *json = json_new(&reader_table);

		reader_json_add(json, &reader->who);
		add_text(json, "cgroup", *report->cgroups[i] ? report->cgroups[i] : NULL);
		add_u64(json, "uses", summary_reader_uses(reader));
		add_u64(json, "failed", summary_reader_errors(reader));
		add_u64(json, "measured", reader->measured);
		add_json(json, "paths", reader_json_paths(reader));
		add_known(json, "worst_ns", reader->measured, reader->worst_ns);
		add_u64(json, "first_ns", reader->first_ns);
		add_u64(json, "last_ns", reader->last_ns);
		add_bool(json, "maps_page", summary_reader_maps(reader));
		json_object_array_add(readers, json);
	}
	return readers;
}

static json_object *json_of_page(const struct analysis *analysis)
{
	const struct page_in_force *page = analysis->page;
	json_object *json = json_new(&page_table);

	add_json(json, "first",
		 analysis->has_first_page ? page_json_fields(&analysis->first_page) : NULL);
	add_json(json, "last", page->is_sampled ? page_json_fields(&page->sample) : NULL);
	add_u64(json, "page_updates", page->updates);
	add_u64(json, "page_updates_unseen", page->missed);
	add_json(json, "curve", json_curve(&analysis->page_bound));
	return json;
}

static json_object *json_findings(const struct report *report)
{
	json_object *findings = json_object_new_array();

	for (size_t i = 0; i < report->analysis->findings; i++) {
		if (report_has_finding(report, &report->analysis->finding[i]))
			json_object_array_add(findings,
					      finding_json(&report->analysis->finding[i]));
	}
	return findings;
}

static json_object *json_incidents(const struct report *report)
{
	json_object *incidents = json_object_new_array();

	for (size_t i = 0; i < report->analysis->incidents; i++) {
		if (report_has_incident(report, report->analysis->incident[i]))
			json_object_array_add(incidents,
					      incident_json(report->analysis->incident[i]));
	}
	return incidents;
}

static json_object *json_downtime(const struct report *report, const struct downtime *downtime)
{
	const struct analysis *analysis = report->analysis;
	bool known = downtime->unknown == DOWNTIME_KNOWN;
	json_object *json = json_new(&downtime_table);
	uint64_t number = 0;

	for (size_t i = 0; i < analysis->incidents; i++) {
		if (downtime_is_of(downtime, analysis->incident[i]))
			number = analysis->incident[i]->number;
	}
	add_known(json, "incident", number, number);
	add_u64(json, "not_before_ns", downtime->not_before_ns);
	add_u64(json, "found_ns", downtime->found_ns);
	add_json(json, "length", known ? page_json_interval(&downtime->length) : NULL);
	add_text(json, "method", known ? "page" : NULL);
	add_json(json, "elapsed", known ? page_json_interval(&downtime->true_ns) : NULL);
	add_text(json, "unknown", downtime_unknown_name(downtime->unknown));
	add_json(json, "bounded", known ? json_object_new_boolean(downtime->is_bounded) : NULL);
	return json;
}

static json_object *json_downtimes(const struct report *report)
{
	const struct downtimes *downtimes = &report->analysis->downtimes;
	json_object *json = json_object_new_array();

	for (size_t i = 0; i < downtimes->count; i++) {
		const struct downtime *downtime = &downtimes->downtime[i];

		if (downtime->found_ns >= report->since_ns &&
		    downtime->not_before_ns < report->until_ns)
			json_object_array_add(json, json_downtime(report, downtime));
	}
	return json;
}

static void add_unknown(const char *code, const char *host, const char *sentence, void *arg)
{
	json_object *json = json_new(&unknown_table);

	(void)host;
	add_text(json, "code", code);
	add_text(json, "text", sentence);
	json_object_array_add(arg, json);
}

static json_object *json_figures(const struct verdict *verdict)
{
	json_object *figures = json_object_new_object();

	for (int i = 0; i < VERDICT_FIGURES; i++) {
		const struct verdict_line *line = &verdict->line[i];
		json_object *json = json_new(&figure_table);

		add_text(json, "well", claim_state_name(line->well));
		add_text(json, "value", line->value);
		add_text(json, "note", *line->note ? line->note : NULL);
		add_json(figures, verdict_figure_name((enum verdict_figure)i), json);
	}
	return figures;
}

static void add_verdict(json_object *json, const struct report *report)
{
	const struct event_gap *unseen = report_worst_unkept(report);
	char whole[REPORT_VERDICT_BYTES];
	struct verdict verdict;

	verdict_of(report, &verdict);
	report_verdict(report, whole, sizeof(whole));
	add_level(json, "level", verdict.level);
	add_text(json, "headline", verdict.headline);
	add_json(json, "figures", json_figures(&verdict));
	add_text(json, "do_now", *verdict.action ? verdict.action : NULL);
	add_text(json, "do_now_command", *verdict.command ? verdict.command : NULL);
	add_text(json, "verdict", whole);
	add_json(json, "found_unseen", found_unseen_json(unseen, unseen == report->unread));
}

void report_put_json(FILE *out, const struct report *report)
{
	json_object *json = json_new(&report_table), *unknowns = json_object_new_array();

	report_unknowns(report, add_unknown, unknowns);
	add_text(json, "schema", SCHEMA);
	add_verdict(json, report);
	add_json(json, "recording", json_recording(report));
	add_json(json, "findings", json_findings(report));
	add_json(json, "incidents", json_incidents(report));
	add_json(json, "downtimes", json_downtimes(report));
	add_json(json, "page", json_of_page(report->analysis));
	add_json(json, "clocks", json_clocks(report->analysis));
	add_json(json, "readers", json_readers(report));
	report_add_wrong_reads(json, report);
	add_json(json, "not_known", unknowns);
	put_line(out, &report_schema, json);
}
