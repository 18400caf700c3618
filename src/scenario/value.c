// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/value.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/parse.h"

/* Longer than any value that fits. */
#define TEXT_BYTES 48

/* The sign, -1 or 1, and what is behind it. */
static int sign_of(const char **text)
{
	int sign = **text == '-' ? -1 : 1;

	*text += **text == '-' || **text == '+';
	return sign;
}

int value_signed_ns(const char *text, int64_t *ns)
{
	int sign = sign_of(&text);
	size_t length = strlen(text);
	int64_t size;
	int err = parse_duration_ns(text, &size);

	if (err)
		return err;
	/*
	 * parse_duration_ns() takes a bare number for seconds; `step 5000000` means no such thing.
	 */
	if (size != 0 && text[length - 1] >= '0' && text[length - 1] <= '9')
		return -EINVAL;
	*ns = sign * size;
	return 0;
}

/* @text less @suffix at its end, where it has one. -EINVAL where it is too long to be a value. */
static int without(const char *text, const char *suffix, char out[TEXT_BYTES], bool *had)
{
	size_t length = strlen(text), tail = strlen(suffix);

	if (length >= TEXT_BYTES)
		return -EINVAL;
	memcpy(out, text, length + 1);
	*had = length > tail && strcmp(text + length - tail, suffix) == 0;
	if (*had)
		out[length - tail] = '\0';
	return 0;
}

/* A number without unit, times 10^9: a duration of so many seconds has that in ns. */
static int billionths(const char *text, int64_t *value)
{
	size_t length = strlen(text);

	if (length == 0 || text[length - 1] < '0' || text[length - 1] > '9')
		return -EINVAL;
	return parse_duration_ns(text, value);
}

int value_ppb(const char *text, int64_t *ppb)
{
	int sign = sign_of(&text);
	char number[TEXT_BYTES];
	int64_t billionth;
	bool had;
	int err = without(text, "ppm", number, &had);

	if (!err)
		err = billionths(number, &billionth);
	if (err)
		return err;
	if (billionth % 1000000)
		return -EINVAL;
	*ppb = sign * (billionth / 1000000);
	return 0;
}

int value_hz(const char *text, uint64_t *hz)
{
	static const struct {
		const char *name;
		uint64_t hz;
	} units[] = {{"GHz", 1000000000}, {"MHz", 1000000}, {"kHz", 1000}, {"Hz", 1}};
	char number[TEXT_BYTES];
	unsigned __int128 product;
	int64_t billionth;
	bool had = false;
	size_t i = 0;

	for (; i < sizeof(units) / sizeof(units[0]); i++) {
		if (without(text, units[i].name, number, &had))
			return -EINVAL;
		if (had)
			break;
	}
	if (!had || billionths(number, &billionth))
		return -EINVAL;
	product = (unsigned __int128)billionth * units[i].hz;
	if (product % 1000000000)
		return -EINVAL;
	product /= 1000000000;
	if (product < 1000 || product > 10000000000)
		return -ERANGE;
	*hz = (uint64_t)product;
	return 0;
}

int value_utc_sec(const char *text, int64_t *sec)
{
	static const char shape[] = "0000-00-00T00:00:00Z";
	struct tm tm = {0}, back;
	time_t count;

	for (size_t i = 0; i < sizeof(shape); i++) {
		if (shape[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
			return -EINVAL;
	}
	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		   &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
		return -EINVAL;
	if (tm.tm_year < 1970)
		return -ERANGE;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	back = tm;
	count = timegm(&back);
	/* timegm() takes a February 30 for a March 1 or 2. */
	if (back.tm_mon != tm.tm_mon || back.tm_mday != tm.tm_mday || back.tm_hour != tm.tm_hour ||
	    back.tm_min != tm.tm_min || back.tm_sec != tm.tm_sec)
		return -EINVAL;
	*sec = count;
	return 0;
}

int value_signed(const char *text, int64_t *value)
{
	int sign = sign_of(&text);
	uint64_t size;
	int err = parse_u64_within(text, 0, INT64_MAX, &size);

	if (!err)
		*value = sign * (int64_t)size;
	return err;
}

int value_of_width(const char *text, unsigned int bits, uint64_t *value)
{
	uint64_t max = bits < 64 ? (1ull << bits) - 1 : UINT64_MAX, size;
	int err;

	if (*text != '-')
		return parse_u64_within(text, 0, max, value);
	err = parse_u64_within(text + 1, 0, max / 2 + 1, &size);
	if (!err)
		*value = (0 - size) & max;
	return err;
}
