// SPDX-License-Identifier: GPL-2.0-or-later
/* A report for a ticket: plain text, in which nothing can move a cursor. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "page/diff.h"
#include "show/downtime_words.h"
#include "show/field_change.h"
#include "show/finding_words.h"
#include "show/histogram_text.h"
#include "show/incident_view.h"
#include "show/live_text.h"
#include "report/report_view.h"
#include "report/verdict.h"
#include "show/terminal.h"
#include "show/text_fit.h"
#include "show/text_shown.h"
#include "show/text_wrap.h"

#define NAME_WIDTH 20
#define FACT_WIDTH 40

static void put_heading(FILE *out, const char *heading)
{
	fprintf(out, "\n%s\n", heading);
	for (size_t i = 0; i < strlen(heading); i++)
		fputc('-', out);
	fputc('\n', out);
}

static void put_recording(FILE *out, const struct report *report)
{
	char from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES];
	char by[REPORT_UTC_BY_BYTES];

	put_heading(out, "Recording");
	report_utc(report, report->start_ns, from, sizeof(from));
	report_utc(report, report->analysis->last_ns, to, sizeof(to));
	fprintf(out, "%-*s", NAME_WIDTH, "file");
	text_put_shown(out, report->file);
	if (report->analysis->events)
		fprintf(out, "\n%-*s%s to %s, %s\n", NAME_WIDTH, "time", from, to,
			report_utc_by(report, by));
	else
		fprintf(out, "\n%-*snot known: no event was recorded\n", NAME_WIDTH, "time");
	fprintf(out, "%-*s%" PRIu64 " events\n", NAME_WIDTH, "events", report->analysis->events);
}

static void put_page_field(FILE *out, enum page_field field, const struct finding *finding)
{
	char text[FIELD_CHANGE_BYTES];

	fprintf(out, "        %-38s", page_field_info(field)->name);
	text_wrap_log(out, LEVEL_NONE,
		      field_change_text(field, &finding->before, &finding->after, text), 46);
	fputc('\n', out);
}

/* What the page was and became, where the finding is about the page. */
static void put_evidence(FILE *out, const struct finding *finding)
{
	page_field_set fields;

	if (!finding->has_before || !finding->has_after)
		return;
	fields = page_diff(&finding->before, &finding->after);
	for (int field = 0; field < PAGE_FIELDS; field++) {
		if (fields & PAGE_FIELD_BIT(field))
			put_page_field(out, (enum page_field)field, finding);
	}
}

/* Were both found in one update? Two that have no pages to show are not, nor two far apart. */
static bool same_update(const struct finding *a, const struct finding *b)
{
	return a->found_ns == b->found_ns && (a->has_before || a->has_after) &&
	       a->has_before == b->has_before && a->has_after == b->has_after &&
	       !memcmp(&a->before, &b->before, sizeof(a->before)) &&
	       !memcmp(&a->after, &b->after, sizeof(a->after));
}

static void put_finding(FILE *out, const struct report *report, const struct finding *finding,
			const struct finding *last)
{
	char utc[INSTANT_ISO_BYTES], text[FINDING_WORDS_BYTES], when[FINDING_WORDS_BYTES];
	char line[2 * FINDING_WORDS_BYTES + 8];
	enum level level = level_named(finding_severity_name(finding->severity));
	int used;

	report_utc(report, finding->found_ns, utc, sizeof(utc));
	finding_sentence(finding, text, sizeof(text));
	finding_when(finding, when, sizeof(when));
	used = fprintf(out, "%s  ", utc);
	level_begin(out, level);
	used += fprintf(out, "%s %s:", finding_severity_name(finding->severity),
			finding_name(finding->kind));
	level_end(out, level);
	snprintf(line, sizeof(line), " %s (%s)", text, when);
	text_wrap(out, line, used, 8);
	if (last && same_update(finding, last))
		fputs("        (the same update of the page)\n", out);
	else
		put_evidence(out, finding);
}

static void put_findings(FILE *out, const struct report *report)
{
	const struct finding *last = NULL;

	put_heading(out, "Timeline");
	for (size_t i = 0; i < report->analysis->findings; i++) {
		const struct finding *finding = &report->analysis->finding[i];

		if (!report_has_finding(report, finding))
			continue;
		put_finding(out, report, finding, last);
		last = finding;
	}
	if (!last)
		fprintf(out, "nothing was found%s\n",
			report_has_all(report).state == CLAIM_HOLDS ? "" : " in what is here");
}

static void put_downtime(FILE *out, const struct report *report, const struct incident *incident)
{
	char text[DOWNTIME_WORDS_BYTES];

	downtime_sentence(&report->analysis->downtimes, incident, text, sizeof(text));
	if (!*text)
		return;
	fputs("    ", out);
	text_wrap(out, text, 4, 8);
}

/* In lines that any ticket has; a terminal breaks them as it is wide. */
static void put_incident(FILE *out, const struct report *report, const struct incident *incident)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *block = terminal_columns(out) ? NULL : open_memstream(&text, &bytes);

	if (!block) {
		incident_put_text(out, report->start_ns, incident);
		return;
	}
	incident_put_text(block, report->start_ns, incident);
	fclose(block);
	for (char *line = text, *end; line && (end = strchr(line, '\n')); line = end + 1) {
		text_fit(out, line, (size_t)(end - line), TEXT_WRAP_COLUMNS);
		fputc('\n', out);
	}
	free(text);
}

static void put_incidents(FILE *out, const struct report *report)
{
	bool any = false;

	for (size_t i = 0; i < report->analysis->incidents; i++) {
		const struct incident *incident = report->analysis->incident[i];

		if (!report_has_incident(report, incident))
			continue;
		if (!any)
			put_heading(out, "Incidents, by seconds after the start");
		any = true;
		put_incident(out, report, incident);
		put_downtime(out, report, incident);
	}
}

static void put_column(FILE *out, bool known, uint64_t ns)
{
	char text[TEXT_NS_BYTES];

	text_ns_u64(ns, text, sizeof(text));
	fprintf(out, " %11s", known ? text : "-");
}

static void put_users(FILE *out, const struct report *report)
{
	const struct summary *summary = &report->analysis->summary;

	if (!summary->readers)
		return;
	put_heading(out, "Who used the clock, in the whole recording");
	fprintf(out, "%-*s %7s %9s %8s %11s  %s\n", LIVE_READER_COLUMNS, "reader", "pid", "uses",
		"failed", "longest", "cgroup");
	for (size_t i = 0; i < summary->readers; i++) {
		const struct summary_reader *reader = &summary->reader[i];

		live_put_reader(out, &reader->who);
		fprintf(out, " %9" PRIu64 " %8" PRIu64, summary_reader_uses(reader),
			summary_reader_errors(reader));
		put_column(out, reader->measured, reader->worst_ns);
		fputs("  ", out);
		text_put_shown(out, report->cgroups[i]);
		fputc('\n', out);
		live_put_reader_paths(out, reader);
	}
	if (summary->reader_uses_unlisted)
		fprintf(out, "and %" PRIu64 " uses by readers beyond the table\n",
			summary->reader_uses_unlisted);
}

/* Of reads that were measured. */
static void put_latencies(FILE *out, const struct report *report)
{
	const struct summary *summary = &report->analysis->summary;

	for (size_t i = 0; i < summary->clocks; i++) {
		const struct summary_clock *clock = &summary->clock[i];
		struct named_histogram latency[EVENT_PATHS];
		char name[EVENT_DEVICE_BYTES], heading[EVENT_DEVICE_BYTES + 48];
		size_t latencies = 0;

		for (int path = 0; path < EVENT_PATHS; path++) {
			if (event_path_is_read((enum event_path)path) &&
			    clock->path[path].latency.count)
				latency[latencies++] = (struct named_histogram){
					event_path_name((enum event_path)path),
					&clock->path[path].latency};
		}
		if (!latencies)
			continue;
		snprintf(heading, sizeof(heading), "How long reads of %s took",
			 event_device_name(clock->is_phc, clock->device, name) ?: "the clock");
		put_heading(out, heading);
		histograms_put(out, latency, latencies);
	}
}

struct unknowns {
	FILE *out;
	size_t count;
};

static void put_unknown(const char *code, const char *host, const char *sentence, void *arg)
{
	struct unknowns *unknowns = arg;

	(void)code, (void)host;
	unknowns->count++;
	fputs("- ", unknowns->out);
	text_wrap(unknowns->out, sentence, 2, 2);
}

static void put_facts(FILE *out, const struct report *report)
{
	put_heading(out, "Machine and method");
	for (size_t i = 0; i < report->facts->facts; i++) {
		const struct fact *fact = &report->facts->fact[i];
		char name[TEXT_DISPLAY_BYTES(FACT_NAME_BYTES)];

		text_display(fact->name, strlen(fact->name), name, sizeof(name));
		fprintf(out, "%-*s", FACT_WIDTH - 1, name);
		fputc(' ', out);
		text_put_shown(out, fact->value);
		fputc('\n', out);
	}
}

/* Of the figures that are read first: what is well needs no colour. */
static enum level level_of(enum verdict_figure figure, enum claim_state well)
{
	if ((figure != VERDICT_CLOCK && figure != VERDICT_NOW) || well == CLAIM_HOLDS)
		return LEVEL_NONE;
	return well == CLAIM_FAILS ? LEVEL_CRITICAL : LEVEL_UNKNOWN;
}

/* The answer first: a headline, five figures, what to do. */
static void put_verdict(FILE *out, const struct report *report)
{
	char whole[REPORT_VERDICT_BYTES];
	struct verdict verdict;

	verdict_of(report, &verdict);
	snprintf(whole, sizeof(whole), "%s: %s", verdict.level, verdict.headline);
	text_wrap_level(out, level_named(whole), TEXT_WRAP_COLUMNS, whole, 0, 0);
	fputc('\n', out);
	for (int i = 0; i < VERDICT_FIGURES; i++) {
		const struct verdict_line *line = &verdict.line[i];
		char text[VERDICT_VALUE_BYTES + VERDICT_NOTE_BYTES + 4];

		fprintf(out, "  %-*s", NAME_WIDTH, verdict_figure_words((enum verdict_figure)i));
		snprintf(text, sizeof(text), "%s%s%s%s", line->value, *line->note ? " (" : "",
			 line->note, *line->note ? ")" : "");
		text_wrap_level(out, level_of((enum verdict_figure)i, line->well),
				TEXT_WRAP_COLUMNS, text, NAME_WIDTH + 2, NAME_WIDTH + 2);
	}
	if (*verdict.action) {
		fprintf(out, "  %-*s", NAME_WIDTH, "do now");
		text_wrap(out, verdict.action, NAME_WIDTH + 2, NAME_WIDTH + 2);
	}
	if (*verdict.command)
		fprintf(out, "  %-*s%s\n", NAME_WIDTH, "", verdict.command);
	put_heading(out, "In full");
	report_verdict(report, whole, sizeof(whole));
	text_wrap(out, whole, 0, 0);
}

void report_put_text(FILE *out, const struct report *report)
{
	struct unknowns unknowns = {.out = out};

	put_verdict(out, report);
	put_recording(out, report);
	put_findings(out, report);
	put_incidents(out, report);
	put_users(out, report);
	put_latencies(out, report);
	put_heading(out, "Not known");
	report_unknowns(report, put_unknown, &unknowns);
	if (!unknowns.count)
		fputs("nothing that this program could have seen\n", out);
	put_facts(out, report);
}
