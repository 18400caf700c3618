// SPDX-License-Identifier: GPL-2.0-or-later
/* What a report cannot know, and why: the same sentences for people and programs. */
#include <inttypes.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "judge/clock_error.h"
#include "report/report_view.h"
#include "show/incident_view.h"
#include "show/sentence.h"

#define SHOWN_BYTES 256 /* as much of a text from the recording as is shown */

/* What a ring cut between what it kept; @gap_events of what was cut, the rest is the oldest. */
static void emit_gaps(const struct report *report, const struct unknown_sink *sink)
{
	const struct analysis *analysis = report->analysis;
	uint64_t oldest =
		report->cut > analysis->gap_events ? report->cut - analysis->gap_events : 0;
	char from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES];

	if (oldest)
		emit(sink, "cut",
		     "The oldest %" PRIu64 " events made room for later ones: what came before is "
		     "not told%s.",
		     oldest,
		     report_unkept(report, report->start_ns, analysis->first_ns)
			     ? ", and something was found in it, or may have been"
			     : "");
	for (size_t i = 0; i < analysis->gaps; i++) {
		const struct event_gap *gap = &analysis->gap[i];

		if (!report_asked_ns(report, gap->from_ns, gap->to_ns))
			continue;
		report_utc(report, gap->from_ns, from, sizeof(from));
		report_utc(report, gap->to_ns, to, sizeof(to));
		emit(sink, "gap",
		     "Not kept from %s to %s: %" PRIu64 " events. Of what was found then, "
		     "%" PRIu64 " findings are kept, without the events that show them.",
		     from, to, gap->events, gap->findings);
	}
	if (analysis->gaps_unlisted)
		emit(sink, "gaps_unlisted",
		     "%" PRIu64 " stretches more were not kept: SELECT * FROM windows lists those "
		     "that were.",
		     analysis->gaps_unlisted);
}

/* What a bundle left out of the recording that it was made of, or hid. */
static void emit_bundle(const struct report *report, const struct unknown_sink *sink)
{
	const char *cut = fact_get(report->facts, "bundle_cut");
	const char *of = fact_get(report->facts, "bundle_of") ?: "another recording";
	const char *redacted = fact_get(report->facts, "redacted");
	char shown[SHOWN_BYTES], whole[SHOWN_BYTES];

	if (cut && strncmp(cut, "nothing", 7)) {
		text_display(cut, strlen(cut), shown, sizeof(shown));
		text_display(of, strlen(of), whole, sizeof(whole));
		emit(sink, "part",
		     "This is a part of a recording (%s), cut out of it: %s. What is in the rest "
		     "of "
		     "it is not told.",
		     whole, shown);
	}
	if (redacted) {
		text_display(redacted, strlen(redacted), shown, sizeof(shown));
		emit(sink, "redacted", "Pseudonyms stand for: %s.", shown);
	}
}

/* Where it was cut. */
static void emit_end(const struct report *report, const struct unknown_sink *sink)
{
	char newest[INSTANT_ISO_BYTES] = "";

	if (report->span.ended)
		return;
	if (report->analysis->events)
		report_utc(report, report->analysis->last_ns, newest, sizeof(newest));
	emit(sink, "not_ended",
	     "The recording was not closed: its program was killed, the machine stopped, or it "
	     "still runs. What came after %s is missing.",
	     *newest ? newest : "its start");
	if (report->span.no_log)
		emit(sink, "no_log",
		     "This is a recording's main file without its log: the file -wal beside it is "
		     "missing or empty. What only that holds is missing: copy both files.");
}

static void emit_recording(const struct report *report, const struct unknown_sink *sink)
{
	char damage[SHOWN_BYTES];

	if (*report->damage) {
		text_display(report->damage, strlen(report->damage), damage, sizeof(damage));
		emit(sink, "damaged",
		     "The file is damaged (%s): %" PRIu64
		     " events were passed over, and what could "
		     "not be read at all is missing here.",
		     damage, report->bad_rows);
	}
	emit_end(report, sink);
	emit_gaps(report, sink);
	emit_bundle(report, sink);
	if (report->span.lost) {
		text_display(report->lost_why, strlen(report->lost_why), damage, sizeof(damage));
		emit(sink, "not_written",
		     "%" PRIu64 " events were seen and could not be written: %s.",
		     report->span.lost, damage);
	}
	if (report->analysis->findings_unlisted || report->analysis->incidents_unlisted)
		emit(sink, "unlisted",
		     "%" PRIu64 " findings and %" PRIu64
		     " incidents more are in the recording than "
		     "a report shows: ask for a part of it with --since and --until.",
		     report->analysis->findings_unlisted, report->analysis->incidents_unlisted);
}

/* A fact that says that something was not seen at all. */
static void emit_fact(const struct report *report, const struct unknown_sink *sink,
		      const char *name, const char *begin, const char *code, const char *what)
{
	const char *value = fact_get(report->facts, name);
	char shown[SHOWN_BYTES];

	if (!value || strncmp(value, begin, strlen(begin)))
		return;
	value += strlen(begin);
	if (!strncmp(value, ": ", 2))
		value += 2;
	text_display(value, strlen(value), shown, sizeof(shown));
	emit(sink, code, "%s%s%s.", what, *shown ? ": " : "", shown);
}

static void emit_hooks(const struct report *report, const struct unknown_sink *sink)
{
	for (size_t i = 0; i < report->facts->facts; i++) {
		const struct fact *fact = &report->facts->fact[i];
		char name[SHOWN_BYTES], value[SHOWN_BYTES];

		if (strncmp(fact->name, "hook ", 5) || strncmp(fact->value, "absent", 6))
			continue;
		text_display(fact->name + 5, strlen(fact->name + 5), name, sizeof(name));
		text_display(fact->value, strlen(fact->value), value, sizeof(value));
		emit(sink, "no_hook", "The kernel's %s was not hooked (%s).", name, value);
	}
}

static void emit_unseen(const struct report *report, const struct unknown_sink *sink)
{
	const struct blind_period *unseen = &report->analysis->summary.unseen;
	char total[TEXT_NS_BYTES];

	if (!unseen->times)
		return;
	text_ns_u64(blind_period_total_ns(unseen, report->analysis->last_ns), total, sizeof(total));
	emit(sink, "driver_let_go",
	     "Who used the clock for %s in all, %" PRIu64
	     " time%s: the driver had been released, for "
	     "somebody wanted to unload it.",
	     total, unseen->times, unseen->times == 1 ? "" : "s");
}

static void emit_reads(const struct incident *incident, const struct unknown_sink *sink)
{
	uint64_t unknown[ERROR_UNKNOWNS] = {0};

	for (size_t i = 0; i < incident->readers; i++) {
		for (int why = 0; why < ERROR_UNKNOWNS; why++)
			unknown[why] += incident->reader[i].errors.unknown[why];
	}
	for (int why = 0; why < ERROR_UNKNOWNS; why++) {
		if (unknown[why])
			emit(sink, error_unknown_name((enum error_unknown)why),
			     "How wrong %" PRIu64 " read%s in incident %" PRIu64 " %s: %s.",
			     unknown[why], unknown[why] == 1 ? "" : "s", incident->number,
			     unknown[why] == 1 ? "was" : "were",
			     error_unknown_means((enum error_unknown)why));
	}
	if (incident->reads_unlisted || incident->reads_unjudged)
		emit(sink, "reads_unlisted",
		     "Incident %" PRIu64 ": %" PRIu64 " reads were of readers beyond the table, "
		     "%" PRIu64 " were more than could be kept until a page came to judge them by.",
		     incident->number, incident->reads_unlisted, incident->reads_unjudged);
}

/* Most programs read CLOCK_REALTIME, not the vmclock, and without the kernel: not visible. */
static void emit_realtime(const struct incident *incident, const struct unknown_sink *sink)
{
	const struct error_range *errors = &incident->clock[OBSERVED_REALTIME].errors;
	char off[ERROR_OFF_BYTES] = "", rest[SHOWN_BYTES * 4] = "";
	struct words words = {rest, sizeof(rest)}, far = {off, sizeof(off)};

	if (!incident->clock[OBSERVED_REALTIME].seen || !errors->known)
		return;
	say_not_known(&words, incident, OBSERVED_REALTIME);
	say_error_range(&far, errors);
	emit(sink, "realtime_unseen",
	     "Who read CLOCK_REALTIME in incident %" PRIu64 ", and how often: such reads (of "
	     "databases, logs) go through the vDSO and never enter the kernel. Where its error is "
	     "known, it was %s, and so was what they got.%s",
	     incident->number, off, rest);
}

static void emit_seeing(const struct report *report, const struct unknown_sink *sink)
{
	const struct analysis *analysis = report->analysis;
	bool narrowed = report_is_windowed(report) || report->incident;
	const char *whole = narrowed ? "In the whole recording, " : "";
	uint64_t lost = analysis->has_losses ? event_losses_total(&analysis->losses) : 0;
	size_t maps = analysis->mappers.entries;

	if (analysis->page->missed)
		emit(sink, "missed_updates",
		     "%s%" PRIu64 " of %" PRIu64
		     " updates of the page happened between two samples.",
		     whole, analysis->page->missed, analysis->page->updates);
	if (lost && analysis->losses.uncounted)
		emit(sink, "lost_in_kernel",
		     "%s%" PRIu64 " events were lost in the kernel, and %" PRIu64
		     " uses of the clock are in no count.",
		     whole, lost, analysis->losses.uncounted);
	else if (lost)
		emit(sink, "lost_in_kernel",
		     "%s%" PRIu64 " events were lost in the kernel. Uses are counted nevertheless.",
		     whole, lost);
	if (analysis->has_losses && analysis->losses.suppressed)
		emit(sink, "not_kept",
		     "%s%" PRIu64
		     " uses of the clock were counted and not kept one by one, being above "
		     "a limit on their rate.",
		     whole, analysis->losses.suppressed);
	if (maps)
		emit(sink, "mapped",
		     "%s%zu process%s mapped the page: what %s read there nobody can see.", whole,
		     maps, maps == 1 ? "" : "es", maps == 1 ? "it" : "they");
	if (!analysis->clock[OBSERVED_REALTIME].known)
		emit(sink, "no_realtime",
		     "How wrong CLOCK_REALTIME was: it was not, or could not be, held against the "
		     "page.");
}

/* Each of the oddities for which its clock cannot be relied on, while no incident says so. */
static void emit_page(const struct report *report, const struct unknown_sink *sink)
{
	const struct page_doubt *doubt = report->doubt;
	char from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES];

	if (!report_page_is_bad(report) || doubt->from_ns >= report->until_ns ||
	    doubt->to_ns < report->since_ns)
		return;
	report_utc(report, doubt->from_ns, from, sizeof(from));
	report_utc(report, doubt->to_ns, to, sizeof(to));
	if (doubt->is_adrift)
		emit(sink, "page_bad",
		     "How far the clock was off while the host had no source of time "
		     "(FREERUNNING), seen from %s to %s: it gave no bound.",
		     from, to);
	if (doubt->undefined[0])
		emit(sink, "page_bad",
		     "Whether the page is what it should be, seen from %s to %s: %s.", from, to,
		     doubt->undefined);
	if (doubt->is_out_of_range)
		emit(sink, "page_bad",
		     "Whether the clock was right, from %s to %s: the page's time, or its error "
		     "bound, was out of range.",
		     from, to);
	for (enum page_warning i = 0; i < PAGE_WARNINGS; i++) {
		if (doubt->unsafe & PAGE_WARNING_BIT(i))
			emit(sink, "page_bad",
			     "Whether the clock was right while the page was bad, seen from %s to "
			     "%s: %s.",
			     from, to, page_warning_info(i)->means);
	}
}

static void emit_stretch(const struct report *report, const struct unknown_sink *sink,
			 uint64_t from_ns, uint64_t to_ns)
{
	char from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES];

	if (from_ns >= report->until_ns || to_ns <= report->since_ns)
		return;
	report_utc(report, from_ns, from, sizeof(from));
	report_utc(report, to_ns, to, sizeof(to));
	emit(sink, "not_compared",
	     "How wrong CLOCK_REALTIME was from %s to %s: no clock could tell.", from, to);
}

/* Those who tell how it is were not there, or claimed nothing, for a time. */
static void emit_untold(const struct report *report, const struct unknown_sink *sink)
{
	const struct untold *untold = judge_untold(report->analysis->judge);
	uint64_t unlisted = untold->times > UNTOLD_STRETCHES ? untold->times - UNTOLD_STRETCHES : 0;
	char to[INSTANT_ISO_BYTES];

	if (!report->analysis->clock[OBSERVED_REALTIME].known || !untold->times ||
	    untold->from_ns >= report->until_ns || untold->to_ns <= report->since_ns)
		return;
	for (size_t i = 0; i < untold->times - unlisted; i++)
		emit_stretch(report, sink, untold->stretch[i].from_ns, untold->stretch[i].to_ns);
	report_utc(report, untold->to_ns, to, sizeof(to));
	if (unlisted)
		emit(sink, "not_compared",
		     "How wrong CLOCK_REALTIME was for %" PRIu64
		     " further stretches until %s: no clock could tell.",
		     unlisted, to);
}

/* While the hooks are attached the page is sampled already, and uses are not seen. */
static void emit_before(const struct report *report, const struct unknown_sink *sink)
{
	uint64_t watched_ns =
		fact_get_u64(report->facts, "watched_from_monotonic_ns", report->start_ns);
	const char *uses = fact_get(report->facts, "uses");
	char length[TEXT_NS_BYTES];

	if (!uses || !strncmp(uses, "not seen", 8) ||
	    !report_asked_ns(report, report->start_ns, watched_ns))
		return;
	text_ns_u64(watched_ns - report->start_ns, length, sizeof(length));
	emit(sink, "before_watched",
	     "Who used the clock in the first %s: the hooks were being attached.", length);
}

static void emit_incident(const struct incident *incident, const struct unknown_sink *sink)
{
	emit_reads(incident, sink);
	emit_realtime(incident, sink);
}

void report_unknowns(const struct report *report, unknown_fn fn, void *arg)
{
	const struct unknown_sink sink = {.fn = fn, .arg = arg};

	emit_recording(report, &sink);
	emit_fact(report, &sink, "page", "none", "no_page", "The page was not watched");
	emit_fact(report, &sink, "uses", "not seen", "no_hooks",
		  "Who read the clock through the kernel was not seen");
	emit_before(report, &sink);
	emit_hooks(report, &sink);
	emit_unseen(report, &sink);
	emit_page(report, &sink);
	emit_untold(report, &sink);
	emit_seeing(report, &sink);
	for (size_t i = 0; i < report->analysis->incidents; i++) {
		if (report_has_incident(report, report->analysis->incident[i]))
			emit_incident(report->analysis->incident[i], &sink);
	}
}
