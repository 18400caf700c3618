// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "base/instant.h"
#include "show/incident_view.h"
#include "show/level.h"
#include "show/live_text.h"
#include "record/record_view.h"
#include "show/text_shown.h"

void record_size_text(uint64_t bytes, char text[RECORD_SIZE_BYTES])
{
	if (bytes < 10000)
		snprintf(text, RECORD_SIZE_BYTES, "%" PRIu64 " bytes", bytes);
	else if (bytes < 1000000)
		snprintf(text, RECORD_SIZE_BYTES, "%" PRIu64 " kB", bytes / 1000);
	else
		snprintf(text, RECORD_SIZE_BYTES, "%" PRIu64 ".%" PRIu64 " MB", bytes / 1000000,
			 bytes / 100000 % 10);
}

static void put_fact(FILE *out, const struct record_context *context, const char *label,
		     const char *name)
{
	const char *value = fact_get(context->facts, name);

	if (!value)
		return;
	fprintf(out, "%-7s ", label);
	text_put_shown(out, value);
	fputc('\n', out);
}

static void put_start(FILE *out, const struct record_context *context)
{
	live_put_start(out, (int64_t)fact_get_u64(context->facts, "start_realtime_ns", 0));
	fputs("; times below are seconds after it\n", out);
}

static void text_begin(FILE *out, const struct record_context *context)
{
	put_start(out, context);
	fputs("file    ", out);
	text_put_shown(out, context->file);
	fputc('\n', out);
	put_fact(out, context, "page", "page");
	put_fact(out, context, "uses", "uses");
	put_fact(out, context, "keeps", "thinning");
	put_fact(out, context, "bounds", "bounds");
	put_fact(out, context, "ring", "ring");
	fputc('\n', out);
}

static void text_finding(FILE *out, uint64_t start_ns, const struct finding *finding)
{
	live_put_time(out, start_ns, finding->found_ns);
	live_put_finding(out, finding);
	fputc('\n', out);
}

static void text_incident(FILE *out, uint64_t start_ns, const struct incident *incident)
{
	incident_put_text(out, start_ns, incident);
}

static void put_counts(FILE *out, const struct record_context *context,
		       const struct detector_counts *counts, const struct outcome *outcome)
{
	fputs("findings  ", out);
	live_put_finding_counts(out, fact_get_u64(context->facts, "start_monotonic_ns", 0), counts,
				outcome);
	fputc('\n', out);
}

static void put_windows(FILE *out, const struct record_result *result)
{
	fprintf(out, "kept      %" PRIu64 " window%s for good", result->windows,
		result->windows == 1 ? "" : "s");
	if (result->windows_cut)
		fprintf(out, "; the oldest %" PRIu64 " had to make room", result->windows_cut);
	fprintf(out, "; %" PRIu64 " events outside of them were discarded\n", result->cut);
}

static void text_end(FILE *out, const struct record_context *context,
		     const struct record_result *result)
{
	uint64_t start_ns = fact_get_u64(context->facts, "start_monotonic_ns", 0);
	uint64_t watched_ns = fact_get_u64(context->facts, "watched_from_monotonic_ns", start_ns);
	char size[RECORD_SIZE_BYTES];

	record_size_text(result->bytes, size);
	live_put_duration(out, "\nrecorded  %s", result->duration_ns);
	/* What came before is not in the length of the recording. */
	if (watched_ns > start_ns)
		live_put_duration(out, ", from %s after the start on", watched_ns - start_ns);
	fprintf(out, ", %" PRIu64 " events", result->events);
	if (result->kept < result->events)
		fprintf(out, ", of which %" PRIu64 " are kept: the others told nothing new",
			result->kept);
	fputc('\n', out);
	put_counts(out, context, result->counts, &result->outcome);
	fputs("file      ", out);
	text_put_shown(out, context->file);
	fputs(", ", out);
	level_put(out, result->is_gone ? LEVEL_CRITICAL : LEVEL_NONE,
		  result->is_gone ? "NOT THERE ANY MORE" : size);
	fputc('\n', out);
	if (result->is_ring)
		put_windows(out, result);
	if (result->cut && !result->is_ring)
		fprintf(out, "          the oldest %" PRIu64 " events had to make room\n",
			result->cut);
	if (result->lost) {
		level_put(out, LEVEL_CRITICAL, "LOST      ");
		fprintf(out, "%" PRIu64 " events could not be written%s%s\n", result->lost,
			*result->trouble ? ": " : "", result->trouble);
	}
}

static void text_replay_begin(FILE *out, const struct record_context *context)
{
	put_start(out, context);
	fputs("replay  ", out);
	text_put_shown(out, context->file);
	fputs("\n\n", out);
}

static void text_replay_end(FILE *out, const struct record_context *context,
			    const struct replay_result *result)
{
	live_put_duration(out, "\nreplayed  %s", result->duration_ns);
	fprintf(out, ", %" PRIu64 " events\n", result->events);
	put_counts(out, context, result->counts, &result->outcome);
	if (result->why_not_compared)
		fprintf(out, "          not compared with those seen live: %s\n",
			result->why_not_compared);
	else if (result->different || result->missing)
		fprintf(out,
			"DIFFERENT %" PRIu64 " findings are not as they were seen live, %" PRIu64
			" are in one of the two only, %" PRIu64 " are the same\n",
			result->different, result->missing, result->same);
	else
		fprintf(out, "          byte for byte those seen live%s\n",
			result->ended ? "" : " until it was cut: its end is missing");
}

const struct record_view record_view_text = {
	.begin = text_begin,
	.finding = text_finding,
	.incident = text_incident,
	.end = text_end,
	.replay_begin = text_replay_begin,
	.replay_end = text_replay_end,
};
