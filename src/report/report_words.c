// SPDX-License-Identifier: GPL-2.0-or-later
/* The verdict of a report, and what is not known: the same sentences for people and programs. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "judge/clock_error.h"
#include "show/downtime_words.h"
#include "report/report_view.h"
#include "show/incident_view.h"
#include "show/sentence.h"

#define SENTENCE_BYTES 600
#define SHOWN_BYTES    256 /* as much of a text from the recording as is shown */

bool report_has_incident(const struct report *report, const struct incident *incident)
{
	return (!report->incident || report->incident == incident->number) &&
	       incident->to_ns >= report->since_ns && incident->from_ns < report->until_ns;
}

bool report_is_of(const struct finding *finding, const struct incident *incident)
{
	return finding->found_ns >= incident->from_ns && finding->not_before_ns <= incident->to_ns;
}

bool report_has_finding(const struct report *report, const struct finding *finding)
{
	if (finding->found_ns < report->since_ns || finding->not_before_ns >= report->until_ns)
		return false;
	if (!report->incident)
		return true;
	for (size_t i = 0; i < report->analysis->incidents; i++) {
		const struct incident *incident = report->analysis->incident[i];

		if (incident->number == report->incident)
			return report_is_of(finding, incident);
	}
	return false;
}

void report_around(const struct report *report, const struct incident *incident, uint64_t *from_ns,
		   uint64_t *to_ns)
{
	uint64_t margin = (incident->to_ns - incident->from_ns) / 4 + NSEC_PER_SEC / 10;
	uint64_t last_ns = report->analysis->last_ns;

	*from_ns = incident->from_ns > report->start_ns + margin ? incident->from_ns - margin
								 : report->start_ns;
	*to_ns = incident->to_ns + margin < last_ns ? incident->to_ns + margin : last_ns;
}

void report_utc(const struct report *report, uint64_t time_ns, char *text, size_t bytes)
{
	struct instant at = instant_from_ns(report->start_realtime_ns);

	/* Past 292 years from there nothing was recorded. */
	instant_add_ns(at, (int64_t)(time_ns - report->start_ns), &at);
	instant_format_utc(at, text, bytes);
	/* To a millisecond: more is not known, and a ticket need not carry it. */
	if (strlen(text) >= 30)
		memcpy(text + strlen(text) - 7, "Z", 2);
}

static void say_kinds(struct words *words, const struct incident *incident)
{
	const char *before = "";

	for (int kind = 0; kind < FINDINGS; kind++) {
		if (!incident->count[kind])
			continue;
		say(words, "%s%s", before, finding_name((enum finding_kind)kind));
		if (incident->count[kind] > 1)
			say(words, " (%" PRIu64 " times)", incident->count[kind]);
		before = ", ";
	}
}

static void say_clocks(struct words *words, const struct incident *incident)
{
	char lo[TEXT_NS_BYTES], hi[TEXT_NS_BYTES];

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct error_range *errors = &incident->clock[i].errors;

		if (!incident->clock[i].seen)
			continue;
		say(words, " %s ", observed_clock_name((enum observed_clock)i));
		if (!errors->known) {
			say(words, "was off by an amount that is not known.");
			continue;
		}
		text_ns(errors->all.lo_ns, true, lo, sizeof(lo));
		text_ns(errors->all.hi_ns, true, hi, sizeof(hi));
		if (errors->wrong)
			say(words,
			    "was surely wrong in %" PRIu64 " of %" PRIu64 " readings, off by",
			    errors->wrong, errors->known);
		else
			say(words, "was in none of %" PRIu64 " readings surely wrong, and off by",
			    errors->known);
		say(words, " %s .. %s.", lo, hi);
	}
}

static uint64_t processes_of(const struct incident *incident)
{
	uint64_t count = 0;

	for (size_t i = 0; i < incident->readers; i++) {
		bool seen = false;

		for (size_t j = 0; j < i; j++)
			seen |= incident->reader[j].who.pid == incident->reader[i].who.pid;
		count += !seen;
	}
	return count;
}

static void say_readers(struct words *words, const struct report *report,
			const struct incident *incident)
{
	uint64_t reads = incident->reads_unlisted + incident->reads_unjudged;
	uint64_t known = 0, wrong = 0, processes = processes_of(incident);
	const char *uses = fact_get(report->facts, "uses");

	for (size_t i = 0; i < incident->readers; i++) {
		reads += incident->reader[i].reads;
		known += incident->reader[i].errors.known;
		wrong += incident->reader[i].errors.wrong;
	}
	if (!reads) {
		say(words,
		    uses && !strncmp(uses, "not seen", 8)
			    ? " Who read it meanwhile was not watched."
			    : " No read of the clock through the kernel was seen meanwhile.");
		return;
	}
	say(words,
	    " %s%" PRIu64 " process%s read the clock %" PRIu64 " times meanwhile: %" PRIu64
	    " reads got a wrong time, %" PRIu64 " are not proven wrong",
	    incident->reads_unlisted ? "At least " : "", processes, processes == 1 ? "" : "es",
	    reads, wrong, known - wrong);
	if (reads > known)
		say(words, ", and of %" PRIu64 " it is not known", reads - known);
	say(words, ".");
}

static void say_incident(struct words *words, const struct report *report,
			 const struct incident *incident)
{
	char from[INSTANT_ISO_BYTES], length[TEXT_NS_BYTES], downtime[DOWNTIME_WORDS_BYTES];
	char recovery[RECOVERY_BYTES];

	report_utc(report, incident->from_ns, from, sizeof(from));
	text_ns_u64(incident->to_ns - incident->from_ns, length, sizeof(length));
	say(words,
	    " Incident %" PRIu64 ": from %s on the clock was bad for %s%s%s%s: ", incident->number,
	    from, incident->recovered ? "" : "at least ", length, incident->recovered ? "" : ", ",
	    incident->recovered ? "" : incident_recovery(incident, recovery));
	say_kinds(words, incident);
	say(words, ".");
	downtime_sentence(&report->analysis->downtimes, incident, downtime, sizeof(downtime));
	say(words, "%s%s", *downtime ? " " : "", downtime);
	say_clocks(words, incident);
	say_readers(words, report, incident);
}

/* From when on there are events: where the oldest made room, not from the start on. */
static uint64_t begin_ns(const struct report *report)
{
	const struct analysis *analysis = report->analysis;
	bool cut = report->cut > analysis->gap_events && analysis->events;

	return cut && analysis->first_ns > report->start_ns ? analysis->first_ns : report->start_ns;
}

static bool is_windowed(const struct report *report)
{
	return report->since_ns || report->until_ns != UINT64_MAX;
}

/* What of @from_ns to @to_ns is in the recording, and asked for; 0: nothing. */
static uint64_t asked_ns(const struct report *report, uint64_t from_ns, uint64_t to_ns)
{
	if (from_ns < report->since_ns)
		from_ns = report->since_ns;
	if (to_ns > report->until_ns)
		to_ns = report->until_ns;
	return to_ns > from_ns ? to_ns - from_ns : 0;
}

/* Nothing is said of what was not kept. */
static void say_gaps(struct words *words, const struct report *report)
{
	const struct analysis *analysis = report->analysis;
	uint64_t gap_ns = asked_ns(report, report->start_ns, begin_ns(report)) +
			  (is_windowed(report) ? 0 : analysis->gap_ns);
	bool at_least = is_windowed(report) && analysis->gaps_unlisted;
	char length[TEXT_NS_BYTES];

	for (size_t i = 0; is_windowed(report) && i < analysis->gaps; i++)
		gap_ns += asked_ns(report, analysis->gap[i].from_ns, analysis->gap[i].to_ns);
	if (!gap_ns)
		return;
	text_ns_u64(gap_ns, length, sizeof(length));
	say(words, ", of which %s%s are not kept in full,", at_least ? "at least " : "", length);
}

/* How much of what, and if only a part of it is asked for, which. */
static void say_window(struct words *words, const struct report *report)
{
	const char *name = fact_get(report->facts, "host") ?: "an unnamed host";
	uint64_t begin = report->start_ns, end = report->analysis->last_ns;
	char length[TEXT_NS_BYTES], host[SHOWN_BYTES / 2];
	char from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES];

	text_display(name, strlen(name), host, sizeof(host));
	text_ns_u64(asked_ns(report, begin, end), length, sizeof(length));
	say(words, "in %s of %s", length, host);
	if (is_windowed(report)) {
		report_utc(report, begin > report->since_ns ? begin : report->since_ns, from,
			   sizeof(from));
		report_utc(report, end < report->until_ns ? end : report->until_ns, to, sizeof(to));
		say(words, " (%s to %s)", from, to);
	}
	say_gaps(words, report);
}

/* The worst of the window, the first of those, and how many there are whichever is asked for. */
static const struct incident *worst_of(const struct report *report, uint64_t *count)
{
	const struct analysis *analysis = report->analysis;
	const struct incident *worst = NULL;

	*count = analysis->incidents_unlisted;
	for (size_t i = 0; i < analysis->incidents; i++) {
		const struct incident *incident = analysis->incident[i];

		*count +=
			incident->to_ns >= report->since_ns && incident->from_ns < report->until_ns;
		if (report_has_incident(report, incident) &&
		    (!worst || incident->severity > worst->severity))
			worst = incident;
	}
	return worst;
}

/* Which of them are in the window is not known of those that there was no room for. */
static const char *at_most(const struct report *report, uint64_t unlisted)
{
	return unlisted && is_windowed(report) ? "at most " : "";
}

static void say_nothing_bad(struct words *words, const struct report *report)
{
	const struct analysis *analysis = report->analysis;
	uint64_t findings = analysis->findings_unlisted;

	for (size_t i = 0; i < analysis->findings; i++)
		findings += report_has_finding(report, &analysis->finding[i]);
	if (findings)
		say(words, " there was no incident; %s%" PRIu64 " thing%s to know happened.",
		    at_most(report, analysis->findings_unlisted), findings,
		    findings == 1 ? "" : "s");
	else
		say(words, " nothing was found.");
	if (report_claim(report).state == CLAIM_UNKNOWN)
		say(words, " Whether all was well is not known: %s.",
		    claim_why_means(report_claim(report).why));
}

void report_verdict(const struct report *report, char *text, size_t bytes)
{
	struct words words = {text, bytes};
	uint64_t count;
	const struct incident *incident = worst_of(report, &count);

	text[0] = '\0';
	say(&words, "%s: ", report_level(report));
	say_window(&words, report);
	if (!incident) {
		say_nothing_bad(&words, report);
		return;
	}
	say(&words, " there %s %s%" PRIu64 " incident%s.", count == 1 ? "was" : "were",
	    at_most(report, report->analysis->incidents_unlisted), count, count == 1 ? "" : "s");
	if (count > 1)
		say(&words, report->incident ? " The one asked for:" : " The first of the worst:");
	say_incident(&words, report, incident);
}

/* --- What is not known */

struct unknown_sink {
	report_say_fn say;
	void *arg;
};

static void emit(const struct unknown_sink *sink, const char *code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void emit(const struct unknown_sink *sink, const char *code, const char *format, ...)
{
	char sentence[SENTENCE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	sink->say(code, sentence, sink->arg);
}

/* What a ring let go between what it kept; @gap_events of what was cut, the rest is the oldest. */
static void emit_gaps(const struct report *report, const struct unknown_sink *sink)
{
	const struct analysis *analysis = report->analysis;
	uint64_t oldest =
		report->cut > analysis->gap_events ? report->cut - analysis->gap_events : 0;
	char from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES];

	if (oldest)
		emit(sink, "cut",
		     "The oldest %" PRIu64 " events made room for later ones: what came before is "
		     "not told.",
		     oldest);
	for (size_t i = 0; i < analysis->gaps; i++) {
		const struct event_gap *gap = &analysis->gap[i];

		if (!asked_ns(report, gap->from_ns, gap->to_ns))
			continue;
		report_utc(report, gap->from_ns, from, sizeof(from));
		report_utc(report, gap->to_ns, to, sizeof(to));
		emit(sink, "gap",
		     "Not kept from %s to %s: %" PRIu64 " events, by which %" PRIu64
		     " findings were made that are in the table findings only.",
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
	if (!report->ended)
		emit(sink, "not_ended",
		     "The recording was not closed: its program was killed, the machine stopped, "
		     "or "
		     "it still runs. What came after the last commit is missing.");
	emit_gaps(report, sink);
	emit_bundle(report, sink);
	if (report->lost) {
		text_display(report->lost_why, strlen(report->lost_why), damage, sizeof(damage));
		emit(sink, "not_written",
		     "%" PRIu64 " events were seen and could not be written: %s.", report->lost,
		     damage);
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
	text_display(value + strlen(begin), strlen(value + strlen(begin)), shown, sizeof(shown));
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
	     " time%s: the driver had been let go, for "
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
	char lo[TEXT_NS_BYTES], hi[TEXT_NS_BYTES];

	if (!incident->clock[OBSERVED_REALTIME].seen || !errors->known)
		return;
	text_ns(errors->all.lo_ns, true, lo, sizeof(lo));
	text_ns(errors->all.hi_ns, true, hi, sizeof(hi));
	emit(sink, "realtime_unseen",
	     "Who read CLOCK_REALTIME in incident %" PRIu64 ", and how often: such reads (of "
	     "databases, logs) go through the vDSO and never enter the kernel. Whoever did got its "
	     "error: %s .. %s.",
	     incident->number, lo, hi);
}

static void emit_seeing(const struct report *report, const struct unknown_sink *sink)
{
	const struct analysis *analysis = report->analysis;
	bool narrowed = is_windowed(report) || report->incident;
	const char *whole = narrowed ? "In the whole recording, " : "";
	uint64_t lost = analysis->has_losses ? event_losses_total(&analysis->losses) : 0;
	size_t maps = analysis->mappers.entries;

	if (analysis->follow.missed)
		emit(sink, "missed_updates",
		     "%s%" PRIu64 " of %" PRIu64 " updates of the page happened between two looks.",
		     whole, analysis->follow.missed, analysis->follow.updates);
	if (lost && analysis->losses.uncounted)
		emit(sink, "lost_in_kernel",
		     "%s%" PRIu64 " events were lost in the kernel, and %" PRIu64
		     " uses of the clock are in no count.",
		     whole, lost, analysis->losses.uncounted);
	else if (lost)
		emit(sink, "lost_in_kernel",
		     "%s%" PRIu64 " events were lost in the kernel. Uses are counted nevertheless.",
		     whole, lost);
	if (maps)
		emit(sink, "mapped",
		     "%s%zu process%s mapped the page: what %s read there nobody can see.", whole,
		     maps, maps == 1 ? "" : "es", maps == 1 ? "it" : "they");
	if (!analysis->clock[OBSERVED_REALTIME].known)
		emit(sink, "no_realtime",
		     "How wrong CLOCK_REALTIME was: it was not, or could not be, held against the "
		     "page.");
}

static void emit_incident(const struct incident *incident, const struct unknown_sink *sink)
{
	emit_reads(incident, sink);
	emit_realtime(incident, sink);
}

void report_unknowns(const struct report *report, report_say_fn say_fn, void *arg)
{
	const struct unknown_sink sink = {say_fn, arg};

	emit_recording(report, &sink);
	emit_fact(report, &sink, "page", "none", "no_page", "The page was not watched");
	emit_fact(report, &sink, "uses", "not seen", "no_hooks",
		  "Who read the clock through the kernel was not seen");
	emit_hooks(report, &sink);
	emit_unseen(report, &sink);
	emit_seeing(report, &sink);
	for (size_t i = 0; i < report->analysis->incidents; i++) {
		if (report_has_incident(report, report->analysis->incident[i]))
			emit_incident(report->analysis->incident[i], &sink);
	}
}
