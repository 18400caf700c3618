// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/smear_view.h"

#include "base/text.h"
#include "page/names.h"
#include "page/smear.h"
#include "show/json_add.h"

#define HINTS (VMCLOCK_SMEARING_UTC_SLS + 1)

/* Clocks for a guest that follows @hint; false where the page does not tell enough. */
static bool clocks_of(const struct page *page, const struct page_time *time, uint64_t hint,
		      struct leap_second *leap, struct smear_clocks *clocks)
{
	return time->has_tai && !leap_second_of_page(page, leap) &&
	       !smear_clocks_at(leap, hint, time->tai, clocks);
}

static json_object *json_instant(struct instant at)
{
	json_object *json = json_object_new_object();

	add_i64(json, "sec", at.sec);
	add_u64(json, "nsec", instant_nsec(at));
	return json;
}

static json_object *json_guest(const struct smear_clocks *clocks)
{
	json_object *json = json_object_new_object();

	json_object_object_add(json, "at", json_instant(clocks->guest));
	add_bool(json, "smearing", clocks->smearing);
	json_object_object_add(json, "behind", page_json_interval(&clocks->behind));
	return json;
}

json_object *smear_json(const struct page *page, const struct page_time *time)
{
	json_object *json, *guests;
	struct smear_clocks clocks;
	struct leap_second leap;

	if (!clocks_of(page, time, VMCLOCK_SMEARING_STRICT, &leap, &clocks))
		return NULL;
	json = json_object_new_object();
	add_i64(json, "sign", leap.sign);
	if (leap.sign)
		add_i64(json, "utc_midnight", leap.utc_midnight);
	else
		add_null(json, "utc_midnight");
	add_i64(json, "tai_less_utc", leap.tai_less_utc);
	add_bool(json, "in_leap_second", clocks.in_leap_second);
	guests = json_object_new_object();
	for (uint64_t hint = 0; hint < HINTS; hint++) {
		if (clocks_of(page, time, hint, &leap, &clocks))
			json_object_object_add(guests, page_smearing_name(hint),
					       json_guest(&clocks));
	}
	json_object_object_add(json, "guests", guests);
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
