// SPDX-License-Identifier: GPL-2.0-or-later
/* A comparison for people: a line a sample, and a table of the last one with all that was found. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "page/names.h"
#include "compare/answers_view.h"
#include "compare/compare_view.h"
#include "compare/compare_words.h"
#include "compare/reference_view.h"
#include "show/interval_text.h"
#include "show/level.h"
#include "show/sentence.h"
#include "show/text_wrap.h"
#include "show/witness_words.h"

#define COLUMNS	       80
#define METHOD_COLUMNS 30
#define CLOCK_COLUMNS  18 /* what a clock is, behind its name */

static void put_interval(FILE *out, struct ns_interval interval)
{
	char text[INTERVAL_TEXT_BYTES];

	interval_text(interval, text, sizeof(text));
	fputs(text, out);
}

static void put_path(FILE *out, const char *path)
{
	char text[TEXT_DISPLAY_BYTES(128)];

	text_display(path, strnlen(path, 128), text, sizeof(text));
	fputs(text, out);
}

static void put_missing(FILE *out, const char *what, const struct error *why)
{
	fprintf(out, "%s: %s\n", what, why->cause);
	if (why->hint[0])
		fprintf(out, "  %-15s   hint: %s\n", "", why->hint);
}

/* Who takes part, and what each says of its own error. */

static void put_page(FILE *out, const struct compare_context *context,
		     const struct comparison *comparison)
{
	const struct page *page = &comparison->sample.page;
	const char *type = page_time_type_name(page_get(page, PAGE_TIME_TYPE));
	char bound[TEXT_NS_BYTES];

	fprintf(out, "  %-15s ", "page");
	if (!context->device) {
		put_missing(out, "none", context->no_page);
		return;
	}
	put_path(out, context->device);
	if (comparison->sample.page_result)
		fprintf(out, ", not readable: %s",
			event_result_cause(comparison->sample.page_result));
	else if (page_mode(page) != PAGE_FULL)
		fprintf(out, ", %s", page_mode_name(page_mode(page)));
	else
		fprintf(out, ", on %s", type ? type : "an unknown scale");
	if (comparison->has_page_claim) {
		text_ns_u64(comparison->page_claim_ns, bound, sizeof(bound));
		fprintf(out, ", guarantees +-%s", bound);
	}
	if (!context->is_device)
		fputs(" (a file: taken for this machine's page)", out);
	fputc('\n', out);
}

static void put_phc(FILE *out, const struct compare_context *context,
		    const struct comparison *comparison)
{
	const char *scale;

	if (!context->phc) {
		fprintf(out, "  %-15s ", "PTP clock");
		put_missing(out, "none", context->no_phc);
		return;
	}
	fprintf(out, "  %-15s ", context->phc);
	if (comparison->phc_scale == SCALE_UNKNOWN) {
		fputs("scale unknown\n", out);
		return;
	}
	scale = clock_scale_name(comparison->phc_scale);
	fprintf(out, "on %s: it shows the %s", scale,
		comparison->scale_is_by_page ? "page's " : "time of CLOCK_REALTIME");
	if (comparison->scale_is_by_page)
		fputs(scale, out);
	if (comparison->phc_scale == SCALE_TAI && comparison->has_tai_offset)
		fprintf(out, " (UTC + %" PRId64 " s, which are taken off below)",
			comparison->tai_offset_sec);
	fputc('\n', out);
}

static void put_realtime(FILE *out, const struct compare_context *context,
			 const struct comparison *comparison)
{
	const struct realtime_claim *claim = &comparison->sample.claim;
	char bound[TEXT_NS_BYTES];

	fprintf(out, "  %-15s on UTC", "CLOCK_REALTIME");
	if (context->clocksource)
		fprintf(out, ", runs on %s", context->clocksource);
	if (claim->result) {
		fprintf(out, ", its claim is unknown: adjtimex: %s\n", strerror(-claim->result));
	} else if (!claim->claims) {
		fputs(", claims nothing (its maxerror is 16 s or more)\n", out);
	} else {
		text_ns_u64(claim->max_error_ns, bound, sizeof(bound));
		fprintf(out, ", claims +-%s%s\n", bound,
			claim->synchronized ? "" : " (STA_UNSYNC is set)");
	}
}

static void put_driver_missing(FILE *out, const struct compare_context *context)
{
	if (!context->no_driver || !context->phc)
		return;
	fprintf(out, "  %-15s ", "driver");
	put_missing(out, "not seen", context->no_driver);
}

/* The table: two clocks, and below them each way in which they were held against each other. */

static void put_names(FILE *out, enum compared_clock a, enum compared_clock b, const char *phc)
{
	fprintf(out, "  %s - %s\n", compared_clock_name(a, phc), compared_clock_name(b, phc));
}

static void put_pair(FILE *out, const struct clock_pair *pair, bool repeats, const char *phc)
{
	const char *why = clock_pair_why(pair);

	if (!repeats)
		put_names(out, pair->a, pair->b, phc);
	fprintf(out, "    %-*s", METHOD_COLUMNS, phc_method_name(pair->method));
	if (why)
		fprintf(out, "not known: %s", why);
	else
		put_interval(out, pair->offset.ns);
	fputc('\n', out);
}

/* By all that the two claim: of the ways of reading them the last one. */
static void put_bounded(FILE *out, const struct clock_pair *pair)
{
	static const char *const whose[] = {
		[CLAIM_PAGE] = "with the page's claim",
		[CLAIM_REALTIME] = "with the kernel's claim",
		[CLAIM_PAGE | CLAIM_REALTIME] = "with both claims",
	};

	if (!pair->bounded.known || !pair->claims)
		return;
	fprintf(out, "    %-*s", METHOD_COLUMNS, whose[pair->claims]);
	put_interval(out, pair->bounded.ns);
	fputc('\n', out);
}

static void put_driver(FILE *out, const struct driver_comparison *driver)
{
	uint64_t reads = driver_comparison_reads(driver);
	char apart[TEXT_NS_BYTES];

	fprintf(out, "  driver - page, at the same counter value\n    %-*s", METHOD_COLUMNS, "BPF");
	if (reads == 0) {
		fputs("not known: no read with a known counter was seen\n", out);
		return;
	}
	if (driver->has_worst) {
		text_ns(driver->worst.minus_page_ns, true, apart, sizeof(apart));
		fprintf(out, "%s%s at worst; ", driver->worst.out_of_range ? "more than " : "",
			apart);
	}
	fprintf(out, "0 ns in %" PRIu64 " of %" PRIu64 " reads", driver->tally.equal, reads);
	if (driver->tally.apart_moved)
		fprintf(out, ", %" PRIu64 " apart while the page was updated",
			driver->tally.apart_moved);
	if (driver->tally.unknown)
		fprintf(out, ", %" PRIu64 " not comparable", driver->tally.unknown);
	fputc('\n', out);
}

static void put_pairs(FILE *out, const struct compare_context *context,
		      const struct comparison *comparison)
{
	struct clock_pair bounded = {0};

	fputs("\n  Each two clocks, how they were read, and the first less the second:\n", out);
	for (unsigned int i = 0; i < comparison->pairs; i++) {
		const struct clock_pair *pair = &comparison->pair[i];
		bool repeats = i > 0 && pair[-1].a == pair->a && pair[-1].b == pair->b;
		struct clock_pair shown = compare_pair_shown(pair);

		if (!repeats) {
			put_bounded(out, &bounded);
			bounded.bounded.known = false;
		}
		put_pair(out, &shown, repeats, context->phc);
		bounded = shown.bounded.known ? shown : bounded;
	}
	put_bounded(out, &bounded);
	references_put_pairs(out, &comparison->references, METHOD_COLUMNS);
}

/* @ppt in parts in 10^9, rounded down. */
static int64_t ppb_floor(int64_t ppt)
{
	return ppt / 1000 - (ppt % 1000 < 0);
}

/* "-0.125 .. +1.000 ppm", rounded outwards. */
static void put_rate(FILE *out, const struct elapsed *elapsed)
{
	int64_t lo = ppb_floor(elapsed->rate.lo_ppt), hi = -ppb_floor(-elapsed->rate.hi_ppt);

	if (elapsed->has_rate)
		fprintf(out, "\n    %-*s%+.3f .. %+.3f ppm", METHOD_COLUMNS, "rate",
			(double)lo / 1000, (double)hi / 1000);
}

static void put_elapsed(FILE *out, const struct comparison *comparison)
{
	bool any = false;

	for (unsigned int i = 0; i < comparison->elapseds; i++) {
		const struct elapsed_pair *pair = &comparison->elapsed[i];
		char since[TEXT_NS_BYTES];

		if (!pair->known)
			continue;
		if (!any) {
			text_ns(pair->elapsed.since.lo_ns, false, since, sizeof(since));
			fprintf(out, "\n  In %s the first counted more than the second by:\n",
				since);
		}
		any = true;
		put_names(out, pair->a, pair->b, NULL);
		fprintf(out, "    %-*s", METHOD_COLUMNS, phc_method_name(PHC_GETTIME));
		put_interval(out, pair->elapsed.difference);
		put_rate(out, &pair->elapsed);
		fputc('\n', out);
	}
}

/* What was found. */

static void put_contradictions(FILE *out, const struct compare_context *context,
			       const struct comparison *comparison)
{
	char text[COMPARE_SENTENCE_BYTES];

	for (unsigned int i = 0; i < comparison->contradictions; i++) {
		const struct contradiction *one = &comparison->contradiction[i];

		compare_contradiction_sentence(comparison, one, context->phc, text, sizeof(text));
		fprintf(out, "CONTRADICTION %s: %s.\n", contradiction_code(one->kind), text);
	}
}

static void put_sample_time(FILE *out, const struct comparison *comparison)
{
	char at[INSTANT_ISO_BYTES];

	instant_format_utc(instant_from_timespec(comparison->sample.realtime.inner), at,
			   sizeof(at));
	fputs(at, out);
}

static void put_markers(FILE *out, const struct comparison *comparison)
{
	for (unsigned int i = 0; i < comparison->updates; i++) {
		const struct page_update *update = &comparison->update[i];

		if (update->marker_changed)
			fprintf(out, "  DISRUPTION: disruption_marker %" PRIu64 " -> %" PRIu64 "\n",
				update->old_marker, update->new_marker);
	}
}

static void put_sample(FILE *out, const struct compare_context *context,
		       const struct comparison *comparison)
{
	const struct clock_pair *pair = &comparison->pair[0];
	char at[INSTANT_ISO_BYTES], off[128] = "";
	struct words words = {off, sizeof(off)};

	instant_format_utc(instant_from_timespec(comparison->sample.realtime.inner), at,
			   sizeof(at));
	/* To the second, so that all fits into a line. */
	fprintf(out, "%" PRIu64 " of %" PRIu64 ", %.*sZ", comparison->number, context->count,
		(int)strcspn(at, "."), at);
	if (pair->state == PAIR_MEASURED) {
		say_off_page(&words, compare_pair_shown(pair).offset.ns);
		fprintf(out, ": CLOCK_REALTIME is %s", off);
	}
	fputc('\n', out);
	put_markers(out, comparison);
	put_contradictions(out, context, comparison);
}

/* Why it is not known whether they agree. */
static const char *why_unknown(const struct comparison_totals *totals)
{
	if (totals->doubt[0])
		return totals->doubt;
	if (totals->agree.why == CLAIM_NO_CLOCK)
		return "the page carries no clock, and no other is here to hold CLOCK_REALTIME "
		       "against";
	return claim_why_means(totals->agree.why);
}

/* The first line: which two clocks contradict each other, that none do, or that it is not known. */
static void put_verdict(FILE *out, const struct compare_context *context,
			const struct compare_result *result)
{
	const struct comparison_totals *totals = result->totals;
	const struct comparison *last = result->last;
	uint64_t found = comparison_totals_contradictions(totals);
	bool has_witness = witness_is_other(&last->references.witness);
	char text[COMPARE_SENTENCE_BYTES];

	if (last->contradictions) {
		put_contradictions(out, context, last);
	} else if (found) {
		fprintf(out,
			"CONTRADICTION: %" PRIu64 " in %" PRIu64 " samples; none in the last.\n",
			found, totals->samples);
	} else if (totals->agree.state == CLAIM_UNKNOWN) {
		fprintf(out, "UNKNOWN: whether the clocks agree is not known: %s.\n",
			why_unknown(totals));
	} else {
		fprintf(out,
			"No clock contradicts what it or another claims, in %" PRIu64
			" sample%s.\n",
			totals->samples, totals->samples == 1 ? "" : "s");
	}
	if (!has_witness)
		return;
	witness_words(&last->references.witness, last->references.offset, text, sizeof(text));
	fprintf(out, "%s.\n", text);
}

static void put_advice(FILE *out, const struct compare_result *result)
{
	const struct comparison_totals *totals = result->totals;
	uint64_t found = comparison_totals_contradictions(totals);

	if (!found)
		return;
	fprintf(out, "\n%" PRIu64 " contradiction%s in %" PRIu64 " sample%s:\n", found,
		found == 1 ? "" : "s", totals->samples, totals->samples == 1 ? "" : "s");
	for (enum contradiction_kind kind = 0; kind < CONTRADICTIONS; kind++) {
		if (totals->contradictions[kind])
			fprintf(out, "  %s (%" PRIu64 "): %s\n", contradiction_code(kind),
				totals->contradictions[kind], compare_contradiction_advice(kind));
	}
}

static void put_notes(FILE *out, const struct compare_result *result)
{
	const struct event_losses *losses = result->losses;

	for (enum comparison_note note = 0; note < COMPARISON_NOTES; note++) {
		if (result->totals->notes & NOTE_BIT(note))
			fprintf(out, "note: %s\n", compare_note_sentence(note));
	}
	if (losses && event_losses_total(losses))
		fprintf(out, "note: %" PRIu64 " of the driver's reads were lost on the way here.\n",
			event_losses_total(losses));
}

static void put_end(FILE *out, const struct compare_context *context,
		    const struct compare_result *result)
{
	const struct comparison *last = result->last;

	put_verdict(out, context, result);
	fputs("\nClocks at ", out);
	put_sample_time(out, last);
	fputs(", the narrowest of several readings\n\n", out);
	put_page(out, context, last);
	put_phc(out, context, last);
	references_put_clocks(out, &last->references);
	put_realtime(out, context, last);
	put_driver_missing(out, context);
	answers_put(out, &last->answers);
	put_pairs(out, context, last);
	if (result->totals->has_driver)
		put_driver(out, &result->totals->driver);
	put_elapsed(out, last);
	put_advice(out, result);
	fputs(result->totals->notes ? "\n" : "", out);
	put_notes(out, result);
}

/* Where the text of a line goes on that is too long for one. */
static int indent_of(const char *line, int length)
{
	int spaces = (int)strspn(line, " ");

	/* Behind the name of a clock, or of a method. */
	if (spaces == 4 && length > 4 + METHOD_COLUMNS && line[3 + METHOD_COLUMNS] == ' ')
		return 4 + METHOD_COLUMNS;
	if (spaces == 2 && length > CLOCK_COLUMNS && line[CLOCK_COLUMNS - 2] == ' ' &&
	    line[CLOCK_COLUMNS - 1] == ' ' && line[CLOCK_COLUMNS] != ' ')
		return CLOCK_COLUMNS;
	return spaces + 2;
}

/* Lines of more than COLUMNS are cut between words; the others stay as they are. */
static void put_within(FILE *out, char *text)
{
	for (char *line = text, *end; *line; line = end) {
		int length = (int)strcspn(line, "\n"), indent = indent_of(line, length);
		int kept = indent < length ? indent : 0;
		enum level level = level_named(line);

		end = line + length + (line[length] == '\n');
		if (length <= COLUMNS) {
			level_begin(out, level);
			fprintf(out, "%.*s", length, line);
			level_end(out, level);
			fputc('\n', out);
			continue;
		}
		line[length] = '\0';
		/* What stands before the text is kept, with its columns. */
		if (kept != CLOCK_COLUMNS && kept != 4 + METHOD_COLUMNS)
			kept = (int)strspn(line, " ");
		fprintf(out, "%.*s", kept, line);
		text_wrap_level(out, level, COLUMNS, line + kept, kept, indent);
	}
}

/* What @put writes, in lines that fit. */
#define within(out, put, ...)                                                                      \
	do {                                                                                       \
		char *text = NULL;                                                                 \
		size_t bytes;                                                                      \
		FILE *lines = open_memstream(&text, &bytes);                                       \
                                                                                                   \
		if (!lines) {                                                                      \
			put(out, __VA_ARGS__);                                                     \
			break;                                                                     \
		}                                                                                  \
		put(lines, __VA_ARGS__);                                                           \
		fclose(lines);                                                                     \
		put_within(out, text);                                                             \
		free(text);                                                                        \
	} while (0)

/* While it runs, one line a sample; for a single sample the table is enough. */
static void text_sample(FILE *out, const struct compare_context *context,
			const struct comparison *comparison)
{
	if (context->count == 1)
		return;
	within(out, put_sample, context, comparison);
	fflush(out);
}

static void text_end(FILE *out, const struct compare_context *context,
		     const struct compare_result *result)
{
	if (!result->last)
		return;
	if (context->count > 1)
		fputc('\n', out);
	within(out, put_end, context, result);
	fflush(out);
}

const struct compare_view compare_view_text = {.sample = text_sample, .end = text_end};
