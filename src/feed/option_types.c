// SPDX-License-Identifier: GPL-2.0-or-later
/* The kinds of values that options have, read strictly: see base/parse.h. */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/parse.h"
#include "feed/message.h"
#include "feed/options.h"
#include "observe/reference_clock.h"

#define WANTED_BYTES 160

const char *option_title(const struct command_option *option, char *out, size_t bytes)
{
	snprintf(out, bytes, "%s%s", option->name ? "--" : "", option->name ?: option->argument);
	return out;
}

int option_refuse(const struct command_option *option, const char *text, const char *wanted)
{
	char title[64];

	return message_bad_argument(option_title(option, title, sizeof(title)), text, wanted);
}

/* --- As it is */

int option_flag(const struct command_option *option, const char *text, void *value)
{
	(void)option;
	(void)text;
	*(bool *)value = true;
	return MESSAGE_GO_ON;
}

int option_text(const struct command_option *option, const char *text, void *value)
{
	(void)option;
	*(const char **)value = text;
	return MESSAGE_GO_ON;
}

/* --- Numbers */

static void put_number(const struct command_option *option, uint64_t number, void *value)
{
	switch (option->bytes) {
	case 1:
		*(bool *)value = number;
		break;
	case 4:
		*(uint32_t *)value = (uint32_t)number;
		break;
	default:
		assert(option->bytes == 8);
		*(uint64_t *)value = number;
	}
}

/* The largest that is taken, and that has room. */
static uint64_t most(const struct command_option *option, uint64_t max)
{
	if (option->max)
		return option->max;
	return option->bytes == 4 ? UINT32_MAX : max;
}

/* Numbers, sizes and times differ in how they are read, written and spoken of. */
struct measure {
	int (*parse)(const char *text, uint64_t *number);
	void (*format)(uint64_t number, char *out, size_t bytes);
	const char *what;
	const char *example;
};

static int parse_measure(const struct command_option *option, const struct measure *measure,
			 const char *text, void *value)
{
	char wanted[WANTED_BYTES], from[32] = "", to[32] = "";
	uint64_t number;

	if (!measure->parse(text, &number) && number >= option->min &&
	    number <= most(option, UINT64_MAX)) {
		put_number(option, number, value);
		return MESSAGE_GO_ON;
	}
	if (option->min)
		measure->format(option->min, from, sizeof(from));
	if (option->max)
		measure->format(option->max, to, sizeof(to));
	snprintf(wanted, sizeof(wanted), "%s%s%s%s%s%s", measure->what, *from ? " from " : "", from,
		 *to ? " to " : "", to, *to ? "" : measure->example);
	return option_refuse(option, text, wanted);
}

static void format_number(uint64_t number, char *out, size_t bytes)
{
	snprintf(out, bytes, "%" PRIu64, number);
}

int option_number(const struct command_option *option, const char *text, void *value)
{
	static const struct measure numbers = {parse_u64, format_number, "a number", ""};

	return parse_measure(option, &numbers, text, value);
}

/* In the largest unit of which it is a whole number. */
static void format_bytes(uint64_t number, char *out, size_t bytes)
{
	static const char units[] = "\0kMGT";
	size_t i = 0;

	for (; i + 2 < sizeof(units) && number % 1024 == 0; i++)
		number /= 1024;
	snprintf(out, bytes, "%" PRIu64 "%.1s", number, &units[i]);
}

int option_bytes(const struct command_option *option, const char *text, void *value)
{
	static const struct measure sizes = {parse_bytes, format_bytes, "a size",
					     ", such as 50M or 2G"};

	return parse_measure(option, &sizes, text, value);
}

static void format_time(uint64_t ns, char *out, size_t bytes)
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	size_t i = 0;

	for (; i < 3 && ns % 1000 == 0; i++)
		ns /= 1000;
	snprintf(out, bytes, "%" PRIu64 "%s", ns, units[i]);
}

static int parse_time(const char *text, uint64_t *number)
{
	int64_t ns;
	int err = parse_duration_ns(text, &ns);

	if (!err)
		*number = (uint64_t)ns;
	return err;
}

int option_duration(const struct command_option *option, const char *text, void *value)
{
	static const struct measure times = {parse_time, format_time, "a time",
					     ", such as 10s, 2.5m or 1h"};

	return parse_measure(option, &times, text, value);
}

/* A number with a fraction, in billionths, as a duration in seconds is in nanoseconds. */
static int parse_speed(const char *text, uint64_t *number)
{
	size_t length = strlen(text);

	if (!length || text[length - 1] < '0' || text[length - 1] > '9')
		return -EINVAL;
	return parse_time(text, number);
}

static void format_speed(uint64_t number, char *out, size_t bytes)
{
	if (number % NSEC_PER_SEC)
		snprintf(out, bytes, "%.3f", (double)number / NSEC_PER_SEC);
	else
		snprintf(out, bytes, "%" PRIu64, number / NSEC_PER_SEC);
}

int option_speed(const struct command_option *option, const char *text, void *value)
{
	static const struct measure speeds = {parse_speed, format_speed, "a number",
					      ", such as 1 or 60"};

	return parse_measure(option, &speeds, text, value);
}

/* --- Words */

/* Which of the option's words @text is, into @number; as parse() else. */
static int parse_word(const struct command_option *option, const char *text, unsigned int *number)
{
	char wanted[WANTED_BYTES] = "";
	const char *word;

	for (unsigned int i = 0; (word = option->word(i)); i++) {
		size_t used = strlen(wanted);

		if (!strcmp(text, word)) {
			*number = i;
			return MESSAGE_GO_ON;
		}
		snprintf(wanted + used, sizeof(wanted) - used, "%s%s",
			 !i		       ? ""
			 : option->word(i + 1) ? ", "
					       : " or ",
			 word);
	}
	return option_refuse(option, text, wanted);
}

int option_word(const struct command_option *option, const char *text, void *value)
{
	unsigned int number;
	int code = parse_word(option, text, &number);

	if (code == MESSAGE_GO_ON)
		put_number(option, number, value);
	return code;
}

static enum colour_when colour;

int option_colour(const struct command_option *option, const char *text, void *value)
{
	unsigned int number;
	int code = parse_word(option, text, &number);

	(void)value;
	if (code == MESSAGE_GO_ON)
		colour = (enum colour_when)number;
	return code;
}

enum colour_when option_colour_when(void)
{
	return colour;
}

int option_references(const struct command_option *option, const char *text, void *value)
{
	if (reference_options_add(text, value))
		return option_refuse(option, text,
				     "a list with ; between them, such as ptp0=utc or "
				     "ptp0=tai,10us;ptp1=utc");
	return MESSAGE_GO_ON;
}
