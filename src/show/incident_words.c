// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/incident_words.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "judge/step_beyond.h"
#include "show/sentence.h"

/* Is it more than CLOCK_REALTIME may be off by? */
static bool may_not_be(const struct error_range *errors, struct ns_interval error)
{
	return error_is_beyond(
		error, clock_allowed_ns(OBSERVED_REALTIME, errors->claim_ns, errors->claim_ns));
}

/* The errors on both sides of a step differ by it: on one it was off by half of it, at least. */
static struct incident_off off_by_a_step(const struct incident *incident)
{
	const struct error_range *errors = &incident->clock[OBSERVED_REALTIME].errors;
	struct incident_off off = {0};

	for (size_t i = 0; errors->known && i < incident->findings; i++) {
		const struct finding *finding = &incident->finding[i];
		struct ns_interval step = finding->event.change.step;
		struct ns_interval half = {step.lo_ns / 2, step.hi_ns / 2};

		if (finding->kind != FINDING_CLOCK_SET ||
		    finding->event.change.how != CLOCK_STEPPED || !may_not_be(errors, half) ||
		    error_sure_ns(half) <= error_sure_ns(off.error))
			continue;
		off = (struct incident_off){.incident = incident,
					    .clock = OBSERVED_REALTIME,
					    .error = half,
					    .is_wrong = true,
					    .by_step = true,
					    .step_ns = step.lo_ns / 2 + step.hi_ns / 2};
	}
	return off;
}

bool incident_is_off_by_host(const struct incident *incident)
{
	return incident->recovered && incident->proven_by.rank == WITNESS_HOST &&
	       may_not_be(&incident->clock[OBSERVED_REALTIME].errors, incident->by_host);
}

void incident_worse_off(const struct incident *incident, struct incident_off *worst)
{
	struct incident_off by_step = {0};
	struct step_beyond beyond;
	bool is_off = false;

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct error_range *errors = &incident->clock[i].errors;

		is_off |= errors->known && errors->off;
		if (errors->known && errors->off &&
		    error_sure_ns(errors->worst) > error_sure_ns(worst->error))
			*worst = (struct incident_off){
				.incident = incident,
				.clock = (enum observed_clock)i,
				.error = errors->worst,
				.is_wrong = errors->wrong > 0,
			};
	}
	if (step_beyond_of(incident, &beyond) && beyond.has_side) {
		struct ns_interval about = {beyond.about_ns, beyond.about_ns};

		by_step = (struct incident_off){
			.incident = incident,
			.clock = OBSERVED_REALTIME,
			.error = about,
			.is_wrong = may_not_be(&incident->clock[OBSERVED_REALTIME].errors, about),
			.by_step = true,
		};
	} else if (!is_off) {
		by_step = off_by_a_step(incident);
	}
	if (error_sure_ns(by_step.error) > error_sure_ns(worst->error))
		*worst = by_step;
	if (incident_is_off_by_host(incident) &&
	    error_sure_ns(incident->by_host) > error_sure_ns(worst->error))
		*worst = (struct incident_off){
			.incident = incident,
			.clock = OBSERVED_REALTIME,
			.error = incident->by_host,
			.is_wrong = true,
			.by_host = true,
		};
}

const char *clock_words(enum observed_clock clock)
{
	return clock == OBSERVED_PHC_OTHER ? "another PTP clock" : observed_clock_name(clock);
}

const char *incident_clock_words(const struct incident *incident, enum observed_clock clock,
				 char out[CLOCK_WORDS_BYTES])
{
	if (clock != OBSERVED_PHC_OTHER || !incident->others)
		return clock_words(clock);
	snprintf(out, CLOCK_WORDS_BYTES, "/dev/ptp%" PRId32, incident->other.number);
	return out;
}

static void say_worst(struct words *words, const struct incident_off *worst,
		      void (*say_error)(struct words *words, struct ns_interval error))
{
	char step[TEXT_NS_BYTES];

	if (!worst->step_ns) {
		say_error(words, worst->error);
		return;
	}
	text_ns_short(error_sure_ns(interval_of(worst->step_ns)), step, sizeof(step));
	say(words, "stepped by %c%s", worst->step_ns < 0 ? '-' : '+', step);
}

const char *incident_off_text(const struct incident *incident, char out[INCIDENT_OFF_BYTES])
{
	struct words words = {out, INCIDENT_OFF_BYTES};
	struct incident_off worst = {0};
	char clock[CLOCK_WORDS_BYTES];
	bool known = false;

	*out = '\0';
	incident_worse_off(incident, &worst);
	for (int i = 0; i < OBSERVED_CLOCKS; i++)
		known |= incident->clock[i].errors.known > 0;
	if (!worst.incident) {
		say(&words, known ? "none proven wrong" : "not known");
		return out;
	}
	say(&words, "%s%s ", worst.by_host || (worst.by_step && !worst.step_ns) ? "about: " : "",
	    incident_clock_words(incident, worst.clock, clock));
	say_worst(&words, &worst, say_off);
	return out;
}

/*
 * What an incident is called by: of the kinds that it has, the first here, as what moves a clock
 * comes before what shows that it moved. At most two words.
 */
static const struct {
	enum finding_kind kind;
	const char *name;
} names[] = {
	{FINDING_RESTORE, "Snapshot restored"},
	{FINDING_DISRUPTION, "Disruption"},
	{FINDING_DEVICE_LOST, "Device lost"},
	{FINDING_HOST_STEP, "Host step"},
	{FINDING_HOST_SLEW, "Host slew"},
	{FINDING_STUN, "Guest stopped"},
	{FINDING_CLOCK_SET, "Clock set"},
	{FINDING_SCALE_MISMATCH, "Wrong timescale"},
	{FINDING_STATUS_CHANGE, "Status change"},
	{FINDING_NOT_UPDATED, "Stale page"},
	{FINDING_WRITER_STUCK, "Stuck writer"},
	{FINDING_SEQLOCK_BROKEN, "Broken seqlock"},
	{FINDING_COUNTER_BEFORE_REFERENCE, "Early counter"},
	{FINDING_DRIVER_ERROR, "Failed reads"},
	{FINDING_DRIVER_MISMATCH, "Driver mismatch"},
	{FINDING_WRONG_BOUND, "Wrong bound"},
	{FINDING_CLOCKS_DISAGREE, "Clocks disagree"},
	{FINDING_TAI_OFFSET_CHANGE, "TAI offset"},
	{FINDING_LEAP_CHANGE, "Leap change"},
	{FINDING_LEAP_ANNOUNCED, "Leap announced"},
	{FINDING_SMEARING_CHANGE, "Smearing change"},
	{FINDING_MAINTENANCE_IMMINENT, "Maintenance imminent"},
	{FINDING_MAINTENANCE_SOON, "Maintenance soon"},
	{FINDING_DATA_LOSS, "Data loss"},
};

_Static_assert(sizeof(names) / sizeof(names[0]) == FINDINGS, "each kind has a title");

const char *finding_title(enum finding_kind kind)
{
	for (size_t i = 0; i < FINDINGS; i++) {
		if (names[i].kind == kind)
			return names[i].name;
	}
	return "Incident";
}

/* FINDINGS: it has none. */
static enum finding_kind first_kind(const struct incident *incident)
{
	for (size_t i = 0; i < FINDINGS; i++) {
		if (incident->count[names[i].kind])
			return names[i].kind;
	}
	return FINDINGS;
}

/* That it is off is but the word of a clock without a bound, which may have moved itself. */
static bool is_by_word_alone(const struct incident *incident, const struct incident_off *worst)
{
	return worst->incident && worst->clock == OBSERVED_REALTIME && !worst->by_step &&
	       witness_is_other(&incident->witness) && !witness_is_sure(&incident->witness) &&
	       first_kind(incident) == FINDING_WRONG_BOUND;
}

static void say_by_word(struct words *words, const struct incident *incident,
			const struct incident_off *worst)
{
	char near[TEXT_NS_BYTES], far[TEXT_NS_BYTES];

	text_ns_short(error_sure_ns(worst->error), near, sizeof(near));
	text_ns_short(interval_furthest_ns(worst->error), far, sizeof(far));
	say(words, "CLOCK_REALTIME %s%s %s %s", strcmp(near, far) != 0 ? "over " : "", near,
	    worst->error.lo_ns > 0 ? "ahead of" : "behind",
	    incident->witness.rank == WITNESS_HOST ? "its host" : "another clock");
}

/* Was that clock seen good again, and is it so as far as is known? */
static bool is_good_again(const struct incident_clock *clock)
{
	return clock->seen && clock->is_good && !clock->is_outdated;
}

bool incident_any_known(const struct incident *incident)
{
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (incident->clock[i].errors.known)
			return true;
	}
	return false;
}

static uint64_t wrong_reads(const struct incident *incident)
{
	uint64_t wrong = 0;

	for (size_t i = 0; i < incident->readers; i++)
		wrong += incident->reader[i].errors.wrong;
	return wrong;
}

static void say_title(struct words *words, const struct incident *incident, bool is_named)
{
	if (is_named)
		say(words, "Incident %" PRIu64 ": ", incident->number);
	else
		say(words, "%s: ", finding_title(first_kind(incident)));
}

const char *incident_headline(const struct incident *incident, enum claim_state now,
			      bool is_another_wrong, bool is_named,
			      char out[INCIDENT_HEADLINE_BYTES])
{
	struct words words = {out, INCIDENT_HEADLINE_BYTES};
	struct incident_off worst = {0};
	char length[TEXT_NS_BYTES], clock[CLOCK_WORDS_BYTES];
	uint64_t most_ns;

	*out = '\0';
	incident_worse_off(incident, &worst);
	if (is_by_word_alone(incident, &worst)) {
		say_by_word(&words, incident, &worst);
	} else if (worst.incident) {
		say_title(&words, incident, is_named);
		say(&words, "%s ", incident_clock_words(incident, worst.clock, clock));
		say_worst(&words, &worst, say_at_least);
	} else {
		say_title(&words, incident, false);
		if (wrong_reads(incident))
			say(&words, "%" PRIu64 " read%s wrong", wrong_reads(incident),
			    wrong_reads(incident) == 1 ? "" : "s");
		else
			say(&words, !incident_any_known(incident) ? "errors not known"
				    : is_another_wrong		  ? "wrong at another time"
				    : !incident->closed		  ? "no clock proven wrong so far"
								  : "none proven wrong");
	}
	if (!incident->closed) {
		say(&words, "; not over.");
		return out;
	}
	if (incident_most_ns(incident, &most_ns))
		text_ns_short(most_ns, length, sizeof(length));
	switch (incident->recovery.state) {
	case CLAIM_HOLDS:
		/* Of a page whose time was compared with nothing that is no more than it was. */
		if (now == CLAIM_FAILS)
			say(&words, "; recovered; another NOT.");
		else if (!incident_any_known(incident))
			say(&words, most_ns ? "; over within %s." : "; over at once.", length);
		else if (now == CLAIM_UNKNOWN)
			say(&words, "; recovered; now: not known.");
		else if (!most_ns)
			say(&words, "; recovered at once.");
		else
			say(&words, "; recovered within %s.", length);
		break;
	case CLAIM_FAILS:
		/* The one that was worst may have, and another clock or the driver not. */
		say(&words, worst.incident && is_good_again(&incident->clock[worst.clock])
				    ? "; NOT all recovered."
				    : "; NOT recovered.");
		break;
	case CLAIM_UNKNOWN:
		say(&words, "; recovery not known.");
		break;
	}
	return out;
}
