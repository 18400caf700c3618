// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/sentence.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "judge/step_beyond.h"

void say(struct words *words, const char *format, ...)
{
	size_t used = strlen(words->text);
	va_list args;

	va_start(args, format);
	vsnprintf(words->text + used, words->bytes - used, format, args);
	va_end(args);
}

void say_clock_doubts(struct words *words, const struct clock_doubts *doubts, uint64_t since_ns,
		      uint64_t until_ns, const char *before)
{
	char text[CLOCK_DOUBT_BYTES];

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct clock_doubt *doubt = &doubts->of[i];

		if (doubt->readings && doubt->from_ns < until_ns && doubt->to_ns >= since_ns)
			say(words, " %s%s.", before,
			    clock_doubt_text(doubts, (enum observed_clock)i, text));
	}
}

const char *unseen_words(bool is_unread)
{
	return is_unread ? "cannot be read" : "was not kept";
}

void say_found_unseen(struct words *words, const struct event_gap *found, bool is_unread,
		      const char *at)
{
	char kind[TEXT_DISPLAY_BYTES(sizeof(found->worst))];

	text_display(found->worst, strlen(found->worst), kind, sizeof(kind));
	say(words, " In what %s, %s was found (%s), at %s.", unseen_words(is_unread), kind,
	    found->worst_is_critical ? "critical" : "warning", at);
}

static void say_step_beyond(struct words *words, const struct incident *incident)
{
	char step[TEXT_NS_BYTES], about[TEXT_NS_BYTES];
	struct step_beyond beyond;

	if (!step_beyond_of(incident, &beyond))
		return;
	text_ns(beyond.step_ns, true, step, sizeof(step));
	text_ns(beyond.about_ns, true, about, sizeof(about));
	if (beyond.has_side)
		say(words,
		    " It was stepped by %s meanwhile, and %s that it was off by about %s, further "
		    "than by any known reading.",
		    step, beyond.is_before ? "before" : "after", about);
	else
		say(words,
		    " It was stepped by %s meanwhile: before or after that it was further off than "
		    "any known reading.",
		    step);
}

void say_not_known(struct words *words, const struct incident *incident, enum observed_clock clock)
{
	const struct error_range *errors = &incident->clock[clock].errors;
	const char *before = " It is not known of ";

	for (int why = 0; why < ERROR_UNKNOWNS; why++) {
		if (!errors->unknown[why])
			continue;
		say(words, "%s%" PRIu64 " reading%s: %s", before, errors->unknown[why],
		    errors->unknown[why] == 1 ? "" : "s",
		    error_unknown_means((enum error_unknown)why));
		before = "; of ";
	}
	if (*before == ';')
		say(words, ".");
	if (clock == OBSERVED_REALTIME)
		say_step_beyond(words, incident);
}

uint64_t error_sure_ns(struct ns_interval error)
{
	if (error.lo_ns > 0)
		return (uint64_t)error.lo_ns;
	return error.hi_ns < 0 ? 0 - (uint64_t)error.hi_ns : 0;
}

/* Both ends of it, away from 0, in three digits. */
static void ends_of(struct ns_interval error, char near[TEXT_NS_BYTES], char far[TEXT_NS_BYTES])
{
	uint64_t far_ns = error.hi_ns < 0 ? 0 - (uint64_t)error.lo_ns : (uint64_t)error.hi_ns;

	text_ns_short(error_sure_ns(error), near, TEXT_NS_BYTES);
	text_ns_short(far_ns, far, TEXT_NS_BYTES);
}

static const char *side_of(struct ns_interval error)
{
	return error.hi_ns < 0 ? "behind" : "ahead";
}

void say_at_least(struct words *words, struct ns_interval error)
{
	char near[TEXT_NS_BYTES], far[TEXT_NS_BYTES];

	ends_of(error, near, far);
	say(words, "%s%s %s", strcmp(near, far) != 0 ? "at least " : "", near, side_of(error));
}

void say_off(struct words *words, struct ns_interval error)
{
	char near[TEXT_NS_BYTES], far[TEXT_NS_BYTES];

	ends_of(error, near, far);
	if (strcmp(near, far) != 0)
		say(words, "%s to ", near);
	say(words, "%s %s", far, side_of(error));
}

void say_off_page(struct words *words, struct ns_interval error)
{
	char within[TEXT_NS_BYTES];

	if (error_sure_ns(error)) {
		say_off(words, error);
		say(words, "%s the page", error.hi_ns < 0 ? "" : " of");
	} else {
		text_ns_u64(interval_furthest_ns(error), within, sizeof(within));
		say(words, "within %s of the page", within);
	}
}
