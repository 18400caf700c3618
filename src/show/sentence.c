// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/sentence.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

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

/*
 * Did @finding step the clock by more than lies between its known errors? Then on one side of it
 * the error is none of those.
 */
static bool is_beyond(const struct finding *finding, const struct error_range *errors)
{
	const struct event_clock_change *change = &finding->event.change;
	struct ns_interval least = change->step, width;

	if (finding->kind != FINDING_CLOCK_SET || change->how != CLOCK_STEPPED)
		return false;
	if (least.hi_ns < 0)
		least = (struct ns_interval){.lo_ns = -(least.hi_ns + 1), .hi_ns = INT64_MAX};
	return !interval_sub(interval_of(errors->all.hi_ns), interval_of(errors->all.lo_ns),
			     &width) &&
	       least.lo_ns > 0 && least.lo_ns > width.hi_ns;
}

void say_not_known(struct words *words, const struct incident *incident, enum observed_clock clock)
{
	const struct error_range *errors = &incident->clock[clock].errors;
	const char *before = " It is not known of ";
	char lo[TEXT_NS_BYTES];

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
	for (size_t i = 0; clock == OBSERVED_REALTIME && i < incident->findings; i++) {
		if (!is_beyond(&incident->finding[i], errors))
			continue;
		text_ns(incident->finding[i].event.change.step.lo_ns, true, lo, sizeof(lo));
		say(words,
		    " It was stepped by %s meanwhile: before or after that it was further off than "
		    "any known reading.",
		    lo);
		return;
	}
}
