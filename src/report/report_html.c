// SPDX-License-Identifier: GPL-2.0-or-later
/* A report for a browser: one file, no script, nothing fetched. */
#include <inttypes.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "judge/clock_error.h"
#include "page/diff.h"
#include "page/names.h"
#include "show/field_change.h"
#include "show/downtime_words.h"
#include "show/finding_words.h"
#include "show/html.h"
#include "report/report_plot.h"
#include "report/report_style.h"
#include "report/report_tiles.h"
#include "report/report_users.h"
#include "report/report_view.h"
#include "report/verdict.h"
#include "show/incident_view.h"

#define HEX_COLUMNS 16

/* --- The verdict */

static void put_todo(FILE *out, const struct verdict *verdict)
{
	if (!*verdict->action)
		return;
	fputs("<p><strong>Do now:</strong> ", out);
	html_puts(out, verdict->action);
	if (*verdict->command) {
		fputs(" <code>", out);
		html_puts(out, verdict->command);
		fputs("</code>", out);
	}
	fputs("</p>\n", out);
}

static void put_verdict(FILE *out, const struct report *report, const struct verdict *verdict)
{
	char whole[REPORT_VERDICT_BYTES];

	fprintf(out, "<p class=\"verdict %s\"><strong>%s:</strong> ", verdict->level,
		verdict->level);
	html_puts(out, verdict->headline);
	fputs("</p>\n", out);
	report_put_tiles(out, verdict->line, false);
	put_todo(out, verdict);
	report_verdict(report, whole, sizeof(whole));
	fputs("<details><summary>in full sentences</summary>\n<p>", out);
	html_puts(out, whole);
	fputs("</p></details>\n", out);
}

static void put_head(FILE *out, const struct report *report, const struct verdict *verdict)
{
	char from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES], by[REPORT_UTC_BY_BYTES];

	report_utc(report, report->start_ns, from, sizeof(from));
	report_utc(report, report->analysis->last_ns, to, sizeof(to));
	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'\">\n<title>",
	      out);
	html_printf(out, "%s: vmclock report", report_level(report));
	fprintf(out,
		"</title>\n<style>%s</style>\n</head>\n<body>\n<h1>What happened to the "
		"clock</h1>\n",
		report_style);
	put_verdict(out, report, verdict);
	fputs("<p class=\"soft\">", out);
	html_puts(out, report->file);
	if (report->analysis->events)
		html_printf(out, ": %" PRIu64 " events from %s to %s, %s.",
			    report->analysis->events, from, to, report_utc_by(report, by));
	else
		html_puts(out, ": no event");
	fputs("</p>\n", out);
}

/* --- A finding and its evidence */

static void put_value(FILE *out, const char *is, const struct page *page, enum page_field field)
{
	uint64_t value = page_get(page, field);
	const char *name = page_value_name(field, value);

	fprintf(out, "<td class=\"n\" data-is=\"%s\">", is);
	if (!page_has(page, field))
		fputs("not there", out);
	else if (name)
		html_puts(out, name);
	else if (page_field_info(field)->is_signed)
		fprintf(out, "%" PRId64, (int64_t)value);
	else
		fprintf(out, "%" PRIu64, value);
	fputs("</td>", out);
}

static void put_fields(FILE *out, const struct finding *finding)
{
	page_field_set fields = page_diff(&finding->before, &finding->after);
	char means[FIELD_CHANGE_BYTES];

	fputs("<div class=\"wide\"><table><thead><tr><th>field</th><th class=\"n\">before</th>"
	      "<th class=\"n\">after</th><th>that is</th></tr></thead><tbody>\n",
	      out);
	for (int field = 0; field < PAGE_FIELDS; field++) {
		if (!(fields & PAGE_FIELD_BIT(field)))
			continue;
		fprintf(out, "<tr><td>%s</td>", page_field_info((enum page_field)field)->name);
		put_value(out, "before", &finding->before, (enum page_field)field);
		put_value(out, "after", &finding->after, (enum page_field)field);
		fputs("<td data-is=\"that is\">", out);
		html_puts(out, field_change_means((enum page_field)field, &finding->before,
						  &finding->after, means));
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void put_hex(FILE *out, const char *title, const struct page *page, const struct page *other)
{
	fprintf(out, "<pre>%s", title);
	for (uint32_t i = 0; i < page->length && i < VMCLOCK_ABI_BYTES; i++) {
		bool differs = page->bytes[i] != other->bytes[i];

		if (i % HEX_COLUMNS == 0)
			fprintf(out, "\n%02" PRIx32 " ", i);
		fprintf(out, differs ? " <mark>%02x</mark>" : " %02x", page->bytes[i]);
	}
	fputs("</pre>\n", out);
}

/*
 * The number of a finding: a link to the plot that has its line, of @incident or, if it was found
 * too late for that, of the whole recording. Others link to it where it is @first told.
 */
static void put_number(FILE *out, const struct report *report, const struct finding *finding,
		       const struct incident *incident, bool first)
{
	char id[REPORT_PLOT_ID_BYTES];
	uint64_t from_ns, to_ns;

	if (incident) {
		report_around(report, incident, &from_ns, &to_ns);
		if (finding->found_ns < from_ns || finding->found_ns > to_ns)
			incident = NULL;
	}
	fprintf(out, "<li class=\"finding %s\"", finding_severity_name(finding->severity));
	if (first)
		fprintf(out, " id=\"finding%" PRIu64 "\"", finding->number);
	fprintf(out, "><a class=\"number\" href=\"#%s\">%" PRIu64 "</a>",
		report_plot_id(incident, id), finding->number);
}

static void put_evidence(FILE *out, const struct finding *finding)
{
	fprintf(out, "<details><summary>%" PRIu64 ": the page before and after</summary>\n",
		finding->number);
	put_fields(out, finding);
	put_hex(out, "before, in hex", &finding->before, &finding->after);
	put_hex(out, "after, in hex", &finding->after, &finding->before);
	fputs("</details>", out);
}

static void put_finding(FILE *out, const struct report *report, const struct finding *finding)
{
	char utc[INSTANT_ISO_BYTES], text[FINDING_WORDS_BYTES], when[FINDING_WORDS_BYTES];

	report_utc(report, finding->found_ns, utc, sizeof(utc));
	finding_sentence(finding, text, sizeof(text));
	finding_when(finding, when, sizeof(when));
	fprintf(out, " <span class=\"when\">%s, ", utc);
	html_puts(out, when);
	fprintf(out, "</span><br><strong>%s %s</strong> <span>",
		finding_severity_name(finding->severity), finding_name(finding->kind));
	html_puts(out, text);
	fputs("</span>", out);
	if (finding->has_before && finding->has_after)
		put_evidence(out, finding);
	fputs("</li>\n", out);
}

/* The first of the incidents in whose section it is; NULL: it is in none. */
static const struct incident *section_of(const struct verdict *verdict,
					 const struct finding *finding)
{
	for (size_t i = 0; i < verdict->incidents; i++) {
		if (report_is_of(finding, verdict->incident[i]))
			return verdict->incident[i];
	}
	return NULL;
}

/* Those of @incident; NULL: those of none. */
static void put_timeline(FILE *out, const struct report *report, const struct verdict *verdict,
			 const struct incident *incident)
{
	const struct analysis *analysis = report->analysis;
	bool any = false;

	for (size_t i = 0; i < analysis->findings; i++) {
		const struct finding *finding = &analysis->finding[i];

		if (!report_has_finding(report, finding) ||
		    (incident ? !report_is_of(finding, incident)
			      : section_of(verdict, finding) != NULL))
			continue;
		if (!any)
			fputs(incident ? "<h3>Timeline</h3>\n<ol>\n"
				       : "<h2>Timeline outside incidents</h2>\n<ol>\n",
			      out);
		put_number(out, report, finding, incident,
			   incident == section_of(verdict, finding));
		put_finding(out, report, finding);
		any = true;
	}
	if (any)
		fputs("</ol>\n", out);
	else if (!incident && !verdict->incidents)
		fprintf(out, "<h2>Timeline</h2>\n<p>Nothing was found%s.</p>\n",
			report_has_all(report).state == CLAIM_HOLDS ? "" : " in what is here");
}

/* --- An incident */

static void put_errors(FILE *out, const struct error_range *errors)
{
	char text[ERROR_RANGE_BYTES];
	bool any = false;

	fprintf(out,
		"<td class=\"n\" data-is=\"known\">%" PRIu64
		"</td><td class=\"n\" data-is=\"wrong\">%" PRIu64
		"</td><td class=\"interval\" data-is=\"off by\">",
		errors->known, errors->wrong);
	fprintf(out, "%s</td><td data-is=\"not known\">",
		errors->known ? error_range_text(errors, text) : "-");
	for (int why = 0; why < ERROR_UNKNOWNS; why++) {
		if (!errors->unknown[why])
			continue;
		html_printf(out, "%s%" PRIu64 ": %s", any ? "; " : "", errors->unknown[why],
			    error_unknown_means((enum error_unknown)why));
		any = true;
	}
	fputs("</td></tr>\n", out);
}

static bool has_victims(const struct incident *incident)
{
	bool any = incident->readers > 0;

	for (int i = 0; i < OBSERVED_CLOCKS; i++)
		any = any || incident->clock[i].seen;
	return any;
}

static void put_victims(FILE *out, const struct incident *incident)
{
	if (!has_victims(incident))
		return;
	fputs("<div class=\"wide\"><table class=\"many\"><thead><tr><th>clock, or who read it</th>"
	      "<th>by</th><th class=\"n\">reads</th><th class=\"n\">known</th><th "
	      "class=\"n\">wrong</th><th>off by</th><th>not known</th></tr></thead><tbody>\n",
	      out);
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (!incident->clock[i].seen)
			continue;
		fprintf(out, "<tr><td class=\"clock%d\">%s</td><td></td><td></td>", i,
			observed_clock_name((enum observed_clock)i));
		put_errors(out, &incident->clock[i].errors);
	}
	for (size_t i = 0; i < incident->readers; i++) {
		const struct incident_reader *reader = &incident->reader[i];

		fputs("<tr><td>", out);
		html_put(out, reader->who.comm, EVENT_COMM_BYTES);
		fprintf(out,
			" (%" PRIu32 ")</td><td>%s</td><td class=\"n\" data-is=\"reads\">%" PRIu64
			"</td>",
			reader->who.pid, event_path_name(reader->path), reader->reads);
		put_errors(out, &reader->errors);
	}
	fputs("</tbody></table></div>\n", out);
}

static void put_incident(FILE *out, const struct report *report, const struct verdict *verdict,
			 const struct incident *incident)
{
	char from[INSTANT_ISO_BYTES], length[INCIDENT_LENGTH_BYTES], downtime[DOWNTIME_WORDS_BYTES];
	char recovery[RECOVERY_BYTES];
	uint64_t from_ns, to_ns;

	report_utc(report, incident->from_ns, from, sizeof(from));
	fprintf(out,
		"<h2 id=\"incident%" PRIu64 "\">Incident %" PRIu64
		", <span class=\"%s\">%s</span></h2>\n",
		incident->number, incident->number, finding_severity_name(incident->severity),
		finding_severity_name(incident->severity));
	fprintf(out, "<p>Bad from %s on for %s; <strong>", from, incident_length(incident, length));
	html_puts(out, incident_recovery(incident, recovery));
	fputs("</strong>.</p>\n", out);
	downtime_sentence(&report->analysis->downtimes, incident, downtime, sizeof(downtime));
	if (*downtime) {
		fputs("<p>", out);
		html_puts(out, downtime);
		fputs("</p>\n", out);
	}
	report_around(report, incident, &from_ns, &to_ns);
	report_plot_errors(out, report, incident, from_ns, to_ns);
	put_victims(out, incident);
	put_timeline(out, report, verdict, incident);
}

/* Which is the worst, where there are several: each with a link to its section. */
static void put_overview(FILE *out, const struct report *report, const struct verdict *verdict)
{
	if (verdict->incidents < 2)
		return;
	fputs("<h2>Incidents, the worst first</h2>\n<div class=\"wide\"><table><thead><tr><th>"
	      "incident</th><th>from</th><th class=\"n\">bad for</th><th>worst clock</th>"
	      "<th>right again</th></tr></thead><tbody>\n",
	      out);
	for (size_t i = 0; i < verdict->incidents; i++) {
		const struct incident *incident = verdict->incident[i];
		char from[INSTANT_ISO_BYTES], clock[VERDICT_VALUE_BYTES];
		char length[INCIDENT_LENGTH_BYTES], recovery[RECOVERY_BYTES];

		report_utc(report, incident->from_ns, from, sizeof(from));
		incident_length(incident, length);
		incident_off_text(incident, clock);
		fprintf(out,
			"<tr><td><a href=\"#incident%" PRIu64 "\">%" PRIu64
			"</a>, <span class=\"%s\">%s</span></td><td data-is=\"from\">%s</td><td "
			"class=\"n\" data-is=\"bad for\">%s</td><td data-is=\"worst clock\">",
			incident->number, incident->number,
			finding_severity_name(incident->severity),
			finding_severity_name(incident->severity), from, length);
		html_puts(out, clock);
		fputs("</td><td data-is=\"right again\">", out);
		html_puts(out, incident_recovery(incident, recovery));
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

/* --- The whole recording */

static void put_histograms(FILE *out, const struct summary *summary)
{
	char device[EVENT_DEVICE_BYTES];

	for (size_t i = 0; i < summary->clocks; i++) {
		for (int path = 0; path < EVENT_PATHS; path++) {
			const struct histogram *latency = &summary->clock[i].path[path].latency;

			if (!latency->count)
				continue;
			fprintf(out, "<h3>%s of %s, by how long it took</h3>\n",
				event_path_name((enum event_path)path),
				event_device_name(summary->clock[i].is_phc,
						  summary->clock[i].device, device)
					?: "the clock");
			report_plot_histogram(out, latency);
		}
	}
}

static bool any_histogram(const struct summary *summary)
{
	for (size_t i = 0; i < summary->clocks; i++) {
		for (int path = 0; path < EVENT_PATHS; path++) {
			if (summary->clock[i].path[path].latency.count)
				return true;
		}
	}
	return false;
}

static void put_latencies(FILE *out, const struct report *report)
{
	const struct analysis *analysis = report->analysis;

	if (!analysis->latency.points && !any_histogram(&analysis->summary))
		return;
	fputs("<h2>How long reading the clock took</h2>\n", out);
	if (analysis->latency.points)
		report_plot_latencies(out, report);
	put_histograms(out, &analysis->summary);
}

static void put_facts(FILE *out, const struct report *report)
{
	fputs("<h2>Machine and method</h2>\n<dl>\n", out);
	for (size_t i = 0; i < report->facts->facts; i++) {
		fputs("<dt>", out);
		html_puts(out, report->facts->fact[i].name);
		fputs("</dt><dd>", out);
		html_puts(out, report->facts->fact[i].value);
		fputs("</dd>\n", out);
	}
	fputs("</dl>\n", out);
}

void report_put_html(FILE *out, const struct report *report)
{
	const struct analysis *analysis = report->analysis;
	struct verdict verdict;

	verdict_of(report, &verdict);
	put_head(out, report, &verdict);
	put_overview(out, report, &verdict);
	for (size_t i = 0; i < verdict.incidents; i++)
		put_incident(out, report, &verdict, verdict.incident[i]);
	put_timeline(out, report, &verdict, NULL);
	fputs("<h2>The whole recording</h2>\n", out);
	report_plot_errors(out, report, NULL, report->start_ns, analysis->last_ns);
	report_put_users(out, report);
	put_latencies(out, report);
	fputs("<h2>Not known</h2>\n<ul>\n", out);
	report_unknowns(report, unknown_put_html, out);
	fputs("</ul>\n", out);
	put_facts(out, report);
	fputs("</body>\n</html>\n", out);
}
