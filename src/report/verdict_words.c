// SPDX-License-Identifier: GPL-2.0-or-later
/* A verdict's headline, what its figures are called, and what to do now. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/verdict.h"
#include "show/finding_words.h"
#include "show/sentence.h"

#define FIGURE_NAME(constant, name, words, about)  [VERDICT_##constant] = name,
#define FIGURE_WORDS(constant, name, words, about) [VERDICT_##constant] = words,
#define FIGURE_ABOUT(constant, name, words, about) [VERDICT_##constant] = about,

const char *verdict_figure_name(enum verdict_figure figure)
{
	static const char *const names[] = {VERDICT_FIGURE_LIST(FIGURE_NAME)};

	return names[figure];
}

const char *verdict_figure_words(enum verdict_figure figure)
{
	static const char *const words[] = {VERDICT_FIGURE_LIST(FIGURE_WORDS)};

	return words[figure];
}

const char *verdict_figure_about(enum verdict_figure figure)
{
	static const char *const about[] = {VERDICT_FIGURE_LIST(FIGURE_ABOUT)};

	return about[figure];
}

/* What was found live where nothing can be seen now. */
static const char *title_of(const struct event_gap *gap)
{
	for (int kind = 0; kind < FINDINGS; kind++) {
		if (!strcmp(finding_name((enum finding_kind)kind), gap->worst))
			return finding_title((enum finding_kind)kind);
	}
	return "Something was found";
}

/* No incident is asked for, or there was none. */
static void say_quiet(struct words *words, const struct report *report,
		      const struct verdict *verdict)
{
	const struct finding *worst = report_worst_finding(report, NULL);
	const struct verdict_line *clock = &verdict->line[VERDICT_CLOCK];
	const struct event_gap *unkept = report_worst_unkept(report);
	char length[TEXT_NS_BYTES];

	text_ns_short(report_asked_ns(report, report->start_ns, report->analysis->last_ns), length,
		      sizeof(length));
	if (report_page_is_unreliable(report))
		say(words, "The host's clock said UNRELIABLE of itself.");
	else if (clock->well == CLAIM_FAILS)
		say(words, "%s, without an incident.", clock->value);
	else if (worst && worst->severity > FINDING_INFO)
		say(words, "%s; no incident was seen.", finding_title(worst->kind));
	else if (unkept)
		say(words, "%s, in what %s.", title_of(unkept),
		    unseen_words(unkept == report->unread));
	else if (report_claim(report).state == CLAIM_HOLDS &&
		 verdict->line[VERDICT_NOW].well == CLAIM_HOLDS)
		say(words,
		    report->analysis->clock[OBSERVED_REALTIME].unproven
			    ? "No clock was proven wrong in %s."
			    : "The clock was right for %s.",
		    length);
	else if (report_page_is_freerunning(report) &&
		 verdict->line[VERDICT_NOW].well == CLAIM_HOLDS)
		say(words,
		    report->analysis->clock[OBSERVED_REALTIME].unproven
			    ? "Host without a source of time; no clock proven wrong."
			    : "Host without a source of time; clock right for %s.",
		    length);
	else if (!report->analysis->events)
		say(words, "Nothing was recorded.");
	else
		say(words, "No disruption was seen. Whether the clock was right: not known.");
}

/* Is another one than the first further off? Its figure is the one of the worst clock. */
static bool is_exceeded(const struct verdict *verdict)
{
	struct incident_off worst = {0};

	for (size_t i = 0; i < verdict->incidents; i++)
		incident_worse_off(verdict->incident[i], &worst);
	return worst.incident && worst.incident != verdict->incident[0];
}

void verdict_put_headline(const struct report *report, struct verdict *verdict)
{
	struct words words = {verdict->headline, sizeof(verdict->headline)};

	if (verdict->incidents)
		incident_headline(verdict->incident[0], verdict->line[VERDICT_NOW].well,
				  verdict->line[VERDICT_CLOCK].well == CLAIM_FAILS ||
					  verdict->line[VERDICT_READS].well == CLAIM_FAILS,
				  is_exceeded(verdict), verdict->headline);
	else
		say_quiet(&words, report, verdict);
}

/* --- What to do now */

/* By its newest known error: where it only differs from a page that may be wrong, it is not. */
static bool realtime_is_off(const struct incident *incident)
{
	const struct incident_clock *clock = &incident->clock[OBSERVED_REALTIME];

	return clock->seen && !clock->is_good && !clock->is_outdated && clock->points &&
	       error_sure_ns(clock->point[clock->points - 1].error);
}

static void do_now(struct verdict *verdict, const char *command, const char *action)
{
	struct words words = {verdict->command, sizeof(verdict->command)};
	struct words what = {verdict->action, sizeof(verdict->action)};

	say(&words, "%s", command);
	say(&what, "%s", action);
}

/* It is over: what was written meanwhile may have wrong times. */
static void check_what_was_written(const struct report *report, struct verdict *verdict)
{
	const struct incident *worst = verdict->incident[0];
	char from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES];
	struct words words = {verdict->action, sizeof(verdict->action)};
	bool wrong_reads = verdict->line[VERDICT_READS].well == CLAIM_FAILS;

	if (verdict->line[VERDICT_CLOCK].well != CLAIM_FAILS && !wrong_reads)
		return;
	report_utc(report, worst->from_ns, from, sizeof(from));
	report_utc(report, worst->to_ns, to, sizeof(to));
	say(&words, "Check what was written from %s to %s: its times may be wrong.%s", from, to,
	    wrong_reads ? " The readers are below." : "");
}

void verdict_put_action(const struct report *report, struct verdict *verdict)
{
	const struct verdict_line *now = &verdict->line[VERDICT_NOW];

	if (!report->analysis->events)
		do_now(verdict, "vmclock-trace doctor",
		       "See what can be recorded on the machine that it is from.");
	else if (now->well == CLAIM_UNKNOWN)
		do_now(verdict, "vmclock-trace compare",
		       "See on the machine that it is from how its clocks are now.");
	else if (now->well == CLAIM_FAILS && verdict->incidents &&
		 realtime_is_off(verdict->incident[0]))
		do_now(verdict, "vmclock-trace wait --for synchronized --timeout 2m",
		       "Set CLOCK_REALTIME: restart the time daemon there, then wait until it is "
		       "right.");
	else if (now->well == CLAIM_FAILS && verdict->incidents &&
		 verdict->incident[0]->page_good_ns)
		do_now(verdict, "vmclock-trace compare",
		       "See on the machine that it is from which clock is wrong.");
	else if (now->well == CLAIM_FAILS)
		do_now(verdict, "vmclock-trace status",
		       "Take time from NTP until the host's clock is good again. See how it is "
		       "now.");
	else if (verdict->incidents)
		check_what_was_written(report, verdict);
	else if (report_page_is_freerunning(report))
		do_now(verdict, "vmclock-trace status",
		       "The page's bound grows until its host has a source of time. See how it is "
		       "now.");
}
