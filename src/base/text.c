// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* First bytes, and the range of the second, which is where overlong forms and surrogates show. */
struct utf8_form {
	uint8_t first_lo, first_hi;
	uint8_t second_lo, second_hi;
	uint8_t length;
};

/* Unicode 15, table 3-7, "Well-Formed UTF-8 Byte Sequences". */
static const struct utf8_form forms[] = {
	{0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
	{0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
	{0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static const struct utf8_form *form_of(uint8_t first)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (first >= forms[i].first_lo && first <= forms[i].first_hi)
			return &forms[i];
	}
	return NULL;
}

/* The length of the character that starts at @text (1..4), or 0 where none does; @bytes > 0. */
static size_t character_length(const char *text, size_t bytes)
{
	const uint8_t *b = (const uint8_t *)text;
	const struct utf8_form *form = form_of(b[0]);

	if (!form || form->length > bytes)
		return 0;
	if (form->length > 1 && (b[1] < form->second_lo || b[1] > form->second_hi))
		return 0;
	for (size_t i = 2; i < form->length; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	}
	return form->length;
}

/* What is not seen itself, and changes what is: first and last of each range of code points. */
static const uint32_t controls[][2] = {
	{0x0000, 0x001f}, {0x007f, 0x009f}, /* C0, DEL, and C1, which some terminals obey too */
	{0x061c, 0x061c}, {0x200e, 0x200f}, /* marks of direction */
	{0x200b, 0x200b}, {0x2028, 0x2029}, /* a space of no width, ends of lines and paragraphs */
	{0x202a, 0x202e}, {0x2060, 0x206f}, /* what turns the order of all that follows */
	{0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}, /* marks, and tags nobody sees */
};

static bool is_control(const char *text, size_t length)
{
	const uint8_t *b = (const uint8_t *)text;
	uint32_t code = length == 1 ? b[0] : b[0] & (0xffu >> (length + 1));

	for (size_t i = 1; i < length; i++)
		code = code << 6 | (b[i] & 0x3fu);
	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++) {
		if (code >= controls[i][0] && code <= controls[i][1])
			return true;
	}
	return false;
}

/* Append what fits as a whole, and say whether it did. */
static bool append(char *out, size_t out_bytes, size_t *used, const char *piece, size_t length)
{
	if (out_bytes - *used <= length)
		return false;
	memcpy(out + *used, piece, length);
	*used += length;
	return true;
}

bool text_is_utf8(const char *text, size_t bytes)
{
	for (size_t i = 0, n; i < bytes; i += n) {
		n = character_length(text + i, bytes - i);
		if (n == 0)
			return false;
	}
	return true;
}

size_t text_utf8(const char *in, size_t bytes, char *out, size_t out_bytes)
{
	size_t used = 0;

	if (out_bytes == 0)
		return 0;
	for (size_t i = 0; i < bytes;) {
		size_t n = character_length(in + i, bytes - i);

		if (!append(out, out_bytes, &used, n ? in + i : REPLACEMENT, n ? n : 3))
			break;
		i += n ? n : 1;
	}
	out[used] = '\0';
	return used;
}

/* \xNN for each of @length bytes, all of them or none. */
static bool append_escaped(char *out, size_t out_bytes, size_t *used, const char *in, size_t length)
{
	char piece[4 * 4 + 1];

	for (size_t i = 0; i < length; i++)
		snprintf(piece + 4 * i, 5, "\\x%02x", (uint8_t)in[i]);
	return append(out, out_bytes, used, piece, 4 * length);
}

size_t text_display(const char *in, size_t bytes, char *out, size_t out_bytes)
{
	size_t used = 0;

	if (out_bytes == 0)
		return 0;
	for (size_t i = 0; i < bytes;) {
		size_t n = character_length(in + i, bytes - i);
		size_t step = n ? n : 1;
		bool done;

		if (n == 0 || is_control(in + i, n))
			done = append_escaped(out, out_bytes, &used, in + i, step);
		else
			done = append(out, out_bytes, &used, in + i, n);
		if (!done)
			break;
		i += step;
	}
	out[used] = '\0';
	return used;
}

/* From this many ns on, one unit is @scale ns. */
struct unit {
	uint64_t from_ns;
	double scale;
	const char *name;
};

static const struct unit units[] = {
	{172800000000000, 86400e9, "days"},
	{7200000000000, 3600e9, "h"},
	{120000000000, 60e9, "min"},
	{1000000000, 1e9, "s"},
	{1000000, 1e6, "ms"},
	{1000, 1e3, "us"},
};

static void format_ns(uint64_t ns, const char *sign, char *out, size_t out_bytes)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (ns < units[i].from_ns)
			continue;
		snprintf(out, out_bytes, "%s%.*f %s", sign, i < 3 ? 1 : 3,
			 (double)ns / units[i].scale, units[i].name);
		return;
	}
	snprintf(out, out_bytes, "%s%" PRIu64 " ns", sign, ns);
}

void text_ns(int64_t ns, bool sign, char *out, size_t out_bytes)
{
	uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;

	format_ns(size, ns < 0 ? "-" : sign && ns > 0 ? "+" : "", out, out_bytes);
}

void text_ns_u64(uint64_t ns, char *out, size_t out_bytes)
{
	format_ns(ns, "", out, out_bytes);
}

void text_ns_short(uint64_t ns, char *out, size_t out_bytes)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		double value = (double)ns / units[i].scale;

		/* What would be rounded up to a thousand is one of the next unit. */
		if (ns < units[i].from_ns && (i < 3 || value < 0.9995))
			continue;
		snprintf(out, out_bytes, "%.*f %s",
			 value < 9.995	 ? 2
			 : value < 99.95 ? 1
					 : 0,
			 value, units[i].name);
		return;
	}
	snprintf(out, out_bytes, "%" PRIu64 " ns", ns);
}
