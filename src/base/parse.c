// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/parse.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/instant.h"

/* By hand, not isdigit(): that asks the locale. */
static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

int parse_u64(const char *text, uint64_t *value)
{
	unsigned int base = 10;
	uint64_t sum = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	if (!*text)
		return -EINVAL;
	/* Look at all of it first: "99999999999999999999x" is no number, not a large one. */
	for (const char *c = text; *c; c++) {
		if ((unsigned int)digit_value(*c) >= base)
			return -EINVAL;
	}
	for (; *text; text++) {
		if (__builtin_mul_overflow(sum, base, &sum) ||
		    __builtin_add_overflow(sum, (unsigned int)digit_value(*text), &sum))
			return -ERANGE;
	}
	*value = sum;
	return 0;
}

int parse_u64_within(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	uint64_t number;
	int err = parse_u64(text, &number);

	if (err)
		return err;
	if (number < min || number > max)
		return -ERANGE;
	*value = number;
	return 0;
}

static const struct {
	const char *name;
	int64_t ns;
} units[] = {
	{"", NSEC_PER_SEC},
	{"s", NSEC_PER_SEC},
	{"ms", 1000000},
	{"us", 1000},
	{"ns", 1},
	{"m", 60LL * NSEC_PER_SEC},
	{"min", 60LL * NSEC_PER_SEC},
	{"h", 3600LL * NSEC_PER_SEC},
	{"d", 86400LL * NSEC_PER_SEC},
};

/* The length of @name in ns, 0 where it is no unit. */
static int64_t unit_ns(const char *name)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(name, units[i].name) == 0)
			return units[i].ns;
	}
	return 0;
}

/* The @length digits at @digits after the point, in ns; -EINVAL unless that is a whole number. */
static int fraction_ns(const char *digits, size_t length, int64_t unit, int64_t *ns)
{
	unsigned __int128 sum = 0;
	uint64_t scale = 1;

	while (length > 0 && digits[length - 1] == '0')
		length--;
	if (length > 18) /* 10^18 units are all that one nanosecond of any unit can need */
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		sum = sum * 10 + (unsigned int)digit_value(digits[i]);
		scale *= 10;
	}
	sum *= (uint64_t)unit;
	if (sum % scale)
		return -EINVAL;
	*ns = (int64_t)(sum / scale);
	return 0;
}

/* The @length digits at @digits, in ns; -ERANGE where that does not fit. */
static int whole_ns(const char *digits, size_t length, int64_t unit, int64_t *ns)
{
	int64_t sum = 0;

	for (size_t i = 0; i < length; i++) {
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, digit_value(digits[i]), &sum))
			return -ERANGE;
	}
	return __builtin_mul_overflow(sum, unit, ns) ? -ERANGE : 0;
}

int parse_duration_ns(const char *text, int64_t *ns)
{
	size_t whole = strspn(text, "0123456789");
	bool point = text[whole] == '.';
	const char *digits = text + whole + point;
	size_t fraction = point ? strspn(digits, "0123456789") : 0;
	int64_t unit = unit_ns(digits + fraction);
	int64_t sum, part;
	int err;

	if (whole == 0 || (point && fraction == 0) || unit == 0)
		return -EINVAL;
	err = whole_ns(text, whole, unit, &sum);
	if (!err)
		err = fraction_ns(digits, fraction, unit, &part);
	if (!err && __builtin_add_overflow(sum, part, &sum))
		err = -ERANGE;
	if (!err)
		*ns = sum;
	return err;
}

int parse_bytes(const char *text, uint64_t *bytes)
{
	static const char units_of_size[] = "kMGT";
	size_t length = strlen(text);
	const char *unit = length ? strchr(units_of_size, text[length - 1]) : NULL;
	char number[24];
	size_t powers = unit ? (size_t)(unit - units_of_size) + 1 : 0;
	uint64_t value;
	int err;

	length -= unit != NULL;
	if (length >= sizeof(number))
		return -ERANGE;
	memcpy(number, text, length);
	number[length] = '\0';
	err = parse_u64(number, &value);
	for (; !err && powers; powers--)
		err = __builtin_mul_overflow(value, 1024u, &value) ? -ERANGE : 0;
	if (!err)
		*bytes = value;
	return err;
}
