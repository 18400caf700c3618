// SPDX-License-Identifier: GPL-2.0-or-later
/* The verdict on a fleet: the same sentences for people and programs. */
#include <inttypes.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "fleet/fleet_view.h"
#include "fleet/fleet_worst.h"
#include "show/sentence.h"

#define SHOWN_BYTES 200
#define NAMED	    6 /* of many hosts, so many by name */
#define MICRO_NS    1000

/* --- Numbers in words */

void fleet_width_text(uint64_t ns, char text[TEXT_NS_BYTES])
{
	static const struct {
		uint64_t below_ns, step_ns;
	} steps[] = {{1000000, 1},
		     {NSEC_PER_SEC, 1000},
		     {1000ull * NSEC_PER_SEC, 1000000},
		     {UINT64_MAX / 2, 60ull * NSEC_PER_SEC}};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		uint64_t step = steps[i].step_ns;

		if (ns >= steps[i].below_ns)
			continue;
		text_ns_u64((ns + step - 1) / step * step, text, TEXT_NS_BYTES);
		return;
	}
	snprintf(text, TEXT_NS_BYTES, "not known");
}

/* To the microsecond, rounded down; what is lost by that is added to *@rest_ns. */
static void put_utc(int64_t ns, uint64_t *rest_ns, char text[INSTANT_ISO_BYTES])
{
	int64_t rest = ns % MICRO_NS;

	if (rest < 0)
		rest += MICRO_NS;
	if (__builtin_sub_overflow(ns, rest, &ns))
		rest = 0;
	*rest_ns += (uint64_t)rest;
	instant_format_utc(instant_from_ns(ns), text, INSTANT_ISO_BYTES);
	/* Nine digits and a Z: three of them go. */
	memcpy(text + strlen(text) - 4, "Z", 2);
}

void fleet_span_text(struct utc_span span, int64_t guess_ns, const char *guess_by, char *text,
		     size_t bytes)
{
	char lo[INSTANT_ISO_BYTES], own[INSTANT_ISO_BYTES], width[TEXT_NS_BYTES];
	char guess[INSTANT_ISO_BYTES + FLEET_CAUSE_BYTES + 8] = "";
	uint64_t width_ns = utc_span_width_ns(span), rest_ns = 0;

	if (guess_ns != FLEET_NO_GUESS) {
		put_utc(guess_ns, &rest_ns, own);
		snprintf(guess, sizeof(guess), "; %s by %s", own, guess_by);
	}
	rest_ns = 0;
	put_utc(span.lo_ns, &rest_ns, lo);
	if (__builtin_add_overflow(width_ns, rest_ns, &width_ns))
		width_ns = UINT64_MAX;
	fleet_width_text(width_ns, width);
	if (utc_span_is_known(span))
		snprintf(text, bytes, "%s within %s", lo, width);
	else if (span.lo_ns != INT64_MIN)
		snprintf(text, bytes, "after %s, not known how long%s", lo, guess);
	else if (span.hi_ns != INT64_MAX) {
		put_utc(span.hi_ns, &rest_ns, lo);
		snprintf(text, bytes, "before %s, not known how long%s", lo, guess);
	} else {
		snprintf(text, bytes, "not known%s", guess);
	}
}

/* --- What happened */

bool fleet_has_incident(const struct fleet *fleet, const struct fleet_incident *incident)
{
	return fleet_has(fleet, (struct utc_span){incident->from.lo_ns, incident->to.hi_ns});
}

static bool first_of(const struct fleet *fleet, enum claim_state state,
		     const struct fleet_recording **where)
{
	for (size_t i = 0; i < fleet->recordings; i++) {
		*where = &fleet->recording[i];
		if (claim_well(&(*where)->whole, false).state == state)
			return true;
	}
	return false;
}

/* Is what was found on @recording all that there was? */
static struct claim all_of(const struct fleet_recording *recording)
{
	struct claim_span span = recording->whole;

	span.unreliable = span.freerunning = span.clock_off = span.found_unkept = span.uncompared =
		false;
	return claim_well(&span, false);
}

/* Was nothing found on any of them, and all seen? If not, @where is the first of which not. */
static struct claim claim_of(const struct fleet *fleet, const struct fleet_recording **where)
{
	/* What is known to be bad comes first. */
	if (first_of(fleet, CLAIM_FAILS, where))
		return claim_seen(false);
	if (first_of(fleet, CLAIM_UNKNOWN, where))
		return claim_well(&(*where)->whole, false);
	for (size_t i = 0; i < fleet->entries; i++) {
		const struct fleet_finding *finding = fleet->entry[i].finding;

		*where = &fleet->recording[fleet->entry[i].recording];
		if (finding && finding->kind == FINDING_DATA_LOSS)
			return claim_unknown(CLAIM_LOST);
	}
	return claim_seen(true);
}

/* An incident is as bad in each part of it as in the one in which it was found. */
static enum finding_severity worst_incident_of(const struct fleet *fleet,
					       const struct fleet_recording *recording)
{
	enum finding_severity worst = FINDING_INFO;

	for (size_t i = 0; i < recording->incidents; i++) {
		const struct fleet_incident *incident = &recording->incident[i];

		if (incident->alarm > worst && fleet_has_incident(fleet, incident))
			worst = incident->alarm;
	}
	return worst;
}

const char *fleet_level(const struct fleet *fleet)
{
	const struct fleet_recording *where;
	enum finding_severity worst = FINDING_INFO;

	for (size_t i = 0; i < fleet->entries; i++) {
		const struct fleet_finding *finding = fleet->entry[i].finding;

		if (finding && finding->kind != FINDING_DATA_LOSS && finding->severity > worst)
			worst = finding->severity;
	}
	for (size_t i = 0; i < fleet->recordings; i++) {
		if (worst_incident_of(fleet, &fleet->recording[i]) > worst)
			worst = worst_incident_of(fleet, &fleet->recording[i]);
		if (fleet->recording[i].whole.unreliable ||
		    fleet->recording[i].whole.found_unkept_critical)
			worst = FINDING_CRITICAL;
		if (claim_well(&fleet->recording[i].whole, false).state == CLAIM_FAILS &&
		    worst < FINDING_WARNING)
			worst = FINDING_WARNING;
	}
	if (worst > FINDING_INFO)
		return worst == FINDING_CRITICAL ? "CRITICAL" : "WARNING";
	return claim_of(fleet, &where).state == CLAIM_HOLDS ? "OK" : "UNKNOWN";
}

struct fleet_harm fleet_harm(const struct fleet *fleet, const struct fleet_recording *recording)
{
	struct fleet_harm harm = {0};

	for (size_t i = 0; i < recording->incidents; i++) {
		const struct fleet_incident *incident = &recording->incident[i];

		if (incident->again || !fleet_has_incident(fleet, incident))
			continue;
		harm.incidents++;
		harm.processes += incident->processes;
		harm.reads += incident->reads;
		harm.known += incident->known;
		harm.wrong += incident->wrong;
	}
	return harm;
}

const char *fleet_method_text(const struct fleet_recording *recording)
{
	switch (recording->aligned.method) {
	case ALIGN_BY_PAGE:
		return "the page";
	case ALIGN_BY_CLOCK:
	case ALIGN_BY_ROUGH:
		return recording->utc_by;
	case ALIGN_BY_REALTIME:
		return "CLOCK_REALTIME";
	default:
		return "NOT KNOWN";
	}
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void say_label(struct words *words, const struct fleet_recording *recording)
{
	char shown[SHOWN_BYTES];

	text_display(recording->label, strlen(recording->label), shown, sizeof(shown));
	say(words, "%s", shown);
}

static void say_span(struct words *words, const struct fleet *fleet)
{
	struct utc_span all = {INT64_MAX, INT64_MIN};
	char from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES];
	uint64_t rest_ns = 0;

	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_recording *recording = &fleet->recording[i];

		if (recording->from.lo_ns != INT64_MIN && recording->from.lo_ns < all.lo_ns)
			all.lo_ns = recording->from.lo_ns;
		if (recording->to.hi_ns != INT64_MAX && recording->to.hi_ns > all.hi_ns)
			all.hi_ns = recording->to.hi_ns;
	}
	if (all.lo_ns > all.hi_ns)
		return;
	put_utc(all.lo_ns, &rest_ns, from);
	put_utc(all.hi_ns, &rest_ns, to);
	say(words, ", from %s to %s", from, to);
}

const char *fleet_over_text(const struct fleet_incident *over)
{
	return over->is_unread ? "; CLOCK_REALTIME was not compared"
			       : ": the clocks were right again";
}

static void say_bad(struct words *words, const struct fleet_recording *where)
{
	const struct claim_span *span = &where->whole;
	const struct event_gap *unseen = &where->unseen;
	char kind[TEXT_DISPLAY_BYTES(sizeof(unseen->worst))];

	text_display(unseen->worst, strlen(unseen->worst), kind, sizeof(kind));
	if (span->unreliable)
		say(words, " the page said of itself that its clock is UNRELIABLE.");
	else if (span->freerunning)
		say(words, " the host had no source of time (FREERUNNING).");
	else if (span->clock_off)
		say(words, " a clock was off in a part that was not kept.");
	else
		say(words, " %s was found%s in a part that %s.", *kind ? kind : "something",
		    unseen->worst_is_critical ? " (critical)" : "",
		    unseen_words(span->found_unread));
}

/* No incident is a claim, too. */
static void say_nothing_bad(struct words *words, const struct fleet *fleet)
{
	const struct fleet_recording *where;
	struct claim claim = claim_of(fleet, &where);

	if (claim.state == CLAIM_HOLDS) {
		say(words, " There was no incident on any of them.");
		return;
	}
	say(words, " No incident was found. %s ",
	    claim.state == CLAIM_FAILS ? "Of" : "Whether all was well is not known of");
	say_label(words, where);
	if (claim.state == CLAIM_FAILS && clock_doubts_any(&where->clock_doubts, 0, UINT64_MAX))
		say_clock_doubts(words, &where->clock_doubts, 0, UINT64_MAX, "");
	else if (claim.state == CLAIM_FAILS)
		say_bad(words, where);
	else
		say(words, ": %s.", claim_why_means(claim.why));
}

static bool has_incidents(const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->recordings; i++) {
		if (fleet_harm(fleet, &fleet->recording[i]).incidents)
			return true;
	}
	return false;
}

/* Of each machine the first recording that has an incident of its own. */
static void say_hurt(struct words *words, const struct fleet *fleet)
{
	struct fleet_harm all = {0};
	uint64_t hurt = 0, machines = 0;

	for (size_t machine = 0; machine < fleet->machines; machine++) {
		struct fleet_harm before = all;

		for (size_t i = 0; i < fleet->recordings; i++) {
			struct fleet_harm harm;

			if (fleet->recording[i].machine != machine)
				continue;
			harm = fleet_harm(fleet, &fleet->recording[i]);
			all.incidents += harm.incidents;
			all.processes += harm.processes;
			all.reads += harm.reads;
			all.known += harm.known;
			all.wrong += harm.wrong;
		}
		machines += all.incidents > before.incidents;
		hurt += all.wrong > before.wrong;
	}
	if (!all.incidents) {
		say_nothing_bad(words, fleet);
		return;
	}
	say(words, " %" PRIu64 " of them had %" PRIu64 " incident%s in all.", machines,
	    all.incidents, plural(all.incidents));
	if (!all.reads) {
		say(words, " No read of a clock through the kernel was seen meanwhile.");
		return;
	}
	say(words,
	    " Meanwhile %" PRIu64 " process%s read a clock %" PRIu64 " time%s: %" PRIu64
	    " read%s, on %" PRIu64 " host%s, got a wrong time, %" PRIu64 " are not proven wrong",
	    all.processes, all.processes == 1 ? "" : "es", all.reads, plural(all.reads), all.wrong,
	    plural(all.wrong), hurt, plural(hurt), all.known - all.wrong);
	if (all.reads > all.known)
		say(words, ", and of %" PRIu64 " it is not known", all.reads - all.known);
	say(words, ".");
}

/* "at most 3.106 s, from 2026-01-01T00:00:09.999896Z on" */
static void window_text(struct utc_span window, char *text, size_t bytes)
{
	char from[INSTANT_ISO_BYTES], width[TEXT_NS_BYTES];
	uint64_t rest_ns = 0;

	if (!utc_span_is_known(window)) {
		fleet_span_text(window, FLEET_NO_GUESS, "", text, bytes);
		return;
	}
	put_utc(window.lo_ns, &rest_ns, from);
	fleet_width_text(utc_span_width_ns(window) + rest_ns, width);
	snprintf(text, bytes, "at most %s, from %s on", width, from);
}

void fleet_group_text(const struct fleet *fleet, const struct fleet_group *group, char *text,
		      size_t bytes)
{
	struct words words = {text, bytes};
	char width[TEXT_NS_BYTES], least[TEXT_NS_BYTES], window[FLEET_SPAN_BYTES];

	text[0] = '\0';
	fleet_width_text((uint64_t)group->began_within.hi_ns, width);
	text_ns_u64((uint64_t)group->began_within.lo_ns, least, sizeof(least));
	window_text(group->window, window, sizeof(window));
	say(&words, "%zu hosts %s bad at the same time: ", group->machines,
	    group->proven ? "surely were" : "may have been");
	for (size_t i = 0; i < group->incidents && i < NAMED; i++) {
		say(&words, "%s", i ? ", " : "");
		say_label(&words, &fleet->recording[group->recording[i]]);
		say(&words, " (incident %" PRIu64 ")", group->incident[i]->number);
	}
	if (group->incidents > NAMED)
		say(&words, " and %zu more", group->incidents - NAMED);
	say(&words, "; in all %s. It began on all of them within %s", window, width);
	if (group->began_within.lo_ns)
		say(&words, ", and not at once: at least %s apart", least);
	say(&words, ".");
}

/* Something was bad: was nothing else? */
static void say_whether_all(struct words *words, const struct fleet *fleet)
{
	const struct fleet_recording *where = NULL;
	struct claim all = claim_seen(true);

	for (size_t i = 0; i < fleet->recordings && all.state == CLAIM_HOLDS; i++) {
		where = &fleet->recording[i];
		all = all_of(where);
	}
	/* What was missed between two samples is in the list of what is not known. */
	if (all.state != CLAIM_UNKNOWN || all.why == CLAIM_MISSED || !has_incidents(fleet))
		return;
	say(words, " Whether there was more is not known of ");
	say_label(words, where);
	say(words, ": %s.", claim_why_means(all.why));
}

void fleet_verdict(const struct fleet *fleet, char *text, size_t bytes)
{
	struct words words = {text, bytes};
	char group[FLEET_GROUP_BYTES];
	size_t unaligned = 0, rough = 0;

	text[0] = '\0';
	say(&words, "%s: %zu host%s in %zu recording%s", fleet_level(fleet), fleet->machines,
	    plural(fleet->machines), fleet->recordings, plural(fleet->recordings));
	say_span(&words, fleet);
	say(&words, ".");
	say_hurt(&words, fleet);
	fleet_say_worst(&words, fleet);
	if (fleet->groups) {
		fleet_group_text(fleet, &fleet->group[0], group, sizeof(group));
		say(&words, " %s", group);
	}
	if (fleet->groups > 1)
		say(&words, " There are %zu more such groups.", fleet->groups - 1);
	say_whether_all(&words, fleet);
	for (size_t i = 0; i < fleet->recordings; i++) {
		unaligned += fleet->recording[i].aligned.method == ALIGN_BY_FACTS;
		rough += fleet->recording[i].aligned.method == ALIGN_BY_ROUGH;
	}
	if (rough)
		say(&words,
		    " Of %zu recording%s UTC has no known bound: what happened there is placed "
		    "by a clock that claims none.",
		    rough, plural(rough));
	if (unaligned)
		say(&words,
		    " OF %zu RECORDING%s UTC IS NOT KNOWN: what happened there is placed by a "
		    "guess.",
		    unaligned, unaligned == 1 ? "" : "S");
	if (fleet->unreads)
		say(&words, " %zu file%s could not be read at all.", fleet->unreads,
		    plural(fleet->unreads));
}
