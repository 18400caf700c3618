// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/sentence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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
