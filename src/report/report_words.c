// SPDX-License-Identifier: GPL-2.0-or-later
/* The verdict of a report: the same sentences for people and programs. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "show/downtime_words.h"
#include "show/finding_words.h"
#include "report/report_view.h"
#include "report/verdict.h"
#include "show/incident_view.h"
#include "show/incident_words.h"
#include "show/sentence.h"

#define SHOWN_BYTES 256 /* as much of a text from the recording as is shown */

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

/* Of two references that contradict each other it is not known which is wrong. */
static bool is_reference(enum observed_clock clock)
{
	return clock == OBSERVED_PHC_OTHER || clock == OBSERVED_CLOCKBOUND;
}

/* How far off, and whether that is more than it claims. */
static void say_error(struct words *words, enum observed_clock clock,
		      const struct error_range *errors, const struct witness *witness)
{
	char text[ERROR_RANGE_BYTES], name[WITNESS_TEXT_BYTES];
	bool is_claimed = !errors->wrong && errors->off;

	if (errors->wrong && is_reference(clock))
		say(words,
		    "contradicted the page in %" PRIu64 " of %" PRIu64 " known readings, away by ",
		    errors->wrong, errors->known);
	else if (errors->wrong)
		say(words, "was wrong in %" PRIu64 " of %" PRIu64 " known readings, ",
		    errors->wrong, errors->known);
	else if (is_claimed)
		say(words, "was ");
	else
		say(words, "was not proven wrong in any of %" PRIu64 " known readings; ",
		    errors->known);
	if (errors->wrong && is_reference(clock))
		say(words, "%s", error_range_text(errors, text));
	else
		say_error_range(words, errors);
	if (!is_reference(clock) && witness_is_other(witness))
		say(words, ", by %s", witness_text(witness, name));
	if (is_claimed && !errors->claim_ns && is_reference(clock))
		say(words, ", and claims no bound");
	else if (is_claimed)
		say(words, ", and in none of %" PRIu64 " known readings by more than %s%s",
		    errors->known, errors->claim_ns ? "it claims" : "1 ms, as it claims no bound",
		    errors->excused ? " or a leap second explains" : "");
	say(words, ".");
}

static void say_by_host(struct words *words, const struct incident *incident)
{
	char name[WITNESS_TEXT_BYTES];

	if (!incident_is_off_by_host(incident))
		return;
	say(words, " By %s, CLOCK_REALTIME was about ", witness_text(&incident->proven_by, name));
	say_off(words, incident->by_host);
	say(words, ".");
}

static void say_clocks(struct words *words, const struct incident *incident)
{
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct error_range *errors = &incident->clock[i].errors;
		char name[CLOCK_WORDS_BYTES];
		const char *clock;

		if (!incident->clock[i].seen)
			continue;
		clock = incident_clock_words(incident, (enum observed_clock)i, name);
		if (i == OBSERVED_PHC_OTHER && incident->others > 1)
			say(words, " The worst of %zu other PTP clocks, %s, ", incident->others,
			    clock);
		else
			say(words, " %s ", clock);
		if (!errors->known) {
			say(words, "was off by an amount that is not known.");
			continue;
		}
		say_error(words, (enum observed_clock)i, errors, &incident->witness);
		say_not_known(words, incident, (enum observed_clock)i);
	}
	say_by_host(words, incident);
}

static void say_readers(struct words *words, const struct report *report,
			const struct incident *incident)
{
	struct reads reads = reads_of(&incident, 1);

	if (!reads.all) {
		say(words, report_watched_reads(report)
				   ? " No read of the clock through the kernel was seen meanwhile."
				   : " Who read it meanwhile was not watched.");
		return;
	}
	say(words, " %s%" PRIu64 " process%s read the clock %" PRIu64 " times meanwhile: ",
	    incident->reads_unlisted ? "At least " : "", reads.processes,
	    reads.processes == 1 ? "" : "es", reads.all);
	if (reads.failed)
		say(words, "%" PRIu64 " failed%s", reads.failed,
		    reads.failed == reads.all ? "." : ", ");
	if (reads.failed == reads.all)
		return;
	say(words, "%" PRIu64 " reads got a wrong time, %" PRIu64 " are not proven wrong",
	    reads.wrong, reads.known - reads.wrong);
	if (reads.unknown)
		say(words, ", and of %" PRIu64 " it is not known", reads.unknown);
	say(words, ".");
}

static void say_incident(struct words *words, const struct report *report,
			 const struct incident *incident)
{
	char from[INSTANT_ISO_BYTES], length[INCIDENT_LENGTH_BYTES], downtime[DOWNTIME_WORDS_BYTES];
	/* By the page goes without saying. */
	bool says_recovery = !incident->recovered || !incident_any_known(incident) ||
			     witness_is_other(incident_recovered_by(incident));
	char recovery[RECOVERY_BYTES], blame[STEP_BLAME_BYTES];

	report_utc(report, incident->from_ns, from, sizeof(from));
	say(words, " Incident %" PRIu64 " (", incident->number);
	say_kinds(words, incident);
	say(words, "): from %s on the clock was bad", from);
	if (incident_is_of_known_length(incident))
		say(words, " for %s.", incident_length(incident, length));
	else
		say(words, ", for how long is not known.");
	if (says_recovery)
		say(words, " %c%s.", toupper(*incident_recovery(incident, recovery)),
		    incident_recovery(incident, recovery) + 1);
	downtime_sentence(&report->analysis->downtimes, incident, downtime, sizeof(downtime));
	say(words, "%s%s", *downtime ? " " : "", downtime);
	if (incident->step_blame.fault)
		say(words, " B%s.", step_blame_text(&incident->step_blame, blame) + 1);
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

bool report_is_windowed(const struct report *report)
{
	return report->since_ns || report->until_ns != UINT64_MAX;
}

uint64_t report_asked_ns(const struct report *report, uint64_t from_ns, uint64_t to_ns)
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
	uint64_t gap_ns = report_asked_ns(report, report->start_ns, begin_ns(report)) +
			  (report_is_windowed(report) ? 0 : analysis->gap_ns);
	bool at_least = report_is_windowed(report) && analysis->gaps_unlisted;
	char length[TEXT_NS_BYTES];

	for (size_t i = 0; report_is_windowed(report) && i < analysis->gaps; i++)
		gap_ns += report_asked_ns(report, analysis->gap[i].from_ns, analysis->gap[i].to_ns);
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
	text_ns_u64(report_asked_ns(report, begin, end), length, sizeof(length));
	say(words, "in %s of %s", length, host);
	if (report_is_windowed(report)) {
		report_utc(report, begin > report->since_ns ? begin : report->since_ns, from,
			   sizeof(from));
		report_utc(report, end < report->until_ns ? end : report->until_ns, to, sizeof(to));
		say(words, " (%s to %s)", from, to);
	}
	say_gaps(words, report);
}

/* The worst of the window, as in the first lines, and how many there are whichever is asked for. */
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
		    (!worst || verdict_is_worse(incident, worst)))
			worst = incident;
	}
	return worst;
}

/* Which of them are in the window is not known of those that there was no room for. */
static const char *at_most(const struct report *report, uint64_t unlisted)
{
	return unlisted && report_is_windowed(report) ? "at most " : "";
}

/* By which clock that is so, where it is not the page alone. */
static void say_witness(struct words *words, const struct report *report)
{
	const struct witness *witness = &report->analysis->witness;
	char text[WITNESS_TEXT_BYTES];

	if (witness_is_other(witness))
		say(words, "%s CLOCK_REALTIME was compared with %s.",
		    report->utc && report->utc->has_page ? " Where the page gave no time," : "",
		    witness_text(witness, text));
}

/* Something was bad: was nothing else? */
static void say_whether_all(struct words *words, struct claim all)
{
	if (all.state == CLAIM_UNKNOWN)
		say(words, " Whether there was more is not known: %s.", claim_why_means(all.why));
}

static void say_findings(struct words *words, const struct report *report, const char *none)
{
	char sentence[FINDING_WORDS_BYTES];
	uint64_t count;
	const struct finding *worst = report_worst_finding(report, &count);

	if (!worst) {
		say(words, " %s; %s%" PRIu64 " findings are not listed.", none,
		    at_most(report, report->analysis->findings_unlisted), count);
		return;
	}
	finding_sentence(worst, sentence, sizeof(sentence));
	say(words, " %s; found was %s: %s.", none, finding_name(worst->kind), sentence);
	if (count > 1)
		say(words, " The timeline has %s%" PRIu64 " finding%s more.",
		    at_most(report, report->analysis->findings_unlisted), count - 1,
		    count == 2 ? "" : "s");
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* No incident tells of it where it was so from the beginning. */
static void say_status(struct words *words, const struct report *report)
{
	const struct page_doubt *doubt = report->doubt;
	bool is_unreliable = report_page_is_unreliable(report);
	uint64_t from_ns = is_unreliable ? doubt->unreliable_from_ns : doubt->freerunning_from_ns;
	uint64_t to_ns = is_unreliable ? doubt->unreliable_to_ns : doubt->freerunning_to_ns;
	char from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES];

	say(words, " the host%s,",
	    is_unreliable ? "'s clock said UNRELIABLE of itself"
			  : " had no source of time (FREERUNNING)");
	if (!to_ns) {
		say(words, " in a part that was not kept");
		return;
	}
	report_utc(report, later(from_ns, report->since_ns), from, sizeof(from));
	report_utc(report, earlier(to_ns, report->until_ns), to, sizeof(to));
	say(words, " from %s to %s", from, to);
}

/* The findings of what was not kept are, without the events that show them. */
static void say_unkept(struct words *words, const struct report *report)
{
	const struct event_gap *gap = report_worst_unkept(report);
	char at[INSTANT_ISO_BYTES];

	if (!gap)
		return;
	report_utc(report, gap->worst_ns, at, sizeof(at));
	say_found_unseen(words, gap, gap == report->unread, at);
}

static void say_nothing_bad(struct words *words, const struct report *report)
{
	const struct event_gap *unkept = report_worst_unkept(report);
	struct claim well = report_claim(report);
	bool is_compared = report->analysis->clock[OBSERVED_REALTIME].known;
	const char *none = "there was no incident";
	uint64_t findings;

	if (report_is_all(report).state != CLAIM_HOLDS)
		none = "no incident was seen";
	if (report_page_is_unreliable(report) || report_page_is_freerunning(report)) {
		say_status(words, report);
		say(words, ". Beside that");
	}
	report_worst_finding(report, &findings);
	if (findings)
		say_findings(words, report, none);
	else if (well.state == CLAIM_HOLDS)
		say(words, " nothing was found.");
	else
		say(words, " %s%s.", well.state == CLAIM_FAILS ? none : "no disruption was seen",
		    unkept ? unkept == report->unread ? " in what can be read" : " in what was kept"
			   : "");
	say_unkept(words, report);
	say_clock_doubts(words, report->clock_doubts, report->since_ns, report->until_ns, "");
	if (report->span.clock_off && !clock_doubts_any(report->clock_doubts, 0, UINT64_MAX))
		say(words, " In a part that was not kept, a clock was off.");
	say_witness(words, report);
	if (!is_compared)
		say(words, " CLOCK_REALTIME was not compared with any clock.");
	if (well.state == CLAIM_UNKNOWN)
		say(words, " W%s is not known: %s.", claim_why_leaves(well.why) + 1,
		    claim_why_means(well.why));
	else
		say_whether_all(words, report_is_all(report));
}

void report_verdict(const struct report *report, char *text, size_t bytes)
{
	struct words words = {text, bytes};
	uint64_t count;
	const struct incident *incident = worst_of(report, &count);

	text[0] = '\0';
	say(&words, "%s: ", report_level(report));
	if (!report->analysis->events) {
		say(&words, "no event was recorded. Whether all was well is not known: %s.",
		    claim_why_means(report_claim(report).why));
		return;
	}
	say_window(&words, report);
	if (!incident) {
		say_nothing_bad(&words, report);
		return;
	}
	say(&words, " there %s %s%" PRIu64 " incident%s.", count == 1 ? "was" : "were",
	    at_most(report, report->analysis->incidents_unlisted), count, count == 1 ? "" : "s");
	if (count > 1)
		say(&words, report->incident ? " The one asked for:" : " The worst:");
	if (report_page_is_unreliable(report) || report_page_is_freerunning(report)) {
		say(&words, " Beside that");
		say_status(&words, report);
		say(&words, ".");
	}
	say_incident(&words, report, incident);
	if (!report->incident)
		say_clock_doubts(&words, report->clock_doubts, report->since_ns, report->until_ns,
				 "While there was no incident ");
	say_whether_all(&words, report_has_all(report));
}
