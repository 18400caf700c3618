// SPDX-License-Identifier: GPL-2.0-or-later
/* A report on several recordings for a browser: one file, no script, nothing fetched. */
#include <inttypes.h>

#include "fleet/fleet_plot.h"
#include "fleet/fleet_view.h"
#include "fleet/fleet_worst.h"
#include "show/html.h"
#include "report/report_style.h"
#include "report/report_tiles.h"

static void put_head(FILE *out, const struct fleet *fleet)
{
	char verdict[FLEET_VERDICT_BYTES], first[FLEET_FIRST_BYTES];

	fleet_verdict(fleet, verdict, sizeof(verdict));
	fprintf(out,
		"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'\">\n<title>%s: vmclock report on %zu hosts</title>\n"
		"<style>%s%s</style>\n</head>\n<body>\n<h1>What happened to the clocks of %zu "
		"host%s</h1>\n<p class=\"verdict %s\"><strong>%s:</strong> ",
		fleet_level(fleet), fleet->machines, report_style, fleet_plot_style,
		fleet->machines, fleet->machines == 1 ? "" : "s", fleet_level(fleet),
		fleet_level(fleet));
	html_puts(out, *fleet_headline(fleet, first) ? first : "the part that was asked for");
	fputs("</p>\n<details><summary>in full sentences</summary>\n<p>", out);
	html_puts(out, verdict);
	fputs("</p></details>\n", out);
}

/* What a report on each alone says first; the worst comes first. */
static void put_answers(FILE *out, const struct fleet *fleet, const size_t *order)
{
	fprintf(out, "<h2>Hosts, the worst first%s</h2>\n<ol>\n",
		fleet_is_whole(fleet) ? "" : ", each as a whole");
	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_recording *recording = &fleet->recording[order[i]];
		const char *level = recording->answer.level ?: "UNKNOWN";

		fprintf(out, "<li class=\"finding level-%s\" id=\"host%zu\"><strong>", level,
			i + 1);
		html_puts(out, recording->label);
		fprintf(out, "</strong> <span>%s: ", level);
		html_puts(out, recording->answer.headline);
		fputs("</span>", out);
		if (recording->answer.level)
			report_put_tiles(out, recording->answer.figure, true);
		fputs("</li>\n", out);
	}
	fputs("</ol>\n", out);
}

static void put_hosts(FILE *out, const struct fleet *fleet, const size_t *order)
{
	put_answers(out, fleet, order);
	fputs("<div class=\"wide\"><table><thead><tr><th>host</th>"
	      "<th class=\"n\">incidents</th><th class=\"n\">reads meanwhile</th>"
	      "<th class=\"n\">wrong</th><th class=\"n\">not known</th>"
	      "<th>worst known clock</th></tr></thead><tbody>\n",
	      out);
	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_recording *recording = &fleet->recording[order[i]];
		struct fleet_harm harm = fleet_harm(fleet, recording);
		char worst[FLEET_WORST_BYTES];

		fputs("<tr><td class=\"name\">", out);
		html_puts(out, recording->label);
		fprintf(out,
			"</td><td class=\"n\" data-is=\"incidents\">%" PRIu64
			"</td><td class=\"n\" data-is=\"reads meanwhile\">%" PRIu64
			"</td><td class=\"n\" data-is=\"wrong\">%" PRIu64
			"</td><td class=\"n\" data-is=\"not known\">%" PRIu64 "</td>",
			harm.incidents, harm.reads, harm.wrong, harm.reads - harm.known);
		fprintf(out, "<td data-is=\"worst known clock\">%s</td>",
			fleet_worst_text(fleet, recording, worst));
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void put_recordings(FILE *out, const struct fleet *fleet)
{
	fputs("<h2>Recordings, and how UTC was got</h2>\n"
	      "<div class=\"wide\"><table><thead><tr>"
	      "<th>file</th><th>host</th><th>kernel</th><th>from, UTC</th>"
	      "<th class=\"n\">length</th>"
	      "<th>UTC by</th><th class=\"n\">readings</th><th class=\"n\">at best within</th>"
	      "<th class=\"n\">at worst</th>"
	      "<th class=\"n\">events</th><th class=\"n\">lost</th></tr></thead><tbody>\n",
	      out);
	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_recording *recording = &fleet->recording[i];
		char best[TEXT_NS_BYTES], worst[TEXT_NS_BYTES], length[TEXT_NS_BYTES];
		char from[FLEET_SPAN_BYTES];

		fleet_width_text(recording->has_width ? recording->best_ns : UINT64_MAX, best);
		fleet_width_text(recording->has_width ? recording->worst_ns : UINT64_MAX, worst);
		text_ns_u64(recording->last_ns - recording->first_ns, length, sizeof(length));
		fleet_span_text(recording->from, fleet_guess_ns(recording, recording->first_ns),
				fleet_guess_by(recording), from, sizeof(from));
		fputs("<tr><td class=\"name\">", out);
		html_puts(out, recording->file);
		fputs("</td><td class=\"name\" data-is=\"host\">", out);
		html_puts(out, recording->label);
		fputs("</td><td data-is=\"kernel\">", out);
		html_puts(out, recording->kernel);
		fputs("</td><td class=\"name\" data-is=\"from\">", out);
		html_puts(out, from);
		fprintf(out,
			"</td><td class=\"n\" data-is=\"length\">%s</td>"
			"<td data-is=\"UTC by\"%s>",
			length, fleet_is_guessed(recording) ? " class=\"critical\"" : "");
		html_puts(out, fleet_method_text(recording));
		fprintf(out,
			"</td>"
			"<td class=\"n\" data-is=\"readings\">%" PRIu64
			"</td><td class=\"n\" data-is=\"at best within\">%s</td>"
			"<td class=\"n\" data-is=\"at worst\">%s</td>"
			"<td class=\"n\" data-is=\"events\">%" PRIu64
			"</td><td class=\"n\" data-is=\"lost\">%" PRIu64 "</td></tr>\n",
			recording->aligned.anchors, best, worst, recording->events,
			recording->lost);
	}
	fputs("</tbody></table></div>\n", out);
}

static void put_groups(FILE *out, const struct fleet *fleet)
{
	char text[FLEET_GROUP_BYTES];

	if (!fleet->groups)
		return;
	fputs("<h2>At the same time</h2>\n<ul>\n", out);
	for (size_t i = 0; i < fleet->groups; i++) {
		fleet_group_text(fleet, &fleet->group[i], text, sizeof(text));
		fputs("<li>", out);
		html_puts(out, text);
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
}

static int64_t guess_of(const struct fleet *fleet, const struct fleet_entry *entry)
{
	const struct fleet_recording *recording = &fleet->recording[entry->recording];
	uint64_t ns = entry->finding ? entry->finding->found_ns : entry->over->to_ns;

	return fleet_guess_ns(recording, ns);
}

/* Where of the hosts by harm: from 1. */
static size_t rank_of(const size_t *order, size_t recording)
{
	size_t rank = 0;

	while (order[rank] != recording)
		rank++;
	return rank + 1;
}

static void put_entry(FILE *out, const struct fleet *fleet, const size_t *order,
		      const struct fleet_entry *entry)
{
	const struct fleet_finding *finding = entry->finding;
	char when[FLEET_SPAN_BYTES];

	fleet_span_text(entry->when, guess_of(fleet, entry),
			fleet_guess_by(&fleet->recording[entry->recording]), when, sizeof(when));
	fprintf(out, "<li class=\"finding %s\"><span class=\"when\">%s",
		finding ? finding_severity_name(finding->severity) : "over",
		!fleet_is_placed(entry) ? "? "
		: entry->order_known	? ""
					: "~ ");
	html_puts(out, when);
	fprintf(out, ", <a href=\"#host%zu\">", rank_of(order, entry->recording));
	html_puts(out, fleet->recording[entry->recording].label);
	fputs("</a></span><br>", out);
	if (!finding) {
		fprintf(out, "<span>incident %" PRIu64 " is over%s</span></li>\n",
			entry->over->number, fleet_over_text(entry->over));
		return;
	}
	fprintf(out, "<strong>%s %s</strong> <span>", finding_severity_name(finding->severity),
		finding_name(finding->kind));
	html_puts(out, finding->text);
	if (finding->incident)
		fprintf(out, " (incident %" PRIu64 ")", finding->incident);
	fputs("</span></li>\n", out);
}

static void put_timeline(FILE *out, const struct fleet *fleet, const size_t *order)
{
	fputs("<h2>Timeline, UTC</h2>\n", out);
	if (!fleet->entries) {
		fputs("<p>Nothing was found.</p>\n", out);
		return;
	}
	fputs("<p class=\"soft\">Each happened from the time that is given on, within so long. ~: "
	      "it "
	      "may have been before something above it, of another host. ?: the time is "
	      "not known.</p>\n"
	      "<ol>\n",
	      out);
	for (size_t i = 0; i < fleet->entries; i++)
		put_entry(out, fleet, order, &fleet->entry[i]);
	fputs("</ol>\n", out);
}

void fleet_put_html(FILE *out, const struct fleet *fleet)
{
	size_t order[FLEET_RECORDINGS];

	fleet_by_harm(fleet, order);
	put_head(out, fleet);
	fleet_plot(out, fleet, order);
	put_hosts(out, fleet, order);
	put_groups(out, fleet);
	put_timeline(out, fleet, order);
	put_recordings(out, fleet);
	fputs("<h2>Not known</h2>\n<ul>\n", out);
	fleet_unknowns(fleet, unknown_put_html, out);
	fputs("</ul>\n</body>\n</html>\n", out);
}
