// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/verdict.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "judge/step_beyond.h"
#include "show/downtime_words.h"
#include "show/incident_view.h"
#include "show/sentence.h"

static struct words value_of(struct verdict_line *line)
{
	return (struct words){line->value, sizeof(line->value)};
}

static struct words note_of(struct verdict_line *line)
{
	return (struct words){line->note, sizeof(line->note)};
}

/* --- Which incident is the worst */

/* One that lasts matters most: a clock that is still wrong is wrong now. */
static int recovery_rank(const struct incident *incident)
{
	static const int ranks[] = {[CLAIM_HOLDS] = 0, [CLAIM_UNKNOWN] = 1, [CLAIM_FAILS] = 2};

	return ranks[incident->recovery.state];
}

static int state_rank(const struct incident *incident)
{
	return 3 * (int)incident->severity + recovery_rank(incident);
}

bool verdict_is_worse(const struct incident *a, const struct incident *b)
{
	struct incident_off of_a = {0}, of_b = {0};

	if (state_rank(a) != state_rank(b))
		return state_rank(a) > state_rank(b);
	incident_worse_off(a, &of_a);
	incident_worse_off(b, &of_b);
	if (error_sure_ns(of_a.error) != error_sure_ns(of_b.error))
		return error_sure_ns(of_a.error) > error_sure_ns(of_b.error);
	return a->to_ns - a->from_ns > b->to_ns - b->from_ns;
}

static void rank(const struct report *report, struct verdict *out)
{
	for (size_t i = 0; i < report->analysis->incidents; i++) {
		const struct incident *incident = report->analysis->incident[i];
		size_t at = out->incidents;

		if (!report_has_incident(report, incident))
			continue;
		for (; at && verdict_is_worse(incident, out->incident[at - 1]); at--)
			out->incident[at] = out->incident[at - 1];
		out->incident[at] = incident;
		out->incidents++;
	}
}

/* --- The five figures */

static void say_why(struct words *words, struct claim claim)
{
	if (claim.state == CLAIM_UNKNOWN)
		say(words, "%s", claim_why_means(claim.why));
}

/* There is none of something: that holds only if all was seen. */
static void set_none(struct verdict_line *line, const struct report *report, const char *none,
		     const char *none_seen)
{
	struct claim all = report_has_all(report);
	struct words value = value_of(line), note = note_of(line);

	line->well = all.state;
	say(&value, "%s", all.state == CLAIM_HOLDS ? none : none_seen);
	say_why(&note, all);
}

static void say_length(struct words *words, const struct incident *incident)
{
	char least[TEXT_NS_BYTES], most[TEXT_NS_BYTES];
	uint64_t most_ns;

	text_ns_short(incident_least_ns(incident), least, sizeof(least));
	if (!incident_most_ns(incident, &most_ns)) {
		say(words, "%s%s", incident_least_ns(incident) ? "at least " : "not known",
		    incident_least_ns(incident) ? least : "");
		return;
	}
	if (!most_ns) {
		say(words, "a moment");
		return;
	}
	text_ns_short(most_ns, most, sizeof(most));
	if (!incident_least_ns(incident))
		say(words, "at most ");
	else if (strcmp(least, most) != 0)
		say(words, "%s to ", least);
	say(words, "%s", most);
}

static void set_window(const struct report *report, struct verdict *out)
{
	struct verdict_line *line = &out->line[VERDICT_WINDOW];
	struct words value = value_of(line), note = note_of(line);
	const struct incident *longest = NULL;
	char from[INSTANT_ISO_BYTES];

	for (size_t i = 0; i < out->incidents; i++) {
		const struct incident *incident = out->incident[i];

		if (!longest ||
		    incident->to_ns - incident->from_ns > longest->to_ns - longest->from_ns)
			longest = incident;
	}
	if (!longest) {
		set_none(line, report, "none", "none seen");
		return;
	}
	line->well = CLAIM_FAILS;
	say_length(&value, longest);
	report_utc(report, longest->from_ns, from, sizeof(from));
	say(&note, "from %s, incident %" PRIu64, from, longest->number);
}

/* No clock was off: by how much at most, of CLOCK_REALTIME. */
static void set_no_clock(const struct report *report, struct verdict_line *line)
{
	const struct analysis_clock *clock = &report->analysis->clock[OBSERVED_REALTIME];
	struct words value = value_of(line), note = note_of(line);

	if (!clock->known) {
		line->well = CLAIM_UNKNOWN;
		say(&value, "not known");
		say(&note, "CLOCK_REALTIME was not compared with any clock");
		return;
	}
	set_none(line, report,
		 clock->unproven ? "none proven wrong"
		 : clock->known == clock->seen && report_clocks_claim(report).state == CLAIM_HOLDS
			 ? "none was wrong"
			 : "none was seen wrong",
		 clock->unproven ? "none proven wrong" : "none was seen wrong");
	say(&note, "%s%" PRIu64 " of %" PRIu64 " readings of CLOCK_REALTIME are known",
	    *line->note ? "; " : "", clock->known, clock->seen);
	if (!clock->unproven)
		return;
	line->well = CLAIM_UNKNOWN;
	say(&note, ", %" PRIu64 " of them not closely enough to show that it was right",
	    clock->unproven);
}

/* One that was off while no incident said so. */
static void set_doubted(const struct report *report, struct verdict_line *line)
{
	struct words value = value_of(line), note = note_of(line);
	const struct clock_doubt *worst = NULL;
	int clock = 0;

	for (int i = 0; report->clock_doubts && i < OBSERVED_CLOCKS; i++) {
		const struct clock_doubt *doubt = &report->clock_doubts->of[i];

		if (doubt->readings &&
		    (!worst || error_sure_ns(doubt->worst) > error_sure_ns(worst->worst))) {
			worst = doubt;
			clock = i;
		}
	}
	if (!worst || !clock_doubts_any(report->clock_doubts, report->since_ns, report->until_ns)) {
		set_no_clock(report, line);
		return;
	}
	line->well = CLAIM_FAILS;
	say(&value, "%s ", clock_words((enum observed_clock)clock));
	say_off(&value, worst->worst);
	say(&note, "while no incident was open");
}

static void set_clock(const struct report *report, struct verdict *out)
{
	struct verdict_line *line = &out->line[VERDICT_CLOCK];
	struct words note = note_of(line);
	char witness[WITNESS_TEXT_BYTES];
	struct incident_off worst = {0};

	for (size_t i = 0; i < out->incidents; i++)
		incident_worse_off(out->incident[i], &worst);
	if (!worst.incident) {
		set_doubted(report, line);
		return;
	}
	line->well = worst.is_wrong ? CLAIM_FAILS : report_has_all(report).state;
	incident_off_text(worst.incident, line->value);
	say(&note, "incident %" PRIu64 "%s", worst.incident->number,
	    worst.is_wrong ? "" : ", not proven to be more than it claims");
	if (worst.by_step)
		say(&note, "%s",
		    worst.step_ns ? ", wrong before that step or after it"
				  : ", by the step that put it right or wrong");
	else if (worst.by_host)
		say(&note, ", by %s", witness_text(&worst.incident->proven_by, witness));
	else if (witness_is_other(&worst.incident->witness))
		say(&note, ", by %s", witness_text(&worst.incident->witness, witness));
}

/* Is it the first entry of its process, of all or of those that got wrong times? */
static bool is_first(const struct incident *const *incident, size_t at, size_t reader, bool wrong)
{
	uint32_t pid = incident[at]->reader[reader].who.pid;

	for (size_t i = 0; i <= at; i++) {
		for (size_t j = 0; j < (i < at ? incident[i]->readers : reader); j++) {
			const struct incident_reader *other = &incident[i]->reader[j];

			if (other->who.pid == pid && (!wrong || other->errors.wrong))
				return false;
		}
	}
	return true;
}

struct reads reads_of(const struct incident *const *incident, size_t incidents)
{
	struct reads sum = {0};

	for (size_t i = 0; i < incidents; i++) {
		sum.all += incident[i]->reads_unlisted + incident[i]->reads_unjudged;
		for (size_t j = 0; j < incident[i]->readers; j++) {
			const struct incident_reader *reader = &incident[i]->reader[j];

			sum.all += reader->reads;
			sum.known += reader->errors.known;
			sum.wrong += reader->errors.wrong;
			sum.failed += reader->errors.unknown[ERROR_FAILED];
			sum.processes += is_first(incident, i, j, false);
			sum.wrong_processes +=
				reader->errors.wrong && is_first(incident, i, j, true);
		}
	}
	sum.unknown = sum.all - sum.known - sum.failed;
	return sum;
}

static void set_reads(const struct report *report, struct verdict *out)
{
	struct verdict_line *line = &out->line[VERDICT_READS];
	struct words value = value_of(line), note = note_of(line);
	struct reads reads = reads_of(out->incident, out->incidents);

	if (!report_watched_reads(report)) {
		line->well = CLAIM_UNKNOWN;
		say(&value, "not known");
		say(&note, "who read the clock was not watched");
		return;
	}
	if (!out->incidents) {
		set_none(line, report, "none", "none seen");
		return;
	}
	/* One that maps the page reads it unseen, and not proven wrong is not right. */
	line->well = reads.wrong ? CLAIM_FAILS : CLAIM_UNKNOWN;
	if (!reads.all) {
		say(&value, "none seen");
		say(&note, "no read through the kernel in an incident");
		return;
	}
	if (reads.wrong)
		say(&value, "%" PRIu64 " of %" PRIu64 ", by %" PRIu64 " program%s", reads.wrong,
		    reads.all, reads.wrong_processes, reads.wrong_processes == 1 ? "" : "s");
	else
		say(&value, "none proven wrong");
	if (!reads.wrong && !reads.unknown && !reads.failed)
		say(&note, "%" PRIu64 " read%s, within the bounds as far as is known", reads.known,
		    reads.known == 1 ? "" : "s");
	if (reads.unknown)
		say(&note, "%" PRIu64 " of %" PRIu64 " not known", reads.unknown, reads.all);
	if (reads.failed)
		say(&note, "%s%" PRIu64 " failed", reads.unknown ? "; " : "", reads.failed);
}

/* A stun tells that the guest did not run where no disruption does. */
static const struct finding_stun *longest_stun(const struct verdict *out)
{
	const struct finding_stun *longest = NULL;

	for (size_t i = 0; i < out->incidents; i++) {
		for (size_t j = 0; j < out->incident[i]->findings; j++) {
			const struct finding *finding = &out->incident[i]->finding[j];

			if (finding->kind == FINDING_STUN &&
			    (!longest || finding->stun.length.hi_ns > longest->length.hi_ns))
				longest = &finding->stun;
		}
	}
	return longest;
}

static void say_stretch(struct words *words, struct ns_interval length, bool at_least)
{
	char from[TEXT_NS_BYTES], to[TEXT_NS_BYTES];

	text_ns_short((uint64_t)length.lo_ns, from, sizeof(from));
	text_ns_short((uint64_t)length.hi_ns, to, sizeof(to));
	if (at_least) {
		say(words, "at least %s", from);
		return;
	}
	if (length.lo_ns <= 0)
		say(words, "at most ");
	else if (strcmp(from, to) != 0)
		say(words, "%s to ", from);
	say(words, "%s", to);
}

static bool is_asked_for(const struct report *report, const struct verdict *out,
			 const struct downtime *downtime)
{
	if (downtime->found_ns < report->since_ns || downtime->not_before_ns >= report->until_ns)
		return false;
	return !report->incident || (out->incidents && downtime_is_of(downtime, out->incident[0]));
}

static void set_downtime(const struct report *report, struct verdict *out)
{
	struct verdict_line *line = &out->line[VERDICT_DOWNTIME];
	struct words value = value_of(line), note = note_of(line);
	const struct downtimes *all = &report->analysis->downtimes;
	const struct downtime *longest = NULL, *unknown = NULL;
	const struct finding_stun *stun = longest_stun(out);

	for (size_t i = 0; i < all->count; i++) {
		const struct downtime *downtime = &all->downtime[i];

		if (!is_asked_for(report, out, downtime))
			continue;
		if (downtime->unknown != DOWNTIME_KNOWN)
			unknown = downtime;
		else if (!longest || downtime->length.hi_ns > longest->length.hi_ns)
			longest = downtime;
	}
	line->well = CLAIM_FAILS;
	if (stun && (!longest || stun->length.lo_ns > longest->length.hi_ns)) {
		say_stretch(&value, stun->length, stun->at_least);
		say(&note, "what its heartbeat missed%s", unknown ? "; of another not known" : "");
	} else if (longest) {
		say_stretch(&value, longest->length, false);
		say(&note, "true time by the page%s", unknown ? "; of another not known" : "");
	} else if (unknown) {
		line->well = CLAIM_UNKNOWN;
		say(&value, "not known");
		say(&note, "%s", downtime_unknown_means(unknown->unknown));
	} else {
		/* One that is too short for a stun is not found. */
		set_none(line, report, "none seen", "none seen");
	}
}

/* Of one whose recovery is not known. */
static const char *recovery_why(const struct incident *incident, char text[RECOVERY_BYTES])
{
	const char *all = incident_recovery(incident, text), *why = strstr(all, ": ");

	return why ? why + 2 : all;
}

static const struct incident *least_recovered(const struct verdict *out)
{
	const struct incident *least = NULL;

	for (size_t i = 0; i < out->incidents; i++) {
		const struct incident *incident = out->incident[i];

		if (!least || recovery_rank(incident) > recovery_rank(least))
			least = incident;
	}
	return least;
}

static void set_now(const struct report *report, struct verdict *out)
{
	struct verdict_line *line = &out->line[VERDICT_NOW];
	struct words value = value_of(line), note = note_of(line);
	const struct incident *least = least_recovered(out);
	struct claim claim = least ? least->recovery : report_clocks_claim(report);
	char recovery[RECOVERY_BYTES];

	/* What recovered is right only as far as all was seen. */
	if (least && claim.state == CLAIM_HOLDS && report_has_samples(report).state != CLAIM_HOLDS)
		claim = report_has_samples(report);
	if (claim.state == CLAIM_HOLDS && !report->analysis->clock[OBSERVED_REALTIME].known)
		claim = claim_unknown(CLAIM_NOT_COMPARED);
	if (least && claim.state == CLAIM_HOLDS && report_end_is_untold(report))
		claim = claim_unknown(CLAIM_COMPARED_NOT_ALWAYS);
	line->well = claim.state;
	if (claim.state == CLAIM_HOLDS) {
		say(&value, least ? "yes"
			    : report->analysis->clock[OBSERVED_REALTIME].unproven
				    ? "never proven wrong"
				    : "never wrong");
		if (least && witness_is_other(incident_recovered_by(least)))
			say(&note, "%s", incident_recovery(least, recovery));
	} else if (claim.state == CLAIM_UNKNOWN) {
		say(&value, "not known");
		if (least && least->recovery.state == CLAIM_UNKNOWN)
			say(&note, "%s", recovery_why(least, recovery));
		else
			say_why(&note, claim);
	} else {
		say(&value, "NO");
		if (!least)
			say(&note, "it was off while no incident was open");
		else if (!incident_say_still_bad(&note, least))
			say(&note, "what was bad was not seen good again");
	}
}

void verdict_of(const struct report *report, struct verdict *out)
{
	memset(out, 0, sizeof(*out));
	out->level = report_level(report);
	rank(report, out);
	set_window(report, out);
	set_clock(report, out);
	set_reads(report, out);
	set_downtime(report, out);
	set_now(report, out);
	verdict_put_headline(report, out);
	verdict_put_action(report, out);
}
