// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/field_change.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "page/names.h"
#include "show/sentence.h"

const char *flags_change_text(uint64_t before, uint64_t after, char out[FIELD_CHANGE_BYTES])
{
	struct words words = {out, FIELD_CHANGE_BYTES};
	bool any = false;

	*out = '\0';
	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *name = page_flag_name(bit);

		if (!((before ^ after) >> bit & 1))
			continue;
		say(&words, "%s%c", any ? " " : "", after >> bit & 1 ? '+' : '-');
		if (name)
			say(&words, "%s", name);
		else
			say(&words, "bit %u", bit);
		any = true;
	}
	return out;
}

static void say_value(struct words *words, enum page_field field, const struct page *page)
{
	uint64_t value = page_get(page, field);
	const char *name = page_value_name(field, value);

	if (!page_has(page, field))
		say(words, "not there");
	else if (name)
		say(words, "%s", name);
	else if (page_field_info(field)->is_signed)
		say(words, "%" PRId64, (int64_t)value);
	else
		say(words, "%" PRIu64, value);
}

/* A longer period is a slower counter, and a clock by it runs faster: by so much. */
static void say_rate(struct words *words, const struct page *before, const struct page *after)
{
	uint64_t was = page_get(before, PAGE_PERIOD_FRAC_SEC);
	uint64_t is = page_get(after, PAGE_PERIOD_FRAC_SEC);

	if (was && is && page_get(before, PAGE_PERIOD_SHIFT) == page_get(after, PAGE_PERIOD_SHIFT))
		say(words, "%+.3f ppm", ((double)is / (double)was - 1) * 1e6);
}

const char *field_change_means(enum page_field field, const struct page *before,
			       const struct page *after, char out[FIELD_CHANGE_BYTES])
{
	struct words words = {out, FIELD_CHANGE_BYTES};
	char was[TEXT_NS_BYTES], is[TEXT_NS_BYTES];

	*out = '\0';
	if (!page_has(before, field) || !page_has(after, field))
		return out;
	if (field == PAGE_FLAGS)
		return flags_change_text(page_get(before, field), page_get(after, field), out);
	if (field == PAGE_PERIOD_FRAC_SEC)
		say_rate(&words, before, after);
	if (field != PAGE_TIME_ESTERROR_NS && field != PAGE_TIME_MAXERROR_NS)
		return out;
	text_ns_short(page_get(before, field), was, sizeof(was));
	text_ns_short(page_get(after, field), is, sizeof(is));
	say(&words, "%s > %s", was, is);
	return out;
}

const char *field_change_text(enum page_field field, const struct page *before,
			      const struct page *after, char out[FIELD_CHANGE_BYTES])
{
	struct words words = {out, FIELD_CHANGE_BYTES};
	char means[FIELD_CHANGE_BYTES];

	*out = '\0';
	say_value(&words, field, before);
	say(&words, " > ");
	say_value(&words, field, after);
	if (field != PAGE_FLAGS && field != PAGE_PERIOD_FRAC_SEC)
		return out;
	field_change_means(field, before, after, means);
	if (*means)
		say(&words, " (%s)", means);
	return out;
}
