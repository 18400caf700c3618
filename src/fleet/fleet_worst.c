// SPDX-License-Identifier: GPL-2.0-or-later
/* Which clock was the furthest off, as far as that is known, and of whom it is not. */
#include "fleet/fleet_worst.h"

#include <inttypes.h>

#include "base/text.h"
#include "fleet/fleet_view.h"

#define SHOWN_BYTES 200
#define NAMED	    6 /* of many recordings, so many by name */

const struct fleet_incident *fleet_worst(const struct fleet *fleet,
					 const struct fleet_recording *recording)
{
	const struct fleet_incident *worst = NULL;

	for (size_t i = 0; i < recording->incidents; i++) {
		const struct fleet_incident *incident = &recording->incident[i];

		if (incident->has_worst && fleet_has_incident(fleet, incident) &&
		    (!worst || error_sure_ns(incident->worst) > error_sure_ns(worst->worst)))
			worst = incident;
	}
	return worst;
}

struct fleet_gap fleet_gap(const struct fleet *fleet, const struct fleet_recording *recording)
{
	struct fleet_gap gap = {0};

	for (size_t i = 0; i < recording->incidents; i++) {
		const struct fleet_incident *incident = &recording->incident[i];

		if (!fleet_has_incident(fleet, incident))
			continue;
		gap.is_unread |= incident->is_unread;
		gap.has_step_beyond |= incident->has_step_beyond;
		for (int why = 0; why < ERROR_UNKNOWNS; why++)
			gap.unknown[why] += incident->unknown[why];
	}
	for (int why = 0; why < ERROR_UNKNOWNS; why++) {
		gap.readings += gap.unknown[why];
		if (gap.unknown[why] > gap.unknown[gap.why])
			gap.why = (enum error_unknown)why;
	}
	return gap;
}

static bool has_gap(const struct fleet_gap *gap)
{
	return gap->readings || gap->is_unread || gap->has_step_beyond;
}

const char *fleet_off_text(const struct fleet_incident *worst, char text[FLEET_OFF_BYTES])
{
	const char *about = worst->worst_is_rough ? "about " : "";
	struct words words = {text, FLEET_OFF_BYTES};
	char within[TEXT_NS_BYTES];

	text[0] = '\0';
	if (error_sure_ns(worst->worst)) {
		say(&words, "%s", about);
		say_off(&words, worst->worst);
	} else {
		text_ns_u64(interval_furthest_ns(worst->worst), within, sizeof(within));
		say(&words, "within %s%s", about, within);
	}
	return text;
}

const char *fleet_worst_text(const struct fleet *fleet, const struct fleet_recording *recording,
			     char text[FLEET_WORST_BYTES])
{
	const struct fleet_incident *worst = fleet_worst(fleet, recording);
	struct fleet_gap gap = fleet_gap(fleet, recording);
	struct words words = {text, FLEET_WORST_BYTES};
	char off[FLEET_OFF_BYTES];

	text[0] = '\0';
	if (worst)
		say(&words, "%s %s", observed_clock_name(worst->worst_clock),
		    fleet_off_text(worst, off));
	else if (!has_gap(&gap))
		say(&words, "-");
	if (gap.is_unread)
		say(&words, "%sCLOCK_REALTIME not known", worst ? "; " : "");
	if (gap.readings)
		say(&words, "%s%" PRIu64 " reading%s not known", *text ? "; " : "", gap.readings,
		    gap.readings == 1 ? "" : "s");
	if (gap.has_step_beyond)
		say(&words, "%sfurther off by a step", *text ? ", " : "");
	return text;
}

/* "web1 (15 readings: the page was being updated)" */
static void say_gap(struct words *words, const struct fleet_recording *recording,
		    const struct fleet_gap *gap)
{
	char shown[SHOWN_BYTES];

	text_display(recording->label, strlen(recording->label), shown, sizeof(shown));
	say(words, "%s (", shown);
	if (gap->is_unread)
		say(words, "CLOCK_REALTIME was not compared");
	if (gap->readings)
		say(words, "%s%" PRIu64 " reading%s: %s", gap->is_unread ? "; " : "", gap->readings,
		    gap->readings == 1 ? "" : "s", error_unknown_means(gap->why));
	if (gap->has_step_beyond)
		say(words, "%sa step shows that it was further off than by any known reading",
		    gap->is_unread || gap->readings ? "; " : "");
	say(words, ")");
}

static size_t count_gaps(const struct fleet *fleet)
{
	size_t count = 0;

	for (size_t i = 0; i < fleet->recordings; i++) {
		struct fleet_gap gap = fleet_gap(fleet, &fleet->recording[i]);

		count += has_gap(&gap);
	}
	return count;
}

static void say_gaps(struct words *words, const struct fleet *fleet, size_t gaps)
{
	size_t said = 0;

	if (!gaps)
		return;
	say(words,
	    " Of %zu recording%s it is not known in full how far the clocks were off: ", gaps,
	    gaps == 1 ? "" : "s");
	for (size_t i = 0; i < fleet->recordings && said < NAMED; i++) {
		struct fleet_gap gap = fleet_gap(fleet, &fleet->recording[i]);

		if (!has_gap(&gap))
			continue;
		say(words, "%s", said++ ? ", " : "");
		say_gap(words, &fleet->recording[i], &gap);
	}
	if (gaps > NAMED)
		say(words, " and %zu more", gaps - NAMED);
	say(words, ".");
}

void fleet_say_worst(struct words *words, const struct fleet *fleet)
{
	const struct fleet_incident *worst = NULL;
	const struct fleet_recording *where = NULL;
	size_t gaps = count_gaps(fleet);
	char off[FLEET_OFF_BYTES], shown[SHOWN_BYTES];

	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_incident *incident = fleet_worst(fleet, &fleet->recording[i]);

		if (incident &&
		    (!worst || error_sure_ns(incident->worst) > error_sure_ns(worst->worst))) {
			worst = incident;
			where = &fleet->recording[i];
		}
	}
	if (worst) {
		text_display(where->label, strlen(where->label), shown, sizeof(shown));
		say(words, " The worst %s was %s of %s, %s.",
		    gaps ? "clock, of those known," : "clock",
		    observed_clock_name(worst->worst_clock), shown, fleet_off_text(worst, off));
	}
	say_gaps(words, fleet, gaps);
}
