// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/report_users.h"

#include <inttypes.h>

#include "judge/clock_error.h"
#include "show/html.h"
#include "show/incident_view.h"

/* --- The error of what a reader got, in all incidents: outside of them no read is judged */

/* What counts for the table of the recording. */
static void add_range(struct error_range *sum, const struct error_range *range)
{
	if (range->known)
		sum->all = sum->known ? interval_hull(sum->all, range->all) : range->all;
	sum->known += range->known;
	sum->wrong += range->wrong;
	sum->unbounded += range->unbounded;
	for (int why = 0; why < ERROR_UNKNOWNS; why++)
		sum->unknown[why] += range->unknown[why];
}

/* Of the process of @reader, by all paths. Returns how many reads. */
static uint64_t sum_errors(const struct analysis *analysis, const struct summary_reader *reader,
			   struct error_range *sum)
{
	uint64_t reads = 0;

	for (size_t i = 0; i < analysis->incidents; i++) {
		const struct incident *incident = analysis->incident[i];

		for (size_t j = 0; j < incident->readers; j++) {
			if (incident->reader[j].who.pid != reader->who.pid)
				continue;
			reads += incident->reader[j].reads;
			add_range(sum, &incident->reader[j].errors);
		}
	}
	return reads;
}

/* May it have read in an incident, and be in no table? */
static bool has_unlisted(const struct analysis *analysis)
{
	bool has = analysis->incidents_unlisted;

	for (size_t i = 0; i < analysis->incidents; i++)
		has |= analysis->incident[i]->reads_unlisted ||
		       analysis->incident[i]->reads_unjudged;
	return has;
}

/* How many are not known, and why most of them are not; an incident's section has each reason. */
static void put_unknowns(FILE *out, const struct error_range *errors)
{
	uint64_t sum = 0, reasons = 0;
	int most = 0;

	for (int why = 0; why < ERROR_UNKNOWNS; why++) {
		sum += errors->unknown[why];
		reasons += errors->unknown[why] > 0;
		if (errors->unknown[why] > errors->unknown[most])
			most = why;
	}
	if (sum)
		html_printf(out, "%s%" PRIu64 " not known%s: %s", errors->known ? "; " : "", sum,
			    reasons > 1 ? ", most" : "",
			    error_unknown_means((enum error_unknown)most));
}

/* How many of those that are known were wrong, and by how much, or why that is not known. */
static void put_error(FILE *out, const struct analysis *analysis,
		      const struct summary_reader *reader)
{
	struct error_range errors = {0};
	char text[ERROR_RANGE_BYTES];
	uint64_t reads = sum_errors(analysis, reader, &errors);

	if (errors.known)
		fprintf(out,
			"<td class=\"n\" data-is=\"wrong, of known\">%" PRIu64 " of %" PRIu64
			"</td><td class=\"error\" data-is=\"off by\">%s",
			errors.wrong, errors.known, error_range_text(&errors, text));
	else
		fputs("<td class=\"n\" data-is=\"wrong, of known\">-</td>"
		      "<td class=\"error\" data-is=\"off by\">",
		      out);
	put_unknowns(out, &errors);
	if (!reads && summary_reader_maps(reader))
		fputs("not known: it maps the page, and reads it there unseen", out);
	else if (!reads && has_unlisted(analysis))
		fputs("not known: not all readers of incidents are listed", out);
	else if (!reads)
		fputs("no read seen in an incident", out);
	fputs("</td>", out);
}

/* --- The table */

static void put_paths(FILE *out, const struct summary_reader *reader)
{
	bool any = false;

	for (int i = 0; i < EVENT_PATHS; i++) {
		if (!reader->uses[i])
			continue;
		fprintf(out, "%s%s %" PRIu64, any ? ", " : "", event_path_name((enum event_path)i),
			reader->uses[i]);
		any = true;
	}
	fputs(summary_reader_maps(reader) ? "; maps the page, and reads it there unseen" : "", out);
}

void report_put_users(FILE *out, const struct report *report)
{
	const struct summary *summary = &report->analysis->summary;

	if (!summary->readers)
		return;
	fputs("<h2>Who used the clock, in the whole recording</h2>\n<div class=\"wide\">"
	      "<table class=\"many users\"><thead><tr><th>reader</th><th class=\"n\">pid</th>"
	      "<th class=\"n\">uses</th><th class=\"n\">failed</th>"
	      "<th class=\"n\">wrong, of known</th><th>off by, in incidents</th>"
	      "<th class=\"n\">longest</th><th>cgroup</th><th>by path</th></tr></thead><tbody>\n",
	      out);
	for (size_t i = 0; i < summary->readers; i++) {
		const struct summary_reader *reader = &summary->reader[i];
		char longest[TEXT_NS_BYTES];

		text_ns_u64(reader->worst_ns, longest, sizeof(longest));
		fputs("<tr><td>", out);
		html_put(out, reader->who.comm, EVENT_COMM_BYTES);
		fprintf(out,
			"</td><td class=\"n\" data-is=\"pid\">%" PRIu32
			"</td><td class=\"n\" data-is=\"uses\">%" PRIu64
			"</td><td class=\"n\" data-is=\"failed\">%" PRIu64 "</td>",
			reader->who.pid, summary_reader_uses(reader),
			summary_reader_errors(reader));
		put_error(out, report->analysis, reader);
		fprintf(out, "<td class=\"n\" data-is=\"longest\">%s</td><td data-is=\"cgroup\">",
			reader->measured ? longest : "-");
		html_puts(out, report->cgroups[i]);
		fputs("</td><td data-is=\"by path\">", out);
		put_paths(out, reader);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}
