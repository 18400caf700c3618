// SPDX-License-Identifier: GPL-2.0-or-later
/* A report on several recordings for a ticket: plain text, in which nothing can move a cursor. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "fleet/fleet_view.h"
#include "fleet/fleet_worst.h"
#include "show/terminal.h"
#include "show/text_fit.h"
#include "show/text_wrap.h"

/* Of the column of labels: longer ones are shortened there, and are whole in what follows. */
#define LABEL_COLUMNS	   24
#define LABEL_COLUMNS_MOST 44
#define WORST		   "worst known clock"

static void put_heading(FILE *out, const char *heading)
{
	fprintf(out, "\n%s\n", heading);
	for (size_t i = 0; i < strlen(heading); i++)
		fputc('-', out);
	fputc('\n', out);
}

/* @text as it may be shown. */
static void put_shown(FILE *out, const char *text)
{
	char shown[TEXT_DISPLAY_BYTES(FLEET_LABEL_BYTES)];

	text_display(text, strlen(text), shown, sizeof(shown));
	fputs(shown, out);
}

/* As many as the longest label needs, if it may. */
static int label_columns(const struct fleet *fleet, const FILE *out)
{
	int most = terminal_columns_within(out, 3 * LABEL_COLUMNS_MOST) / 3;
	int columns = LABEL_COLUMNS < most ? LABEL_COLUMNS : most;

	for (size_t i = 0; i < fleet->recordings; i++) {
		const char *label = fleet->recording[i].label;
		char shown[TEXT_DISPLAY_BYTES(FLEET_LABEL_BYTES)];
		int needed;

		text_display(label, strlen(label), shown, sizeof(shown));
		needed = text_columns(shown, strlen(shown));
		if (needed > columns)
			columns = needed < most ? needed : most;
	}
	return columns;
}

/* In exactly @columns. */
static void put_label(FILE *out, const struct fleet_recording *recording, int columns)
{
	char shown[TEXT_DISPLAY_BYTES(FLEET_LABEL_BYTES)], label[sizeof(shown)];

	text_display(recording->label, strlen(recording->label), shown, sizeof(shown));
	text_shorten(shown, columns, label, sizeof(label));
	fprintf(out, "%s%*s", label, columns - text_columns(label, strlen(label)), "");
}

/* Tables and lists use all of a wide terminal. */
static int wide(const FILE *out)
{
	int columns = terminal_columns(out);

	return columns > TEXT_WRAP_COLUMNS ? columns : TEXT_WRAP_COLUMNS;
}

/* What a report on each alone says first; the worst comes first. */
static void put_answers(FILE *out, const struct fleet *fleet, const size_t *order, int columns)
{
	put_heading(out, fleet_is_whole(fleet) ? "Hosts, the worst first"
					       : "Hosts, the worst first, each as a whole");
	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_recording *recording = &fleet->recording[order[i]];
		const char *level = recording->answer.level ?: "UNKNOWN";

		put_label(out, recording, columns);
		fputc(' ', out);
		level_put(out, level_named(level), level);
		fprintf(out, "%*s  ", 8 - (int)strlen(level), "");
		text_wrap_within(out, wide(out), recording->answer.headline, columns + 11, 4);
	}
	fputc('\n', out);
}

static void put_hosts(FILE *out, const struct fleet *fleet)
{
	int columns = label_columns(fleet, out);
	bool is_wide = terminal_columns_within(out, TEXT_WRAP_COLUMNS) >= TEXT_WRAP_COLUMNS;
	size_t order[FLEET_RECORDINGS];

	fleet_by_harm(fleet, order);
	put_answers(out, fleet, order, columns);
	fprintf(out, "%-*s %9s %16s %9s%s\n", columns, "host", "incidents", "reads, wrong",
		"not known", is_wide ? "  " WORST : "");
	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_recording *recording = &fleet->recording[order[i]];
		struct fleet_harm harm = fleet_harm(fleet, recording);
		char worst[FLEET_WORST_BYTES], reads[48];

		put_label(out, recording, columns);
		snprintf(reads, sizeof(reads), "%" PRIu64 ", %" PRIu64, harm.reads, harm.wrong);
		fprintf(out, " %9" PRIu64 " %16s %9" PRIu64, harm.incidents, reads,
			harm.reads - harm.known);
		fprintf(out, is_wide ? "  %s\n" : "\n    " WORST " %s\n",
			fleet_worst_text(fleet, recording, worst));
	}
}

static void put_recordings(FILE *out, const struct fleet *fleet)
{
	put_heading(out, "Recordings");
	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_recording *recording = &fleet->recording[i];
		char best[TEXT_NS_BYTES], worst[TEXT_NS_BYTES], length[TEXT_NS_BYTES];
		char from[FLEET_SPAN_BYTES];

		fleet_width_text(recording->best_ns, best);
		fleet_width_text(recording->worst_ns, worst);
		text_ns_u64(recording->last_ns - recording->first_ns, length, sizeof(length));
		fleet_span_text(recording->from, fleet_guess_ns(recording, recording->first_ns),
				fleet_guess_by(recording), from, sizeof(from));
		put_shown(out, recording->file);
		fputs(": ", out);
		put_shown(out, recording->label);
		if (*recording->kernel) {
			fputs(", ", out);
			put_shown(out, recording->kernel);
		}
		fprintf(out, "\n    %s of events from %s\n", length, from);
		fprintf(out, "    UTC by %s", fleet_method_text(recording));
		if (!fleet_is_guessed(recording))
			fprintf(out,
				", %" PRIu64 " readings: within %s at best, %s at worst"
				"\n    CLOCK_MONOTONIC to within %" PRIu32 " ppm",
				recording->aligned.anchors, best, worst, recording->rate_ppm);
		fprintf(out, "\n    %" PRIu64 " events, %" PRIu64 " lost\n", recording->events,
			recording->lost);
	}
}

static int64_t guess_of(const struct fleet *fleet, const struct fleet_entry *entry)
{
	const struct fleet_recording *recording = &fleet->recording[entry->recording];
	uint64_t ns = entry->finding ? entry->finding->found_ns : entry->over->to_ns;

	return fleet_guess_ns(recording, ns);
}

static char mark_of(const struct fleet_entry *entry)
{
	return !fleet_is_placed(entry) ? '?' : entry->order_known ? ' ' : '~';
}

static void put_entry(FILE *out, const struct fleet *fleet, const struct fleet_entry *entry)
{
	const struct fleet_finding *finding = entry->finding;
	char when[FLEET_SPAN_BYTES], shown[TEXT_DISPLAY_BYTES(512)];

	fleet_span_text(entry->when, guess_of(fleet, entry),
			fleet_guess_by(&fleet->recording[entry->recording]), when, sizeof(when));
	fprintf(out, "%c %s  ", mark_of(entry), when);
	put_shown(out, fleet->recording[entry->recording].label);
	if (!finding) {
		fprintf(out, "\n    incident %" PRIu64 " is over%s\n", entry->over->number,
			fleet_over_text(entry->over));
		return;
	}
	fprintf(out, "\n    %s %s", finding_severity_name(finding->severity),
		finding_name(finding->kind));
	if (finding->incident)
		fprintf(out, ", incident %" PRIu64, finding->incident);
	text_display(finding->text, strnlen(finding->text, 512), shown, sizeof(shown));
	fputs("\n    ", out);
	text_wrap_within(out, wide(out), shown, 4, 4);
}

static void put_timeline(FILE *out, const struct fleet *fleet)
{
	put_heading(out, "Timeline, UTC");
	if (!fleet->entries)
		fputs("Nothing was found.\n", out);
	for (size_t i = 0; i < fleet->entries; i++)
		put_entry(out, fleet, &fleet->entry[i]);
	if (fleet->entries)
		fputs("\n~ it may have been before something above it, of another host\n"
		      "? the time is not known\n",
		      out);
}

static void put_groups(FILE *out, const struct fleet *fleet)
{
	char text[FLEET_GROUP_BYTES];

	if (!fleet->groups)
		return;
	put_heading(out, "At the same time");
	for (size_t i = 0; i < fleet->groups; i++) {
		fleet_group_text(fleet, &fleet->group[i], text, sizeof(text));
		fputs("  - ", out);
		text_wrap_within(out, wide(out), text, 4, 4);
	}
}

struct unknowns {
	FILE *out;
	bool any;
};

static void put_unknown(const char *code, const char *host, const char *sentence, void *arg)
{
	struct unknowns *unknowns = arg;

	(void)code;
	unknowns->any = true;
	if (host) {
		fputs("  - ", unknowns->out);
		put_shown(unknowns->out, host);
		fputs(":\n    ", unknowns->out);
	} else {
		fputs("  - ", unknowns->out);
	}
	text_wrap_within(unknowns->out, wide(unknowns->out), sentence, 4, 4);
}

void fleet_put_text(FILE *out, const struct fleet *fleet)
{
	struct unknowns unknowns = {.out = out};
	char verdict[FLEET_VERDICT_BYTES], first[FLEET_FIRST_BYTES];

	if (*fleet_headline(fleet, first)) {
		snprintf(verdict, sizeof(verdict), "%s: %s", fleet_level(fleet), first);
		text_wrap_level(out, level_named(verdict), wide(out), verdict, 0, 0);
	} else {
		fleet_verdict(fleet, verdict, sizeof(verdict));
		text_wrap_level(out, level_named(verdict), wide(out), verdict, 0, 0);
	}
	put_hosts(out, fleet);
	if (*first) {
		put_heading(out, "In full");
		fleet_verdict(fleet, verdict, sizeof(verdict));
		text_wrap_within(out, wide(out), verdict, 0, 0);
	}
	put_groups(out, fleet);
	put_timeline(out, fleet);
	put_recordings(out, fleet);
	put_heading(out, "Not known");
	fleet_unknowns(fleet, put_unknown, &unknowns);
	if (!unknowns.any)
		fputs("Nothing of importance.\n", out);
}
