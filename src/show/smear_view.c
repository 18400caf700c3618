// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/smear_view.h"

#include "base/text.h"
#include "page/names.h"
#include "page/smear.h"
#include "show/json_add.h"
#include "show/json_objects.h"
#include "show/page_json.h"

#define HINTS (VMCLOCK_SMEARING_UTC_SLS + 1)

static const char *hint_names(int i)
{
	return i < HINTS ? page_smearing_name((uint64_t)i) : NULL;
}

static const struct json_table guest_table = {
	.doc = "What a guest that follows the hint shows.",
	.keys = (const struct json_key[]){
		{"at", JSON_OBJECT, "What such a guest shows.", .of = &json_moment},
		{"smearing", JSON_BOOL, "It is smearing now."},
		{"behind", JSON_OBJECT, "UTC less it, 23:59:60 counted as a second.",
		 .of = &json_interval},
		{0},
	}};

const struct json_table json_smear = {
	.name = "smear",
	.doc = "The leap second that the page knows of, and the clocks that a guest may show.",
	.keys = (const struct json_key[]){
		{"sign", JSON_I64,
		 "1: the leap second inserts 23:59:60; -1: it leaves out 23:59:59; 0: there is "
		 "none."},
		{"utc_midnight", JSON_I64,
		 "00:00:00 UTC right after it, in seconds since 1970; null if there is none.",
		 JSON_NULL, "s"},
		{"tai_less_utc", JSON_I64, "Seconds of TAI less UTC before it.", .unit = "s"},
		{"in_leap_second", JSON_BOOL, "This moment is 23:59:60."},
		{"guests", JSON_OBJECT, "The clocks of guests.", JSON_MAP, .of = &guest_table,
		 .name = hint_names},
		{0},
	}};

/* Clocks for a guest that follows @hint; false where the page does not give enough. */
static bool clocks_of(const struct page *page, const struct page_time *time, uint64_t hint,
		      struct leap_second *leap, struct smear_clocks *clocks)
{
	return time->has_tai && !leap_second_of_page(page, leap) &&
	       !smear_clocks_at(leap, hint, time->tai, clocks);
}

static json_object *json_guest(const struct smear_clocks *clocks)
{
	json_object *json = json_new(&guest_table);

	add_json(json, "at", page_json_moment(clocks->guest));
	add_bool(json, "smearing", clocks->smearing);
	add_json(json, "behind", page_json_interval(&clocks->behind));
	return json;
}

json_object *smear_json(const struct page *page, const struct page_time *time)
{
	json_object *json, *guests;
	struct smear_clocks clocks;
	struct leap_second leap;

	if (!clocks_of(page, time, VMCLOCK_SMEARING_STRICT, &leap, &clocks))
		return NULL;
	json = json_new(&json_smear);
	add_i64(json, "sign", leap.sign);
	if (leap.sign)
		add_i64(json, "utc_midnight", leap.utc_midnight);
	else
		add_null(json, "utc_midnight");
	add_i64(json, "tai_less_utc", leap.tai_less_utc);
	add_bool(json, "in_leap_second", clocks.in_leap_second);
	guests = json_new_map();
	for (uint64_t hint = 0; hint < HINTS; hint++) {
		if (clocks_of(page, time, hint, &leap, &clocks))
			add_json(guests, page_smearing_name(hint), json_guest(&clocks));
	}
	add_json(json, "guests", guests);
	return json;
}

void smear_put_text(FILE *out, const char *indent, const struct page *page,
		    const struct page_time *time)
{
	struct smear_clocks clocks;
	struct leap_second leap;

	for (uint64_t hint = 0; hint < HINTS; hint++) {
		char at[INSTANT_ISO_BYTES], behind[TEXT_NS_BYTES];

		if (!clocks_of(page, time, hint, &leap, &clocks) || !leap.sign)
			return;
		if (hint == VMCLOCK_SMEARING_STRICT)
			smear_format_utc(&clocks, at, sizeof(at));
		else
			instant_format_utc(clocks.guest, at, sizeof(at));
		text_ns(clocks.behind.hi_ns, true, behind, sizeof(behind));
		fprintf(out, "%s%-11s shows %s, %s behind UTC%s\n", indent,
			page_smearing_name(hint), at, behind,
			clocks.smearing ? ", smearing now" : "");
	}
}
