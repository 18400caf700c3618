// SPDX-License-Identifier: GPL-2.0-or-later
/* What is not known of a fleet, and why: the same sentences for people and programs. */
#include <inttypes.h>
#include <string.h>

#include "fleet/fleet_view.h"
#include "show/sentence.h"

#define SHOWN_BYTES 200

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void emit_alignment(const struct fleet_recording *recording, const struct unknown_sink *sink)
{
	if (recording->aligned.method == ALIGN_BY_FACTS)
		emit(sink, "no_utc",
		     "No page with bounds and no CLOCK_REALTIME with a claim was seen while all "
		     "was well: its UTC is CLOCK_REALTIME at the start of the recording, whose "
		     "error is not known.");
	else if (recording->aligned.method == ALIGN_BY_ROUGH)
		emit(sink, "no_utc",
		     "Its UTC is by %s. No clock with a bound told it: how wrong it may be is "
		     "not known.",
		     recording->utc_by);
	else if (recording->has_width && recording->worst_ns == UINT64_MAX)
		emit(sink, "no_bound",
		     "Of some moments UTC is bounded on one side at most: CLOCK_MONOTONIC may "
		     "have jumped, and nothing that could be believed told UTC on the other "
		     "side.");
	if (recording->aligned.contradictions)
		emit(sink, "contradiction",
		     "What gave UTC contradicted itself %" PRIu64
		     " time%s, by more than CLOCK_MONOTONIC can drift: each of the times that "
		     "it gave is allowed for.",
		     recording->aligned.contradictions, plural(recording->aligned.contradictions));
	if (recording->aligned.method == ALIGN_BY_CLOCK)
		emit(sink, "by_claim", "Its UTC is by %s: that claim is taken as it is.",
		     recording->utc_by);
	if (recording->aligned.method == ALIGN_BY_REALTIME)
		emit(sink, "by_claim",
		     "Its UTC is CLOCK_REALTIME within the error that the kernel claims, which "
		     "nothing here can check.");
}

static void emit_file(const struct fleet_recording *recording, const struct unknown_sink *sink)
{
	char damage[SHOWN_BYTES];

	if (*recording->damage) {
		text_display(recording->damage, strlen(recording->damage), damage, sizeof(damage));
		emit(sink, "damaged",
		     "The file is damaged (%s): %" PRIu64
		     " events were passed over, and what could not be read at all is missing.",
		     damage, recording->bad_rows);
	}
	if (!recording->whole.ended)
		emit(sink, "not_ended",
		     "The recording was not closed: what came after its last commit is missing.");
	if (recording->whole.no_log)
		emit(sink, "no_log",
		     "This is a recording's main file without its log: the file -wal beside it is "
		     "missing or empty. What only that holds is missing.");
	if (recording->whole.page_bad)
		emit(sink, "page_bad",
		     "Whether the clock was right while the page was bad, and no incident says so: "
		     "%s.",
		     claim_why_means(recording->whole.page_why));
	if (recording->whole.missed)
		emit(sink, "missed_updates",
		     "%" PRIu64 " update%s of the page happened between two samples.",
		     recording->whole.missed, plural(recording->whole.missed));
	if (recording->cut)
		emit(sink, "cut", "The oldest %" PRIu64 " events made room for later ones%s.",
		     recording->cut,
		     recording->whole.unkept ? ", and something was found there, or may have been"
					     : "");
	if (recording->lost)
		emit(sink, "lost", "%" PRIu64 " events were lost.", recording->lost);
	if (recording->unlisted)
		emit(sink, "unlisted",
		     "%" PRIu64
		     " findings and incidents more are in the recording than a report shows.",
		     recording->unlisted);
}

static void emit_unread(const struct fleet *fleet, const struct unknown_sink *sink)
{
	for (size_t i = 0; i < fleet->unreads; i++) {
		char cause[SHOWN_BYTES];

		text_display(fleet->unread[i].cause, strlen(fleet->unread[i].cause), cause,
			     sizeof(cause));
		emit(sink, "not_read", "A file gave nothing: %s.", cause);
	}
}

void fleet_unknowns(const struct fleet *fleet, unknown_fn fn, void *arg)
{
	struct unknown_sink sink = {.fn = fn, .arg = arg};
	size_t unordered = 0, unplaced = 0;

	for (size_t i = 0; i < fleet->recordings; i++) {
		sink.host = fleet->recording[i].label;
		emit_alignment(&fleet->recording[i], &sink);
		emit_file(&fleet->recording[i], &sink);
	}
	sink.host = NULL;
	for (size_t i = 0; i < fleet->entries; i++) {
		unplaced += !fleet_is_placed(&fleet->entry[i]);
		unordered += fleet_is_placed(&fleet->entry[i]) && !fleet->entry[i].order_known;
	}
	if (unordered)
		emit(&sink, "order",
		     "Of %zu of the timeline's entries it is not proven that they came after all "
		     "above them that are of other hosts.",
		     unordered);
	if (unplaced)
		emit(&sink, "unplaced",
		     "%zu of the timeline's entries %s at its end: when it was is not known.",
		     unplaced, unplaced == 1 ? "is" : "are");
	emit_unread(fleet, &sink);
}
