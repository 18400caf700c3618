// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/live_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "page/diff.h"
#include "page/names.h"
#include "show/field_change.h"
#include "show/finding_words.h"
#include "show/level.h"
#include "show/sentence.h"
#include "show/text_fit.h"
#include "show/text_wrap.h"

#define PREFIX_COLUMNS 44 /* at most, of the time and the reader before it */
#define CHANGE_BYTES   4096

void live_put_duration(FILE *out, const char *format, uint64_t ns)
{
	char text[TEXT_NS_BYTES];

	text_ns_u64(ns, text, sizeof(text));
	fprintf(out, format, text);
}

void live_put_start(FILE *out, int64_t realtime_ns)
{
	char when[INSTANT_ISO_BYTES];

	instant_format_utc(instant_from_ns(realtime_ns), when, sizeof(when));
	if (realtime_ns)
		fprintf(out, "start   %s (CLOCK_REALTIME)", when);
	else
		fputs("start   not known", out);
}

int live_put_time(FILE *out, uint64_t start_ns, uint64_t time_ns)
{
	int64_t ns = (int64_t)(time_ns - start_ns);
	const char *sign = ns < 0 ? "-" : "+";
	uint64_t magnitude = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;

	return fprintf(out, "%s%" PRIu64 ".%06" PRIu64 " ", sign, magnitude / NSEC_PER_SEC,
		       magnitude % NSEC_PER_SEC / 1000);
}

void live_put_reader(FILE *out, const struct event_reader *who)
{
	char text[TEXT_DISPLAY_BYTES(EVENT_COMM_BYTES)], name[sizeof(text)];

	text_display(who->comm, strnlen(who->comm, EVENT_COMM_BYTES), text, sizeof(text));
	text_shorten(text, LIVE_READER_COLUMNS, name, sizeof(name));
	fprintf(out, "%s%*s %7" PRIu32, name,
		LIVE_READER_COLUMNS - text_columns(name, strlen(name)), "", who->pid);
}

void live_put_page(FILE *out, const struct page *page)
{
	const char *status = page_status_name(page_get(page, PAGE_CLOCK_STATUS));

	if (!page->length) {
		fputs("none: no byte of a page was read", out);
		return;
	}
	fprintf(out, "%s, status %s, seq %" PRIu64 ", marker %" PRIu64 " (0x%" PRIx64 ")",
		page_mode_name(page_mode(page)), status ? status : "undefined",
		page_get(page, PAGE_SEQ_COUNT), page_get(page, PAGE_DISRUPTION_MARKER),
		page_get(page, PAGE_DISRUPTION_MARKER));
}

static void say_field_change(struct words *words, enum page_field field,
			     const struct page_change *change)
{
	const struct page *before = &change->before, *after = &change->after;
	char text[FIELD_CHANGE_BYTES];

	if (field == PAGE_FLAGS)
		flags_change_text(page_get(before, field), page_get(after, field), text);
	else
		field_change_text(field, before, after, text);
	say(words, " %s %s", page_field_info(field)->name, text);
}

/* What moves with every healthy update of a full clock is not worth a line of its own. */
#define ROUTINE_FIELDS                                                                             \
	(PAGE_FIELD_BIT(PAGE_SEQ_COUNT) | PAGE_FIELD_BIT(PAGE_COUNTER_VALUE) |                     \
	 PAGE_FIELD_BIT(PAGE_PERIOD_FRAC_SEC) | PAGE_FIELD_BIT(PAGE_TIME_SEC) |                    \
	 PAGE_FIELD_BIT(PAGE_TIME_FRAC_SEC) | PAGE_FIELD_BIT(PAGE_PERIOD_ESTERROR_RATE) |          \
	 PAGE_FIELD_BIT(PAGE_PERIOD_MAXERROR_RATE) | PAGE_FIELD_BIT(PAGE_TIME_ESTERROR_NS) |       \
	 PAGE_FIELD_BIT(PAGE_TIME_MAXERROR_NS))

bool live_is_routine(const struct page_change *change)
{
	return !(page_diff(&change->before, &change->after) & ~ROUTINE_FIELDS);
}

void live_put_page_change(FILE *out, const struct page_change *change)
{
	page_field_set fields = page_diff(&change->before, &change->after) & ~ROUTINE_FIELDS;
	char text[CHANGE_BYTES] = "";
	struct words words = {text, sizeof(text)};

	say(&words, "page updated, seq %" PRIu64, page_get(&change->after, PAGE_SEQ_COUNT));
	for (int field = 0; field < PAGE_FIELDS; field++) {
		if (fields & PAGE_FIELD_BIT(field))
			say_field_change(&words, (enum page_field)field, change);
	}
	if (change->updates > 1)
		say(&words, " (%" PRIu32 " updates since the last sample)", change->updates);
	text_wrap_log(out, LEVEL_NONE, text, PREFIX_COLUMNS);
}

void live_put_finding(FILE *out, const struct finding *finding)
{
	enum level level = level_named(finding_severity_name(finding->severity));
	char text[FINDING_WORDS_BYTES], when[FINDING_WORDS_BYTES];
	char whole[2 * FINDING_WORDS_BYTES + 8];
	int used;

	finding_sentence(finding, text, sizeof(text));
	finding_when(finding, when, sizeof(when));
	level_begin(out, level);
	used = fprintf(out, "%s %s:", finding_severity_name(finding->severity),
		       finding_name(finding->kind));
	level_end(out, level);
	snprintf(whole, sizeof(whole), " %s (%s)", text, when);
	text_wrap_log(out, LEVEL_NONE, whole, PREFIX_COLUMNS + used);
}

void live_put_updates(FILE *out, uint64_t updates, uint64_t missed,
		      const struct detector_counts *counts)
{
	const char *at_least = counts->finding[FINDING_SEQLOCK_BROKEN] ? "at least " : "";

	fprintf(out, "\npage updates        %s%" PRIu64 ", of them %s%" PRIu64, at_least, updates,
		at_least, missed);
}

static void put_why(FILE *out, const struct outcome *outcome, enum claim_why why)
{
	if (why == CLAIM_MISSED)
		fprintf(out, "%" PRIu64 " update%s of the page missed", outcome->unwatched,
			outcome->unwatched == 1 ? "" : "s");
	else
		fputs(claim_why_means(why), out);
}

static void put_kinds(FILE *out, const struct detector_counts *counts)
{
	const char *before = " (";

	for (enum finding_kind kind = 0; kind < FINDINGS; kind++) {
		if (!counts->finding[kind])
			continue;
		fprintf(out, "%s%" PRIu64 " %s", before, counts->finding[kind], finding_name(kind));
		before = ", ";
	}
	fputc(')', out);
}

/* By name, what was found live where nothing can be seen now. */
static void put_found_unseen(FILE *out, uint64_t start_ns, const struct outcome *outcome)
{
	uint64_t found_ns = outcome->found->worst_ns;
	char text[FINDING_WORDS_BYTES] = "", at[TEXT_NS_BYTES + 32], ns[TEXT_NS_BYTES];
	struct words words = {text, sizeof(text)};

	text_ns_u64(found_ns > start_ns ? found_ns - start_ns : 0, ns, sizeof(ns));
	snprintf(at, sizeof(at), "%s after the start", ns);
	say_found_unseen(&words, outcome->found, outcome->found_unread, at);
	fputs(text, out);
}

static void put_none_seen(FILE *out, uint64_t start_ns, const struct outcome *outcome)
{
	if (outcome->found) {
		fprintf(out, "none in what %s.",
			outcome->found_unread ? "can be read" : "was kept");
		put_found_unseen(out, start_ns, outcome);
		return;
	}
	fputs("none seen; ", out);
	if (outcome->well.state == CLAIM_UNKNOWN) {
		put_why(out, outcome, outcome->well.why);
		fprintf(out, ": %s is not known", claim_why_leaves(outcome->well.why));
		return;
	}
	put_why(out, outcome, outcome->all.why);
	fputs(": not known", out);
}

void live_put_finding_counts(FILE *out, uint64_t start_ns, const struct detector_counts *counts,
			     const struct outcome *outcome)
{
	bool has_all = outcome->all.state == CLAIM_HOLDS;
	enum level level = level_named(outcome->level);
	uint64_t sum = 0;

	for (enum finding_kind kind = 0; kind < FINDINGS; kind++)
		sum += counts->finding[kind];
	if (!sum && (!has_all || outcome->well.state == CLAIM_UNKNOWN)) {
		put_none_seen(out, start_ns, outcome);
		return;
	}
	level_begin(out, level);
	fprintf(out, "%s%" PRIu64, has_all ? "" : "at least ", sum);
	level_end(out, level);
	if (sum)
		put_kinds(out, counts);
	if (counts->finding[FINDING_DATA_LOSS]) {
		fputs("; EVENTS WERE LOST: whether all was well meanwhile is not known", out);
	} else if (!has_all) {
		fputs(": ", out);
		put_why(out, outcome, outcome->all.why);
	}
	if (outcome->found) {
		fputc('.', out);
		put_found_unseen(out, start_ns, outcome);
	}
}

void live_put_reader_paths(FILE *out, const struct summary_reader *reader)
{
	const char *before = "    ";

	for (int i = 0; i < EVENT_PATHS; i++) {
		if (!reader->uses[i])
			continue;
		fprintf(out, "%s%s %" PRIu64, before, event_path_name((enum event_path)i),
			reader->uses[i]);
		before = ", ";
	}
	fputs(summary_reader_maps(reader) ? "; maps the page, and reads it there unseen\n" : "\n",
	      out);
}
