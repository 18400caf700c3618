// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/names.h"
#include "show/incident_view.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "show/incident_words.h"
#include "show/level.h"
#include "show/live_text.h"
#include "show/sentence.h"
#include "show/sparkline.h"
#include "show/terminal.h"
#include "show/text_wrap.h"

/* To the nearest microsecond. */
static int64_t rounded_ns(int64_t ns)
{
	return (ns / 1000 + (ns % 1000 > 499) - (ns % 1000 < -499)) * 1000;
}

const char *error_range_text(const struct error_range *errors, char text[ERROR_RANGE_BYTES])
{
	/* By whom no bound is known, nanoseconds are not. */
	bool is_rough = errors->unbounded && errors->unbounded == errors->known;
	char lo[TEXT_NS_BYTES], hi[TEXT_NS_BYTES];

	text_ns(is_rough ? rounded_ns(errors->all.lo_ns) : errors->all.lo_ns, true, lo, sizeof(lo));
	text_ns(is_rough ? rounded_ns(errors->all.hi_ns) : errors->all.hi_ns, true, hi, sizeof(hi));
	if (strcmp(lo, hi) == 0)
		snprintf(text, ERROR_RANGE_BYTES, "about %s", lo);
	else
		snprintf(text, ERROR_RANGE_BYTES, "%s%s .. %s", is_rough ? "about " : "", lo, hi);
	return text;
}

/* Is it surely on either side by more than it may be? */
static bool is_on_both_sides(const struct error_range *errors)
{
	int64_t claim_ns = errors->claim_ns ? (int64_t)errors->claim_ns : NSEC_PER_SEC / 1000;

	return errors->all.lo_ns < -claim_ns && errors->all.hi_ns > claim_ns;
}

/* The further end, or both if the clock was wrong on both sides. */
static void say_furthest(struct words *words, struct ns_interval all, bool both)
{
	char behind[TEXT_NS_BYTES], ahead[TEXT_NS_BYTES];
	bool is_ahead = all.hi_ns > 0 && (all.lo_ns >= 0 || all.hi_ns > -all.lo_ns);

	text_ns_short(all.lo_ns < 0 ? 0 - (uint64_t)all.lo_ns : 0, behind, sizeof(behind));
	text_ns_short(all.hi_ns > 0 ? (uint64_t)all.hi_ns : 0, ahead, sizeof(ahead));
	if (both)
		say(words, "up to %s behind and %s ahead", behind, ahead);
	else
		say(words, "up to %s %s", is_ahead ? ahead : behind, is_ahead ? "ahead" : "behind");
}

void say_error_range(struct words *words, const struct error_range *errors)
{
	char text[ERROR_RANGE_BYTES];

	if (!errors->wrong) {
		say(words, "off by %s", error_range_text(errors, text));
		return;
	}
	say_furthest(words, errors->all, is_on_both_sides(errors));
	say(words, " (%s)", error_range_text(errors, text));
}

/* Who says so, where it is not the page. */
static void put_witness(FILE *out, const struct witness *witness)
{
	char text[WITNESS_TEXT_BYTES];

	if (witness_is_other(witness))
		fprintf(out, " by %s", witness_text(witness, text));
}

static void put_off(FILE *out, const struct error_range *errors)
{
	char off[ERROR_OFF_BYTES] = "";
	struct words words = {off, sizeof(off)};

	say_error_range(&words, errors);
	fputs(off, out);
}

/* "3 known, 1 wrong, up to 2 ms ahead (-1 ms .. +2 ms); 2 not known: CLAUSE" */
static void put_errors(FILE *out, const struct error_range *errors, const struct witness *witness)
{
	enum level level = errors->wrong ? LEVEL_CRITICAL : LEVEL_NONE;

	fprintf(out, "%" PRIu64 " known", errors->known);
	if (errors->known) {
		fputs(", ", out);
		level_begin(out, level);
		fprintf(out, "%" PRIu64 " wrong, ", errors->wrong);
		put_off(out, errors);
		level_end(out, level);
		put_witness(out, witness);
		if (errors->unbounded && witness->rank == WITNESS_PAGE)
			fprintf(out, " (%" PRIu64 " by a page without a bound)", errors->unbounded);
	}
	for (int why = 0; why < ERROR_UNKNOWNS; why++) {
		if (errors->unknown[why])
			fprintf(out, "; %" PRIu64 " not known: %s", errors->unknown[why],
				error_unknown_means((enum error_unknown)why));
	}
	fputc('\n', out);
}

static void put_unchecked(const struct incident *incident, char text[RECOVERY_BYTES])
{
	bool has_other = witness_is_other(&incident->witness), is_first = true;
	struct words words = {text, RECOVERY_BYTES};
	char witness[WITNESS_TEXT_BYTES];

	*text = '\0';
	say(&words, "recovery not known: ");
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (!(incident->unchecked & 1u << i))
			continue;
		say(&words, "%s%s", is_first ? "" : " and ",
		    observed_clock_name((enum observed_clock)i));
		is_first = false;
	}
	say(&words, " was not checked against %s afterwards",
	    has_other ? witness_text(&incident->witness, witness) : "the page");
}

/* It is not proven wrong, which is not right. */
static void put_wide(const struct incident *incident, char text[RECOVERY_BYTES])
{
	char within[TEXT_NS_BYTES], claim[TEXT_NS_BYTES];

	text_ns_u64(incident->within_ns, within, sizeof(within));
	text_ns_u64(incident->claim_ns, claim, sizeof(claim));
	snprintf(
		text, RECOVERY_BYTES,
		"recovery not known: CLOCK_REALTIME is only known to be within %s, and claims %s%s",
		within, incident->claim_ns ? "to be within " : "nothing",
		incident->claim_ns ? claim : "");
}

static const char *const still_bad[] = {
	[STILL_BAD_DEVICE] = "the vmclock device was still gone",
	[STILL_BAD_UPDATE] = "an update of the page still did not end",
	[STILL_BAD_NOT_UPDATED] = "the page was still not renewed",
	[STILL_BAD_PAGE] = "the page still gave no time",
	[STILL_BAD_ANSWERS] = "the driver still answered other than the page",
	[STILL_BAD_REFUSALS] = "the driver still refused to read the clock",
};

bool incident_say_still_bad(struct words *words, const struct incident *incident)
{
	enum observed_clock contradicts = OBSERVED_CLOCKS;
	char name[CLOCK_WORDS_BYTES], witness[WITNESS_TEXT_BYTES];

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct incident_clock *clock = &incident->clock[i];
		const struct error_point *last;

		if (!clock->seen || clock->is_good || clock->is_outdated || !clock->points)
			continue;
		last = &clock->point[clock->points - 1];
		if (!error_sure_ns(last->error)) {
			contradicts = contradicts < OBSERVED_CLOCKS ? contradicts
								    : (enum observed_clock)i;
			continue;
		}
		say(words, "%s still ",
		    incident_clock_words(incident, (enum observed_clock)i, name));
		say_off(words, last->error);
		return true;
	}
	/* Which of the two is off is not known. */
	if (contradicts < OBSERVED_CLOCKS) {
		say(words, "%s and %s still contradict each other",
		    incident_clock_words(incident, contradicts, name),
		    witness_is_other(&incident->witness) ? witness_text(&incident->witness, witness)
							 : "the page");
		return true;
	}
	if (incident->still_bad == STILL_BAD_STATUS)
		say(words, "the host's clock still %s",
		    page_value_name(PAGE_CLOCK_STATUS, incident->status));
	else if (incident->still_bad)
		say(words, "%s", still_bad[incident->still_bad]);
	return incident->still_bad;
}

const char *incident_recovery(const struct incident *incident, char text[RECOVERY_BYTES])
{
	struct words words = {text, RECOVERY_BYTES};
	char witness[WITNESS_TEXT_BYTES];

	switch (incident->recovery.state) {
	case CLAIM_HOLDS:
		if (!incident_any_known(incident))
			return "over; no clock was compared";
		if (!witness_is_other(incident_recovered_by(incident)))
			return "recovered";
		snprintf(text, RECOVERY_BYTES, "recovered, by %s",
			 witness_text(incident_recovered_by(incident), witness));
		return text;
	case CLAIM_FAILS:
		snprintf(text, RECOVERY_BYTES, "NOT recovered: ");
		return incident_say_still_bad(&words, incident) ? text : "NOT recovered";
	case CLAIM_UNKNOWN:
		break;
	}
	if (incident->recovery.why == CLAIM_CLOCK_UNKNOWN && incident->unchecked)
		put_unchecked(incident, text);
	else if (incident->recovery.why == CLAIM_WIDE)
		put_wide(incident, text);
	else
		snprintf(text, RECOVERY_BYTES, "recovery not known: %s",
			 claim_why_means(incident->recovery.why));
	return text;
}

bool incident_is_of_known_length(const struct incident *incident)
{
	uint64_t most_ns;

	return incident_least_ns(incident) || incident_most_ns(incident, &most_ns);
}

const char *incident_length(const struct incident *incident, char text[INCIDENT_LENGTH_BYTES])
{
	uint64_t least_ns = incident_least_ns(incident), most_ns;
	char least[TEXT_NS_BYTES], most[TEXT_NS_BYTES];

	text_ns_u64(least_ns, least, sizeof(least));
	if (!incident_most_ns(incident, &most_ns)) {
		snprintf(text, INCIDENT_LENGTH_BYTES,
			 least_ns ? "at least %s" : "a time that is not known", least);
		return text;
	}
	text_ns_u64(most_ns, most, sizeof(most));
	if (!most_ns)
		snprintf(text, INCIDENT_LENGTH_BYTES, "a moment");
	else if (most_ns - most_ns / 10 <= least_ns)
		snprintf(text, INCIDENT_LENGTH_BYTES, "%s", most);
	else if (least_ns)
		snprintf(text, INCIDENT_LENGTH_BYTES, "between %s and %s", least, most);
	else
		snprintf(text, INCIDENT_LENGTH_BYTES, "at most %s", most);
	return text;
}

static void put_window(FILE *out, uint64_t start_ns, const struct incident *incident)
{
	static const enum level recovery_levels[] = {[CLAIM_HOLDS] = LEVEL_OK,
						     [CLAIM_UNKNOWN] = LEVEL_UNKNOWN,
						     [CLAIM_FAILS] = LEVEL_CRITICAL};
	enum level level = level_named(finding_severity_name(incident->severity));
	char recovery[RECOVERY_BYTES], length[INCIDENT_LENGTH_BYTES];
	int used;

	level_begin(out, level);
	used = fprintf(out, "=== incident %" PRIu64 ", %s:", incident->number,
		       finding_severity_name(incident->severity));
	level_end(out, level);
	used += fprintf(out, " bad from ");
	used += live_put_time(out, start_ns, incident->from_ns);
	used += fprintf(out, "to ");
	used += live_put_time(out, start_ns, incident->to_ns);
	used += fprintf(out, "(%s), ", incident_length(incident, length));
	text_wrap_log(out, recovery_levels[incident->recovery.state],
		      incident_recovery(incident, recovery), used);
	fputc('\n', out);
}

static void put_kinds(FILE *out, const struct incident *incident)
{
	fputs("    found     ", out);
	for (int kind = 0; kind < FINDINGS; kind++) {
		if (incident->count[kind])
			fprintf(out, " %s %" PRIu64, finding_name((enum finding_kind)kind),
				incident->count[kind]);
	}
	if (incident->findings_unlisted)
		fprintf(out, " (%" PRIu64 " of them not kept)", incident->findings_unlisted);
	fputc('\n', out);
}

static void put_blame(FILE *out, const struct incident *incident)
{
	char text[STEP_BLAME_BYTES];

	if (incident->step_blame.fault)
		fprintf(out, "    %s\n", step_blame_text(&incident->step_blame, text));
}

static void put_reader(FILE *out, const struct incident_reader *reader)
{
	const struct witness by_page = {.rank = WITNESS_PAGE};
	char comm[TEXT_DISPLAY_BYTES(EVENT_COMM_BYTES)];

	text_display(reader->who.comm, strnlen(reader->who.comm, EVENT_COMM_BYTES), comm,
		     sizeof(comm));
	fprintf(out, "    %s (%" PRIu32 ") by %s, %" PRIu64 " reads: ", comm, reader->who.pid,
		event_path_name(reader->path), reader->reads);
	put_errors(out, &reader->errors, &by_page);
}

/* Where it can be looked at: how it went on from beginning to end. */
static void put_sparkline(FILE *out, const struct incident *incident,
			  const struct incident_clock *clock)
{
	char line[SPARKLINE_BYTES];

	if (!terminal_columns(out) || !clock->errors.wrong)
		return;
	sparkline_text(clock->point, clock->points, incident->from_ns, incident->to_ns,
		       terminal_is_utf8(out), line);
	fprintf(out, "%s%s", line, *line ? " " : "");
}

/* "other PTP clock /dev/ptp1, the worst of 2" */
static void put_clock_name(FILE *out, const struct incident *incident, enum observed_clock clock)
{
	fputs(observed_clock_name(clock), out);
	if (clock != OBSERVED_PHC_OTHER || !incident->others)
		return;
	fprintf(out, " /dev/ptp%" PRId32, incident->other.number);
	if (incident->others > 1)
		fprintf(out, ", the worst of %zu", incident->others);
}

void incident_put_text(FILE *out, uint64_t start_ns, const struct incident *incident)
{
	put_window(out, start_ns, incident);
	put_kinds(out, incident);
	put_blame(out, incident);
	for (int clock = 0; clock < OBSERVED_CLOCKS; clock++) {
		if (!incident->clock[clock].seen)
			continue;
		fputs("    ", out);
		put_clock_name(out, incident, (enum observed_clock)clock);
		fputs(": ", out);
		put_sparkline(out, incident, &incident->clock[clock]);
		put_errors(out, &incident->clock[clock].errors, &incident->witness);
	}
	for (size_t i = 0; i < incident->readers; i++)
		put_reader(out, &incident->reader[i]);
	if (incident->reads_unlisted)
		fprintf(out, "    %" PRIu64 " reads of readers beyond the table of %d\n",
			incident->reads_unlisted, INCIDENT_READERS);
	if (incident->reads_unjudged)
		fprintf(out,
			"    %" PRIu64 " reads came faster than they could be kept to be judged\n",
			incident->reads_unjudged);
}
