// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/interval_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define END_BYTES   48 /* one end of an interval */
#define NANO_DIGITS 9

/* Units in which an interval is shown, by the size of its farther end; beyond, only roughly. */
static const struct {
	uint64_t below_ns;
	int64_t ns;
	const char *name;
} units[] = {
	{1000, 1, "ns"},
	{1000000, 1000, "us"},
	{1000000000, 1000000, "ms"},
	{7200000000000, NSEC_PER_SEC, "s"},
};

static uint64_t magnitude(int64_t ns)
{
	return ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
}

/* @ns rounded to @step_ns downwards or upwards, in units of @unit_ns, without its unit. */
static void end_text(int64_t ns, bool up, int64_t step_ns, int64_t unit_ns, char text[END_BYTES])
{
	int64_t rest = ns % step_ns;
	uint64_t size, unit = (uint64_t)unit_ns;
	size_t cut = NANO_DIGITS;
	int length;

	if (rest < 0)
		rest += step_ns;
	ns -= rest;
	if (up && rest)
		ns += step_ns;
	size = magnitude(ns);
	length = snprintf(text, END_BYTES, "%s%" PRIu64 ".%09" PRIu64,
			  ns < 0   ? "-"
			  : ns > 0 ? "+"
				   : "",
			  size / unit, size % unit * (NSEC_PER_SEC / unit));
	/* What is finer than the step is zero by now. */
	for (int64_t step = step_ns; step < unit_ns; step *= 10)
		cut--;
	text[(size_t)length - (cut == NANO_DIGITS ? cut + 1 : cut)] = '\0';
}

/*
 * Three digits of the width, however far from 0 it is; else a narrow interval would look like a
 * point.
 */
static int64_t step_of(struct ns_interval interval, int64_t unit_ns)
{
	uint64_t width = interval_width_ns(interval);
	int64_t step = 1;

	while (step < unit_ns && (uint64_t)step * 1000 <= width)
		step *= 10;
	return step;
}

/* A width of zero is no interval: one number, without zeros that say nothing. */
static void point_text(char number[END_BYTES], const char *unit, char *text, size_t bytes)
{
	size_t length = strlen(number);

	while (strchr(number, '.') && (number[length - 1] == '0' || number[length - 1] == '.'))
		number[--length] = '\0';
	snprintf(text, bytes, "%s %s", number, unit);
}

void interval_text(struct ns_interval interval, char *text, size_t bytes)
{
	uint64_t lo = magnitude(interval.lo_ns), hi = magnitude(interval.hi_ns);
	char low[END_BYTES], high[END_BYTES];

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t step = step_of(interval, units[i].ns);

		if (lo >= units[i].below_ns || hi >= units[i].below_ns)
			continue;
		end_text(interval.lo_ns, false, step, units[i].ns, low);
		end_text(interval.hi_ns, true, step, units[i].ns, high);
		if (interval.lo_ns == interval.hi_ns)
			point_text(low, units[i].name, text, bytes);
		else
			snprintf(text, bytes, "%s .. %s %s", low, high, units[i].name);
		return;
	}
	text_ns(interval.lo_ns, true, low, sizeof(low));
	text_ns(interval.hi_ns, true, high, sizeof(high));
	if (strcmp(low, high) == 0)
		snprintf(text, bytes, "about %s", low);
	else
		snprintf(text, bytes, "%s .. %s", low, high);
}
