// SPDX-License-Identifier: GPL-2.0-or-later
#include "serve/accept.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* A piece of the header, not terminated. */
struct piece {
	const char *text;
	size_t length;
};

static struct piece trim(const char *from, const char *end)
{
	while (from < end && isspace((unsigned char)*from))
		from++;
	while (end > from && isspace((unsigned char)end[-1]))
		end--;
	return (struct piece){from, (size_t)(end - from)};
}

static bool is(struct piece piece, const char *word, size_t length)
{
	return piece.length == length && !strncasecmp(piece.text, word, length);
}

/* The text up to a @stop outside of quoted strings; *@text goes behind it, or is NULL. */
static struct piece next(const char **text, char stop)
{
	const char *from = *text, *end = from;
	bool quoted = false;

	while (*end && (quoted || *end != stop)) {
		if (*end == '"')
			quoted = !quoted;
		else if (*end == '\\' && quoted && end[1])
			end++;
		end++;
	}
	*text = *end ? end + 1 : NULL;
	return trim(from, end);
}

/* "0.75" in thousandths; 0 for what is no quality. */
static unsigned int quality_of(struct piece value)
{
	unsigned int quality, unit = ACCEPT_BEST;

	if (!value.length || value.length > 5 || (value.text[0] != '0' && value.text[0] != '1') ||
	    (value.length > 1 && value.text[1] != '.'))
		return 0;
	quality = (unsigned int)(value.text[0] - '0') * unit;
	for (size_t i = 2; i < value.length; i++) {
		if (!isdigit((unsigned char)value.text[i]))
			return 0;
		unit /= 10;
		quality += (unsigned int)(value.text[i] - '0') * unit;
	}
	return quality > ACCEPT_BEST ? 0 : quality;
}

/* How specific @range is about @offer: 3 says its very name; 0: it is about something else. */
static int specificity(struct piece range, const char *offer)
{
	const char *slash = strchr(offer, '/');
	size_t prefix = slash ? (size_t)(slash - offer) + 1 : 0;

	if (is(range, offer, strlen(offer)))
		return 3;
	if (prefix && range.length == prefix + 1 && range.text[prefix] == '*' &&
	    !strncasecmp(range.text, offer, prefix))
		return 2;
	return is(range, "*/*", 3) || is(range, "*", 1);
}

/* One item, "text/plain;version=0.0.4;q=0.5". Returns its specificity, 0 where it does not fit. */
static int item_fit(struct piece item, const char *offer, const char *version,
		    unsigned int *quality)
{
	char copy[256];
	const char *rest = copy;
	int fit;

	if (item.length >= sizeof(copy))
		return 0;
	memcpy(copy, item.text, item.length);
	copy[item.length] = '\0';
	fit = specificity(next(&rest, ';'), offer);
	*quality = ACCEPT_BEST;
	while (rest) {
		struct piece value = next(&rest, ';');
		const char *equals = memchr(value.text, '=', value.length);
		struct piece key;

		if (!equals)
			continue;
		key = trim(value.text, equals);
		value = trim(equals + 1, value.text + value.length);
		if (is(key, "q", 1))
			*quality = quality_of(value);
		else if (version && is(key, "version", 7) && !is(value, version, strlen(version)))
			return 0;
	}
	return fit;
}

unsigned int accept_quality(const char *header, const char *offer, const char *version)
{
	unsigned int best = 0;
	int best_fit = 0;

	if (!header)
		return ACCEPT_BEST;
	while (header) {
		struct piece item = next(&header, ',');
		unsigned int quality;
		int fit = item_fit(item, offer, version, &quality);

		if (fit > best_fit || (fit == best_fit && fit && quality > best)) {
			best_fit = fit;
			best = quality;
		}
	}
	return best;
}
